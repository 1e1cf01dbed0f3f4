"""Alert budget: pages are counted as the service would send them."""

import polars as pl
import pytest

from evaluation.alert_budget import _facts, pages
from evaluation.recordings import rules

NOON, NIGHT = 1_750_071_600.0, 1_750_032_000.0  # 11:00 and 00:00 UTC


def events(*rows):
    names = ("start", "kind", "level", "vehicle_id", "driver_id")
    said = [dict(zip(names, row, strict=True)) for row in rows]
    frame = pl.DataFrame(said).with_columns(
        event_id=pl.concat_str("vehicle_id", "kind", "start"),
        end=pl.col("start") + 10,
        fleet_id=pl.lit("f"),
        subject=pl.lit(""),
        source=pl.lit("derived"),
    )
    return frame.with_columns((pl.col("start", "end") * 1000).cast(pl.Datetime("ms", "UTC")))


@pytest.fixture(scope="module")
def judged():
    return rules()


def kinds(frame, judged):
    return [(page.kind, page.priority) for page in pages(frame, judged, "UTC")]


def test_a_repeat_calls_nobody_again(judged):
    rows = [(NOON + 60 * k, "crash", 2, "V", "D") for k in range(5)]
    assert kinds(events(*rows), judged) == [("crash", "critical")]


def test_at_night_and_without_a_driver_and_for_what_can_wait_nobody_is_called(judged):
    assert kinds(events((NOON, "continuous_driving", 2, "V", "D")), judged) == [("continuous_driving", "major")]
    assert kinds(events((NIGHT, "continuous_driving", 2, "V", "D")), judged) == []
    assert kinds(events((NOON, "continuous_driving", 2, "V", None)), judged) == []
    assert kinds(events((NOON, "speeding", 3, "V", "D")), judged) == []


def test_counts_are_scaled_to_the_fleet(judged):
    called = pages(events((NOON, "crash", 2, "V", "D"), (NOON, "crash", 2, "W", "D")), judged, "UTC")
    found = {fact.what: fact.value for fact in _facts("x", called, 100.0)}
    assert found == {"all kinds": 6.0, "crash": 6.0}
