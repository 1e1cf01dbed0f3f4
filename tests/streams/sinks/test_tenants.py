"""Tenants: two fleets in one service, and by no way out does one hear of the other."""

import json
import socket
from dataclasses import replace
from email import message_from_string, policy
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as mqtt
import pytest
from click.testing import CliRunner

from streams import config
from streams.cli import tripmeter
from streams.desk import tasks
from streams.desk.actions import act, shelve
from streams.fleets.contacts import Contact, key_of
from streams.registry import load, stored
from streams.river import outbox
from streams.service import Service
from streams.sinks.webhook import Webhook, signature
from streams.store import schema
from streams.store.audit import read
from streams.store.store import Commit, open_store

NOON = 1_750_068_000.0  # 2025-06-16 10:00 UTC
MORNING = NOON + 20 * 3600.0  # 06:00
FLEETS = {"acme": "ACME1", "other": "OTHER1"}  # and what a row of each has in it
SIGNED_WITH = "of the service"
FILES = {
    "fleets": "fleet_id,name,time_zone,alerts_mail,alerts_webhook\n"
    "acme,Acme,UTC,duty@acme.example,{hook}acme\n"
    "other,Other,UTC,duty@other.example,{hook}other\n"
    "third,Third,UTC,,\n",
    "tyre_plans": "plan_id,wheel,placard_kpa\nvan,1L,400\n",
    "vehicles": "vehicle_id,fleet_id,class,tyre_plan\nACME1,acme,N1,van\nOTHER1,other,N1,van\nTHIRD1,third,N1,van\n",
    "drivers": "driver_id,fleet_id,name\nD1,acme,Ann\n",
}


def payload(rivers, fleet, vehicle, more=None):
    """Five minutes too fast on a soft tyre, then a crash that the device tells."""
    said = {"v": 1, "boot": "b", "seq": 1, "driver": "D1", "t": [NOON + k for k in range(300)], "speed_kmh": 90}
    said |= {"speed_limit_kmh": 50, "tyres": {"1L": {"pressure_kpa": 290, "temp_c": 20}}}
    said |= {"events": [{"t": NOON + 250, "kind": "crash", "level": 3}]} | (more or {})
    return rivers.Payload(f"tripmeter/v1/{fleet}/{vehicle}/telemetry", json.dumps(said).encode(), NOON + 300)


class Listener:
    """Everything that leaves over MQTT."""

    def __init__(self, port):
        self.heard = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("tripmeter/v1/+/+/alert/#", 1)
        self.client.loop_start()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


class Served(NamedTuple):
    """A day of all three fleets: what left by MQTT, webhook and mail, and the folder."""

    heard: list
    hook: object
    mailbox: object
    folder: Path


def registered(folder, hook):
    registry = folder / "registry"
    registry.mkdir()
    for name, text in FILES.items():
        (registry / f"{name}.csv").write_text(text.format(hook=hook.url.partition("alerts")[0]))
    store = open_store(folder / "data")
    with store.engine.begin() as connection:
        stored.write(connection, load(registry), 0.0)
    store.close()
    return folder / "data"


@pytest.fixture(scope="module")
def served(rivers, lasting, tmp_path_factory):
    hook, mailbox = lasting
    folder = registered(tmp_path_factory.mktemp("tenants"), hook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "PAUSE_S", (0.01, 0.02))
        heard = a_day(rivers, folder, hook, mailbox)
    return Served(heard, hook, mailbox, folder)


