"""The shipped Mosquitto configuration: over TLS, with a password or a certificate each, a device has its own topics."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as mqtt
import pytest

from devices.acl import Account, acl
from devices.gateway import Gateway, GatewayError
from streams.settings import Mqtt
from streams.web import doors

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "mosquitto"
VEHICLES = ("acme/truck-1", "acme/truck-2", "other/truck-1")
OFFICES = {"office-of-acme": "acme", "office-of-other": "other"}
OURS = ("tripmeter-gateway", "tripmeter-bridge", "tripmeter-worker-1")

pytestmark = pytest.mark.stack

for program in ("mosquitto", "mosquitto_passwd", "openssl"):
    if not shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        pytest.skip(f"{program} is not installed (Debian: apt install mosquitto openssl)", allow_module_level=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site(NamedTuple):
    """A Mosquitto with a door for passwords and one for certificates, and what each device is called there."""

    folder: Path
    passwords: int  # ports
    certificates: int
    names: dict[str, str]

    def trusting(self):
        return ssl.create_default_context(cafile=str(self.folder / "ca.crt"))

    def settings(self, user, by):
        """How one of ours logs in."""
        said = {"host": "127.0.0.1", "tls": True, "ca_file": str(self.folder / "ca.crt")}
        if by == "password":
            return Mqtt(**said, port=self.passwords, username=user, password=f"of {user}")
        files = {
            f"{kind}_file": str(self.folder / "devices" / f"{user}.{end}")
            for kind, end in (("cert", "crt"), ("key", "key"))
        }
        return Mqtt(**said, port=self.certificates, **files)


def shipped(names):
    """For those whose user name is FLEET/VEHICLE; ours and offices as its remarks show."""
    return (DEPLOY / "acl").read_text().replace("# user", "user").replace("# topic", "topic")


def generated(names):
    return acl([Account(name, *vehicle.split("/")) for vehicle, name in names.items()], OURS, OFFICES)


def certify(folder, *arguments):
    subprocess.run([ROOT / "scripts/certificates.sh", folder, *arguments], check=True, capture_output=True)


def file_of(user):
    return user.replace("/", "-")


@pytest.fixture(scope="module", params=[shipped, generated], ids=lambda made: made.__name__)
def site(tmp_path_factory, request):
    """A Mosquitto with the shipped files; only paths and ports, and for one the names, are another's."""
    folder, ports = tmp_path_factory.mktemp("mosquitto"), (free_port(), free_port())
    names = {vehicle: vehicle if request.param is shipped else f"box-{k}" for k, vehicle in enumerate(VEHICLES)}
    certify(folder, "authority")
    certify(folder, "server", "server", "tripmeter,127.0.0.1")
    certify(folder / "devices", "authority")
    users = (*names.values(), *OURS, *OFFICES)
    for user in (*users, "lost"):
        certify(folder / "devices", "client", file_of(user), user if user != "lost" else names["acme/truck-1"])
    certify(folder / "devices", "revoke", "lost")
    (folder / "passwords").write_text("".join(f"{user}:of {user}\n" for user in users))
    subprocess.run(["mosquitto_passwd", "-U", "passwords"], cwd=folder, check=True)
    (folder / "acl").write_text(request.param(names))
    config = (DEPLOY / "mosquitto.conf").read_text() + (DEPLOY / "certificates.conf").read_text()
    for theirs in ("/etc/mosquitto/certs", "/etc/mosquitto/tripmeter", "/var/lib/mosquitto"):
        config = config.replace(theirs, str(folder))
    for theirs, port in zip(("listener 8883", "listener 8885"), ports, strict=True):
        assert theirs in config
        config = config.replace(theirs, f"listener {port} 127.0.0.1")
    (folder / "mosquitto.conf").write_text("user root\n" + config)
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([mosquitto, "-c", folder / "mosquitto.conf"], stderr=log)
    yield Site(folder, *ports, names)
    process.terminate()
    process.wait()


@pytest.fixture(params=["password", "certificate"])
def by(request):
    """What everybody logs in with."""
    return request.param


