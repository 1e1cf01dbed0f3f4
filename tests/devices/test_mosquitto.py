"""The shipped Mosquitto configuration: over TLS, with a password each, a device has its own topics and no others."""

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

DEPLOY = Path(__file__).parents[2] / "deploy" / "mosquitto"
VEHICLES = ("acme/truck-1", "acme/truck-2", "other/truck-1")
OFFICE = "\nuser office-of-acme\ntopic read tripmeter/v1/acme/+/alert/#\n"

pytestmark = pytest.mark.stack

for program in ("mosquitto", "mosquitto_passwd", "openssl"):
    if not shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        pytest.skip(f"{program} is not installed (Debian: apt install mosquitto openssl)", allow_module_level=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site(NamedTuple):
    """A Mosquitto, and what each vehicle's device is called there."""

    port: int
    tls: ssl.SSLContext
    names: dict[str, str]


def shipped(names):
    return (DEPLOY / "acl").read_text()


def generated(names):
    return acl(Account(name, *vehicle.split("/")) for vehicle, name in names.items())


@pytest.fixture(scope="module", params=[shipped, generated], ids=lambda made: made.__name__)
def site(tmp_path_factory, request):
    """A Mosquitto with the shipped files; only paths and port, and for one the names, are another's."""
    folder, port = tmp_path_factory.mktemp("mosquitto"), free_port()
    names = {vehicle: vehicle if request.param is shipped else f"box-{k}" for k, vehicle in enumerate(VEHICLES)}
    certificate = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=tripmeter"
    address = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", "server.key", "-out", "server.crt"]
    subprocess.run(["openssl", *certificate.split(), *address, *files], cwd=folder, check=True, capture_output=True)
    shutil.copy(folder / "server.crt", folder / "ca.crt")
    users = (*names.values(), "tripmeter-gateway", "office-of-acme")
    (folder / "passwords").write_text("".join(f"{user}:of {user}\n" for user in users))
    subprocess.run(["mosquitto_passwd", "-U", "passwords"], cwd=folder, check=True)
    (folder / "acl").write_text(request.param(names) + OFFICE)
    config = (DEPLOY / "mosquitto.conf").read_text()
    for theirs in ("/etc/mosquitto/certs", "/etc/mosquitto/tripmeter", "/var/lib/mosquitto"):
        config = config.replace(theirs, str(folder))
    config = config.replace("listener 8883", f"listener {port} 127.0.0.1") + "user root\n"
    (folder / "mosquitto.conf").write_text(config)
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([mosquitto, "-c", folder / "mosquitto.conf"], stderr=log)
    yield Site(port, ssl.create_default_context(cafile=str(folder / "ca.crt")), names)
    process.terminate()
    process.wait()


class Client:
    """Someone with a password, subscribed to everything there may be to hear."""

    def __init__(self, site, user, until):
        self.heard, self.until, subscribed = [], until, []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="tripmeter-gateway")  # a false name
        user = site.names.get(user, user)
        self.client.username_pw_set(user, f"of {user}")
        self.client.tls_set_context(site.tls)
        self.client.on_connect = lambda client, *_: client.subscribe("tripmeter/v1/+/+/#", qos=1)
        self.client.on_subscribe = lambda *_: subscribed.append(1)
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        until(lambda: self._connect(site.port))
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
def client(site, until):
    made = []

    def make(user):
        made.append(Client(site, user, until))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def gateway(site):
    login = {"username": "tripmeter-gateway", "password": "of tripmeter-gateway"}
    with Gateway("127.0.0.1", site.port, tls=site.tls, **login).start(within=20) as gateway:
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
    office = client("office-of-acme")
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


def test_a_false_client_id_takes_over_no_session(client, gateway, until):
    client("acme/truck-1").publish("tripmeter/v1/acme/truck-1/telemetry", b"hello")
    assert taken(gateway, until, b"hello")
    assert gateway.reconnects == 0


def test_the_gateway_hears_telemetry_only_and_cannot_speak_as_a_device(client, gateway, until):
    until(gateway.publish("tripmeter/v1/acme/truck-1/telemetry", b"forged").done)
    until(gateway.publish("tripmeter/v1/acme/truck-1/ack", b"real").done)
    client("acme/truck-1").publish("tripmeter/v1/acme/truck-1/telemetry", b"true")
    assert [body for _, body in taken(gateway, until, b"true")] == [b"true"]


def test_payloads_wait_while_the_service_is_away(client, site, gateway, until):
    gateway.stop()
    truck = client("acme/truck-1")
    for k in range(3000):
        truck.client.publish("tripmeter/v1/acme/truck-1/telemetry", b"%d" % k, qos=1)
    truck.publish("tripmeter/v1/acme/truck-1/telemetry", b"last")
    login = {"username": "tripmeter-gateway", "password": "of tripmeter-gateway"}
    with Gateway("127.0.0.1", site.port, tls=site.tls, **login).start(within=20) as back:
        got = []
        until(lambda: got.extend(batch := back.take(100, 0.5)) or back.acknowledge(batch) or len(got) == 3001)
    assert [payload.body for payload in got] == [*(b"%d" % k for k in range(3000)), b"last"]


@pytest.mark.parametrize(("user", "password"), [("acme/truck-1", "wrong"), ("nobody", "x"), (None, None)])
def test_without_the_right_password_nobody_gets_in(site, user, password, gateway):
    with pytest.raises(GatewayError, match="Not authorized"):
        Gateway("127.0.0.1", site.port, tls=site.tls, username=user, password=password).start(within=2)