def a_day(rivers, folder, hook, mailbox):
    said = config.load(None, {}, ())
    said = replace(
        said,
        data=replace(said.data, dir=folder),
        mqtt=replace(said.mqtt, host="127.0.0.1", port=0),
        http=replace(said.http, port=0),
        sinks=replace(mailbox.said, webhook=hook.url, webhook_secret=SIGNED_WITH, webhook_all=True, mqtt=True),
    )
    with Service(said, rivers.judged(), feed_clock=True) as service:
        listener, river = Listener(service.gateway.port), service.partition.river
        river.take([payload(rivers, fleet, truck) for fleet, truck in [*FLEETS.items(), ("third", "THIRD1")]])
        river.take(
            [rivers.Payload(f"tripmeter/v1/{fleet}/{truck}/telemetry", b"?", NOON) for fleet, truck in FLEETS.items()]
        )
        assert river.tick(MORNING - 60.0)
        assert river.tick(MORNING)
        with service.store.reading() as connection:
            alerts = connection.execute(schema.alerts.select()).mappings().all()
        for alert in alerts:
            act(service.store, alert["alert_id"], "acknowledge", "Ann", "", NOON)
            about = tasks.About(alert["fleet_id"], alert["vehicle_id"], "", alert["alert_id"])
            tasks.create(service.store, "call_driver", about, "Ann", NOON)
            shelve(
                service.store, alert["fleet_id"], "Ann", "test", NOON, vehicle_id=alert["vehicle_id"], until=NOON + 9e5
            )
        refused = [{"sink": "email", "address": "", "body": page(fleet), "why": "it said no"} for fleet in FLEETS]
        service.store.commit(Commit(appends={schema.undelivered: refused}))
        sent = rivers.until(lambda: service.store.engine and not _left(service.store))
        assert sent, _left(service.store)
        assert rivers.until(lambda: len({topic.split("/")[2] for topic, _ in listener.heard}) == 3)
        listener.close()
    return listener.heard


def page(fleet):
    return json.dumps({"fleet_id": fleet, "vehicle_id": FLEETS[fleet]}).encode()


def _left(store):
    with store.reading() as connection:
        return connection.execute(schema.outbox.select()).all()


def foreign(fleet):
    """What must not be in anything that ``fleet`` gets."""
    return [truck for other, truck in [*FLEETS.items(), ("third", "THIRD1")] if other != fleet]


def assert_only(fleet, said):
    assert FLEETS[fleet] in said
    assert not [truck for truck in foreign(fleet) if truck in said], said


def test_alerts_are_on_the_topics_of_their_own_fleet(served):
    for topic, body in served.heard:
        _, _, fleet, vehicle, *_ = topic.split("/")
        assert (told := json.loads(body))["fleet_id"] == fleet
        assert told["vehicle_id"] == vehicle
        if fleet in FLEETS:
            assert_only(fleet, body.decode())


def test_pages_changes_and_lists_are_posted_to_their_own_fleet_signed_with_its_own_key(served):
    by_path = {}
    for path, headers, body in served.hook.got:
        by_path.setdefault(path.strip("/"), []).append((headers, body))
    assert set(by_path) == {*FLEETS, "alerts?fleet=1"}
    for fleet in FLEETS:
        kinds = [json.loads(body).keys() & {"page", "list"} for _, body in by_path[fleet]]
        assert {"page"} in kinds
        assert {"list"} in kinds
        assert set() in kinds
        for headers, body in by_path[fleet]:
            assert_only(fleet, body.decode())
            stamp = headers["Tripmeter-Signature"].split(",")[0].removeprefix("t=")
            assert (
                headers["Tripmeter-Signature"] == f"t={stamp},v1={signature(key_of(SIGNED_WITH, fleet), stamp, body)}"
            )
    assert {json.loads(body)["fleet_id"] for _, body in by_path["alerts?fleet=1"]} == {"third"}


def test_pages_and_lists_are_mailed_to_their_own_fleet(served):
    by_receiver = {}
    for to, text in served.mailbox.got:
        mail = message_from_string(text, policy=policy.default)
        by_receiver.setdefault(tuple(to), []).append(mail["Subject"] + mail.get_content())
    assert set(by_receiver) == {("duty@acme.example",), ("duty@other.example",), ("duty@example.org",)}
    for fleet in FLEETS:
        for said in by_receiver[f"duty@{fleet}.example",]:
            assert_only(fleet, said)
        assert any("this morning" in said for said in by_receiver[f"duty@{fleet}.example",])