class Client:
    """Someone who has logged in, subscribed to everything there may be to hear."""

    def __init__(self, site, user, by, until):
        self.heard, self.until, subscribed = [], until, []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="tripmeter-gateway")  # a false name
        user, tls = site.names.get(user, user), site.trusting()
        if by == "password":
            self.client.username_pw_set(user, f"of {user}")
        else:
            own = site.folder / "devices" / file_of(user)
            tls.load_cert_chain(own.with_suffix(".crt"), own.with_suffix(".key"))
            self.client.username_pw_set("tripmeter-gateway", "a false name too")
        self.client.tls_set_context(tls)
        self.client.on_connect = lambda client, *_: client.subscribe("tripmeter/v1/+/+/#", qos=1)
        self.client.on_subscribe = lambda *_: subscribed.append(1)
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        until(lambda: self._connect(site.passwords if by == "password" else site.certificates))
        self.client.loop_start()
        until(lambda: subscribed)

    def _connect(self, port):
        try:
            return self.client.connect("127.0.0.1", port) == mqtt.MQTT_ERR_SUCCESS
        except ConnectionRefusedError:
            return False

    def publish(self, topic, body):
        """Publish; over when the broker answers, or hangs up on who may not."""
        answered = []
        self.client.on_publish = self.client.on_disconnect = lambda *_: answered.append(1)
        self.client.publish(topic, body, qos=1)
        self.until(lambda: answered)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def client(site, by, until):
    made = []

    def make(user):
        made.append(Client(site, user, by, until))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def gateway(site, by):
    with doors.gateway(site.settings("tripmeter-gateway", by)).start(within=20) as gateway:
        yield gateway


def taken(gateway, until, last):
    """What the gateway got, up to the payload ``last``."""
    payloads = []
    until(lambda: payloads.extend(gateway.take(100, 0.1)) or (payloads and payloads[-1].body == last))
    gateway.acknowledge(payloads)
    return [(payload.topic, payload.body) for payload in payloads]


def test_a_device_speaks_for_itself_only(client, gateway, until):
    for topic in (
        "tripmeter/v1/acme/truck-2/telemetry",
        "tripmeter/v1/other/truck-1/telemetry",
        "tripmeter/v1/acme/truck-1/ack",
        "tripmeter/v1/acme/truck-1/alert/crash",
        "tripmeter/v1/acme/truck-1/telemetry/more",
        "tripmeter/v1/acme/truck-1/telemetry",
    ):
        truck = client("acme/truck-1")
        truck.publish(topic, topic.encode())
        truck.close()
    own = "tripmeter/v1/acme/truck-1/telemetry"
    assert taken(gateway, until, own.encode()) == [(own, own.encode())]


def test_a_device_hears_what_is_meant_for_it_only(client, gateway, until):
    truck, neighbour, stranger = client("acme/truck-1"), client("acme/truck-2"), client("other/truck-1")
    office, rival = client("office-of-acme"), client("office-of-other")
    topics = [
        f"tripmeter/v1/{vehicle}/{rest}"
        for vehicle in ("acme/truck-1", "acme/truck-2", "other/truck-1")
        for rest in ("alert/tyre_low/1L", "ack")
    ]
    for topic in topics:
        until(gateway.publish(topic, b"x").done)
    for each, user in ((truck, "acme/truck-1"), (neighbour, "acme/truck-2"), (stranger, "other/truck-1")):
        own = [f"tripmeter/v1/{user}/alert/tyre_low/1L", f"tripmeter/v1/{user}/ack"]
        until(lambda each=each, own=own: [topic for topic, _ in each.heard] == own)
    until(lambda: [topic for topic, _ in office.heard] == [topics[0], topics[2]])
    until(lambda: [topic for topic, _ in rival.heard] == [topics[4]])


def test_a_false_client_id_takes_over_no_session(client, gateway, until):
    client("acme/truck-1").publish("tripmeter/v1/acme/truck-1/telemetry", b"hello")
    assert taken(gateway, until, b"hello")
    assert gateway.reconnects == 0


