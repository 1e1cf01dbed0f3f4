"""Limits on hours that the simulator says were passed are those the product tells, and begin when it says."""

from datetime import UTC, datetime

import polars as pl
import pytest

from evaluation.hours import driving, found, lasting


@pytest.mark.slow
def test_a_bus_without_its_breaks_is_found_by_night_and_by_day() -> None:
    kinds = {one.kind: one for one in found("shanghai", 1, 1)}
    assert set(kinds) == {"continuous_driving", "night_continuous"}
    for one in kinds.values():
        assert one.recall == one.precision == 1.0
        assert one.onset is not None and abs(one.onset) < 60


@pytest.mark.parametrize("region", ["karlsruhe", "austin"])
def test_some_lorry_is_driven_too_long_without_a_break(region: str) -> None:
    sheet = pl.concat([report.sheet for report in driving(region, 3, 1).reports()])
    assert sheet.filter(pl.col("level") >= 2, kind="continuous_driving").height


def test_what_goes_on_over_days_is_one_truth_as_it_stood_last() -> None:
    first, second = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3))
    rows = {
        "vehicle_id": ["v"] * 3,
        "kind": ["weekly_driving"] * 3,
        "start": [first, first, second],
        "level": [1, 2, 1],
    }
    assert lasting(pl.DataFrame(rows)).select("start", "level").rows() == [(first, 2), (second, 1)]
