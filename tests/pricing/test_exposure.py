"""Exposure."""

from datetime import UTC, date, datetime
from itertools import permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.exposure import SCHEMA, SUMS, exposure, merge, park, totals, vehicle_days

METRES = st.floats(0, 2e6, allow_nan=False)
ROWS = st.lists(
    st.tuples(st.sampled_from("VW"), st.sampled_from(["D", None]), st.integers(1, 3), METRES, METRES), max_size=8
)


@pytest.fixture(scope="module")
def made(segment, event, table):
    """Exposure of segment and event rows."""

    def frame(segments=(), events=(), now=None):
        return exposure(table(list(segments), segment()), table(list(events), event()), now)

    return frame


@pytest.fixture(scope="module")
def several(made, segment):
    """Exposure of (vehicle, driver, day, metres, seconds) rows."""

    def frame(rows):
        keys = ("vehicle_id", "driver_id", "metres", "moving_s")
        unseen = dict.fromkeys(
            ("observed_m", "observed_corner_m", "limit_known_m", "observed_tyre_m", "odometer_m"), 0.0
        )
        return made(
            segment(day=date(2026, 3, d), **unseen, **dict(zip(keys, (v, w, m, s), strict=True)))
            for v, w, d, m, s in rows
        )

    return frame


def test_a_day_in_public_units(made, segment, event):
    [row] = made(
        [segment(night_m=2500.0, idle_s=1800.0, over_0_10_m=1.0)], [event(), event(second=40_000.0, level=3)]
    ).to_dicts()
    assert list(row) == list(SCHEMA)
    assert (row["km_measured"], row["night_km"], row["over_limit_0_10_km"], row["hours"]) == (100.0, 2.5, 0.001, 2.5)
    assert (row["harsh_braking_1"], row["harsh_braking_2"], row["harsh_braking_3"], row["status"]) == (0, 1, 1, "open")


def test_km_of_an_unknown_driver_are_a_row_of_their_own(made, segment):
    found = made([segment(), segment(driver_id=None, metres=5000.0)])
    assert dict(found.select("driver_id", "km_measured").iter_rows()) == {None: 5.0, "D": 100.0}


def test_no_odometer_is_not_zero_km(made, segment):
    assert made([segment(odometer_m=float("nan")), segment(odometer_m=None)])["km_odometer"].to_list() == [None]
    assert made([segment(odometer_m=float("nan")), segment()])["km_odometer"].to_list() == [100.2]


def test_an_event_without_a_segment_is_kept(made, event):
    assert made([], [event("crash", 3)])["crash_3"].to_list() == [1]


def test_the_day_may_be_counted_from_1970(made, segment):
    assert made([segment(day=20_514)])["day"].to_list() == [date(2026, 3, 2)]


def test_nothing_gives_an_empty_table(made):
    assert made().is_empty()
    assert dict(made().schema) == SCHEMA
    assert exposure(pl.DataFrame([]), pl.DataFrame([])).equals(made())


def test_columns_in_which_nobody_said_anything_are_fine(made, segment, event):
    silent = made([segment(driver_id=None, odometer_m=None, gap_m=None)], [event(driver_id=None)])
    assert silent.select("driver_id", "km_odometer", "km_gap", "harsh_braking_2").row(0) == (None, None, 0.0, 1)


def test_a_day_closes_an_hour_after_midnight_and_is_final_past_the_horizon(made, segment):
    at = {
        datetime(2026, 3, 3, 0, 59, tzinfo=UTC): "open",
        datetime(2026, 3, 3, 1, 0, tzinfo=UTC): "closed",
        datetime(2026, 3, 9, 23, 0, tzinfo=UTC): "closed",
        datetime(2026, 3, 10, 0, 0, tzinfo=UTC): "final",
    }
    assert {now: made([segment()], now=now)["status"][0] for now in at} == at


@given(rows=ROWS)
def test_splitting_the_segments_changes_nothing(rows, several):
    assert several(rows).equals(several(rows[::-1]))
    whole = [(*row[:3], round(row[3], 3), round(row[4], 3)) for row in rows]
    halves = [(*row[:3], part, seconds) for row in whole for part, seconds in ((row[3], 0.0), (0.0, row[4]))]
    assert several(whole).equals(several(halves))