def test_the_gateway_hears_telemetry_only_and_cannot_speak_as_a_device(client, gateway, until):
    until(gateway.publish("tripmeter/v1/acme/truck-1/telemetry", b"forged").done)
    until(gateway.publish("tripmeter/v1/acme/truck-1/ack", b"real").done)
    client("acme/truck-1").publish("tripmeter/v1/acme/truck-1/telemetry", b"true")
    assert [body for _, body in taken(gateway, until, b"true")] == [b"true"]


@pytest.mark.parametrize("by", ["password"], indirect=True)
def test_payloads_wait_while_the_service_is_away(client, site, gateway, until):
    gateway.stop()
    truck = client("acme/truck-1")
    for k in range(3000):
        truck.client.publish("tripmeter/v1/acme/truck-1/telemetry", b"%d" % k, qos=1)
    truck.publish("tripmeter/v1/acme/truck-1/telemetry", b"last")
    with doors.gateway(site.settings("tripmeter-gateway", "password")).start(within=20) as back:
        got = []
        until(lambda: got.extend(batch := back.take(100, 0.5)) or back.acknowledge(batch) or len(got) == 3001)
    assert [payload.body for payload in got] == [*(b"%d" % k for k in range(3000)), b"last"]


def test_an_office_says_nothing(client, gateway, until):
    client("office-of-acme").publish("tripmeter/v1/acme/truck-1/telemetry", b"forged")
    client("acme/truck-1").publish("tripmeter/v1/acme/truck-1/telemetry", b"true")
    assert [body for _, body in taken(gateway, until, b"true")] == [b"true"]


def test_a_bridge_only_listens_and_a_worker_only_speaks(client, site, by, until):
    truck = client("acme/truck-1")
    settings = [site.settings(user, by) for user in ("tripmeter-bridge", "tripmeter-worker-1")]
    with (
        doors.gateway(settings[0], client_id="bridge").start(within=20) as bridge,
        doors.gateway(settings[1], client_id="worker", topic="").start(within=20) as worker,
    ):
        until(bridge.publish("tripmeter/v1/acme/truck-1/ack", b"forged").done)
        until(worker.publish("tripmeter/v1/acme/truck-1/telemetry", b"forged").done)
        until(worker.publish("tripmeter/v1/acme/truck-1/ack", b"real").done)
        truck.publish("tripmeter/v1/acme/truck-1/telemetry", b"true")
        assert [body for _, body in taken(bridge, until, b"true")] == [b"true"]
        until(lambda: truck.heard == [("tripmeter/v1/acme/truck-1/ack", b"real")])


@pytest.mark.parametrize("by", ["password"], indirect=True)
@pytest.mark.parametrize(("user", "password"), [("acme/truck-1", "wrong"), ("nobody", "x"), (None, None)])
def test_without_the_right_password_nobody_gets_in(site, user, password, gateway):
    with pytest.raises(GatewayError, match="Not authorized"):
        Gateway("127.0.0.1", site.passwords, tls=site.trusting(), username=user, password=password).start(within=2)


@pytest.mark.parametrize("by", ["certificate"], indirect=True)
@pytest.mark.parametrize("whose", ["nobody's", "a stranger's", "lost"])
def test_without_a_certificate_that_is_good_nobody_gets_in(site, whose, gateway, tmp_path):
    tls = site.trusting()
    if whose == "lost":
        tls.load_cert_chain(site.folder / "devices/lost.crt", site.folder / "devices/lost.key")
    elif whose == "a stranger's":
        certify(tmp_path, "authority")
        certify(tmp_path, "client", "own", "tripmeter-gateway")
        tls.load_cert_chain(tmp_path / "own.crt", tmp_path / "own.key")
    login = {"username": "tripmeter-gateway", "password": "of tripmeter-gateway"}  # not asked for at this door
    with pytest.raises(GatewayError, match="did not let us in"):
        Gateway("127.0.0.1", site.certificates, tls=tls, **login).start(within=2)
