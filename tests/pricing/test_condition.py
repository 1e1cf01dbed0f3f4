"""Soft tyres and faults outstanding, counted where the vehicle was driven."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from pricing.exposure import exposure

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(days=4)
COLUMNS = ("tyre_low_min", "brake_fault_days", "engine_fault_days", "fault_code_days")


@pytest.fixture(scope="module")
def found(segment):
    """Days of the condition columns, of (kind, subject, first hour, last hour) and the hours driven on each day."""

    def days(spans, hours=(2.0, 2.0, 0.0)):
        rows = [
            {
                "fleet_id": "F",
                "vehicle_id": "V",
                "driver_id": None,
                "level": 1,
                "source": "derived",
                "kind": kind,
                "subject": subject,
                "start": MIDNIGHT + timedelta(hours=a),
                "end": None if b is None else MIDNIGHT + timedelta(hours=b),
            }
            for kind, subject, a, b in spans
        ]
        events = pl.DataFrame(rows, schema_overrides={"driver_id": pl.String, "end": pl.Datetime("us", "UTC")})
        driven = [
            segment(day=date(2026, 3, 2 + k), moving_s=3600.0 * h, metres=1000.0 * h) for k, h in enumerate(hours) if h
        ]
        frame = exposure(pl.DataFrame(driven), events, NOW)
        return {
            (row["day"].day, name): row[name] for row in frame.to_dicts() for name in COLUMNS if row[name]
        }  # fmt: skip

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
