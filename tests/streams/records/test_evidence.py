"""Evidence: the samples around a crash are kept, whole, whatever the order they came in."""

from dataclasses import replace

import numpy as np
import pytest

from devices.samples import DeviceEvent, Samples
from streams.pipeline.pipeline import only
from streams.records.evidence import AFTER_S, BEFORE_S, KINDS, frame_of, windows
from streams.store import schema, upkeep
from streams.store.store import Commit

HZ = 50


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def crash(rivers, at=100.0, last=200.0, start=0.0):
    """A drive at 50 Hz with a blow ``at`` s after ``start`` s of the first day, standing afterwards."""
    t = rivers.START + start + np.arange(0, last, 1 / HZ)
    since = t - rivers.START - start - at
    columns = {
        "speed": np.where(since < 0, 15.0, 0.0),
        "accel_long": np.where((since >= 0) & (since < 0.1), -150.0, 0.1 * np.sin(t)),
        "heading": np.full(t.size, 90.0),
    }
    return Samples([("f", "V")], np.zeros(t.size, np.int64), np.floor(t * 1000 + 0.5) / 1000, columns)


def handfuls(payloads, size=40):
    return [payloads[first : first + size] for first in range(0, len(payloads), size)]


def evidence(river):
    return {row["event_id"]: frame_of(row) for row in river.rows(schema.evidence)}


def same(one, other):
    return one.keys() == other.keys() and all(frame.equals(other[name]) for name, frame in one.items())


def test_a_minute_before_and_a_quarter_after_at_the_highest_rate(rivers, river):
    for some in handfuls(rivers.payloads(crash(rivers))):
        river.embedded.take(some)
    (event,) = [row for row in river.rows(schema.events) if row["kind"] == "crash"]
    ((name, frame),) = evidence(river).items()
    assert name == event["event_id"]
    assert frame["t"].to_list() == pytest.approx(
        np.arange(event["start"] - BEFORE_S, event["start"] + AFTER_S + 0.001, 1 / HZ).tolist(), abs=1e-3
    )
    assert frame.columns == ["t", "fleet_id", "vehicle_id", "speed_kmh", "heading_deg", "accel_long_mps2"]
    assert frame["accel_long_mps2"].min() == -150.0


def test_it_is_there_at_once_although_the_device_falls_silent(rivers, river):
    for some in handfuls(rivers.payloads(crash(rivers, last=100.5))):
        river.embedded.take(some)
    assert len(evidence(river)) == 1
    river.embedded.snapshot()
    (frame,) = evidence(river).values()
    assert frame["t"].max() == rivers.START + 100.48


@pytest.mark.parametrize("seed", range(3))
def test_any_order_framing_and_a_crash_of_ours_give_the_same(rivers, rules, river, tmp_path, seed):
    drive, rng = crash(rivers), np.random.default_rng(seed)
    for some in handfuls(rivers.payloads(drive)):
        river.embedded.take(some)
    other = rivers.River(tmp_path / "other", rules)
    shuffled = rivers.payloads(drive, size=7)
    rng.shuffle(shuffled)
    for some in handfuls([*shuffled, *shuffled[:50]], 60):
        other.embedded.take(some)
        if rng.random() < 0.05:
            other.crash()
    other.drain()
    assert same(evidence(other), evidence(river))
    assert len(evidence(river)) == 1


def test_late_data_that_undoes_a_crash_takes_its_evidence_along(rivers, river):
    t = rivers.START + np.r_[np.arange(60.0), np.arange(59.1, 59.95, 0.1), np.arange(60.0, 90.0)]
    speed = np.r_[14 + 0.1 * np.sin(np.arange(60.0)), np.linspace(12.6, 1.4, 9), np.zeros(30)]
    late = (t > rivers.START + 59.05) & (t < rivers.START + 59.95)
    parts = [
        Samples([("f", "V")], np.zeros(rows.sum(), np.int64), t[rows], {"speed": speed[rows]}) for rows in (~late, late)
    ]
    river.embedded.take(rivers.payloads(parts[0]))
    assert len(evidence(river)) == 1
    river.embedded.take(rivers.payloads(parts[1], boot="late"))
    river.drain()
    assert not [row for row in river.rows(schema.events) if row["kind"] == "crash"]
    assert evidence(river) == {}


def test_a_replay_keeps_the_same(rivers, rules, river):
    drive = crash(rivers)
    river.embedded.take(rivers.payloads(drive))
    run = rivers.Run(rules, river.source)
    run.take(drive)
    with run.store.reading() as connection:
        rows = [dict(row) for row in connection.execute(schema.evidence.select()).mappings()]
    assert same({row["event_id"]: frame_of(row) for row in rows}, evidence(river))


def test_of_which_events_it_is_kept():
    row = {"event_id": "e", "fleet_id": "f", "vehicle_id": "v", "kind": "crash", "start": 0.0, "level": 1}
    assert [len(windows([row | {"kind": kind}])) for kind in ("crash", "rollover", "sos")] == [1, 1, 1]
    assert windows([row | {"kind": "tyre_rapid_loss", "level": 2}]) == []
    assert windows([row | {"kind": "speeding", "level": 3}]) == []


def raised(rivers, at, kind="crash", last=200.0):
    """A calm drive at 1 Hz, in which the device itself raises something at each of ``at`` s."""
    t = rivers.START + np.arange(0, last)
    said = [DeviceEvent(0, rivers.START + float(one), kind, 3) for one in at]
    return Samples([("f", "V")], np.zeros(t.size, np.int64), t, {"speed": np.full(t.size, 15.0)}, events=said)


