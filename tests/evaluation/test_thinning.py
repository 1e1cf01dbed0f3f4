"""Thinning: a slower tracker sends some of the same samples, and tyre readings with its next report."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.samples import Samples, TyreReadings
from evaluation.recordings import thinned


def drive(times, tyre_times=()):
    t, tyre_t = np.array(times, float), np.array(tyre_times, float)
    zeros = np.zeros(tyre_t.size, np.int64)
    tyres = TyreReadings(zeros, zeros, tyre_t, np.full(tyre_t.size, 800.0), np.full(tyre_t.size, 20.0))
    return Samples([("f", "v")], np.zeros(t.size, np.int64), t, {"speed": t.copy()}, tyres=tyres)


def test_one_a_stretch_is_kept_the_first():
    kept = thinned(drive([0.0, 1.0, 2.5, 4.9, 5.0, 9.0, 17.0]), 5.0)
    assert kept.t.tolist() == [0.0, 5.0, 17.0]
    assert kept.columns["speed"].tolist() == [0.0, 5.0, 17.0]


def test_a_slower_device_reports_as_evenly_as_the_one_it_is_made_of():
    t = 1_772_521_200.0 + np.arange(36_000) / 10
    for seconds in (0.2, 0.5, 1.0, 30.0):
        assert np.diff(thinned(drive(t.round(3)), seconds).t) == pytest.approx(seconds, abs=1e-6)


def test_tyres_go_out_with_the_next_report():
    kept = thinned(drive([0.0, 1.0, 6.0, 7.0, 12.0], [0.0, 1.0, 7.0]), 5.0)
    assert kept.t.tolist() == [0.0, 6.0, 12.0]
    assert kept.tyres.t.tolist() == [0.0, 6.0, 12.0]


@given(st.lists(st.integers(0, 500), min_size=1, unique=True), st.integers(1, 60))
def test_never_two_in_a_stretch_and_nothing_made_up(times, every):
    kept = thinned(drive(times), float(every)).t
    assert len({t // every for t in kept}) == kept.size
    assert {t // every for t in kept} == {t // every for t in times}
    assert set(kept) <= set(map(float, times))
