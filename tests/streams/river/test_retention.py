"""Retention: closed days go to the archive, what may no longer be settled is let go, and no answer changes by it."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from devices.samples import FaultList
from streams.keeping import archive
from streams.keeping.archive import DAY_S, Part
from streams.keeping.keeping import Keeping
from streams.objects import Folder
from streams.pipeline import chain
from streams.pipeline.pipeline import only
from streams.recordings.recorded import recording
from streams.recordings.recording import read
from streams.records.leak_book import WINDOW_S
from streams.river.embedded import Pace
from streams.river.retention import Retention, vehicles_of
from streams.store import schema, upkeep
from streams.store.store import Commit

PATIENT = {"snapshot_s": 1e9, "settle_after_s": 1e9, "settle_within_s": 1e9}


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules, pace=Pace(**PATIENT, horizon_s=DAY_S))


def driven(rivers, river, seed=9):
    """Three vehicles' drives over three midnights, all on record, and the last of them held back."""
    samples = rivers.days(seed)
    order = np.argsort(samples.t, kind="stable")
    late = (samples.t > samples.t.max() - 0.5 * DAY_S) & (np.arange(samples.t.size) % 7 == 0)
    send(rivers, river, rivers.reordered(samples, order[~late[order]]))
    river.drain()
    return samples, only(samples, late)


def send(rivers, river, samples):
    river.embedded.take(rivers.payloads(samples, boot=str(river.store.position)))


def retention(river, tmp_path, **kept):
    return Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1, **kept))


def test_nothing_that_may_be_settled_is_let_go(rivers, rules, river, tmp_path):
    samples, late = driven(rivers, river)
    before = river.tables()
    held = len(river.rows(schema.payloads))
    assert retention(river, tmp_path).work(river.embedded.newest + DAY_S)
    assert 0 < len(river.rows(schema.payloads)) < held
    assert rivers.differences(before, river.tables()) == {}
    send(rivers, river, late)
    river.drain()
    assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


def test_a_restart_goes_on_from_what_is_left(rivers, rules, river, tmp_path):
    samples, late = driven(rivers, river)
    position = river.store.position
    retention(river, tmp_path).work(river.embedded.newest + DAY_S)
    river.crash()
    assert river.store.position == position
    send(rivers, river, late)
    river.crash()
    river.drain()
    assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


def test_a_new_version_leaves_what_it_cannot_read_again(rivers, river, tmp_path, monkeypatch):
    driven(rivers, river)
    retention(river, tmp_path).work(river.embedded.newest + DAY_S)
    floors = {row["slot"]: row["before"] for row in river.rows(upkeep.pruned)}
    before = {row["event_id"]: row for row in river.rows(schema.events)}
    monkeypatch.setattr(chain, "fingerprint", lambda: "another")
    river.crash()
    after = {row["event_id"] for row in river.rows(schema.events)}
    slots = {row["vehicle_id"]: row["slot"] for row in river.rows(upkeep.vehicles)}
    past = [
        name
        for name, row in before.items()
        if row["end"] is not None and row["end"] < floors.get(slots[row["vehicle_id"]], -np.inf)
    ]
    assert past
    assert set(past) <= after


