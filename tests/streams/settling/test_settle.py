"""Settling: late data corrects the record from a midnight before it, by revision, and tells whom it concerns."""

import json

import numpy as np
import pytest

from devices.samples import Samples
from streams.pipeline import saved
from streams.pipeline.pipeline import DAY_S, only
from streams.store import schema, upkeep

HOUR = 3600.0


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def drive(rivers, hours, speed=60.0, limit=100.0, step=10.0, vehicle="V", driver=None):
    """One vehicle between two hours of the first day, km/h."""
    t = rivers.START + np.arange(hours[0] * HOUR, hours[1] * HOUR, step)
    columns = {"speed": np.full(t.size, speed * (1 / 3.6)), "speed_limit": np.full(t.size, limit * (1 / 3.6))}
    said = None if driver is None else np.zeros(t.size, np.int64)
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, columns, [driver] if driver else [], said)


def send(rivers, river, *parts):
    for part in parts:
        river.embedded.take(rivers.payloads(part, boot=str(river.store.position)))


def settled_like(rivers, river, *parts):
    """Whether the tables are what a replay of all of ``parts`` gives."""
    river.drain()
    return rivers.differences(rivers.replayed([rivers.joined_rows(parts)], river.rules, river.source), river.tables())


def test_late_data_before_everything_known(rivers, river):
    early, late = drive(rivers, (30, 31)), drive(rivers, (5, 6))
    send(rivers, river, early, late)
    assert settled_like(rivers, river, early, late) == {}
    assert sorted(row["day"] for row in river.rows(upkeep.midnights)) == [20_000, 20_001]


def test_late_data_across_midnights_splits_days_that_were_silent(rivers, river):
    ends = [drive(rivers, (1, 2)), drive(rivers, (80, 81))]
    late = drive(rivers, (22, 60), step=60.0)
    send(rivers, river, *ends, late)
    assert settled_like(rivers, river, *ends, late) == {}
    assert sorted(row["day"] for row in river.rows(upkeep.midnights)) == [20_000, 20_001, 20_002, 20_003]


def test_a_trip_open_at_the_midnight_goes_on(rivers, river):
    before, after = drive(rivers, (23.5, 24.5)), drive(rivers, (25, 25.2))
    late = drive(rivers, (24.6, 24.9))
    send(rivers, river, before, after, late)
    assert [row["trip_id"] for row in river.rows(schema.trips)]
    assert settled_like(rivers, river, before, after, late) == {}


def test_an_episode_that_lasts_over_midnight_and_is_closed_otherwise_by_late_data(rivers, river):
    fast, after = drive(rivers, (23.9, 24.1), speed=160), drive(rivers, (24.2, 24.5))
    send(rivers, river, fast, after)
    (event,) = [row for row in river.rows(schema.events) if row["kind"] == "speeding"]
    assert event["start"] < rivers.START + DAY_S < event["end"]
    late = drive(rivers, (24.05, 24.06), speed=70, step=7.0)
    send(rivers, river, late)
    assert settled_like(rivers, river, fast, after, late) == {}


def test_an_episode_begun_before_midnight_that_late_data_undoes(rivers, river):
    """Speeding counts from 23:59:5x and is told after midnight; the reading at midnight was missing."""
    t = rivers.START + DAY_S + np.array([-60.0, -1.0, 6.0, 13.0, 20.0, 27.0])
    speeds = np.array([50.0, 150.0, 150.0, 150.0, 50.0, 50.0]) * (1 / 3.6)
    limits = np.full(t.size, 80.0) * (1 / 3.6)
    fast = Samples([("f", "V")], np.zeros(t.size, np.int64), t, {"speed": speeds, "speed_limit": limits})
    late_t = rivers.START + DAY_S + np.array([0.0, 1.0])
    slow = {"speed": np.full(2, 50.0) * (1 / 3.6), "speed_limit": np.full(2, 80.0) * (1 / 3.6)}
    late = Samples([("f", "V")], np.zeros(2, np.int64), late_t, slow)
    send(rivers, river, fast, late)
    assert settled_like(rivers, river, fast, late) == {}


def test_nothing_new_is_nothing_done(rivers, river):
    parts = drive(rivers, (1, 3), speed=160)
    send(rivers, river, parts, only(parts, parts.t > parts.t[300]))
    before = {table.name: river.rows(table) for table in (schema.events, schema.alerts)}
    assert river.embedded.settle_due(at_once=True)
    assert {table.name: river.rows(table) for table in (schema.events, schema.alerts)} == before
    assert river.rows(schema.revisions) == []


