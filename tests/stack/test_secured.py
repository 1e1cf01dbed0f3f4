"""All doors locked: certificates at Mosquitto, login and TLS at Kafka, TLS to PostgreSQL, tokens for HTTP; it works."""

import json
import os
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from streams.river.noted import append
from streams.store import audit
from streams.store.audit import Entry
from streams.store.layout import open_partition, open_readers
from streams.web import tokens

from .mosquitto import Mosquitto

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
FILES = {
    "fleets": "fleet_id,name,time_zone\nacme,Acme,UTC\nother,Other,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class\nT1,acme,N3\nT1,other,N3\n",
    "devices": "device_id,vehicle_id,fleet_id,username\nbox-1,T1,acme,box-1\nbox-2,T1,other,box-2\n",
}
OURS, OFFICES = ("tripmeter-bridge", "tripmeter-worker"), ("acme", "other")
TOKEN = tokens.made()
LINE = tokens.line("prometheus", [tokens.Grant("metrics")], TOKEN)


def run(*command, **environ):
    done = subprocess.run(list(map(str, command)), env=os.environ | environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Site:
    """A registry, certificates for everybody in it and for us, and a Mosquitto that knows no passwords."""

    def __init__(self, folder):
        self.folder = folder
        self.registry = folder / "registry"
        self.registry.mkdir(parents=True)
        for name, text in FILES.items():
            (self.registry / f"{name}.csv").write_text(text)
        certify = ROOT / "scripts/certificates.sh"
        for where in (folder, folder / "devices"):
            run(certify, where, "authority")
        run(certify, folder, "server", "server", "127.0.0.1")
        offices = [part for fleet in OFFICES for part in ("--office", f"{fleet}-office={fleet}")]
        for user in ("box-1", "box-2", *OURS, *(f"{fleet}-office" for fleet in OFFICES)):
            run(certify, folder / "devices", "client", user, user)
        made = [sys.executable, ROOT / "scripts/mosquitto.py", self.registry, folder, *OURS, "--certificates"]
        run(*made, *offices)
        self.broker = Mosquitto(folder)
        self._configure()

    def _configure(self):
        """As shipped, but for the door of passwords, which nobody has, and for where things are."""
        shipped, certificates = (
            (ROOT / "deploy/mosquitto" / f"{name}.conf").read_text() for name in ("mosquitto", "certificates")
        )
        first, second = shipped.index("listener 8883"), shipped.index("allow_anonymous")
        shipped = shipped[:first] + shipped[second:].replace("use_username_as_clientid true\n", "", 1)
        config = (
            "user root\n" + shipped + certificates.replace("listener 8885", f"listener {self.broker.port} 127.0.0.1")
        )
        for theirs in ("/etc/mosquitto/certs", "/etc/mosquitto/tripmeter", "/var/lib/mosquitto"):
            config = config.replace(theirs, str(self.folder))
        (self.folder / "mosquitto.conf").write_text(config)

    def login(self, user):
        own = self.folder / "devices" / user
        where = {"mqtt__host": "127.0.0.1", "mqtt__port": self.broker.port, "mqtt__tls": "true"}
        files = {
            "mqtt__ca_file": self.folder / "ca.crt",
            "mqtt__cert_file": f"{own}.crt",
            "mqtt__key_file": f"{own}.key",
        }
        return where | files

    def client(self, user, *topics):
        """Somebody with a certificate, and what is heard."""
        tls, heard, subscribed = ssl.create_default_context(cafile=str(self.folder / "ca.crt")), [], threading.Event()
        tls.load_cert_chain(self.folder / "devices" / f"{user}.crt", self.folder / "devices" / f"{user}.key")
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.tls_set_context(tls)
        client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in topics])
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _client, _data, message: heard.append(
            (message.topic, json.loads(message.payload or b"{}"))
        )
        client.connect("127.0.0.1", self.broker.port)
        client.loop_start()
        assert subscribed.wait(20)
        return client, heard


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path / "site")
    made.broker.start()
    yield made
    made.broker.stop()


