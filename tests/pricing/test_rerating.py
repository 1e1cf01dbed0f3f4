"""A whole portfolio rated at once is what each vehicle is rated by itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from pricing.exposure import SCHEMA, SUMS
from pricing.frames import premiums
from pricing.money import ROUNDING
from pricing.rating import RatingError
from pricing.rerating import indications
from pricing.tariff import CLASSES, COVERS
from pricing.tariffs import parse, standard_text

VEHICLES = 40
DAYS = [date(2026, 1, 5), date(2026, 2, 9), date(2026, 3, 2)]
START, END = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture(scope="module")
def drawn():
    """Exposure and risks of vehicles of all sorts, some never heard of, some of which little is known."""
    chance = np.random.default_rng(6)
    rows = VEHICLES * len(DAYS)
    km = chance.gamma(2.0, 400.0, rows).round(3)
    sums = {name: (km * chance.random(rows) * 0.2).round(3) for name in SUMS if SCHEMA[name] == pl.Float64}
    counts = {name: chance.poisson(3, rows) for name in SUMS if SCHEMA[name] == pl.Int64}
    seen = dict.fromkeys(("km_measured", "observed_km", "observed_corner_km", "limit_known_km", "observed_tyre_km"), km)
    gap = np.where(chance.random(rows) < 0.3, km.round(1), 0.0)
    who = {"fleet_id": "F", "vehicle_id": [f"V{k % VEHICLES:02}" for k in range(rows)], "driver_id": "D"}
    frame = {**who, "day": [DAYS[k // VEHICLES] for k in range(rows)], "status": "final", "hours": km / 50}
    exposure = pl.DataFrame(frame | sums | counts | seen | {"km_gap": gap}, schema=SCHEMA)
    some = {
        "use": ["own", "hire", "hazmat", None],
        "mass_kg": [1500.0, 7999.5, 18_123.0, None],
        "year": [2011, 2025, 2027, None],
        "annual_km": [4000.0, 17_333.0, 61_000.5, None],
        "sum_insured": [9999.99, 45_000.0, None],
        "deductible": [0.0, 333.0, None],
        "limit": [1e6, 5e6, None],
        "experience": [0.2, 0.93, 1.5, 2.7, None],
        "previous": [10.0, 380.25, 2500.5, None],
        "class": list(CLASSES),
    }
    known = [
        {"fleet_id": "F", "vehicle_id": f"V{k:02}", "policy_id": "P", "valid_from": START, "valid_to": END}
        | {name: values[chance.integers(len(values))] for name, values in some.items()}
        for k in range(VEHICLES + 5)
    ]
    vehicles = pl.DataFrame(known, infer_schema_length=None)
    return exposure, vehicles.join(pl.DataFrame({"cover": COVERS}), how="cross")


def alike(found, exposure, risks, tariff, *period, **more):
    return found.equals(premiums(exposure, risks, tariff, *period, **more).select(found.columns))


def test_so_they_are_after_a_silence(drawn, tariff):
    """Also where the off-balance works on what credibility leaves to the class."""
    loads = replace(tariff.loads, off_balance=Decimal("0.8"))
    for ours in (tariff, replace(tariff, loads=loads, complement=True)):
        found = indications(*drawn, ours, until=date(2026, 9, 1))
        assert alike(found, *drawn, ours, until=date(2026, 9, 1))
        assert found["credibility"].mean() < indications(*drawn, ours)["credibility"].mean()


@pytest.mark.parametrize("rounding", ROUNDING)
def test_every_amount_cap_and_credibility_is_that_of_one_by_one(drawn, tariff, rounding):
    loads = replace(tariff.loads, off_balance=Decimal("1.095674"), variable=Decimal("0.2175"))
    caps = {**tariff.caps, "use": (Decimal("0.9"), Decimal("1.1"))}
    ours = replace(tariff, rounding=rounding, loads=loads, caps=caps)
    found = indications(*drawn, ours)
    assert alike(found, *drawn, ours)
    assert found.height == (VEHICLES + 5) * len(COVERS)
    assert {"use", "telematics", "experience", "change"} <= set(", ".join(found["caps"].drop_nulls()).split(", "))


def test_an_off_balance_may_work_on_what_credibility_leaves_to_the_class(drawn, tariff):
    ours = replace(tariff, complement=True, loads=replace(tariff.loads, off_balance=Decimal("0.873451")))
    found = indications(*drawn, ours)
    assert alike(found, *drawn, ours)
    assert not found.equals(indications(*drawn, replace(ours, complement=None)).select(found.columns))


def test_of_a_part_of_the_period(drawn, tariff):
    march = (date(2026, 3, 1), date(2026, 4, 1))
    assert alike(indications(*drawn, tariff, *march), *drawn, tariff, *march)


def test_vehicles_that_changed_their_class_are_in_it_too(drawn, tariff):
    exposure, risks = drawn
    changed = risks.filter(pl.col("vehicle_id") == "V01")
    before = changed.with_columns(pl.lit("van").alias("class"), pl.lit(DAYS[1]).alias("valid_to"))
    after = changed.with_columns(pl.lit("bus").alias("class"), pl.lit(DAYS[1]).alias("valid_from"))
    mixed = pl.concat([risks.filter(pl.col("vehicle_id") != "V01"), before, after])
    assert alike(indications(exposure, mixed, tariff), exposure, mixed, tariff)


def test_without_caps_or_history_or_anybody(drawn, tariff):
    exposure, risks = drawn
    free = replace(tariff, caps={})
    assert alike(indications(exposure, risks, free), exposure, risks, free)
    assert alike(indications(exposure.clear(), risks, tariff), exposure.clear(), risks, tariff)
    assert indications(exposure, risks.clear(), tariff).is_empty()


def test_who_else_is_rated_changes_nothing(drawn, tariff):
    exposure, risks = drawn
    some = pl.col("vehicle_id").is_in(["V03", "V11", "V42"])
    whole = indications(exposure, risks, tariff).filter(some)
    assert indications(exposure.filter(some), risks.filter(some), tariff).equals(whole)


def test_what_the_tariff_has_no_rate_for_is_refused(drawn, tariff):
    exposure, risks = drawn
    with pytest.raises(RatingError, match="has no rate for the vehicle class 'tank'"):
        indications(exposure, risks.with_columns(pl.lit("tank").alias("class")), tariff)
    with pytest.raises(ValueError, match="no level 'taxi'"):
        indications(exposure, risks.with_columns(pl.lit("taxi").alias("use")), tariff)


def test_where_a_jurisdiction_keeps_the_coefficient_in_a_window_and_knows_use_and_tonnage_together(drawn):
    exposure, risks = drawn
    change = next(line for line in standard_text().splitlines() if line.startswith("change"))
    text = standard_text().replace(change, "").replace('"use", "tonnage"', '"use_tonnage"')
    ours = parse('profile = "china"\n' + text, "china.toml")
    assert indications(exposure, risks, ours).height == risks.height
    some = risks.filter(pl.col("vehicle_id") < "V12")
    assert alike(indications(exposure, some, ours), exposure, some, ours)


def test_a_least_premium_binds_and_says_so(drawn, tariff):
    exposure, risks = drawn
    ours = replace(tariff, minimum={"cargo": Decimal("0.613"), "compulsory": Decimal("2.5")})
    found = indications(exposure, risks, ours)
    assert alike(found, exposure, risks, ours)
    assert found["caps"].str.contains("minimum").any()