def test_every_correction_is_on_record_with_what_stood_before(rivers, river):
    gap = [drive(rivers, (1, 1.2), speed=160), drive(rivers, (1.4, 1.6), speed=160)]
    send(rivers, river, *gap)
    river.embedded.snapshot()
    standing = {row["event_id"]: row for row in river.rows(schema.events)}
    assert len([row for row in standing.values() if row["kind"] == "speeding"]) == 2
    send(rivers, river, drive(rivers, (1.2, 1.4), speed=160))
    river.drain()
    changes = {(row["table_name"], row["change"]) for row in river.rows(schema.revisions)}
    assert ("events", "retracted") in changes
    for row in river.rows(schema.revisions):
        assert row["engine"]
        assert np.isfinite(row["at"])
        if row["table_name"] == "events" and row["before"]:
            assert json.loads(row["before"]) == standing[row["row_id"]]


def told(river):
    return [(row["address"].split("/")[-1], json.loads(row["body"] or b"null")) for row in river.rows(schema.outbox)]


def test_an_alert_found_late_is_told_if_it_is_recent(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.3)), drive(rivers, (1.5, 1.6)))
    assert told(river) == []
    send(rivers, river, drive(rivers, (1.3, 1.5), speed=170))
    river.drain()
    assert [address for address, _ in told(river)] == ["speeding"]


def test_an_alert_of_long_ago_is_on_record_but_told_to_nobody(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.3)), drive(rivers, (9, 9.6)))
    send(rivers, river, drive(rivers, (1.3, 1.5), speed=170))
    river.drain()
    assert {row["kind"] for row in river.rows(schema.alerts)} == {"speeding", "device_silent"}
    assert "speeding" not in [address for address, _ in told(river)]


def test_an_alert_told_and_taken_back_is_taken_down(rivers, river):
    """A speed limit that was wrong for a while: the other device says a higher one, and the larger counts."""
    send(rivers, river, drive(rivers, (1, 1.3), speed=110, limit=80))
    assert told(river)[-1][0] == "speeding"
    send(rivers, river, drive(rivers, (1, 1.3), speed=110, limit=120))
    river.drain()
    assert river.rows(schema.alerts) == []
    assert told(river)[-1] == ("speeding", None)


def test_an_alert_that_late_data_closes_is_told_to_be_cleared(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.3), speed=150))
    assert told(river)[-1][1]["condition"] == "active"
    send(rivers, river, drive(rivers, (2, 2.01)))
    river.drain()
    assert told(river)[-1][1]["condition"] == "cleared"


def test_one_drivers_hours_in_another_vehicle_follow(rivers, rules, tmp_path):
    river = rivers.River(tmp_path, rules)
    parts = [drive(rivers, (1, 1.3), driver="D1"), drive(rivers, (1.32, 1.7), vehicle="W", driver="D1")]
    send(rivers, river, parts[0], parts[1])
    river.drain()
    (before,) = [row for row in river.rows(schema.events) if row["kind"] == "continuous_driving"]
    late = drive(rivers, (0.6, 1), driver="D1")
    send(rivers, river, late)
    river.drain()
    (after,) = [row for row in river.rows(schema.events) if row["kind"] == "continuous_driving"]
    assert (before["vehicle_id"], after["vehicle_id"]) == ("W", "V")
    assert {row["vehicle_id"] for row in river.rows(schema.alerts) if row["kind"] == "continuous_driving"} == {"V"}
    assert settled_like(rivers, river, *parts, late) == {}


def test_state_saved_by_settling_is_newer_than_the_snapshot_and_does_no_harm(rivers, river):
    parts = [drive(rivers, (1, 2), speed=150), drive(rivers, (3, 4), speed=150), drive(rivers, (2.2, 2.5))]
    send(rivers, river, parts[0])
    river.embedded.snapshot()
    send(rivers, river, parts[1], parts[2])
    assert river.embedded.settle_due(at_once=True)
    river.crash()
    assert settled_like(rivers, river, *parts) == {}


def test_a_store_of_another_layout_is_settled_from_the_beginning(rivers, river, monkeypatch):
    parts = [drive(rivers, (1, 2), speed=150), drive(rivers, (25, 26), speed=150)]
    send(rivers, river, *parts)
    river.embedded.snapshot()
    with river.store.writing() as connection:  # as an older version would have left it
        connection.execute(upkeep.snapshots.update().values(fingerprint="old"))
        connection.execute(upkeep.midnights.update().values(fingerprint="old", body=b"?"))
        connection.execute(upkeep.states.update().values(body=b"?"))
        connection.execute(schema.trips.update().values(trip_id=schema.trips.c.trip_id + "-old"))
    river.crash()
    assert settled_like(rivers, river, *parts) == {}
    assert {row["fingerprint"] for row in river.rows(upkeep.midnights)} == {saved.mark()}
    assert {row["fingerprint"] for row in river.rows(upkeep.snapshots)} == {saved.mark()}