def at_kafka(kafka, user):
    login = {"kafka__security": "sasl_ssl", "kafka__username": user, "kafka__password": f"of {user}"}
    return login | {"kafka__bootstrap": kafka.secure, "kafka__ca_file": kafka.certificate}


def braking(seq, t):
    return json.dumps({"v": 1, "boot": "b", "seq": seq, "t": [t, t + 1, t + 2, t + 3], "speed_kmh": [60, 44, 27, 9]})


def asked(where, token=""):
    connection = HTTPConnection(where, timeout=20)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"} if token else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_with_all_doors_locked_a_payload_becomes_an_ack_and_an_alert_of_its_own_fleet(
    site, kafka, postgres, start, until, tmp_path
):
    named = postgres.fresh().partition("?")[0].replace("127.0.0.1", "localhost")
    url = f"{named}?sslmode=verify-full&sslrootcert={postgres.certificate}"
    run(sys.executable, "-m", "streams", "registry", "import", site.registry, TRIPMETER_STORE__URL=url)
    topics = {"kafka__topic": "secured", "kafka__dead_letters": "secured-dead", "kafka__partitions": 2}
    common = topics | {"kafka__group": "secured", "http__tokens": LINE}
    for topic in ("secured", "secured-dead"):
        kafka.allow("a-bridge", "topic", topic, "CREATE", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS")
    start("bridge", **common, **at_kafka(kafka, "a-bridge"), **site.login("tripmeter-bridge")).ready()
    kafka.allow("a-worker", "topic", "secured", "READ", "DESCRIBE")
    kafka.allow("a-worker", "topic", "secured-dead", "WRITE", "DESCRIBE")
    kafka.allow("a-worker", "group", "secured", "READ")
    place = {"store__url": url, "data__dir": tmp_path}
    worker = start("worker", **common, **at_kafka(kafka, "a-worker"), **site.login("tripmeter-worker"), **place).ready()

    device, acks = site.client("box-1", "tripmeter/v1/+/+/ack")
    offices = [site.client(f"{fleet}-office", "tripmeter/v1/+/+/alert/#") for fleet in OFFICES]
    t = time.time() - 60
    forged = device.publish("tripmeter/v1/other/T1/telemetry", braking(1, t), qos=0)
    device.publish("tripmeter/v1/acme/T1/telemetry", braking(1, t), qos=1)
    until(lambda: acks)
    until(lambda: offices[0][1])
    assert forged.rc == mqtt.MQTT_ERR_SUCCESS  # it was sent, and not heard
    assert [topic for topic, _ in acks] == ["tripmeter/v1/acme/T1/ack"]
    assert {(told["fleet_id"], told["kind"]) for _, told in offices[0][1]} == {("acme", "harsh_braking")}
    assert offices[1][1] == []

    assert [asked(worker.http), asked(worker.http, "guess"), asked(worker.http, TOKEN)] == [401, 401, 200]
    log = json.loads(run(sys.executable, "-m", "streams", "audit", "--json", TRIPMETER_STORE__URL=url))
    assert {"registry.added", "rules.changed", "http.refused"} <= {row["action"] for row in log}
    run(sys.executable, "-m", "streams", "audit", "--verify", TRIPMETER_STORE__URL=url)
    for client, _ in [(device, None), *offices]:
        client.disconnect()
        client.loop_stop()


def test_whoever_writes_the_audit_log_at_once_makes_one_chain(postgres):
    url = postgres.fresh()
    stores = [open_readers(url), open_readers(url), open_partition(url, 0), open_partition(url, 1)]
    for store in stores[2:]:
        store.take_over()

    def write(number):
        for k in range(20):
            append(stores[number], Entry(f"writer {number}", "test.write", detail={"k": k}))

    with ThreadPoolExecutor(len(stores)) as writers:
        list(writers.map(write, range(len(stores))))
    with stores[0].reading() as connection:
        found, rows = audit.verify(connection), audit.read(connection, action="test")
    assert (found.problems, len(rows)) == ([], 80)
    assert [row["id"] for row in rows] == list(range(1, 81))
    for store in stores:
        store.close()
