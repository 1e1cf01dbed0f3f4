"""Commands on PostgreSQL: two partitions look like one SQLite, and what people decide arrives where it must."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from devices.samples import Payload
from streams.cli import tripmeter
from streams.desk.actions import put_away
from streams.erasure import work
from streams.objects import Folder
from streams.registry.registered import Registered
from streams.store import marks, schema
from streams.store.layout import open_partition
from streams.store.store import open_store

pytestmark = pytest.mark.stack
VEHICLES = {"HH-1": 0, "HH-2": 5}  # and their partitions
TOPIC = "tripmeter/v1/north/{}/telemetry"
START = 1_750_000_000.0


def payloads(vehicle):
    """A drive too fast, a full braking and a crash; and one payload that cannot be read."""
    speeds = [100.0] * 90 + [80.0, 60.0, 40.0, 20.0, 0.0] + [0.0] * 60
    for k in range(0, len(speeds), 31):
        body = {"v": 1, "boot": "b", "seq": k, "t": (START + np.arange(k, min(k + 31, len(speeds)))).tolist()}
        body |= {"speed_kmh": speeds[k : k + 31], "speed_limit_kmh": 50, "lat_deg": 53.5, "lon_deg": 10.0}
        body["driver"] = "Nadeschda"
        if k == 93:
            body["accel_long_g"] = [-9.0] + [0.0] * (len(body["t"]) - 1)
        yield Payload(TOPIC.format(vehicle), json.dumps(body).encode(), START)
    yield Payload(TOPIC.format(vehicle), b"not json \xff", START)


def drive(rivers, folder, vehicles):
    river = rivers.River(folder, rivers.judged())
    marks.set_clock(river.store, "feed")
    for vehicle in vehicles:
        river.embedded.take(list(payloads(vehicle)))
    river.drain()
    return river


@pytest.fixture
def url(postgres):
    return postgres.fresh()


@pytest.fixture
def partitions(rivers, tmp_path, url, monkeypatch):
    """Two rivers, each with a vehicle of the fleet."""

    def opened(folder):
        store = open_partition(url, int(folder.name))
        store.take_over()
        return store

    monkeypatch.setattr(rivers, "opened", opened)
    return {vehicle: drive(rivers, tmp_path / str(number), [vehicle]) for vehicle, number in VEHICLES.items()}


@pytest.fixture
def typed(partitions, url):
    """Type a command where the configuration names the database; what it printed."""

    def run(*words, code=0):
        done = CliRunner().invoke(tripmeter, [str(word) for word in words], env={"TRIPMETER_STORE__URL": url})
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_two_partitions_look_like_one_store(rivers, typed, tmp_path, monkeypatch):
    monkeypatch.setattr(rivers, "opened", open_store)
    drive(rivers, tmp_path / "one", VEHICLES).store.close()
    for words in (
        ("alerts", "list", "--json"),
        ("alerts", "morning", "--json"),
        ("alerts", "undelivered", "--json"),
        ("tasks", "list", "--json"),
        ("quarantine", "list", "--json"),
        ("evidence", "list", "--json"),
        ("rate", "--json"),
        ("registry", "list", "vehicles", "--json"),
    ):
        alone = CliRunner().invoke(tripmeter, [*words, "--data", str(tmp_path / "one")])
        assert alone.exit_code == 0
        assert json.loads(typed(*words)) == json.loads(alone.stdout), words
    assert len(json.loads(typed("alerts", "list", "--json"))) >= 4
    assert "north" in typed("explain", json.loads(typed("alerts", "list", "--json"))[0]["alert_id"])


def test_what_is_said_of_an_alert_reaches_its_vehicles_partition(typed, partitions):
    for alert in json.loads(typed("alerts", "list", "--json")):
        typed("alerts", "dismiss", alert["alert_id"], "--reason", "test drive")
        home = partitions[alert["vehicle_id"]]
        (told,) = [row for row in home.rows(schema.outbox) if row["body"] == b""][-1:]
        assert alert["kind"] in told["address"]
        (row,) = [row for row in home.rows(schema.alerts) if row["alert_id"] == alert["alert_id"]]
        assert put_away(home.store, row) is not None
    assert json.loads(typed("alerts", "list", "--json")) == []


def test_quarantine_is_replayed_and_dropped_in_every_partition(typed, partitions):
    assert json.loads(typed("quarantine", "list", "--json"))["counts"] == {"undecodable": 2}
    assert "2 will be read again" in typed("quarantine", "replay", "--reason", "undecodable")
    assert [row["retry"] for river in partitions.values() for row in river.rows(schema.quarantine)] == [1, 1]
    assert "dropped 2" in typed("quarantine", "drop", "--reason", "undecodable")
    assert [river.rows(schema.quarantine) for river in partitions.values()] == [[], []]


def test_the_registry_is_one_for_all_partitions(typed, partitions, tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "fleets.csv").write_text("fleet_id,name,time_zone\nnorth,North,Europe/Berlin\n")
    (folder / "vehicles.csv").write_text("fleet_id,vehicle_id,class\nnorth,HH-1,N3\nnorth,HH-2,N1\n")
    typed("registry", "import", folder)
    for river in partitions.values():
        people = Registered(river.store, accept_unregistered=False)
        assert people.may_enter("north", "HH-2")
        assert not people.may_enter("north", "HH-3")


def test_a_database_that_cannot_be_used_is_said_so_without_its_password(url):
    wrong = url.replace("tripmeter@", "nobody:sesame@")
    done = CliRunner().invoke(tripmeter, ["alerts", "list"], env={"TRIPMETER_STORE__URL": wrong})
    assert (done.exit_code, 'role "nobody" does not exist' in done.stderr) == (1, True)
    assert "sesame" not in done.output


def test_alone_it_keeps_its_own_database(url, tmp_path):
    done = CliRunner().invoke(tripmeter, ["run", "--data", str(tmp_path)], env={"TRIPMETER_STORE__URL": url})
    assert (done.exit_code, "tripmeter worker" in done.stderr) == (1, True)


def test_a_person_goes_from_all_partitions_each_by_whoever_works_it(typed, partitions, tmp_path):
    would = json.loads(typed("erase", "driver", "Nadeschda", "--dry-run", "--json"))["rows"]
    assert "service does it" in typed("erase", "driver", "Nadeschda")
    for number, river in enumerate(partitions.values(), 1):
        assert work.clear_record(river.store, lambda _: START) == 1
        (told,) = json.loads(typed("erase", "list", "--json"))
        assert told["stage"] == ("asked" if number == 1 else "recorded")
        river.crash()
    for river in partitions.values():
        assert work.clear_archive(river.store, Folder(tmp_path)) == 1
    (told,) = json.loads(typed("erase", "list", "--json"))
    assert (told["stage"], told["exposure"], told["counts"]) == ("done", "as it was", would)
    for river in partitions.values():
        assert {row["driver_id"] for row in river.rows(schema.segments)} == {told["token"]}
        assert not any(b"Nadeschda" in row["body"] for row in river.rows(schema.payloads))
