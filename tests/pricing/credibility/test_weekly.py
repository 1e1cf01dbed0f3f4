"""K fitted on the weekly panel of a portfolio whose truth is known."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pricing.credibility.weekly import fit

MONDAY = date(2026, 3, 2)
MEAN, BETWEEN, NOISE = 1.21, 0.756, 0.5  # events per 100 km, variance of the true rates, of a week's factor
WEEKS = 12


@pytest.fixture(scope="module")
def braking(tariff):
    found = next(each for each in tariff.behaviours if each.name == "harsh_braking")
    return replace(found, counts=(("harsh_braking_2", 1.0),))


def drawn(vehicles, mean=MEAN, seed=5):
    """True rates, and weeks of some 400 km with good and bad ones among them."""
    chance = np.random.default_rng(seed)
    truth = chance.gamma(MEAN**2 / BETWEEN, BETWEEN / MEAN, vehicles) * mean / MEAN
    hundreds = chance.lognormal(np.log(4.0), 0.57, (vehicles, WEEKS))
    factor = chance.gamma(1 / NOISE, NOISE, (vehicles, WEEKS))
    return truth, hundreds, chance.poisson(truth[:, None] * hundreds * factor)


def frame(hundreds, events, klass="truck"):
    vehicle, week = (grid.ravel() for grid in np.meshgrid(*map(np.arange, events.shape), indexing="ij"))
    return pl.DataFrame(
        {
            "fleet_id": "F",
            "vehicle_id": [f"{klass}-{i}" for i in vehicle],
            "class": klass,
            "day": [MONDAY + timedelta(7 * int(i)) for i in week],
            "observed_km": hundreds.ravel() * 100,
            "harsh_braking_2": events.ravel(),
        }
    )


def test_the_fitted_k_counts_good_and_bad_weeks(braking):
    """Some 850 km. Of Poisson counts alone it would be 1.21 / 0.756 = 1.6, 160 km."""
    _, hundreds, events = drawn(8000)
    found = fit(frame(hundreds, events), braking)
    assert found.k == pytest.approx(850, abs=80)
    assert found.means["truck"] == pytest.approx(MEAN, rel=0.02)
    assert found.spread == pytest.approx(np.sqrt(BETWEEN) / MEAN, rel=0.05)


@pytest.mark.parametrize(
    ("weeks", "panel", "poisson", "raw"),
    [(1, 0.698, 0.867, 1.202), (2, 0.618, 0.752, 0.886), (4, 0.517, 0.593, 0.641), (12, 0.363, 0.386, 0.396)],
)
def test_rates_come_closer_to_the_truth_with_it(weeks, panel, poisson, raw):
    """Root mean square error after so many weeks, with K 8.5, with K 1.6 and of the raw rate, beside known values."""
    truth, hundreds, events = drawn(20_000)
    seen, count = hundreds[:, :weeks].sum(axis=1), events[:, :weeks].sum(axis=1)

    def error(k):
        return np.sqrt(np.mean(((count + k * MEAN) / (seen + k) - truth) ** 2))

    assert error(8.5) < error(1.6) < error(0.0)
    assert (error(8.5), error(1.6), error(0.0)) == pytest.approx((panel, poisson, raw), rel=0.1)


def test_classes_share_one_k_and_have_their_own_means(braking):
    trucks, vans = drawn(3000)[1:], drawn(3000, mean=3 * MEAN, seed=6)[1:]
    found = fit(pl.concat([frame(*trucks), frame(*vans, klass="van")]), braking)
    assert found.means["van"] / found.means["truck"] == pytest.approx(3, rel=0.05)
    assert found.spread == pytest.approx(np.sqrt(BETWEEN) / MEAN, rel=0.08)


def test_what_could_not_be_seen_changes_nothing(braking):
    _, hundreds, events = drawn(200)
    seen = frame(hundreds, events)
    blind = seen.with_columns(observed_km=pl.lit(0.0), harsh_braking_2=pl.lit(0), day=pl.lit(MONDAY - timedelta(70)))
    assert fit(pl.concat([seen, blind], how="vertical_relaxed"), braking) == fit(seen, braking)


def test_a_class_without_an_event_is_refused(braking):
    _, hundreds, events = drawn(50)
    nothing = frame(hundreds, events * 0, klass="bus")
    with pytest.raises(ValueError, match="harsh_braking: no event in class 'bus'"):
        fit(pl.concat([frame(hundreds, events), nothing]), braking)


def test_the_same_days_in_any_order_give_the_same_bits(braking):
    """Eighths of a km do not add up to the same float in every order."""
    _, hundreds, events = drawn(300)
    week = frame(hundreds, events)
    chance = np.random.default_rng(7)
    days = pl.concat([week.with_columns(observed_km=chance.gamma(2.0, 30.0, week.height).round(6)) for _ in range(7)])
    weighted = replace(braking, counts=(("harsh_braking_2", 0.3),))
    assert fit(days.sample(fraction=1.0, shuffle=True, seed=1), weighted) == fit(days, weighted)
