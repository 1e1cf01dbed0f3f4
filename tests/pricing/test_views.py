"""Views: exposure by fleet, vehicle, driver and cover."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.exposure import exposure, merge
from pricing.views import BY, levels, view

FEB, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
SPEEDS = {"speed_20_50_m": 30_000.0, "speed_50_80_m": 60_000.0, "speed_130_m": 10_000.0}
HOURS = {"night_m": 20_000.0, "hour_5_9_m": 80_000.0}


@pytest.fixture(scope="module")
def driven(segment):
    """Exposure of segments."""

    def frame(*rows):
        return exposure(pl.DataFrame([segment(**row) for row in rows], infer_schema_length=None), pl.DataFrame())

    return frame


@pytest.fixture(scope="module")
def two(driven):
    """Two drivers share V on 2 March; nobody knows who drove W."""
    shared = [{**SPEEDS, **HOURS, "motorway_m": 100_000.0}, {"driver_id": "E", "metres": 50_000.0}]
    return driven(*shared, {"vehicle_id": "W", "driver_id": None, "metres": 1000.0, "odometer_m": None})


def insured(**changes):
    """V and W: third party all of March, V also its own damage for the first three days."""
    rows = [
        ("V", "tpl", MARCH, APRIL, 36_500.0),
        ("W", "tpl", MARCH, APRIL, None),
        ("V", "own", MARCH, date(2026, 3, 4), 73_000.0),
    ]
    names = ("vehicle_id", "cover", "valid_from", "valid_to", "annual_km")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows]).with_columns(
        fleet_id=pl.lit("F"), policy_id=pl.lit("P"), **changes
    )


def test_of_a_fleet_vehicle_days_and_all_kinds_of_km(two):
    row = view(two, "fleet", insured()).to_dicts()[0]
    assert (row["vehicle_days"], row["days_heard"]) == (62, 2)
    assert (row["km_measured"], row["km_odometer"], row["km_gap"]) == (151.0, 200.4, 0.0)
    assert row["km_declared"] == 31 * 100.0 + 3 * 100.0  # V's: the more declared of two covers counts


def test_of_drivers_no_days_are_insured_and_an_unknown_one_is_a_row_of_his_own(two):
    rows = view(two, "driver", insured()).select("driver_id", "km_measured", "vehicle_days", "km_declared").rows()
    assert rows == [("D", 100.0, None, None), ("E", 50.0, None, None), (None, 1.0, None, None)]


def test_of_a_cover_the_days_that_it_insures(two):
    rows = view(two, "cover", insured()).select("cover", "vehicle_days", "km_measured", "km_declared").rows()
    assert rows == [("own", 3, 150.0, 600.0), ("tpl", 62, 151.0, 3100.0)]
    assert view(two, "cover").is_empty()


def test_a_vehicle_never_heard_of_has_its_days_and_one_not_insured_has_none(two):
    only = insured().filter(pl.col("vehicle_id") == "W").with_columns(vehicle_id=pl.lit("X"))
    shown = ("vehicle_id", "vehicle_days", "days_heard", "km_measured", "km_declared")
    assert view(two, "vehicle", only).select(shown).rows() == [
        ("V", 0, 1, 150.0, None),
        ("W", 0, 1, 1.0, None),
        ("X", 31, 0, 0.0, None),
    ]


def test_declared_km_of_a_year_are_its_days_to_the_mm(driven):
    said = insured(annual_km=pl.lit(12_345.678901), valid_to=pl.lit(date(2027, 3, 1)))
    of_year = view(driven({}), "vehicle", said)["km_declared"].to_list()
    assert of_year == [12_345.678901, 12_345.678901]


def test_levels_of_a_dimension_sum_to_what_was_measured_and_the_rest_is_not_known(two):
    found = levels(view(two, "vehicle"), "fleet_id", "vehicle_id").filter(pl.col("vehicle_id") == "V")
    assert dict(found.filter(pl.col("dimension") == "hour").select("level", "km").rows()) == {
        "22-5": 20.0, "5-9": 80.0, "9-16": 0.0, "16-19": 0.0, "19-22": 0.0, "unknown": 50.0
    }  # fmt: skip
    assert found.group_by("dimension").agg(pl.col("km").sum(), pl.col("share").sum()).sort("dimension").rows() == [
        (name, pytest.approx(150.0), pytest.approx(1.0)) for name in ("hour", "road", "speed")
    ]


def test_days_of_a_version_that_knew_no_bands_are_not_known_and_not_zero(two):
    old = two.drop([name for name in two.columns if name.startswith(("speed_", "hour_"))])
    found = levels(view(old, "fleet"), "fleet_id")
    assert found.filter(dimension="speed", level="unknown")["km"].to_list() == [151.0]
    assert found.filter(dimension="hour").select("level", "km").rows()[0::5] == [("22-5", 20.0), ("unknown", 131.0)]


DRIVES = st.tuples(st.sampled_from("VW"), st.sampled_from(["D", None]), st.integers(1, 9), st.floats(0, 2e6))


@settings(max_examples=6, deadline=None)
@given(rows=st.lists(DRIVES, min_size=2, max_size=6), cut=st.integers(2, 9))
def test_views_of_parts_add_up_to_the_view_of_all_to_the_bit(driven, rows, cut):
    segments = [{"vehicle_id": v, "driver_id": d, "day": date(2026, 3, k), "metres": m} for v, d, k, m in rows]
    whole, middle = driven(*segments), date(2026, 3, cut)
    assert merge([driven(*segments[:1]), driven(*segments[:0:-1])]).equals(whole)
    for by in BY:
        pieces = [view(whole, by, insured(), days) for days in ((FEB, middle), (middle, APRIL))]
        shown = [*BY[by], *[(pl.col(name) * 1e6).round().cast(pl.Int64) for name in ("km_measured", "km_declared")]]
        known = pl.when(pl.col("km_declared").count() > 0).then(pl.col("km_declared").sum())
        summed = pl.concat(pieces).select(shown).group_by(BY[by]).agg(pl.col("km_measured").sum(), km_declared=known)
        assert summed.sort(BY[by], nulls_last=True).equals(view(whole, by, insured()).select(shown))


def test_day_by_day(two):
    daily = view(two, "vehicle", insured(), (date(2026, 3, 1), date(2026, 3, 4)), daily=True)
    shown = daily.filter(pl.col("vehicle_id") == "V").select("day", "vehicle_days", "km_measured", "km_declared")
    assert shown.rows() == [(date(2026, 3, day), 1, 150.0 if day == 2 else 0.0, 200.0) for day in (1, 2, 3)]
