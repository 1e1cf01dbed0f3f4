"""A fleet's own thresholds: they judge its vehicles from then on and nobody else's, taken up while it runs."""

from dataclasses import replace

import numpy as np
import pytest

from streams.desk import thresholds
from streams.kernels.params import CLASSES
from streams.pipeline.chain import PARAMS
from streams.pipeline.own import version_with, with_own
from streams.pipeline.pipeline import only
from streams.pipeline.rule_set import InForce, changed
from streams.river.in_force import Follower, remembered

STRICT = {"level1_g": dict.fromkeys(CLASSES, 0.1), "level2_g": dict.fromkeys(CLASSES, 0.11)}
OWN = {"a": {"harsh_braking": STRICT}}


@pytest.fixture
def base(rivers):
    return rivers.judged().in_force.sets[-1]


@pytest.fixture
def samples(rivers):
    return rivers.fleets(("a", "b"), seed=3, vehicles=1)


def river(rivers, folder, sets):
    return rivers.River(folder, replace(rivers.judged(), in_force=InForce(sets)))


def events(rivers, samples, judged, fleet):
    found = rivers.replayed([samples], judged, rivers.Everybody())["events"]
    return found.filter(found["fleet_id"] == fleet).drop("rule_version")


def test_they_judge_that_fleet_as_if_they_were_everybodys_and_the_others_as_ever(rivers, samples, base):
    shipped = rivers.judged()
    everybodys = rivers.judged("detectors.harsh_braking.level1_g=0.1", "detectors.harsh_braking.level2_g=0.11")
    own = replace(shipped, in_force=InForce([with_own(base, OWN)]))
    assert not events(rivers, samples, everybodys, "a").equals(events(rivers, samples, shipped, "a"))
    assert events(rivers, samples, own, "a").equals(events(rivers, samples, everybodys, "a"))
    assert events(rivers, samples, own, "b").equals(events(rivers, samples, shipped, "b"))


def test_a_version_says_what_fleets_have_set_whatever_was_set_before(base):
    one = version_with(base.version + "+roads.x", OWN)
    assert one.startswith(base.version + "+fleets.") and one.endswith("+roads.x")
    assert version_with(one, {}) == base.version + "+roads.x"
    assert version_with(version_with(one, {"b": OWN["a"]}), OWN) == one
    assert with_own(base, {}) is base
    assert changed(base, with_own(base, OWN)) == changed(with_own(base, OWN), base) == {"a"}
    assert changed(with_own(base, OWN), with_own(base, OWN | {"b": OWN["a"]})) == {"b"}


@pytest.mark.parametrize("late", [False, True], ids=["before they hold", "after the fact"])
def test_taken_up_while_it_runs_they_find_what_they_had_found_from_the_start(rivers, tmp_path, samples, base, late):
    cut = float(np.median(samples.t))
    running = river(rivers, tmp_path / "running", [base])
    remembered(running.store, base, 0.0)
    follower = Follower(running.store, base, running.pipeline.in_force)
    running.embedded.take(rivers.payloads(only(samples, samples.t < cut)))
    thresholds.change(running.store, "a", "harsh_braking", STRICT, "ann", cut)
    if not late:
        running.embedded.adopt(follower.look())
    running.embedded.take(rivers.payloads(only(samples, samples.t >= cut), boot="c"))
    if late:
        running.embedded.adopt(follower.look())
    running.drain()
    assert follower.look() == {}
    whole = river(rivers, tmp_path / "whole", remembered(running.store, base, 0.0))
    whole.embedded.take(rivers.payloads(samples))
    whole.drain()
    assert rivers.differences(running.tables(), whole.tables()) == {}
    assert running.tables()["events"]["rule_version"].n_unique() == 2
    running.store.close()
    whole.store.close()


def test_another_configuration_keeps_what_fleets_have_set(rivers, tmp_path, base):
    store = river(rivers, tmp_path, [base]).store
    remembered(store, base, 0.0)
    thresholds.change(store, "a", "harsh_braking", STRICT, "ann", 100.0)
    other = rivers.judged("detectors.speeding.tolerance_kmh=5").in_force.sets[-1]
    *_, last = remembered(store, other, 200.0)
    assert (last.since, last.version) == (200.0, version_with(other.version, OWN))
    assert [rows.tobytes() for rows in last.thresholds] == [rows.tobytes() for rows in with_own(other, OWN).thresholds]
    assert last.row("a", 2) == len(CLASSES) + 2 and last.row("b", 2) == 2
    store.close()


def test_what_nobody_has_set_is_kept_once_however_often_something_else_is(base):
    one, other = with_own(base, OWN), with_own(base, {"a": {"speeding": {"tolerance_kmh": {"car": 9.0}}}})
    differ = [link for link, a, b in zip(PARAMS, one.thresholds, other.thresholds, strict=True) if a is not b]
    assert set(differ) == {"speeding", "harsh_braking"}
