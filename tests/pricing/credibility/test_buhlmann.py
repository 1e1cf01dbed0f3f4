"""Bühlmann and Bühlmann-Straub: published answers, and what holds of any panel."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.credibility.buhlmann import Structure, bichsel_straub, buhlmann, buhlmann_straub
from pricing.credibility.panel import panel


def test_hachemeister_without_weights(hachemeister):
    found = buhlmann(hachemeister["avg_claim"].to_numpy().reshape(5, 12))
    assert_allclose([found.mean, found.between, found.within], [1671.016667, 72310.02462, 46040.47121], rtol=1e-9)
    assert_allclose(found.credibility(np.array([12.0])), [0.9496143051], rtol=1e-9)
    own = hachemeister.group_by("state", maintain_order=True).agg(pl.col("avg_claim").mean())["avg_claim"].to_numpy()
    expected = [2044.040993, 1518.587744, 1814.234331, 1375.987329, 1602.232937]
    assert_allclose(found.premium(own, np.full(5, 12.0)), expected, rtol=1e-9)


def test_hachemeister_weighted_by_claims(states):
    found = buhlmann_straub(states)
    assert_allclose([found.mean, found.between], [1683.713437, 89638.72623], rtol=1e-9)
    assert_allclose(found.within, 139120025.9, rtol=1e-9)
    assert_allclose(found.k, 1552.008, rtol=1e-6)
    z = [0.9847404019, 0.927635218, 0.8984753552, 0.7279092094, 0.9587911494]
    assert_allclose(found.credibility(states.weight), z, rtol=1e-9)
    expected = [2055.16535, 1523.706278, 1793.443604, 1442.966549, 1603.285404]
    assert_allclose(found.premium(states.mean, states.weight), expected, rtol=1e-9)


def test_the_wrong_complement_is_another_number_and_out_of_balance(states):
    """Weighted by exposure the collective mean is 1865.404, and premiums no longer sum to the claims."""
    found = buhlmann_straub(states)
    wrong = states.weight @ states.mean / states.weight.sum()
    assert wrong == pytest.approx(1865.404, abs=5e-4)
    premiums = found.premium(states.mean, states.weight, wrong)
    assert_allclose(premiums, [2057.94, 1536.85, 1811.89, 1492.40, 1610.77], atol=0.005)
    paid = states.weight @ states.mean
    assert states.weight @ premiums / paid == pytest.approx(1.0039, abs=5e-5)
    assert states.weight @ found.premium(states.mean, states.weight) == pytest.approx(paid, rel=1e-12)


def test_hachemeister_by_the_iterative_estimator(states):
    found = bichsel_straub(states)
    assert_allclose([found.mean, found.between], [1688.89497, 64366.50716], rtol=1e-9)
    z = [0.9788755908, 0.9020068742, 0.8640335795, 0.6576516307, 0.9435250747]
    assert_allclose(found.credibility(states.weight), z, rtol=1e-9)
    expected = [2053.062553, 1528.634648, 1789.941768, 1467.977256, 1604.858623]
    assert_allclose(found.premium(states.mean, states.weight), expected, rtol=1e-9)


def test_workers_compensation_of_121_classes(shared_data):
    rows = pl.read_parquet(shared_data / "pricing/credibility/usworkcomp_y1_6.parquet")
    payroll, loss = rows["PR"].to_numpy(), rows["LOSS"].to_numpy()
    rates = np.divide(loss, payroll, out=np.full(payroll.size, np.nan), where=payroll > 0)
    seen = panel(rows["CL"].rank("dense").to_numpy().astype(np.int64) - 1, rates, payroll)
    assert seen.weight.size == 121
    found = buhlmann_straub(seen)
    structure = [found.mean, found.between, found.within]
    assert_allclose(structure, [0.01679148523, 8.455035908e-05, 8249.673824], rtol=1e-9)
    z = [0.59893789, 0.46890394, 0.80000392, 0.60450849]
    assert_allclose(found.credibility(seen.weight)[:4], z, atol=5e-9)
    expected = [0.02605354427, 0.01935101344, 0.01300497589, 0.01273788213]
    assert_allclose(found.premium(seen.mean, seen.weight)[:4], expected, rtol=1e-9)


def test_risks_that_do_not_differ_have_no_credibility():
    """Weekly noise alone: the estimator of the variance between risks comes out negative."""
    seen = panel(np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 3.0, 1.1]), np.ones(4))
    found = buhlmann_straub(seen)
    assert found.between == 0.0
    assert found.k == float("inf")
    assert_allclose(found.credibility(seen.weight), 0.0)
    assert_allclose(found.premium(seen.mean, seen.weight), seen.mean.mean())


def test_what_was_not_seen_has_the_mean_of_its_class():
    found = Structure(mean=5.0, between=1.0, within=2.0)
    nothing = np.zeros(2)
    assert_allclose(found.premium(nothing, nothing), [5.0, 5.0])
    assert_allclose(found.premium(nothing, nothing, np.array([4.0, 9.0])), [4.0, 9.0])


def test_nothing_at_all_is_refused():
    with pytest.raises(ValueError, match="no risk has any exposure"):
        buhlmann_straub(panel(np.array([0]), np.array([1.0]), np.array([0.0])))


panels = st.lists(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 20)), min_size=2, max_size=6), min_size=2, max_size=6
)


def flat(risks):
    rows = [(i, x, w) for i, periods in enumerate(risks) for x, w in periods]
    risk, x, w = (np.array(column) for column in zip(*rows, strict=True))
    return risk, x, w


@given(panels)
def test_premiums_sum_to_what_was_observed(risks):
    seen = panel(*flat(risks))
    found = buhlmann_straub(seen)
    assert seen.weight @ found.premium(seen.mean, seen.weight) == pytest.approx(seen.weight @ seen.mean, rel=1e-7)


@given(panels)
def test_a_premium_lies_between_the_own_rate_and_the_mean(risks):
    seen = panel(*flat(risks))
    found = buhlmann_straub(seen)
    premium = found.premium(seen.mean, seen.weight)
    assert np.all(premium >= np.minimum(seen.mean, found.mean) - 1e-9)
    assert np.all(premium <= np.maximum(seen.mean, found.mean) + 1e-9)


@given(panels, st.floats(0, 1e9), st.integers(0, 5))
def test_a_period_that_was_not_seen_changes_nothing(risks, nonsense, risk):
    group, x, w = flat(risks)
    assume(risk < len(risks))
    more = panel(np.append(group, risk), np.append(x, nonsense), np.append(w, 0.0))
    assert buhlmann_straub(more) == buhlmann_straub(panel(group, x, w))


@given(panels, st.floats(0.01, 100))
def test_units_do_not_matter(risks, unit):
    """Exposure in metres in place of kilometres: K is so much larger, Z and premiums are the same."""
    group, x, w = flat(risks)
    here, there = panel(group, x, w), panel(group, x, w * unit)
    a, b = buhlmann_straub(here), buhlmann_straub(there)
    assume(a.between > 1e-6)
    assert_allclose(b.credibility(there.weight), a.credibility(here.weight), rtol=1e-5)
    assert_allclose(b.premium(there.mean, there.weight), a.premium(here.mean, here.weight), rtol=1e-5, atol=1e-9)
