"""Hierarchical credibility: published answers for cohorts {1, 3} and {2, 4, 5} of Hachemeister's states."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.credibility.hierarchical import buhlmann_gisler, iterative
from pricing.credibility.panel import panel

COHORTS = np.array([0, 1, 0, 1, 1])


def test_hachemeister_iterative(states):
    found = iterative(states, COHORTS)
    structure = [found.mean, found.between_cohorts, found.between_risks, found.within]
    assert_allclose(structure, [1746.246271, 88981.28901, 10951.90722, 139120025.9], rtol=1e-8)
    assert_allclose(found.cohort_z, [0.9195573199, 0.9284205449], rtol=1e-8)
    assert_allclose(found.cohort_premium, [1948.997147, 1543.495396], rtol=1e-9)
    z = [0.8874441, 0.6103170233, 0.5195210424, 0.2463391364, 0.7397647875]
    assert_allclose(found.risk_z, z, rtol=1e-7)
    expected = [2048.323658, 1523.799691, 1874.625419, 1496.562991, 1585.168722]
    assert_allclose(found.risk_premium, expected, rtol=1e-9)


def test_hachemeister_not_iterative(states):
    found = buhlmann_gisler(states, COHORTS)
    assert_allclose(found.mean, 1742.22, atol=0.005)
    assert_allclose(found.between_cohorts, 87263.7, atol=0.05)
    assert_allclose(found.between_risks, 13414.84, atol=0.005)
    expected = [2049.733, 1522.032, 1864.280, 1488.504, 1587.097]
    assert_allclose(found.risk_premium, expected, atol=0.0005)


def test_cohorts_alone_may_differ():
    """Risks that are alike within cohorts that are not: the risk stands on its cohort, the cohort on itself."""
    risk = np.repeat(np.arange(4), 2)
    x = np.array([1.0, 1.2, 1.1, 1.1, 5.0, 5.2, 5.1, 5.1])
    found = buhlmann_gisler(panel(risk, x, np.ones(8)), np.array([0, 0, 1, 1]))
    assert found.between_risks == 0.0
    assert found.between_cohorts > 7.0
    assert_allclose(found.risk_premium, [1.1, 1.1, 5.1, 5.1], atol=0.02)


def test_a_risk_never_seen_has_its_cohorts_premium():
    one_more = panel(
        np.array([0, 0, 1, 1, 2, 2, 3]),
        np.array([1.0, 2.0, 4.0, 5.0, 2.0, 2.5, 9.0]),
        np.array([3.0, 3.0, 3.0, 3.0, 2.0, 2.0, 0.0]),
        risks=4,
    )
    found = iterative(one_more, np.array([0, 1, 0, 1]))
    assert found.risk_z[3] == 0.0
    assert found.risk_premium[3] == found.cohort_premium[1]


rates = st.lists(st.floats(0.0, 20.0), min_size=16, max_size=16)


@given(rates, st.lists(st.floats(0.1, 9.0), min_size=16, max_size=16))
def test_credibilities_are_shares_and_premiums_stay_within_what_was_seen(x, w):
    seen = panel(np.repeat(np.arange(8), 2), np.array(x), np.array(w))
    for found in (iterative(seen, np.arange(8) % 3), buhlmann_gisler(seen, np.arange(8) % 3)):
        for z in (found.cohort_z, found.risk_z):
            assert np.all((z >= 0) & (z <= 1))
        assert np.all(found.risk_premium >= seen.mean.min() - 1e-9)
        assert np.all(found.risk_premium <= seen.mean.max() + 1e-9)
