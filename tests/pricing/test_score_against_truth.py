"""Scores on simulated claims whose truth is known: who is told to have a frequency has it, from 50 km to 20,000."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pricing.exposure import Exposure
from pricing.monitoring.calibration import deciles
from pricing.monitoring.lorenz import gain, order
from pricing.score import score

VEHICLES = 12_000
CLAIMS_PER_KM = 4e-5
SPREAD = 0.8


@pytest.fixture(scope="module")
def portfolio(tariff):
    """Trucks whose claims go with their true rate of harsh braking, of which each has shown some."""
    braking = next(each for each in tariff.behaviours if each.name == "harsh_braking")
    mean = braking.means["truck"]
    k = braking.per / (SPREAD**2 * mean)  # Poisson events about gamma rates
    fitted = replace(braking, counts=(("harsh_braking_2", 1.0),), beta=1.0, k=k, spread=SPREAD)
    chance = np.random.default_rng(31)
    truth = chance.gamma(SPREAD**-2, SPREAD**2, VEHICLES)  # times the class mean
    seen = np.exp(chance.uniform(math.log(50), math.log(20_000), VEHICLES))
    counts = chance.poisson(truth * mean * seen / braking.per)
    km = chance.uniform(10_000, 60_000, VEHICLES)
    ours = replace(tariff, behaviours=(fitted,))
    scores = [
        score({"truck": Exposure({"km_measured": d, "observed_km": d, "harsh_braking_2": n})}, ours, "vehicle")
        for d, n in zip(seen, counts, strict=True)
    ]
    relativity = np.array([math.exp(sum(point.eta for point in each.points)) for each in scores])
    raw = np.maximum(counts / (mean * seen / braking.per), 0.05)
    claims = chance.poisson(CLAIMS_PER_KM * km * truth).astype(np.float64)
    shown = np.array([each.score for each in scores])
    return SimpleNamespace(km=km, claims=claims, expected=CLAIMS_PER_KM * km, own=relativity, raw=raw, score=shown)


def test_actual_to_expected_is_flat_across_deciles_of_the_score(portfolio):
    p = portfolio
    table = deciles(p.claims, p.expected * p.own, p.km)
    assert table["off"].sum() == 0  # of ten intervals of 95 %
    assert table["ratio"].to_numpy() == pytest.approx(1, abs=0.1)


def test_the_class_alone_and_the_raw_rate_are_not_flat(portfolio):
    """Against the class the best decile has far fewer claims; the raw rate promises and threatens too much."""
    p = portfolio
    own = deciles(p.claims, p.expected * p.own, p.km)
    by_class = own["claims"] / (own["exposure"] * CLAIMS_PER_KM)
    assert by_class[0] < 0.3
    assert by_class[9] > 2.0
    raw = deciles(p.claims, p.expected * p.raw, p.km)
    assert raw["off"].sum() >= 4
    assert raw["ratio"][0] > 1.5
    assert raw["ratio"][9] < 0.85


def test_a_lower_score_goes_with_more_claims(portfolio):
    p = portfolio
    frequency = [p.claims[part].sum() / p.km[part].sum() for part in np.array_split(np.argsort(-p.score), 5)]
    assert frequency == sorted(frequency)
    assert frequency[4] > 4 * frequency[0]


def test_credible_rates_tell_risks_apart_better_than_raw_ones(portfolio):
    p = portfolio
    raw, own = (order(rate, p.km, p.claims) for rate in (p.raw, p.own))
    better = gain(raw, own, np.arange(VEHICLES), np.random.default_rng(32), 200)
    assert better.low > 0


@pytest.fixture(scope="module")
def whole(tariff):
    """Trucks whose claims go with all behaviours of the tariff, each by its own elasticity to a true rate."""
    chance, vehicles = np.random.default_rng(33), 6_000
    seen = np.exp(chance.uniform(math.log(200), math.log(20_000), vehicles))
    truth, sums, behaviours = np.zeros(vehicles), {}, []
    for each in tariff.behaviours:
        mean, (column, _) = each.means["truck"], each.counts[-1]
        exposed = sums.setdefault(each.exposure, seen / 50 if each.exposure.endswith("_h") else seen)
        rate = chance.gamma(each.spread**-2, each.spread**2, vehicles)
        sums[column] = chance.poisson(rate * mean * exposed / each.per)
        # elasticities are twice those shipped, so that claims of so few tell a flat line from a steep one
        k = each.per / (each.spread**2 * mean)
        behaviours.append(replace(each, counts=((column, 1.0),), k=k, beta=2 * each.beta, one_sided=False))
        truth += 2 * each.beta * np.log(np.maximum(rate, 1e-3))
    ours, names = replace(tariff, behaviours=tuple(behaviours)), list(sums)
    rows = zip(*(sums[name] for name in names), strict=True)
    scores = [score({"truck": Exposure(dict(zip(names, row, strict=True)))}, ours, "vehicle") for row in rows]
    km = chance.uniform(20_000, 60_000, vehicles)
    claims = chance.poisson(1e-4 * km * np.exp(truth)).astype(np.float64)
    own = np.array([math.exp(sum(point.eta for point in each.points)) for each in scores])
    return SimpleNamespace(km=km, claims=claims, own=own, score=np.array([each.score for each in scores]))


def test_actual_to_expected_is_flat_across_deciles_of_the_whole_score(whole):
    level = whole.claims.sum() / (whole.km * whole.own).sum()
    table = deciles(whole.claims, level * whole.km * whole.own, whole.km)
    assert table["off"].sum() == 0
    assert table["ratio"].to_numpy() == pytest.approx(1, abs=0.1)
    by_class = table["claims"] / table["exposure"] * (whole.km.sum() / whole.claims.sum())
    assert by_class[9] > 2.5 * by_class[0]


def test_points_of_the_scale_are_what_claims_do(whole):
    """12 points less are twice the claims: the slope of ln(claims per km) over tenths of the score."""
    parts = np.array_split(np.argsort(whole.score), 10)
    x = [np.average(whole.score[part], weights=whole.km[part]) for part in parts]
    y = [math.log(whole.claims[part].sum() / whole.km[part].sum()) for part in parts]
    assert np.polyfit(x, y, 1)[0] == pytest.approx(-math.log(10) / 40, rel=0.1)
