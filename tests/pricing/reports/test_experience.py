"""Experience: a small fleet worked out by hand, and the published development factors."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pricing import ladder
from pricing.experience.fleet import Effects, directly
from pricing.exposure import Exposure
from pricing.rating import rate
from pricing.renewal.experience import Seen, expected
from pricing.reports.assumptions import Assumptions, Given, parse
from pricing.reports.experience import PORTFOLIO, Asked, Data, study
from pricing.reports.insured import Rated, exposed, periods
from pricing.reports.losses import ReportError, known, valuations
from pricing.reports.span import back, ending
from pricing.reports.triangle import Triangle, triangle
from pricing.risks import risk_of
from pricing.score import score
from pricing.tariffs import parse as parse_tariff
from pricing.tariffs import standard, standard_text

TODAY = date(2026, 1, 1)
EFFECTS = Effects(fleet=0.25, vehicle=0.40)
HAND = Given(cap=1500.0, trend=0.1, development=(1.2, 1.05), large=0.1, mean_claim=1000.0, variation=1.0)


def at(*day):
    return datetime(*day, tzinfo=UTC)


CLAIMS = pl.DataFrame(
    {
        "claim_id": ["c1", "c1", "c2", "c2", "c3"],
        "fleet_id": ["north"] * 4 + ["south"],
        "vehicle_id": ["v1", "v1", "v2", "v2", "v9"],
        "cover": ["hull"] * 5,
        "loss_at": [at(2024, 5, 1)] * 2 + [at(2025, 3, 1)] * 2 + [at(2025, 6, 1)],
        "valued_at": [at(2024, 6, 1), at(2025, 2, 1), at(2025, 4, 1), at(2026, 1, 1), at(2025, 7, 1)],
        "paid": [0.0, 1000.0, 2000.0, 9999.0, 400.0],
        "reserve": [800.0, 0.0, 500.0, 0.0, 0.0],
        "recovery": [0.0, 0.0, 300.0, 0.0, 0.0],
    }
)
POLICIES = pl.DataFrame(
    {
        "fleet_id": ["north", "north", "south"],
        "vehicle_id": ["v1", "v2", "v9"],
        "cover": ["hull"] * 3,
        "from": [date(2024, 1, 1)] * 3,
        "to": [date(2026, 1, 1)] * 3,
        "deductible": [500.0, 500.0, 500.0],
        "expected": [660.0, 440.0, 550.0],
    }
)
KM = pl.DataFrame(
    {
        "fleet_id": ["north"] * 3,
        "vehicle_id": ["v1", "v1", "v2"],
        "day": [date(2024, 3, 1), date(2025, 3, 1), date(2025, 12, 31)],
        "km_measured": [10_000.0, 20_000.0, 5_000.0],
        "km_gap": [0.0, 0.0, 1_000.0],
    }
)
DATA = Data(valuations(CLAIMS), periods(POLICIES), KM)


@pytest.fixture(scope="module")
def found():
    said = Assumptions("by hand", "", {"hull": HAND}, EFFECTS, (500.0, 1000.0))
    return study(DATA, Asked("north", TODAY, years=2, said=said))


def test_years_end_on_the_anniversary_of_the_valuation():
    assert [(year.start, year.end, year.age) for year in ending(TODAY, 2)] == [
        (date(2024, 1, 1), date(2025, 1, 1), 2),
        (date(2025, 1, 1), TODAY, 1),
    ]
    assert back(date(2028, 2, 29), 1) == date(2027, 2, 28)


def test_claims_are_as_they_were_known_when_the_day_began(found):
    assert found.claims.select("claim_id", "paid", "reserve", "recovery").rows() == [
        ("c1", 1000.0, 0.0, 0.0),
        ("c2", 2000.0, 500.0, 300.0),  # 9,999 was told on the day itself
    ]


def test_years_are_capped_developed_and_trended(found):
    old, new = found.years.iter_rows(named=True)
    assert (old["vehicle_years"], new["vehicle_years"], old["km"], new["km"]) == (2.0, 2.0, 10_000.0, 26_000.0)
    assert old["ultimate"] == pytest.approx(1000 * 1.05 * 1.1**2)
    assert (new["incurred"], new["capped"], new["excess"], new["large"]) == (2200.0, 1500.0, 700.0, 1)
    assert new["ultimate"] == pytest.approx(1500 * 1.2 * 1.1)
    assert new["a_1000_km"] == pytest.approx(1980 / 26)


def test_vehicles_are_believed_as_the_covariances_say(found):
    cost, expected = np.array([1000 * 1.05 * 1.21, 1980.0]), np.array([600.0, 400.0])
    so_far = expected * (366 / 731 / 1.05 + 365 / 731 / 1.2)  # of the older year more is known
    known, evidence = np.array([1000 * 1.21, 1500 * 1.1]), so_far / 1000.0 / (1 + 1.0)
    by_hand = directly(evidence, known / so_far * evidence, EFFECTS)
    assert found.vehicles["coefficient"].to_numpy() == pytest.approx(by_hand, rel=1e-12)
    (result,) = found.results.iter_rows(named=True)
    assert result["credible"] == pytest.approx(float(by_hand @ expected))
    assert result["burning"] == pytest.approx(cost.sum() / 4 * 1.1)
    assert result["pure"] == pytest.approx(float(by_hand @ expected) / 4 * 1.1)
    assert result["premium"] == pytest.approx(result["pure"] * 2)  # no tariff, no loads
    assert result["ratio"] == pytest.approx(known.sum() / so_far.sum())
    assert 0 < result["weight"] < 1


def test_a_deductible_takes_its_part_of_each_loss(found):
    as_now, higher = found.options.iter_rows(named=True)
    assert (as_now["share"], as_now["own"], as_now["claims"]) == (pytest.approx(1.0), pytest.approx(1.0), 2)
    left = (1000 - 500) * 1.05 * 1.21 + 1500 * 1.2 * 1.1  # 2,200 - 500 is still above the cap
    assert higher["ultimate"] == pytest.approx(left)
    every = left + 0.0 * 400  # the portfolio's third claim is below what is borne then
    whole = 1000 * 1.05 * 1.21 + 1980 + 400 * 1.2 * 1.1
    assert higher["portfolio"] == pytest.approx(every / whole)
    assert higher["required"] < as_now["required"]


def test_before_a_vehicle_was_heard_of_its_declared_km_count():
    declared = DATA.insured.with_columns(annual_km=pl.lit(36_500.0))
    rows = exposed(declared, KM, ending(TODAY, 2), None).filter(pl.col("fleet_id") == "north")
    assert rows.select("vehicle_id", "age", "km", "declared").rows() == [
        ("v1", 1, 20_000.0, 0.0),
        ("v1", 2, 16_000.0, 6_000.0),  # heard of from 1 March 2024 on, the 61st day
        ("v2", 1, 42_400.0, 36_400.0),  # from 31 December 2025 on
        ("v2", 2, 36_600.0, 36_600.0),
    ]


def test_what_the_tariff_expects_is_its_own_pure_premium():
    tariff, start, end = standard(), date(2024, 3, 1), date(2024, 9, 17)
    said = {"cover": "own_damage", "class": "truck", "use": "hire", "mass_kg": 18_000.0, "year": 2019}
    who = {"fleet_id": "n", "vehicle_id": "v", "policy_id": "P", "experience": 1.8}
    risk = risk_of({**said, **who, "valid_from": start, "valid_to": end})
    own = score({"truck": Exposure()}, tariff, "vehicle")
    steps = rate(replace(risk, experience=float("nan")), Exposure({"km_measured": 41_234.5}), tariff, own).factors
    pure = float(ladder.pure(steps))
    told = Rated(tariff)(
        {**said, **who, "valid_from": date(2024, 1, 1), "valid_to": date(2025, 1, 1)}, start, end, 41_234.5
    )
    assert told == pytest.approx(pure, abs=1e-4)
    assert Rated(tariff)({**said, **who, "cover": "hull"}, start, end, 1.0) is None


def test_reports_and_renewals_expect_the_same():
    """Whatever the off-balance: it makes up for what own driving does to the sum of the premiums, which is left out."""
    claims = "\n[claims]\nfleet = 0.25\nvehicle = 0.4\nmean = { tpl_property = 2500 }\n"
    said, (start, end) = {"cover": "tpl_property", "class": "truck", "use": "own"}, (date(2024, 1, 1), date(2025, 1, 1))
    row = {**said, "fleet_id": "n", "vehicle_id": "v", "policy_id": "P", "valid_from": start, "valid_to": end}
    told = set()
    for factor in ("1.0", "1.3"):
        text = standard_text().replace("off_balance = 1.0", f"off_balance = {factor}") + claims
        tariff = parse_tariff(text, "t")
        renewed = expected(Seen(risk_of(row), 60_000.0, 0), tariff, tariff.prior) * 2500
        told.add(round(Rated(tariff)(row, start, end, 60_000.0), 2))
        assert renewed == pytest.approx(Rated(tariff)(row, start, end, 60_000.0), abs=1e-3)
    assert len(told) == 1


def test_without_tariff_and_word_of_policies_the_portfolio_is_the_complement():
    data = Data(DATA.valued, DATA.insured.drop("expected"), KM)
    said = Assumptions(covers={"hull": HAND}, effects=EFFECTS)
    found = study(data, Asked("north", TODAY, years=2, said=said))
    whole = 1000 * 1.05 * 1.21 + 1980 + 400 * 1.2 * 1.1
    assert found.complement == PORTFOLIO
    assert found.vehicles["expected"].to_list() == pytest.approx([whole / 6 * 2] * 2)


def test_a_fleet_of_which_nothing_is_known_but_its_years_has_the_expected():
    said = Assumptions(covers={"hull": HAND}, effects=EFFECTS)
    data = Data(DATA.valued.filter(pl.col("fleet_id") == "south"), DATA.insured, KM)
    (result,) = study(data, Asked("north", TODAY, years=2, said=said)).results.iter_rows(named=True)
    assert (result["claims"], result["ultimate"]) == (0, 0.0)
    assert 0 < result["coefficient"] < 1


def test_too_few_claims_of_unknown_size_move_nothing():
    (result,) = study(DATA, Asked("north", TODAY, years=2)).results.iter_rows(named=True)
    assert (result["coefficient"], result["ratio"] > 1) == (1.0, True)


TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""


def test_the_published_development_factors():
    rows = [[float(x) for x in line.split()] for line in TAYLOR_ASHE.split("\n") if line]
    known = np.array([row + [np.nan] * (10 - len(row)) for row in rows])
    found = Triangle(ending(TODAY, 10), known)
    # Mack 1993, table 3; the reserve of 18,680,856 is that of all who use the chain ladder
    assert found.links.round(5).tolist()[:4] == [3.49061, 1.74733, 1.45741, 1.17385]
    latest = np.array([row[-1] for row in rows])
    ultimate = latest * found.to_ultimate[::-1]
    assert round(float((ultimate - latest).sum())) == 18_680_856


def test_a_triangle_is_of_what_was_known_on_each_anniversary():
    found = triangle(DATA.valued.filter(pl.col("fleet_id") == "north"), TODAY, 2, cap=1500.0)
    assert found.incurred[0].tolist() == [80_000.0, 100_000.0]
    assert found.incurred[1, 0] == 150_000.0
    assert found.to_ultimate.tolist() == [1.25, 1.0]


def test_two_fleets_may_count_their_claims_alike():
    same = CLAIMS.with_columns(claim_id=pl.lit("1"))
    assert known(valuations(same), TODAY)["fleet_id"].to_list() == ["north", "south"]


@pytest.mark.parametrize("frame", [CLAIMS.drop("paid"), CLAIMS.with_columns(loss_at=pl.lit("May"))])
def test_claims_that_cannot_be_read_are_told(frame):
    with pytest.raises(ReportError, match="claims: "):
        valuations(frame)


def test_the_assumptions_of_the_docs_are_good():
    page = (Path(__file__).parents[3] / "docs" / "reports.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    said = parse(example, "docs")
    assert said.of("tpl_injury").development == (1.9, 1.3, 1.12, 1.05, 1.02)
    assert said.of("cargo") == Given(trend=0.03)
    assert said.effects == EFFECTS
