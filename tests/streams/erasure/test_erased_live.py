"""Erased live: a worker and a service that run are told to erase somebody, and go on from a store without them."""

import json
import time

import pytest

from devices.samples import Payload
from streams.erasure import work
from streams.erasure.person import Person, new_token
from streams.registry import stored
from streams.registry.book import Registry
from streams.registry.rows import Driver, DriverAssignment, FleetRow, VehicleRow
from streams.river import partition
from streams.store import schema, upkeep
from streams.store.store import open_store

from ..house import House, frame, telemetry

NAME = "Nadeschda-17"


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


@pytest.fixture
def house(rules, tmp_path, monkeypatch):
    monkeypatch.setattr(partition, "LOOK_S", 0.0)
    return House(tmp_path, rules)


def driven(seq, vehicle="A"):
    sent = telemetry(vehicle, seq)
    return Payload(sent.topic, sent.body.replace(b'"v":1', f'"v":1,"driver":"{NAME}"'.encode()), 0.0)


def ask(folder):
    """As another process does."""
    store, person = open_store(folder), Person("f", NAME, (), new_token())
    with store.writing() as connection:
        work.ask(connection, person, time.time(), 7)
    store.close()
    return person.token


def drivers(house, table=schema.segments):
    return {row["driver_id"] for row in house.rows(0, table)}


def test_a_worker_goes_on_from_a_store_without_them(house):
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, driven(0)), frame(0, 1, driven(2))])
    token = ask(house.folder / "p0")
    worker.turn([])
    assert worker.positions == {0: 2}
    assert house.begun == [0, 0]
    worker.turn([frame(0, 2, driven(1)), frame(0, 3, driven(2))])  # late, and one sent again
    worker.close()
    assert drivers(house) == {token}
    assert drivers(house, schema.alerts) == {token}
    assert len(house.rows(0, schema.payloads)) == 3
    assert not any(NAME.encode() in row["body"] for row in house.rows(0, schema.payloads))


def test_who_is_only_assigned_is_erased_too_and_nothing_is_settled_again(house):
    registry = Registry()
    registry.put(FleetRow(fleet_id="f", name="F", time_zone="UTC"))
    registry.put(VehicleRow(vehicle_id="A", fleet_id="f", klass="N3"))
    registry.put(Driver(driver_id=NAME, fleet_id="f", name="Nadja K."))
    registry.put(DriverAssignment(vehicle_id="A", driver_id=NAME, source="dispatch"))
    store = open_store(house.folder / "p0")
    with store.writing() as connection:
        stored.write(connection, registry, 1.0)
    store.close()
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, telemetry("A", 0)), frame(0, 1, telemetry("A", 1))])
    token = ask(house.folder / "p0")
    worker.turn([])
    assert house.rows(0, upkeep.dirty) == []
    worker.turn([frame(0, 2, telemetry("A", 100))])
    worker.close()
    assert drivers(house) == {token, None}  # nobody is assigned from then on
    assert not [row for row in house.rows(0, schema.registry) if "Nad" in row["body"] or "Nad" in row["key"]]
    assert {row["kind"]: token in row["body"] for row in house.rows(0, schema.registry)} == {
        "fleets": False,
        "vehicles": False,
        "drivers": True,
        "driver_assignments": True,
    }
    assert not [row for row in house.rows(0, upkeep.vehicles) if NAME in row["known"]]


def test_the_archive_follows_and_then_it_is_forgotten_who_it_was(house, rivers):
    worker = house.worker()
    worker.own({0})
    worker.turn([frame(0, 0, driven(0)), frame(0, 1, telemetry("A", 2_000))])  # the next day: the first goes there
    assert rivers.until(lambda: list(house.folder.rglob("payloads/f/*/*.parquet")))
    ask(house.folder / "p0")
    worker.turn([])
    worker.turn([frame(0, 2, telemetry("A", 2_003))])
    assert rivers.until(lambda: [row["stage"] for row in house.rows(0, upkeep.erasures)] == ["done"])
    worker.close()
    (row,) = house.rows(0, upkeep.erasures)
    assert row["person"] == ""
    assert json.loads(row["counts"])["archive"] == 1
    assert not [path for path in house.folder.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]


def test_a_service_tells_the_broker_of_nobody_and_keeps_its_doors_open(rules, tmp_path, monkeypatch):
    from ..test_service import ACK, ALERT, fast, rows, seqs, serving

    monkeypatch.setattr(partition, "LOOK_S", 0.0)
    named = fast(1).replace(b'"v":1', f'"v":1,"driver":"{NAME}"'.encode())
    with serving(tmp_path, rules) as (_, client):
        client.send(named)
        assert json.loads(client.wait_for(ALERT))["driver_id"] == NAME
        token = ask(tmp_path)
        alert = json.loads(client.wait_for(ALERT, lambda body: token.encode() in body))
        assert alert["driver_id"] == token
        client.send(named, fast(2, start=1060))
        client.wait_for(ACK, lambda body: 2 in seqs(body))
    assert {row["driver_id"] for row in rows(tmp_path, schema.segments)} == {token}
    assert len(rows(tmp_path, schema.payloads)) == 2
    assert NAME.encode() not in (tmp_path / "tripmeter.db").read_bytes()
