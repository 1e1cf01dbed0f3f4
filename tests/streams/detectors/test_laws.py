"""Laws every detector keeps, and the conditioning before it: cuts, neighbours, silence, compiled as plain."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples, TyreReadings
from streams.conditioning.condition import PARAMS, STATE, condition
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE, Changes
from streams.fleets.batch import DERIVED_FLOATS, DERIVED_INTS, DERIVED_TYRES, NEAR, SAID, SAID_TYRES, SURROUNDINGS
from streams.kernels.params import CLASSES, CLOSE, OPEN, RAISE, thresholds
from streams.pipeline import chain

DERIVED = (*DERIVED_FLOATS, *DERIVED_INTS)
KINDS = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.kind)
seeds = st.integers(0, 10_000)


def run(batches, fleet, slots, compiled=lambda kernel: kernel):
    """(derived columns, changes by kind) of batches run one after another; states lie strided, as in the chain."""
    state = np.zeros(max(slots, 2), [("condition", STATE), *[(d.kind, d.state) for d in DETECTORS]])
    outs = [Changes(np.zeros(5000, CHANGE), np.zeros(1, np.int64)) for _ in DETECTORS]
    conditioned = []
    for batch in batches:
        compiled(condition)(batch, fleet, state["condition"], thresholds(PARAMS))
        for kind, (detector, out) in enumerate(zip(DETECTORS, outs, strict=True)):
            compiled(detector.kernel)(batch, fleet, state[detector.kind], detector.thresholds(), kind, out)
        conditioned.append({name: getattr(batch, name) for name in DERIVED})
    columns = {name: np.concatenate([c[name] for c in conditioned]) for name in DERIVED}
    return columns, [out.rows[: out.count[0]] for out in outs], state


def drive(road, seed):
    """A drive of one vehicle: most are rough, some are errands."""
    return road.rough["errand" if seed % 3 == 0 else "rough"](seed)


def same(one, other):
    """Equal to the bit, where all NaN are one."""
    columns, changes, state = one
    assert all(np.array_equal(columns[name], other[0][name], equal_nan=True) for name in columns)
    assert [c.tobytes() for c in changes] == [c.tobytes() for c in other[1]]
    assert state.tobytes() == other[2].tobytes()


@given(seeds, st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=60, deadline=None)
def test_cutting_a_batch_anywhere_changes_nothing(road, kit, seed, cuts):
    fleet, whole = road.rough["fleet"](1, CLASSES[seed % 4]), road.rough["of"](drive(road, seed))
    edges = sorted({0, whole.t.size, *[cut for cut in cuts if cut < whole.t.size]})
    same(run([whole], fleet, 1), run([kit.part(whole, a, b) for a, b in pairwise(edges)], fleet, 1))


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_vehicles_do_not_disturb_each_other(road, kit, seed):
    fleet = road.rough["fleet"](3)
    batch = road.rough["of"](road.rough["rough"](seed, vehicles=3))
    columns, changes, _ = run([batch], fleet, 3)
    for slot in (2, 0):
        rows = slice(batch.bounds[slot], batch.bounds[slot + 1])
        tyres = slice(batch.tyre_bounds[slot], batch.tyre_bounds[slot + 1])
        near = batch.near_bounds[rows.start : rows.stop + 1]
        alone = batch._replace(
            slots=np.array([slot]),
            bounds=np.array([0, rows.stop - rows.start]),
            near_bounds=near - near[0],
            tyre_bounds=np.array([0, tyres.stop - tyres.start]),
            **{
                name: getattr(batch, name)[rows].copy() for name in ("t", "said_driver", *SAID, *DERIVED, *SURROUNDINGS)
            },
            **{name: getattr(batch, name)[near[0] : near[-1]] for name in NEAR},
            **{name: getattr(batch, name)[tyres].copy() for name in (*SAID_TYRES, *DERIVED_TYRES)},
        )
        mine, told, _ = run([alone], fleet, 3)
        assert all(np.array_equal(mine[name], columns[name][rows], equal_nan=True) for name in mine)
        assert [c.tobytes() for c in told] == [c[c["slot"] == slot].tobytes() for c in changes]


def test_missing_data_is_silent(road):
    t = road.start + np.arange(500.0)
    tyres = TyreReadings(np.zeros(500, int), np.zeros(500, int), t, np.full(500, np.nan), np.full(500, 20.0))
    batch = road.rough["of"](Samples([("f", "v")], np.zeros(500, np.int64), t, {}, tyres=tyres))
    columns, changes, _ = run([batch], road.rough["fleet"](1), 1)
    assert not any(c.size for c in changes)
    assert np.isnan(columns["v"]).all()
    assert np.isnan(columns["accel"]).all()
    assert (columns["moving"] == -1).all()
    assert columns["step"].sum() == 0


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_compiled_and_plain_agree_to_the_bit(road, kit, seed):
    fleet, samples = road.rough["fleet"](1, CLASSES[seed % 4]), drive(road, seed)
    of = road.rough["of"]
    same(run([of(samples)], fleet, 1), run([of(samples)], fleet, 1, kit.plain))


def test_compiled_and_plain_agree_in_a_process_without_compiler():
    script = [sys.executable, "-W", "error", str(Path(__file__).parent / "rough.py"), "40"]
    digests = [
        subprocess.run(script, env=os.environ | {"NUMBA_DISABLE_JIT": off}, capture_output=True, check=True).stdout
        for off in ("0", "1")
    ]
    assert digests[0] == digests[1]


@pytest.fixture(scope="module")
def driven(road):
    """Many drives, each with the changes of all kinds."""
    drives = [*map(road.rough["rough"], range(80)), *map(road.rough["errand"], range(60))]
    drives += [*map(road.rough["worn"], range(4)), *map(road.rough["sick"], range(4))]
    return [(one, run([road.rough["of"](one)], road.rough["fleet"](1), 1)[1]) for one in drives]


@KINDS
def test_every_episode_opens_once_rises_and_closes_once(driven, detector):
    kind, seen = DETECTORS.index(detector), 0
    for samples, changes in driven:
        episodes = {}
        for change in changes[kind]:
            episodes.setdefault((change["subject"], change["start"]), []).append(change)
        for told in episodes.values():
            levels = [c["level"] for c in told]
            closed = told[-1]["op"] == CLOSE
            rises = told[1:-1] if closed else told[1:]
            assert told[0]["op"] == OPEN
            assert all(c["op"] == RAISE for c in rises)
            assert all(a < b for a, b in pairwise([levels[0], *[c["level"] for c in rises]]))
            assert 1 <= levels[0] <= levels[-1] <= 3
            assert levels == sorted(levels)
            peaks = [c["peak"] for c in told]
            assert peaks in (sorted(peaks), sorted(peaks, reverse=True))
            assert all(np.isnan(c["end"]) for c in told[:-1])
            assert told[0]["start"] in samples.t
            if closed:
                assert told[-1]["end"] in samples.t
                assert told[-1]["end"] >= told[-1]["start"]
            seen += 1
    assert seen > 0, f"{detector.kind} has never opened: the drives are not rough enough"


@KINDS
def test_levels_grow_worse_in_every_class(detector):
    levels = [p for p in detector.params if p.name.startswith("level")]
    for lower, upper in pairwise(sorted(levels, key=lambda p: (p.name.split("_")[1], p.name))):
        if lower.name.split("_")[1] == upper.name.split("_")[1]:
            pairs = list(zip(lower.by_class(), upper.by_class(), strict=True))
            assert all(a < b for a, b in pairs) or all(a > b for a, b in pairs)


@KINDS
def test_every_threshold_names_its_source(detector):
    assert all(param.source for param in detector.params)
    assert detector.meaning.endswith(".")


def test_a_vehicle_is_remembered_in_little_space():
    assert STATE.itemsize <= 640
    assert sum(detector.state.itemsize for detector in DETECTORS) <= 3554
    assert chain.STATE.itemsize <= 5135