@pytest.mark.parametrize(
    "command",
    [
        ("alerts", "list", "--all"),
        ("alerts", "morning"),
        ("alerts", "log"),
        ("alerts", "shelves"),
        ("alerts", "undelivered"),
        ("tasks", "list", "--all"),
        ("evidence", "list"),
        ("quarantine", "list"),
        ("rate",),
        ("registry", "list", "vehicles"),
    ],
    ids=" ".join,
)
def test_commands_of_a_fleet_show_that_fleet(served, command):
    for fleet in FLEETS:
        for form in ([], ["--json"]):
            done = CliRunner().invoke(tripmeter, [*command, "--fleet", fleet, "--data", str(served.folder), *form])
            assert done.exit_code == 0, done.output
            assert not [truck for truck in foreign(fleet) if truck in done.stdout], done.stdout
        assert FLEETS[fleet] in done.stdout


def test_the_audit_log_of_a_fleet_names_that_fleet(served):
    store = open_store(served.folder)
    with store.reading() as connection:
        for fleet in FLEETS:
            assert_only(fleet, json.dumps(read(connection, fleet_id=fleet)))
    store.close()


class Away:
    """Fleets of which one has an address where nobody is."""

    def __init__(self, hook, port):
        self.urls = {"acme": f"http://127.0.0.1:{port}/", "other": hook.url.partition("alerts")[0] + "other"}

    def __call__(self, fleet_id):
        return Contact(webhook=self.urls[fleet_id])


def test_a_fleet_whose_receiver_is_away_holds_up_no_other(hook, request, rivers, tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.01, 0.02))
    made = request.getfixturevalue("page")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        sink = Webhook("", contact=Away(hook, nobody.getsockname()[1]))
        store = open_store(tmp_path)
        bodies = [made(alert_id=f"{fleet}{k}") | {"fleet_id": fleet} for k in range(8) for fleet in FLEETS]
        commit = Commit()
        rows = [{"sink": "webhook", "address": "", "body": json.dumps(body).encode(), "retain": 0} for body in bodies]
        commit.append(schema.outbox, rows)
        store.commit(commit)
        sender = outbox.Sender(store, sink)
        sender.start()
        assert rivers.until(lambda: len(hook.got) == 8)
        sender.stop()
        assert {json.loads(row.body)["fleet_id"] for row in _left(store)} == {"acme"}  # and tried again later
        assert len(_left(store)) == 8
        store.close()


@pytest.mark.parametrize("named", ["fleet", "fleet_id", "vehicle", "vehicle_id", "device"])
def test_who_a_payload_is_of_says_its_topic_and_nothing_in_it(rivers, tmp_path, named):
    river = rivers.River(tmp_path, rivers.judged())
    river.embedded.take([payload(rivers, "acme", "ACME1", {named: "OTHER1"})])
    river.drain()
    for table in (schema.events, schema.trips, schema.alerts, schema.segments):
        assert {(row["fleet_id"], row["vehicle_id"]) for row in river.rows(table)} <= {("acme", "ACME1")}
    assert "OTHER" not in str(river.rows(schema.alerts))


def test_the_record_of_a_fleet_is_the_same_whoever_else_is_there(rivers, tmp_path):
    """Vehicles and drivers of both have the same ids."""
    both, tables = rivers.payloads(rivers.fleets(["acme", "other"], seed=5)), []
    for name, sent in (("both", both), ("alone", [one for one in both if "/acme/" in one.topic])):
        river = rivers.River(tmp_path / name, rivers.judged(*rivers.HOURS))
        for start in range(0, len(sent), 40):
            river.embedded.take(sent[start : start + 40])
        river.drain()
        with river.store.reading() as connection:
            found = rivers._all(connection, river.rules, max(json.loads(one.body)["t"][-1] for one in both))
        tables.append({one: frame.filter(frame["fleet_id"] == "acme") for one, frame in found.items()})
    assert rivers.differences(*tables) == {}
    assert tables[0]["events"].height
    assert tables[0]["scores"].height
