"""The claims coefficient of the next term."""

from datetime import date
from decimal import Decimal

import pytest

from pricing.document import TariffError
from pricing.exposure import Exposure
from pricing.rating import rate
from pricing.renewal.experience import Seen, coefficients, expected
from pricing.score import score
from pricing.tariffs import parse, standard_text

CLAIMS = "\n[claims]\nfleet = 0.25\nvehicle = 0.40\nmean = { tpl_property = 100, own_damage = 2500 }\n"
YEAR = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}


@pytest.fixture(scope="module")
def known():
    return parse(standard_text() + CLAIMS, "known.toml")


def test_expected_are_the_claims_that_the_class_rates_pay_for(known, risk):
    one = risk(**YEAR, use="hire", experience=1.7, previous=Decimal(3))
    neutral = score({"truck": Exposure()}, known, "vehicle")
    steps = rate(risk(**YEAR, use="hire"), Exposure({"km_measured": 5e4}), known, neutral).factors
    technical = next(step.amount for step in steps if step.name == "technical")
    assert expected(Seen(one, 5e4, 0), known, known.prior) == pytest.approx(float(technical) / 100)


def test_four_trucks_by_the_published_numbers(known, risk):
    """Expected claims of 0.12, 0.12, 0.30 and 0.08, of which the second and third had one each."""
    a_day = expected(Seen(risk(**YEAR), 0.0, 0), known, known.prior)
    a_km = (expected(Seen(risk(**YEAR), 1e5, 0), known, known.prior) - a_day) / 1e5
    wanted = {"V1": (0.12, 0), "V2": (0.12, 1), "V3": (0.30, 1), "V4": (0.08, 0)}
    prior = parse(standard_text() + CLAIMS.replace("100", str(round(100 * a_day / 0.08, 6))), "p").prior
    scale = 0.08 / a_day
    seen = [
        Seen(risk(**YEAR, vehicle_id=name), (lam - 0.08) / (a_km * scale), claims)
        for name, (lam, claims) in wanted.items()
    ]
    found = coefficients(seen, known, prior)
    assert [one.coefficient for one in found.values()] == pytest.approx([1.2015, 1.6732, 1.5423, 1.2246], abs=2e-4)
    assert {(one.fleet_claims, round(one.fleet_expected, 2)) for one in found.values()} == {(2, 0.62)}


def test_days_add_up_and_covers_without_a_mean_have_no_coefficient(known, risk):
    halves = [
        Seen(risk(valid_from=date(2026, 1, 1), valid_to=date(2026, 7, 1)), 3e4, 1),
        Seen(risk(valid_from=date(2026, 7, 1), valid_to=date(2027, 1, 1)), 3e4, 0),
    ]
    (one,) = coefficients([*halves, Seen(risk(**YEAR, cover="cargo"), 3e4, 5)], known, known.prior).values()
    (whole,) = coefficients([Seen(risk(**YEAR), 6e4, 1)], known, known.prior).values()
    assert one == pytest.approx(whole, abs=1e-4)


def test_a_cover_that_is_none_is_told():
    with pytest.raises(TariffError, match=r"claims\.mean\.hull: is no cover of this tariff"):
        parse(standard_text() + CLAIMS.replace("own_damage", "hull"), "x")
