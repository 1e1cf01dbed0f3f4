"""Service: broker, gateway, pipeline, store, sinks and health in one process, seen from a device and a manager."""

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import urlopen

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.broker import BrokerError
from streams import config, registry
from streams.desk import actions, thresholds
from streams.registry import registered, stored
from streams.river import in_force
from streams.service import Service
from streams.store import schema, upkeep
from streams.store.store import open_store, rows_of

FAST = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":100,"speed_limit_kmh":50}'
TELEMETRY, ALERT, ACK = (f"tripmeter/v1/f/V/{end}" for end in ("telemetry", "alert/speeding", "ack"))


class Client:
    """A device and a manager's screen in one: publishes, and keeps what it hears."""

    def __init__(self, port):
        self.heard, self.news = [], threading.Condition()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.subscribe([(ALERT, 1), (ACK, 1)])
        self.client.loop_start()

    def _hear(self, _client, _data, message):
        with self.news:
            self.heard.append((message.topic, message.payload, message.retain))
            self.news.notify_all()

    def send(self, *bodies):
        for body in bodies:
            self.client.publish(TELEMETRY, body, qos=1)

    def wait_for(self, topic, like=lambda _body: True):
        def found():
            return [body for at, body, _ in self.heard if at == topic and like(body)]

        with self.news:
            assert self.news.wait_for(found, 20), self.heard
            return found()[-1]

    def close(self):
        self.client.loop_stop()
        self.client.disconnect()


def settings(folder, **mqtt_settings):
    found = config.load(None, {}, ())
    return replace(
        found,
        data=replace(found.data, dir=folder),
        mqtt=replace(found.mqtt, host="127.0.0.1", port=0, **mqtt_settings),
        http=replace(found.http, port=0),
        gateway=replace(found.gateway, accept_unregistered=True),
    )


@contextmanager
def serving(folder, rules, **options):
    with Service(settings(folder), rules, feed_clock=True, **options) as service:
        thread = threading.Thread(target=service.serve)
        thread.start()
        client = Client(service.gateway.port)
        try:
            yield service, client
        finally:
            client.close()
            service.stop()
            thread.join()


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


def fast(seq, start=1000):
    return FAST % (seq, str([start + k for k in range(60)]).encode())


def get(service, path):
    try:
        with urlopen(f"http://127.0.0.1:{service.health.port}{path}", timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def rows(folder, table):
    store = open_store(folder)
    with store.reading() as connection:
        found = rows_of(connection, table.select())
    store.close()
    return found


def seqs(ack):
    told = json.loads(ack)
    return {seq for first, last in told["seqs"] for seq in range(first, last + 1)}


def test_a_payload_becomes_an_ack_an_alert_and_a_row(rules, tmp_path):
    with serving(tmp_path, rules) as (service, client):
        client.send(b"not json", fast(7))
        assert seqs(client.wait_for(ACK)) == {7}
        alert = json.loads(client.wait_for(ALERT))
        assert (alert["kind"], alert["condition"], alert["event"]["unit"]) == ("speeding", "active", "km/h")
        assert get(service, "/healthz")[0] == get(service, "/readyz")[0] == 200
        assert b'result="accepted"' in get(service, "/metrics")[1]
        store = open_store(tmp_path)
        actions.act(store, alert["alert_id"], "resolve", "Ann", "", time.time())
        store.close()
        assert client.wait_for(ALERT, lambda body: body == b"") == b""
        late = Client(service.gateway.port)
        client.send(fast(8, start=1060))
        client.wait_for(ACK, lambda body: 8 in seqs(body))
        assert [topic for topic, _, retained in late.heard if retained] == []
        late.close()
    assert [row["reason"] for row in rows(tmp_path, schema.quarantine)] == ["undecodable"]
    assert len(rows(tmp_path, schema.payloads)) == 2
    assert rows(tmp_path, schema.outbox) == []


def test_open_alerts_are_retained_again_after_a_restart(rules, tmp_path):
    with serving(tmp_path, rules) as (_, client):
        client.send(fast(1))
        first = json.loads(client.wait_for(ALERT))
    with serving(tmp_path, rules) as (_, client):
        assert json.loads(client.wait_for(ALERT))["alert_id"] == first["alert_id"]
        client.send(fast(1))
        assert seqs(client.wait_for(ACK)) == {1}
    assert len(rows(tmp_path, schema.payloads)) == 1


class Broken:
    """A sink with a programming error."""

    name = "broken"

    def write(self, messages):
        raise ZeroDivisionError


def test_a_sink_that_stumbles_stops_nobody_and_is_seen(rules, tmp_path):
    with serving(tmp_path, rules, sinks=[Broken()]) as (service, client):
        client.send(fast(1))
        client.wait_for(ALERT)
        client.send(fast(2, start=2000))
        client.wait_for(ACK, lambda body: 2 in seqs(body))
        seen = re.compile(rb'tripmeter_(send_failures|undelivered)_total{sink="broken"} [1-9]')
        until, tick = time.monotonic() + 20, threading.Event()
        while not seen.search(get(service, "/metrics")[1]):
            assert time.monotonic() < until
            tick.wait(0.01)
        assert get(service, "/healthz")[0] == 200


def test_a_start_that_fails_leaves_nothing_behind(rules, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = settings(tmp_path)
        wanted = replace(wanted, mqtt=replace(wanted.mqtt, port=taken.getsockname()[1]))
        with pytest.raises(BrokerError, match="is taken"), Service(wanted, rules):
            pass
    with serving(tmp_path, rules):
        assert [thread.name for thread in threading.enumerate()].count("gateway") == 1


def test_two_services_do_not_share_a_folder(rules, tmp_path):
    with serving(tmp_path, rules), pytest.raises(OSError, match="another tripmeter serves"):
        Service(settings(tmp_path), rules)


def test_the_state_is_saved_on_the_way_out(rules, tmp_path):
    with serving(tmp_path, rules) as (_, client):
        client.send(fast(1))
        client.wait_for(ACK)
    (snapshot,) = rows(tmp_path, upkeep.snapshots)
    assert snapshot["position"] == 1
    assert len(rows(tmp_path, upkeep.states)) == 1
    assert [row["value"] for row in rows(tmp_path, schema.meta) if row["key"] == "clock"] == ["feed"]


def test_what_a_fleet_sets_for_itself_is_taken_up_while_it_runs(rules, tmp_path, monkeypatch):
    for module in (in_force, registered):
        monkeypatch.setattr(module, "LOOK_S", 0.0)
    (tmp_path / "fleets.csv").write_text("fleet_id,name,time_zone,alerts_webhook\nf,F,UTC,http://127.0.0.1:9/hook\n")
    with Service(settings(tmp_path / "data"), rules, feed_clock=True) as service:
        partition = service.partition
        assert "webhook" not in partition.waiting()
        thresholds.change(service.store, "f", "harsh_braking", {"level1_g": {"truck": 0.1}}, "Ann", 1_000.0)
        with service.store.writing() as connection:
            stored.write(connection, registry.load(tmp_path), 1.0)
        partition.turn()
        assert partition.pipeline.in_force.at(2_000.0).fleets.keys() == {"f"}
        assert partition.pipeline.in_force.at(1_000.0).fleets == {}
        assert "webhook" in partition.waiting() and all(sender.alive for sender in partition.senders)