@pytest.mark.parametrize("kind", ["crash", "rollover", "sos"])
def test_what_the_device_itself_raises_is_kept_whether_we_see_anything_or_not(rivers, rules, river, kind):
    drive = raised(rivers, [100], kind)
    for one in rivers.payloads(drive):
        river.embedded.take([one])
    river.embedded.snapshot()
    ((name, frame),) = evidence(river).items()
    (event,) = [row for row in river.rows(schema.events) if row["kind"] == kind]
    assert (name, event["source"]) == (event["event_id"], "device")
    assert (frame["t"].min(), frame["t"].max()) == (rivers.START + 40, rivers.START + 115)
    run = rivers.Run(rules, river.source)
    run.take(drive)
    assert same({row["event_id"]: frame_of(row) for row in run.evidence()}, evidence(river))


@pytest.mark.parametrize("seed", range(3))
def test_an_alarm_that_began_earlier_than_was_known_keeps_the_samples_of_its_beginning(rivers, rules, river, seed):
    drive, rng = raised(rivers, range(60, 160, 5)), np.random.default_rng(seed)
    shuffled = rivers.payloads(drive)
    rng.shuffle(shuffled)
    for some in handfuls(shuffled, 3):
        river.embedded.take(some)
        if rng.random() < 0.2:
            river.crash()
    river.drain()
    ((name, frame),) = evidence(river).items()
    assert name == next(row["event_id"] for row in river.rows(schema.events) if row["kind"] == "crash")
    assert (frame["t"].min(), frame["t"].max()) == (rivers.START, rivers.START + 75)


def test_what_was_kept_of_payloads_that_are_gone_stays(rivers, river):
    drive = crash(rivers)
    late = drive.t == rivers.START + 95.5
    parts = [only(drive, rows) for rows in (~late, late)]
    river.embedded.take(rivers.payloads(parts[0]))
    river.drain()
    (before,) = evidence(river).values()
    gone = rivers.START + 70.0
    with river.store.writing() as connection:
        connection.execute(schema.payloads.delete().where(schema.payloads.c.last < gone))
        connection.execute(upkeep.pruned.insert().values(slot=0, before=gone))
    river.embedded.take(rivers.payloads(parts[1], boot="late"))
    river.drain()
    (after,) = evidence(river).values()
    assert after.height == before.height + 1
    assert after["t"].min() == before["t"].min() < gone
    assert after["t"].is_sorted()


def test_an_event_that_gets_another_name_keeps_what_was_kept_under_the_old_one(rivers, river):
    first, late = raised(rivers, [100], "crash"), raised(rivers, [95], "crash")
    late = only(late, late.t == rivers.START + 95)
    river.embedded.take(rivers.payloads(first))
    river.drain()
    ((old, before),) = evidence(river).items()
    gone = rivers.START + 70.0
    with river.store.writing() as connection:
        connection.execute(schema.payloads.delete().where(schema.payloads.c.last < gone))
        connection.execute(upkeep.pruned.insert().values(slot=0, before=gone))
    river.embedded.take(rivers.payloads(late, boot="late"))
    river.drain()
    ((name, after),) = evidence(river).items()
    assert name != old
    assert after["t"].min() == before["t"].min() == rivers.START + 40 < gone
    assert after["t"].max() == rivers.START + 110
    assert after["t"].is_unique().all()
    assert after["t"].is_sorted()


def test_what_late_data_makes_less_severe_is_kept_no_longer(rivers, river, monkeypatch):
    monkeypatch.setitem(KINDS, "harsh_braking", 3)
    t = rivers.START + np.arange(0.0, 40.0, 0.5)
    hard = np.where((t > t[40]) & (t < t[50]), -6.0, 0.0)
    columns = {"speed": np.full(t.size, 20.0), "accel_long": hard}
    drive = Samples([("f", "V")], np.zeros(t.size, np.int64), t, columns)
    river.embedded.take(rivers.payloads(drive))
    assert len(evidence(river)) == 1
    (event,) = [row for row in river.rows(schema.events) if row["kind"] == "harsh_braking"]
    with river.store.reading() as connection:
        commit = Commit()
        river.embedded.evidence.settle(connection, 0, rivers.START, [event | {"level": 2}], commit)
    river.store.commit(commit)
    assert evidence(river) == {}


def test_what_is_behind_is_written_a_few_vehicles_at_a_time(rivers, river):
    """Vehicles that fell silent after the blow: their last samples follow in rounds, and nobody waits for all."""
    several = [replace(crash(rivers, last=105.0), vehicles=[("f", f"V{k}")]) for k in range(5)]
    for some in handfuls([payload for one in several for payload in rivers.payloads(one)], size=9):
        river.embedded.take(some)
    begun = evidence(river)
    book, rounds = river.embedded.evidence, []
    book.begin_round()
    while book.save_some(commit := Commit(), 2):
        rounds.append({row["vehicle_id"]: row["samples"] for row in commit.upserts[schema.evidence]})
        river.store.commit(commit)
    assert [len(one) for one in rounds] == [2, 2, 1]
    assert all(frame.height > begun[name].height for name, frame in evidence(river).items())
    assert set().union(*rounds) == {"V0", "V1", "V2", "V3", "V4"}
