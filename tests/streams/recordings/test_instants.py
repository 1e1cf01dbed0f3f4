"""Instants: formats, local clocks with their double and missing hours, relative times, rebuilt dates."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.recordings.instants import instants
from streams.recordings.mapping import MappingError, Time

BERLIN = ZoneInfo("Europe/Berlin")


def epoch(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


def run(values: list[object], time: Time, trips: list[int] | None = None, **columns: list[object]) -> list[float]:
    frame = pl.DataFrame({"t": values, **columns}, strict=False)
    trip = np.array(trips or [0] * len(values))
    return [float(t) for t in instants(frame, time, trip, trip).t]


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_499_238_990.5, Time()),
        (1_499_238_990_500, Time(unit="ms")),
        ("1499238990.5", Time()),
        ("2017-07-05T07:16:30.500Z", Time()),
        ("2017-07-05 07:16:30.500", Time()),
        ("05.07.2017 07:16:30,500", Time(format="%d.%m.%Y %H:%M:%S,%3f")),
        ("2017-07-05 09:16:30.500", Time(zone="Europe/Berlin")),
        (datetime(2017, 7, 5, 9, 16, 30, 500_000), Time(zone="Europe/Berlin")),
        (datetime(2017, 7, 5, 7, 16, 30, 500_000, tzinfo=UTC), Time()),
        (0.5, Time(origin=datetime(2017, 7, 5, 7, 16, 30, tzinfo=UTC))),
        (10.5, Time(zero=10.0, origin=datetime(2017, 7, 5, 7, 16, 30, tzinfo=UTC))),
        (
            datetime(1964, 1, 12, 0, 0, 0, 500_000),
            Time(zero=datetime(1964, 1, 12), origin=datetime(2017, 7, 5, 7, 16, 30)),
        ),
    ],
)
def test_all_ways_to_write_an_instant(value: object, time: Time) -> None:
    assert run([value], time) == [epoch(2017, 7, 5, 7, 16, 30) + 0.5]


def test_date_and_time_of_day_may_be_two_columns() -> None:
    time = Time(column=["d", "t"], format="%m/%d/%Y %H:%M:%S")
    assert run(["08:00:01"], time, d=["03/29/2021"]) == [epoch(2021, 3, 29, 8, 0, 1)]


def test_what_is_no_time_is_nan() -> None:
    assert np.isnan(run(["yesterday", None], Time(format="%H:%M"))).all()
    assert np.isnan(run([None], Time())).all()
    early = Time(not_before=datetime(2020, 1, 1), not_after=datetime(2021, 1, 1))
    assert np.isnan(run([epoch(2019, 12, 31), epoch(2020, 6, 1), epoch(2021, 6, 1)], early)).tolist() == [
        True,
        False,
        True,
    ]


def test_a_zone_for_times_that_have_one_is_refused() -> None:
    with pytest.raises(MappingError, match="carries its own offset"):
        run([datetime(2017, 7, 5, tzinfo=UTC)], Time(zone="Europe/Berlin"))


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2055, 1, 1)).map(lambda t: t.replace(microsecond=0)),
    st.sampled_from(["Europe/Berlin", "America/Chicago", "Africa/Casablanca", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_a_local_clock_read_back_is_the_instant(utc: datetime, zone: str) -> None:
    local = utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    policy = "second" if local.fold else "first"
    found = run([local.replace(tzinfo=None)], Time(zone=zone, ambiguous=policy))
    assert found == [utc.replace(tzinfo=UTC).timestamp()]


def test_a_drive_through_the_double_hour_keeps_its_order() -> None:
    start = datetime(2021, 10, 30, 23, 30, tzinfo=UTC)
    true = [start + timedelta(minutes=5 * k) for k in range(30)]
    local = [t.astimezone(BERLIN).replace(tzinfo=None) for t in true]
    found = run(local, Time(zone="Europe/Berlin"))  # type: ignore[arg-type]
    assert found == [t.timestamp() for t in true]


def test_two_vehicles_in_the_double_hour_do_not_disturb_each_other() -> None:
    local = [datetime(2021, 10, 31, 2, 50), datetime(2021, 10, 31, 2, 10)]
    first = [epoch(2021, 10, 31, 0, 50), epoch(2021, 10, 31, 0, 10)]
    assert run(local, Time(zone="Europe/Berlin"), [0, 1]) == first  # type: ignore[arg-type]
    assert run(local, Time(zone="Europe/Berlin"), [0, 0]) == [first[0], first[1] + 3600]  # type: ignore[arg-type]


def test_rows_a_little_out_of_order_do_not_turn_the_hour() -> None:
    local = [datetime(2021, 10, 31, 2, 10, 2), datetime(2021, 10, 31, 2, 10, 1)]
    found = run(local, Time(zone="Europe/Berlin"))  # type: ignore[arg-type]
    assert found == [epoch(2021, 10, 31, 0, 10, 2), epoch(2021, 10, 31, 0, 10, 1)]


@pytest.mark.parametrize(("policy", "hour"), [("first", 0), ("second", 1), ("order", 0)])
def test_the_double_hour_by_policy(policy: str, hour: int) -> None:
    found = run([datetime(2021, 10, 31, 2, 30)], Time(zone="Europe/Berlin", ambiguous=policy))  # type: ignore[arg-type]
    assert found == [epoch(2021, 10, 31, hour, 30)]


def test_the_double_hour_may_be_set_aside() -> None:
    time = Time(zone="Europe/Berlin", ambiguous="quarantine")
    found = run([datetime(2021, 10, 31, 1, 59), datetime(2021, 10, 31, 2, 30), datetime(2021, 10, 31, 3, 0)], time)
    assert np.isnan(found).tolist() == [False, True, False]


def test_an_hour_that_is_skipped_is_of_a_clock_not_yet_put_forward() -> None:
    found = run([datetime(2021, 3, 28, 1, 59), datetime(2021, 3, 28, 2, 1)], Time(zone="Europe/Berlin"))
    assert found == [epoch(2021, 3, 28, 0, 59), epoch(2021, 3, 28, 1, 1)]


REBUILD = Time(invalid="rebuild", clock="c")


def stamp(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def rebuilt(rows: list[tuple[str | None, str | None]], trips: list[int] | None = None) -> list[str | None]:
    values, clocks = [stamp(value) for value, _ in rows], [clock for _, clock in rows]
    frame = pl.DataFrame({"t": values, "c": clocks}, schema={"t": pl.Datetime("us"), "c": pl.String})
    trip = np.array(trips or [0] * len(rows))
    found = instants(frame, REBUILD, trip, trip).t
    return [None if np.isnan(t) else datetime.fromtimestamp(t, UTC).isoformat(" ")[:19] for t in found]


def test_a_date_is_lent_by_the_row_before() -> None:
    rows = [
        ("2021-03-29 12:08:06", "12:08:06"),
        (None, "12:08:07"),
        (None, "12:08:08"),
        ("2021-03-29 12:08:09", "12:08:09"),
    ]
    assert rebuilt(rows) == [f"2021-03-29 12:08:0{k}" for k in (6, 7, 8, 9)]


def test_a_date_is_lent_over_midnight_and_backwards() -> None:
    rows = [(None, "23:59:58"), ("2021-03-29 23:59:59", "23:59:59"), (None, "00:00:00")]
    assert rebuilt(rows) == ["2021-03-29 23:59:58", "2021-03-29 23:59:59", "2021-03-30 00:00:00"]


def test_a_time_of_day_that_does_not_fit_is_not_rebuilt() -> None:
    rows = [("2021-03-29 12:00:00", "12:00:00"), (None, "17:00:00"), (None, None), ("2021-03-29 12:00:03", "12:00:03")]
    assert rebuilt(rows)[1:3] == [None, None]


def test_another_trip_lends_nothing() -> None:
    assert rebuilt([("2021-03-29 12:00:00", "12:00:00"), (None, "12:00:01")], [0, 1])[1] is None
