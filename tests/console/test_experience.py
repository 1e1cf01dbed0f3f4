"""The portfolio's experience: frequency, severity, pure premium, loss ratio and A/E, against sums made by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from scipy.stats import chi2

from console.reckoning.experience import pieces, summed
from console.reckoning.figures import figures

API = "/api/v1/pricing"
BYS = ("cover", "class", "fleet", "month")


def told(house, **query):
    answer = house.client("actuary").get(f"{API}/experience", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def premium(vehicle, start, end, amount, pure, cover="cargo"):
    step = {"part": "premium", "name": "off_balance", "amount": Decimal(pure)}
    return {
        "fleet_id": "F",
        "vehicle_id": vehicle,
        "cover": cover,
        "valid_from": datetime.combine(start, datetime.min.time()),
        "valid_to": datetime.combine(end, datetime.min.time()),
        "amount": Decimal(amount),
        "factors": [step],
    }


def claim(vehicle, day, cents, cover="cargo"):
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=23)
    return {"fleet_id": "F", "vehicle_id": vehicle, "cover": cover, "loss_at": at, "incurred": cents}


@pytest.fixture
def two():
    """A year of V1 with two claims, 59 days of V2 with one; two claims that are in no premium."""
    rows = [
        premium("V1", date(2025, 1, 1), date(2026, 1, 1), "1000.01", "600"),
        premium("V2", date(2025, 2, 1), date(2025, 4, 1), "100", "200"),
    ]
    claims = [claim("V1", date(2025, 1, 31), 50_000), claim("V1", date(2025, 12, 31), 150_050)]
    claims += [claim("V2", date(2025, 2, 1), 9_999), claim("V2", date(2025, 4, 1), 1), claim("V3", date(2025, 2, 2), 1)]
    return pieces(pl.DataFrame(rows), claims)


def test_months_sum_to_the_premium_and_hold_their_own_claims(two):
    months = summed(two, lambda one: one.month)
    assert [one.days for one in months.values()] == [31, 56, 62, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(one.earned for one in months.values()) == Decimal("1100.01")
    assert months["2025-01"].earned == Decimal("84.93")  # 1000.01 * 31 / 365
    assert {name: one.claims for name, one in months.items() if one.claims} == {
        "2025-01": 1,
        "2025-02": 1,
        "2025-12": 1,
    }


def test_what_is_expected_is_in_proportion_to_the_pure_premium(two):
    vehicles = summed(two, lambda one: one.vehicle)
    assert {name: one.expected for name, one in vehicles.items()} == pytest.approx({"V1": 2.25, "V2": 0.75})
    assert vehicles["V1"].incurred == Decimal("2000.50")
    assert sum(one.expected for one in summed(two, lambda one: one.month).values()) == pytest.approx(3)


@pytest.mark.parametrize("by", BYS)
def test_parts_add_up_to_the_whole_which_is_the_record(house, by):
    found = told(house, by=by)
    whole, rated = found["whole"], figures(house.world).tables()["premiums"]
    assert Decimal(whole["earned"]) == rated["amount"].sum()
    assert whole["years"] == pytest.approx(rated["days"].sum() / 365)
    assert (whole["claims"], Decimal(whole["incurred"])) == (1, 1200)
    for name in ("years", "technical", "claims", "expected"):
        assert sum(part[name] for part in found["parts"]) == pytest.approx(whole[name]), name
    for name in ("earned", "incurred"):
        assert sum(Decimal(part[name]) for part in found["parts"]) == Decimal(whole[name])


def test_each_figure_is_what_its_name_says(house):
    whole = told(house)["whole"]
    years, claims, incurred = whole["years"], whole["claims"], float(whole["incurred"])
    assert whole["frequency"] == pytest.approx(claims / years)
    assert whole["frequency_low"] == pytest.approx(chi2.ppf(0.025, 2 * claims) / 2 / years)
    assert whole["frequency_high"] == pytest.approx(chi2.ppf(0.975, 2 * claims + 2) / 2 / years)
    assert float(whole["severity"]) == pytest.approx(incurred / claims)
    assert float(whole["pure"]) == pytest.approx(incurred / years, abs=0.005)
    assert whole["loss_ratio"] == pytest.approx(incurred / float(whole["earned"]))
    assert whole["ratio"] == pytest.approx(1)
    assert (whole["low"], whole["high"]) == pytest.approx((chi2.ppf(0.025, 2) / 2, chi2.ppf(0.975, 4) / 2))


def test_of_other_months_or_covers_there_is_nothing(house):
    first, last = (told(house)[name] for name in ("first", "last"))
    assert told(house, **{"from": first, "to": last})["whole"] == told(house)["whole"]
    for query in ({"from": "2030-01"}, {"to": "2001-12"}, {"cover": "nothing"}):
        none = told(house, **query)
        assert (none["parts"], none["whole"]["claims"], none["whole"]["frequency"]) == ([], 0, None)
    refused = house.client("actuary").get(f"{API}/experience", params={"from": "May"})
    assert refused.status_code == 422
