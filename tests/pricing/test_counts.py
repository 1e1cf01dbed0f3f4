"""Counted events."""

from datetime import UTC, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pricing.counts import KINDS, count_events, counted

EVENTS = st.lists(st.tuples(st.integers(0, 600_000), st.integers(1, 3)), max_size=25)


def weighted(events):
    return sum(weight * n for weight, n in zip((0.25, 1.0, 3.0), counted(events), strict=True))


def test_two_within_a_minute_count_once():
    assert counted([(0, 2), (59_999, 2)]) == (0, 1, 0)
    assert counted([(0, 2), (60_000, 2)]) == (0, 2, 0)


def test_a_light_event_does_not_hide_a_severe_one():
    assert counted([(0, 1), (30_000, 3)]) == (0, 0, 1)


@given(EVENTS, st.tuples(st.integers(0, 600_000), st.integers(1, 3)))
def test_one_event_more_never_weighs_less(events, more):
    assert weighted([*events, more]) >= weighted(events)


@given(EVENTS)
def test_counts_are_not_negative_and_at_most_one_a_minute(events):
    assert min(counted(events)) >= 0
    assert sum(counted(events)) <= 11
    assert counted(events) == counted(events[::-1])


def test_kinds_days_drivers_and_vehicles_are_counted_apart(event):
    rows = [
        event(),
        event("speeding"),
        event(driver_id=None),
        event(vehicle_id="W"),
        event(second=86_399.9),
        event(second=86_400.0),
    ]
    found = count_events(pl.DataFrame(rows))
    assert found.height == 4
    assert found["harsh_braking_2"].sum() == 5
    assert found["speeding_2"].sum() == 1


def test_what_the_device_raised_and_other_kinds_do_not_count(event):
    rows = [event(source="device"), event("geofence")]
    assert count_events(pl.DataFrame(rows)).is_empty()


def test_a_blow_after_which_the_vehicle_drove_on_does_not_count_and_one_nobody_could_judge_does(event):
    rows = [event("crash", quality="accelerometer unconfirmed jump")]
    assert count_events(pl.DataFrame(rows)).is_empty()
    for quality in ("accelerometer", "accelerometer confirmed", "", None):
        rows = [event("crash", quality="accelerometer unconfirmed"), event("crash", quality=quality)]
        assert count_events(pl.DataFrame(rows))["crash_2"].to_list() == [1]


def test_the_start_may_be_a_timestamp(event):
    seconds = pl.DataFrame([event()])
    stamp = datetime.fromtimestamp(event()["start"], UTC)
    assert count_events(seconds).equals(count_events(pl.DataFrame([event(start=stamp)])))


def test_every_kind_has_a_column_a_level():
    assert {f"{kind}_{level}" for kind in KINDS for level in (1, 2, 3)} <= set(
        count_events(pl.DataFrame(EMPTY)).columns
    )


EMPTY = {name: [] for name in ("fleet_id", "vehicle_id", "driver_id", "kind", "level")} | {
    "start": pl.Series([], dtype=pl.Float64)
}
