"""A score by its number alone gives the premium of the behaviours, but for what rounding hides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.exposure import Exposure
from pricing.factors.telematics import FACTOR
from pricing.rating import rate
from pricing.score import score
from pricing.stated import Stated, scored, stated

COUNTS = ("harsh_braking_2", "harsh_braking_3", "harsh_acceleration_1", "harsh_cornering_2", "continuous_driving_2")
seen = st.fixed_dictionaries(
    {name: st.integers(0, 60) for name in COUNTS}
    | {"km_measured": st.floats(100.0, 20_000.0), "night": st.floats(0.0, 0.5), "over": st.floats(0.0, 0.2)}
)


def exposure(km_measured, night, over, **counts):
    km = dict.fromkeys(("km_measured", "observed_km", "observed_corner_km", "limit_known_km"), km_measured)
    shares = {"night_km": night * km_measured, "over_limit_10_20_km": over * km_measured}
    return Exposure(km | shares | {"moving_h": km_measured / 50} | counts)


def relativity(found):
    product = 1.0
    for one in FACTOR.relativity([point.eta for point in found.points]):
        product *= round(float(one), 4)
    return product


@given(seen)
@settings(max_examples=40)
def test_the_relativity_differs_by_no_more_than_is_said(tariff, drive):
    own = {"truck": exposure(**drive)}
    whole = score(own, tariff, "vehicle")
    alone = scored(stated(own, tariff), tariff)
    assert alone.score == whole.score
    if 0.0 < whole.score < 100.0:
        assert relativity(alone) == pytest.approx(relativity(whole), rel=2e-4 * len(whole.points))


def test_nothing_known_is_the_class_mean_and_the_same_premium(tariff, risk):
    empty = {"truck": Exposure()}
    drive = Exposure({"km_measured": 5000.0})
    alone = scored(stated(empty, tariff), tariff)
    assert (alone.score, alone.provisional) == (tariff.scale.base, True)
    assert (
        rate(risk(), drive, tariff, alone).amount == rate(risk(), drive, tariff, score(empty, tariff, "vehicle")).amount
    )


def test_a_better_score_never_costs_more(tariff, risk):
    drive = Exposure({"km_measured": 5000.0})
    amounts = [rate(risk(), drive, tariff, scored(Stated(float(s), 0.9), tariff)).amount for s in range(0, 101, 5)]
    assert amounts == sorted(amounts, reverse=True)
