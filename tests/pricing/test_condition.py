"""Soft tyres and faults outstanding, counted where the vehicle was driven."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.condition import CODES
from pricing.exposure import exposure
from pricing.frames import scores

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(days=4)
COLUMNS = ("tyre_low_min", "brake_fault_days", "engine_fault_days", "fault_code_days")


def events(spans):
    """Events of (kind, subject, first hour, last hour)."""
    rows = [
        {"fleet_id": "F", "vehicle_id": "V", "driver_id": None, "level": 1, "source": "derived"}
        | {"kind": kind, "subject": subject, "start": hour(first), "end": hour(last)}
        for kind, subject, first, last in spans
    ]
    return pl.DataFrame(rows, schema_overrides={"driver_id": pl.String, "end": pl.Datetime("us", "UTC")})


def hour(number):
    return None if number is None else MIDNIGHT + timedelta(hours=number)


@pytest.fixture(scope="module")
def found(segment):
    """Days of the condition columns, of spans and the hours driven on each day that the vehicle was heard of."""

    def days(spans, hours=(2.0, 2.0, 0.0)):
        driven = [
            segment(day=date(2026, 3, 2 + k), moving_s=3600.0 * h, metres=1000.0 * h) for k, h in enumerate(hours)
        ]
        frame = exposure(pl.DataFrame(driven), events(spans), NOW)
        return {(row["day"].day, name): row[name] for row in frame.to_dicts() for name in COLUMNS if row[name]}

    return days


def test_minutes_on_soft_tyres_are_those_at_the_wheel_however_many_tyres(found):
    assert found([("tyre_low", "1L", 8.0, 9.0)]) == {(2, "tyre_low_min"): 60.0}
    assert found([("tyre_low", "1L", 8.0, 9.0), ("tyre_low", "1R", 8.5, 9.5)]) == {(2, "tyre_low_min"): 90.0}
    assert found([("tyre_low", "1L", 8.0, 9.0), ("tyre_flat", "1L", 8.2, 8.4)]) == {(2, "tyre_low_min"): 60.0}
    all_day = found([("tyre_low", "1L", 1.0, None)])
    assert all_day == {(2, "tyre_low_min"): 120.0, (3, "tyre_low_min"): 120.0}  # driven 2 h a day, then parked


def test_soft_over_midnight_belongs_to_both_days(found):
    assert found([("tyre_low", "1L", 23.5, 24.25)]) == {(2, "tyre_low_min"): 30.0, (3, "tyre_low_min"): 15.0}


def test_days_with_a_fault_count_once_and_only_if_driven(found):
    spans = [("brake_fade", "", 5.0, 6.0), ("brake_lining_worn", "", 7.0, None), ("coolant_hot", "", 30.0, 31.0)]
    assert found(spans) == {(2, "brake_fault_days"): 1, (3, "brake_fault_days"): 1, (3, "engine_fault_days"): 1}


def test_trouble_codes_are_of_brakes_or_engine_by_their_first_letter(found):
    spans = [("fault_code", "C0035", 5.0, 6.0), ("fault_code", "p0301", 5.0, 6.0), ("fault_code", "U0100", 50.0, 51.0)]
    assert found(spans) == {
        (2, "brake_fault_days"): 1,
        (2, "engine_fault_days"): 1,
        (2, "fault_code_days"): 2,
        (4, "fault_code_days"): 1,
    }


def test_a_trouble_code_that_lasts_is_no_word_from_a_vehicle_that_is_silent(found, segment, tariff):
    """Unplugged with the lamp on: no day of codes, and a score that stands for no later day and fades no slower."""
    assert found([("fault_code", "U0100", 5.0, None)], (2.0, 0.0)) == {(2, CODES): 1, (3, CODES): 1}
    driven, later = pl.DataFrame([segment()]), MIDNIGHT + timedelta(days=200)
    risks = pl.DataFrame([{"fleet_id": "F", "vehicle_id": "V", "class": "truck"}])
    days = [exposure(driven, events([("fault_code", "U0100", 5.0, end)]), later) for end in (None, 6.0)]
    lasting, over = (scores(frame, risks, tariff, until=later.date()) for frame in days)
    assert lasting.equals(over)


@settings(max_examples=10)
@given(cut=st.integers(0, 7200), km=st.integers(0, 100))
def test_a_trip_in_two_parts_gives_the_same_score_to_the_bit(segment, tariff, cut, km):
    """Whatever is counted in it: km, minutes on soft tyres, days with a fault."""
    whole = segment(night_m=100_000.0, odometer_m=100_000.0)
    of_km = [name for name in whole if name.endswith("_m") or name == "metres"]
    shares = [(cut, km / 100), (7200 - cut, 1 - km / 100)]
    parts = [
        whole | {"moving_s": float(seconds)} | {name: whole[name] * share for name in of_km}
        for seconds, share in shares
    ]
    told = events([("tyre_low", "1L", 8.0, 8.2), ("tyre_low", "1R", 9.0, 9.2), ("brake_fade", "", 5.0, 6.0)])
    risks = pl.DataFrame([{"fleet_id": "F", "vehicle_id": "V", "class": "truck"}])
    one, two = (scores(exposure(pl.DataFrame(rows), told, NOW), risks, tariff) for rows in ([whole], parts))
    assert one.equals(two)
    points = {point["behaviour"]: point for point in one.filter(subject="vehicle")["points"][0]}
    assert points["soft_tyres"]["rate"] == pytest.approx(24.0)
    assert points["brake_faults"]["points"] < 0