@settings(max_examples=8)
@given(parts=st.lists(ROWS, min_size=3, max_size=3))
def test_merging_is_the_same_to_the_bit_in_any_order_and_grouping(parts, several):
    frames = [several(rows) for rows in parts]
    at_once = several([row for rows in parts for row in rows])
    for a, b, c in permutations(frames):
        assert merge([merge([a, b]), c]).equals(at_once)
        assert merge([a, merge([b, c])]).equals(at_once)


def test_a_frame_of_an_older_version_that_lacks_columns_merges(made, segment):
    new = made([segment(speed_20_50_m=100_000.0)])
    old = new.drop([name for name in new.columns if name.startswith("speed_")])
    assert merge([old, new]).equals(merge([new, old]))
    assert merge([old, new]).select("km_measured", "speed_20_50_km").row(0) == (200.0, 100.0)
    (found,) = totals(old, "fleet_id").values()
    assert (found["km_measured"], found["speed_20_50_km"]) == (100.0, 0.0)


def test_a_merged_row_is_as_final_as_its_least_final_part(made, segment):
    final = made([segment()], now=datetime(2026, 5, 1, tzinfo=UTC))
    assert merge([final, final])["status"].to_list() == ["final"]
    assert merge([final, made([segment()])])["status"].to_list() == ["open"]


def test_parked_days_earn(made, segment):
    insured = pl.DataFrame(
        {"fleet_id": "F", "vehicle_id": ["V", "X"], "valid_from": date(2026, 3, 1), "valid_to": date(2026, 3, 4)}
    )
    found = park(made([segment()]), insured)
    assert found.group_by("vehicle_id").agg(pl.len(), pl.col("km_measured").sum()).sort("vehicle_id").rows() == [
        ("V", 3, 100.0),
        ("X", 3, 0.0),
    ]
    assert park(found, insured).equals(found)


def test_vehicle_days_are_the_calendars():
    assert vehicle_days(date(2026, 3, 1), date(2026, 4, 1)) == 31
    assert vehicle_days(date(2026, 3, 1), date(2026, 3, 1)) == 0


@given(rows=ROWS)
def test_totals_do_not_depend_on_how_rows_are_cut(rows, several):
    whole = totals(several(rows), "fleet_id", "vehicle_id")
    by_driver = [
        totals(several(rows).filter(pl.col("driver_id").is_null() == null), "fleet_id", "vehicle_id")
        for null in (True, False)
    ]
    for key, found in whole.items():
        parts = [part[key] for part in by_driver if key in part]
        assert all(found[column] == pytest.approx(sum(part[column] for part in parts)) for column in SUMS)


def test_days_with_trouble_codes_are_counted_on_a_row_of_no_driver():
    moment = [datetime(2025, 6, day, 12) for day in (1, 2, 3)]
    head = {"fleet_id": "f", "vehicle_id": "v", "driver_id": None, "kind": "fault_code", "level": 1}
    events = pl.DataFrame(
        [
            head | {"start": moment[0], "end": moment[1], "source": "derived"},
            head | {"start": moment[1], "end": None, "source": "derived"},
            head | {"start": moment[0], "end": moment[2], "source": "device"},
        ],
        schema_overrides={"driver_id": pl.String, "end": pl.Datetime("us")},
    )
    who = {"fleet_id": "f", "vehicle_id": "v", "driver_id": None}
    parked = pl.DataFrame([who | {"day": date(2025, 6, d)} for d in (1, 2, 4)])
    frame = exposure(parked, events, datetime(2025, 6, 4, 8, tzinfo=UTC))
    counted = zip((1, 2, 4), (1, 2, 1), strict=True)  # on the third nothing was heard
    assert frame.select("day", "fault_code_days").rows() == [(date(2025, 6, d), n) for d, n in counted]
    assert frame["driver_id"].null_count() == frame.height


def test_a_row_has_the_same_bits_alone_as_among_others(made, segment):
    """Nor does a sum of them depend on how many sums there are."""
    rows = [segment(vehicle_id=f"v{k}", metres=9336.111 + k * 0.037, moving_s=701.003 + k) for k in range(60)]
    together = made(rows)
    assert pl.concat([made([row]) for row in rows]).sort("vehicle_id").equals(together.sort("vehicle_id"))
    sums = totals(together, "vehicle_id")
    for (name,), found in sums.items():
        (alone,) = totals(together.filter(pl.col("vehicle_id") == name), "vehicle_id").values()
        assert alone.sums == found.sums
