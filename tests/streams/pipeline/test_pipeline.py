"""Pipeline: what lies ahead, days cut at UTC midnight, states kept there, and states put back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples, TyreReadings
from streams.fleets.fleet import Fleet
from streams.pipeline.chain import STATE
from streams.pipeline.pipeline import DAY_S, Pipeline, only

seeds = st.integers(0, 1_000_000)


@pytest.fixture
def pipeline(rivers):
    return Pipeline(Fleet(rivers.Everybody()), rivers.judged().in_force)


def of(*rows, tyres=()):
    """Samples of (vehicle, t), with tyre readings of (vehicle, t)."""
    names = sorted({vehicle for vehicle, _ in rows})
    columns = [np.array([row[k] for row in tyres]) for k in (0, 1)] if tyres else [np.empty(0)] * 2
    m = len(tyres)
    return Samples(
        [("f", name) for name in names],
        np.array([names.index(vehicle) for vehicle, _ in rows], np.int64),
        np.array([t for _, t in rows], np.float64),
        {"speed": np.arange(float(len(rows)))},
        tyres=TyreReadings(
            np.array([names.index(name) for name in columns[0]], np.int64),
            np.zeros(m, np.int64),
            columns[1].astype(float),
            np.full(m, 800.0),
            np.full(m, np.nan),
        ),
    )


def test_ahead_is_beyond_the_vehicles_own_watermark(pipeline):
    assert pipeline.ahead(of(("A", 5.0), ("B", 0.0))).all()
    pipeline.run(of(("A", 5.0), ("A", 7.0)))
    assert pipeline.ahead(of(("A", 6.0), ("A", 7.0), ("A", 7.001), ("B", 1.0))).tolist() == [False, False, True, True]
    assert (pipeline.watermark(0), pipeline.watermark(1), pipeline.watermark(1000)) == (7.0, -np.inf, -np.inf)


def test_a_first_sample_at_the_beginning_of_time_is_ahead(pipeline):
    assert pipeline.ahead(of(("A", 0.0), ("A", -5.0))).all()


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-2, 3), st.integers(0, 86_399)), max_size=20))
def test_days_hold_all_rows_in_order_with_their_tyres(rivers, rows):
    pairs = [(vehicle, day * DAY_S + second) for vehicle, day, second in rows]
    pipeline = Pipeline(Fleet(rivers.Everybody()), rivers.judged().in_force)
    days = pipeline.stretches(of(*pairs, tyres=pairs[::2]))
    found = [(int(t // DAY_S), t) for day in days for t in day.t]
    assert sorted(t for _, t in found) == sorted(t for _, t in pairs)
    assert [day for day, _ in found] == sorted(day for day, _ in found)
    assert len({int(t // DAY_S) for _, t in pairs}) == len(days)
    for day in days:
        assert set((day.tyres.t // DAY_S).tolist()) <= set((day.t // DAY_S).tolist())
    assert sum(day.tyres.t.size for day in days) == len(pairs[::2])


def test_one_instant_of_one_vehicle_keeps_its_own_tyres():
    samples = of(("A", 1.0), ("A", 2.0), ("B", 2.0), tyres=[("A", 1.0), ("A", 2.0), ("B", 2.0)])
    kept = only(samples, np.array([False, True, False]))
    assert (kept.t.tolist(), kept.columns["speed"].tolist()) == ([2.0], [1.0])
    assert (kept.tyres.vehicle.tolist(), kept.tyres.t.tolist()) == ([0], [2.0])


def test_a_state_is_kept_before_the_first_sample_of_a_day(pipeline):
    first = of(("A", 10.0), ("B", 20.0))
    (a, b) = pipeline.midnights(first)
    assert [(one.slot, one.day) for one in (a, b)] == [(0, 0), (1, 0)]
    assert a.state == bytes(STATE.itemsize)
    pipeline.run(first)
    assert pipeline.midnights(of(("A", 11.0))) == []
    before = pipeline.state[0].tobytes()
    (kept,) = pipeline.midnights(of(("A", 3 * DAY_S)))
    assert (kept.slot, kept.day, kept.state) == (0, 3, before)
    pipeline.run(of(("A", 3 * DAY_S)))
    assert pipeline.midnights(of(("A", 3 * DAY_S + 5))) == []


def test_vehicles_of_a_piece_without_rows_keep_nothing(pipeline):
    samples = of(("A", 10.0), ("B", 20.0))
    only_a = only(samples, samples.vehicle == 0)
    assert [one.slot for one in pipeline.midnights(only_a)] == [0]


@settings(max_examples=10, deadline=None)
@given(seeds, seeds)
def test_from_a_kept_state_everything_is_found_again(rivers, seed, cut):
    judged, samples = rivers.judged(*rivers.HOURS), rivers.days(seed, vehicles=1)
    live = Pipeline(Fleet(rivers.Everybody()), judged.in_force)
    days = live.stretches(samples)
    kept, found = [], []
    for day in days:
        kept += live.midnights(day)
        found.append(live.run(day))
    start = cut % len(days)
    again = live.scratch(0, kept[start].state)
    for day, expected in zip(days[start:], found[start:], strict=True):
        assert [rows.tobytes() for rows in again.run(day)[:4]] == [rows.tobytes() for rows in expected[:4]]
    assert again.state[0].tobytes() == live.state[0].tobytes()


def test_a_scratch_pipeline_leaves_the_live_one_alone(pipeline):
    pipeline.run(of(("A", 10.0), ("B", 20.0)))
    before = pipeline.state.tobytes()
    other = pipeline.scratch(1, None)
    other.run(of(("B", 5.0), ("B", 30.0)))
    assert pipeline.state.tobytes() == before
    assert other.watermark(0) == -np.inf


def test_more_vehicles_than_expected(pipeline):
    many = of(*[(f"V{k:04}", float(k)) for k in range(700)])
    pipeline.run(many)
    assert [pipeline.watermark(slot) for slot in (0, 300, 699)] == [0.0, 300.0, 699.0]
    assert pipeline.conflicts == 0


def test_conflicts_are_counted(pipeline):
    pipeline.run(of(("A", 1.0), ("A", 1.0)))
    assert pipeline.conflicts == 1