def test_the_archive_holds_every_payload_once_by_fleet_and_day(rivers, river, tmp_path):
    driven(rivers, river)
    stored = {row["position"]: row for row in river.rows(schema.payloads)}
    retention(river, tmp_path).work(river.embedded.newest + DAY_S)
    parts = archive.parts(Folder(tmp_path))
    assert len({part.day for part in parts}) > 2
    for part in parts:
        frame = archive.read(Folder(tmp_path), [part])
        assert set(frame["fleet_id"]) == {part.fleet_id}
        assert set((frame["last"] // DAY_S).cast(int)) == {part.day}
    rows = archive.read(Folder(tmp_path), parts).rows(named=True)
    assert [row["position"] for row in rows] == sorted(stored)
    assert all(row["body"] == stored[row["position"]]["body"] for row in rows)


def test_a_day_is_seen_to_once_and_a_crash_in_it_is_made_good(rivers, river, tmp_path, monkeypatch):
    driven(rivers, river)
    keeper, now = retention(river, tmp_path), river.embedded.newest + DAY_S
    monkeypatch.setattr(archive, "AT_ONCE", 20)
    with monkeypatch.context() as broken:
        broken.setattr(keeper, "_prune_payloads", lambda: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            keeper.work(now)
    assert keeper.work(now)
    assert not keeper.work(now + 60)
    assert archive.read(Folder(tmp_path), archive.parts(Folder(tmp_path)))["position"].is_unique().all()
    assert keeper.work(now + DAY_S)


def test_the_archive_keeps_to_its_days_and_bytes_but_never_within_the_horizon(rivers, river, tmp_path):
    driven(rivers, river)
    now = river.embedded.newest + DAY_S
    retention(river, tmp_path).work(now)
    days = sorted({part.day for part in archive.parts(Folder(tmp_path))})
    retention(river, tmp_path, payloads_mb=1e-6).work(now + DAY_S)
    left = {part.day for part in archive.parts(Folder(tmp_path))}
    assert left == {day for day in days if day >= (now + DAY_S - 3600) // DAY_S - 1}
    retention(river, tmp_path).work(now + 40 * DAY_S)
    assert archive.parts(Folder(tmp_path)) == []


def test_a_fleet_named_like_a_folder_stays_inside(tmp_path):
    objects, name = Folder(tmp_path), archive.name_of("../..", 20_000, 0)
    assert (tmp_path / name).resolve().is_relative_to(tmp_path)
    objects.put(name, b"")
    assert archive.parts(objects) == [Part("../..", 20_000, name, 0)]


def test_an_archived_day_played_again_has_the_same_days_with_trouble_codes(rivers, rules, river, tmp_path):
    samples = rivers.days(4)
    rows = np.flatnonzero(np.arange(samples.t.size) % 40 == 0).tolist()
    lists = [("P0301",), ("P0301", "C0035"), (), ("C0035",)]
    said = [FaultList(int(samples.vehicle[k]), float(samples.t[k]), lists[k // 40 % 4]) for k in rows]
    send(rivers, river, replace(samples, faults=said))
    river.drain()
    with river.store.reading() as connection:
        assert list(archive.write(connection, Folder(tmp_path), 0, vehicles_of(connection)))
    found, _ = river.embedded.intake.archived(archive.read(Folder(tmp_path), archive.parts(Folder(tmp_path))))
    recording(found).write_parquet(tmp_path / "days.parquet")
    again = rivers.replayed(read([tmp_path / "days.parquet"]), rules, river.source)
    assert again["exposure"]["fault_code_days"].sum() > 3
    assert rivers.differences(again, river.tables()) == {}


@pytest.mark.parametrize("leaks", [False, True])
def test_points_of_tyres_are_let_go_but_not_while_a_leak_of_the_fleet_needs_them(rivers, river, tmp_path, leaks):
    commit, key = Commit(), {"fleet_id": "f", "vehicle_id": "V", "wheel": 0, "readings": 9}
    times = (20_000 * DAY_S + k * DAY_S / 6 for k in range(240))
    commit.upsert(schema.tyre_points, [key | {"start": t, "cold_kpa": 800.0} for t in times])
    if leaks:
        event = dict.fromkeys(schema.events.c.keys()) | dict.fromkeys(("unit", "rule", "rule_version", "quality"), "")
        event |= {"event_id": "e", "fleet_id": "f", "vehicle_id": "W", "kind": "tyre_slow_leak", "subject": "1L"}
        commit.upsert(schema.events, [event | {"level": 1, "start": 20_012 * DAY_S, "source": "derived"}])
    river.store.commit(commit)
    retention(river, tmp_path).work(20_060 * DAY_S)
    kept = sorted(row["start"] / DAY_S - 20_000 for row in river.rows(schema.tyre_points))
    assert kept[0] == pytest.approx(12 - 2 * WINDOW_S / DAY_S if leaks else 240 / 6 - 1 / 6 - 1 - 4 * WINDOW_S / DAY_S)
    assert kept[-1] == pytest.approx(239 / 6)


def test_a_failure_of_whatever_kind_does_not_end_the_thread(rivers, river, tmp_path):
    calls, again = [], threading.Event()

    def last(now):
        calls.append(now)
        if len(calls) > 1:
            again.set()
        one.tick(now + 1.0)
        raise KeyError("not as expected")

    one = Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1), last=last)
    one.start()
    one.tick(0.0)
    assert again.wait(10.0)
    one.stop()
