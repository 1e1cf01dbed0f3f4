"""In force: a threshold that changes judges what comes after, and the past, late data too, stays under the old one."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from devices.samples import Samples
from streams.config import load
from streams.objects import Folder, opened
from streams.pipeline.rule_set import InForce, RuleSet
from streams.river.in_force import remembered
from streams.roads import keep, kept
from streams.roads.table import Way, table
from streams.roads.tags import Road
from streams.rules import ROADS, gather, known_then, share
from streams.store import audit, schema
from streams.store.store import memory_store

CHANGE_S = 6 * 3_600.0


def current(rivers, *sets):
    return rivers.judged(*sets).in_force.sets[-1]


def drive(rivers, hour, number=0):
    """Five minutes of 70 km/h where 60 is posted."""
    t = rivers.START + hour * 3_600.0 + np.arange(0.0, 300.0, 5.0)
    columns = {"speed": np.full(t.size, 70 / 3.6), "speed_limit": np.full(t.size, 60 / 3.6)}
    return Samples([("f", f"V{number}")], np.zeros(t.size, np.int64), t, columns)


def test_each_set_holds_until_the_next():
    sets = [RuleSet((), name, since) for name, since in (("b", 10.0), ("a", -np.inf), ("c", 20.0))]
    rules = InForce(sets)
    assert [rules.at(t).version for t in (-5.0, 9.9, 10.0, 19.0, 20.0, 1e12)] == list("aabbcc")
    assert rules.number(np.array([0.0, 10.0, 25.0])).tolist() == [0, 1, 2]


def test_the_store_remembers_since_when(rivers):
    store = memory_store()
    strict, lax = current(rivers, "detectors.speeding.tolerance_kmh=5"), current(rivers)
    assert [one.since for one in remembered(store, lax, 100.0)] == [-np.inf]
    assert [one.since for one in remembered(store, lax, 200.0)] == [-np.inf]
    sets = remembered(store, strict, 300.0)
    assert [(one.version, one.since) for one in sets] == [(lax.version, -np.inf), (strict.version, 300.0)]
    again = remembered(store, strict, 400.0)
    for ours, theirs in zip(sets, again, strict=True):
        assert [rows.tobytes() for rows in ours.thresholds] == [rows.tobytes() for rows in theirs.thresholds]
    set_back = remembered(store, lax, 250.0)
    assert [(one.version, one.since) for one in set_back] == [(lax.version, -np.inf), (lax.version, 300.0)]


def test_the_hours_rules_of_the_past_are_remembered(rivers):
    store, shipped, other = memory_store(), current(rivers), current(rivers, "hours.rule=china")
    remembered(store, other, 100.0)
    sets = remembered(store, shipped, 200.0)
    assert [(one.since, one.hours) for one in sets] == [(-np.inf, other.hours), (200.0, shipped.hours)]
    with store.reading() as connection:
        first, last = audit.read(connection, action="rules.changed")
    assert first["detail"] == "" and json.loads(last["detail"])["thresholds"] == ["hours"]


@pytest.fixture
def changed(rivers):
    """Rules under which 10 km/h over is speeding from the sixth hour on."""
    lax, strict = current(rivers), current(rivers, "detectors.speeding.tolerance_kmh=5")
    sets = InForce([lax, strict._replace(since=rivers.START + CHANGE_S)])
    return replace(rivers.judged(), in_force=sets)


def test_late_data_is_judged_by_what_held_then(rivers, changed, tmp_path):
    river = rivers.River(tmp_path, changed)
    before, across, after = drive(rivers, 3), drive(rivers, 5.95), drive(rivers, 9)
    for part in (after, across, before):
        river.embedded.take(rivers.payloads(part, boot=str(part.t[0])))
    river.drain()
    speeding = [row for row in river.rows(schema.events) if row["kind"] == "speeding"]
    events = sorted(speeding, key=lambda row: row["start"])
    assert [row["start"] for row in events] == [rivers.START + CHANGE_S, rivers.START + 9 * 3_600.0]
    assert {row["rule_version"] for row in events} == {changed.in_force.sets[1].version}


def test_the_answer_does_not_depend_on_when_it_was_asked(rivers, changed, tmp_path):
    samples = rivers.days(4)
    tables = []
    for number, seed in enumerate((1, 2)):
        river = rivers.River(tmp_path / str(number), changed)
        order = np.random.default_rng(seed).permutation(samples.t.size)
        river.embedded.take(rivers.payloads(rivers.reordered(samples, order), size=7))
        river.drain()
        tables.append(river.tables())
    assert rivers.differences(*tables) == {}
    assert {row["rule_version"] for row in tables[0]["events"].rows(named=True)} >= {
        one.version for one in changed.in_force.sets
    }


def test_the_past_keeps_the_map_of_its_time(rivers, tmp_path):
    """A map is replaced while the service is down: what was driven before is settled with the old one."""
    line = [(8.4 + 0.001 * k, 49.0) for k in range(100)]
    maps = []
    for kmh in (50.0, 80.0):
        said = Road(2, 0, ((kmh,) * 4,) * 2, None)
        maps.append(table([Way(said, line)]))
        keep(maps[-1], tmp_path)
    store = memory_store()
    old, new = (gather(load(None, {}), one).in_force.sets[-1] for one in maps)
    assert {one.version.partition(ROADS)[0] for one in (old, new)} == {rivers.judged().in_force.sets[-1].version}
    remembered(store, old, 100.0)
    then = partial(known_then, tmp_path, Folder(tmp_path))
    sets = remembered(store, new, 300.0, then)
    assert [(one.version, one.roads.digest) for one in sets] == [
        (old.version, maps[0].digest),
        (new.version, maps[1].digest),
    ]
    kept(tmp_path, maps[0].digest).unlink()
    assert [one.roads is None for one in remembered(store, new, 400.0, then)] == [True, False]


def test_another_machine_finds_the_maps_of_the_past_in_the_archive(storage, rivers, tmp_path):
    """A worker that takes a partition over settles what was driven while another machine knew other roads."""
    said = Road(2, 0, ((50.0,) * 4,) * 2, None)
    known = table([Way(said, [(8.4 + 0.001 * k, 49.0) for k in range(100)])])
    keep(known, tmp_path / "one")
    old, bucket = gather(load(None, {}), known).in_force.sets[-1], opened(storage("maps"), tmp_path)
    share(tmp_path / "one", bucket, old.version)
    found = known_then(tmp_path / "other", bucket, old.version, old.thresholds)
    assert found is not None
    assert found.digest == known.digest
    away = opened(storage("nowhere", made=False), tmp_path)
    assert known_then(tmp_path / "other", away, old.version, old.thresholds) is not None  # it keeps a copy
    assert known_then(tmp_path / "third", away, old.version, old.thresholds) is None
