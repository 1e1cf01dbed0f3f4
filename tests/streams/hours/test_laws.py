"""Laws: the limits of the EU, China and the US, each by a case worked out by hand from the text of the law."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from streams.hours import RULES, HoursRules, Interval, episodes

MIN, HOUR, DAY = 60.0, 3600.0, 86_400.0
MONDAY = datetime(2025, 6, 2, tzinfo=UTC).timestamp()  # 00:00 UTC


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def shift(hours, start, **about):
    """So many hours at the wheel from ``start`` on, an hour's break after every 4 h 30."""
    found = []
    while hours > 0:
        length = min(hours, 4.5)
        found.append(Interval(start, start + length * HOUR, "V", **about))
        start, hours = start + (length + 1) * HOUR, hours - length
    return found


def days(*hours, first=MONDAY + 6 * HOUR, **about):
    """A shift a day, from 6 in the morning on."""
    return [one for k, h in enumerate(hours) if h for one in shift(h, first + k * DAY, **about)]


def passed(driven, kind, rules="eu", level=2):
    """When the level was passed, by this kind."""
    return [e.reached[level - 1] for e in episodes(driven, RULES[rules]) if e.kind == kind and e.level >= level]


def kinds(driven, rules="eu", level=2):
    return {e.kind for e in episodes(driven, RULES[rules]) if e.level >= level}


# EU 561/2006


def test_eu_a_week_within_all_limits_passes_none_of_them():
    assert kinds(days(9, 9, 10, 9, 10, 9)) == set()  # 56 h, two days of 10 h


def test_eu_ten_hours_are_allowed_twice_a_week_and_the_third_time_nine():
    assert passed(days(10, 10, 9), "daily_driving") == []
    (third,) = passed(days(10, 10, 10), "daily_driving")
    assert third == MONDAY + 2 * DAY + (6 + 9 + 2) * HOUR  # after 9 h, and the two breaks before
    assert passed(days(10.01, 9), "daily_driving") == [MONDAY + (6 + 10 + 2) * HOUR]


def test_eu_a_new_week_has_two_long_days_again():
    assert passed(days(10, 10, 0, 0, 0, 0, 0, 10, 10), "daily_driving") == []
    sunday = days(10, 10, first=MONDAY + 6 * HOUR) + days(10, first=MONDAY + 6.9 * DAY)  # began on Sunday
    assert len(passed(sunday, "daily_driving")) == 1


def test_eu_a_day_ends_with_nine_hours_off():
    first, second = Interval(MONDAY, MONDAY + 4 * HOUR, "V"), 4.25 * HOUR
    for rest, count in ((9 * HOUR, 0), (9 * HOUR - 1, 1)):
        later = first.end + rest
        drive = [first, first._replace(start=later, end=later + second)]
        drive += [first._replace(start=later + second + HOUR, end=later + second + 3 * HOUR)]
        assert len(passed(drive, "daily_driving")) == count


def test_eu_the_week_is_56_hours_from_monday_to_sunday():
    driven = days(9, 9, 10, 9, 10, 9)
    assert passed(driven, "weekly_driving") == []
    (over,) = passed([*driven, *shift(1, MONDAY + 6 * DAY + 8 * HOUR)], "weekly_driving")
    assert over == MONDAY + 6 * DAY + 8 * HOUR  # the first minute of Sunday
    night = [Interval(MONDAY + 7 * DAY - HOUR, MONDAY + 7 * DAY + HOUR, "V")]
    (over,) = episodes([*driven, *night], RULES["eu"])[-1:]
    assert (over.kind, over.end) != ("weekly_driving", None)
    (week,) = [e for e in episodes([*driven, *night], RULES["eu"]) if e.kind == "weekly_driving"]
    assert week.end == MONDAY + 7 * DAY  # Monday is another week, though the driving goes on
    assert week.counted_s == 57 * HOUR


def test_eu_the_fortnight_is_90_hours():
    first, second = (9, 9, 9, 9, 9, 9, 0), (9, 9, 9, 9)  # 54 and 36
    assert passed(days(*first, *second), "fortnight_driving") == []
    (over,) = passed(days(*first, *second, 1), "fortnight_driving")
    assert over == MONDAY + 11 * DAY + 6 * HOUR
    assert passed(days(*first, *[0] * 7, *second, 1), "fortnight_driving") == []  # a week off between
    three = days(*first, 9, 9, 9, 0, 0, 0, 0, *first)  # 54 + 27, then 27 + 54
    assert passed(three, "fortnight_driving") == []


def test_eu_warnings_come_before_the_limit():
    driven = days(9, 9, 9, 9, 9, 9.5)
    assert passed(driven, "weekly_driving", level=1) == [
        MONDAY + 5 * DAY + (6 + 9 + 2) * HOUR
    ]  # beyond 54 h, 2 h before
    assert passed(driven, "weekly_driving") == []


def busy(start, hours):
    """At the wheel for an hour in two and a half, for so many hours."""
    legs = [Interval(start + k * 2.5 * HOUR, start + (k * 2.5 + 1) * HOUR, "V") for k in range(int(hours / 2.5))]
    return [*legs, Interval(legs[-1].end + 0.5 * HOUR, start + hours * HOUR, "V")]


def test_eu_a_rest_of_11_hours_is_due_within_24_or_of_9_three_times():
    assert passed(busy(MONDAY, 15), "duty_window") == []
    assert passed(busy(MONDAY, 15.1), "duty_window") == [MONDAY + 15 * HOUR]  # no 9 h are left
    used = [Interval(MONDAY + k * 10 * HOUR, MONDAY + (k * 10 + 1) * HOUR, "V") for k in range(3)]
    assert passed([*used, *busy(MONDAY + 30 * HOUR, 13)], "duty_window") == []
    assert passed([*used, *busy(MONDAY + 30 * HOUR, 13.1)], "duty_window") == [MONDAY + 43 * HOUR]  # no 11 h are left
    rested = busy(MONDAY + (21 + 24) * HOUR, 15)  # after a weekly rest there are three again
    assert passed([*used, *rested], "duty_window") == []


def test_eu_a_fourth_reduced_rest_is_none_but_the_first_part_of_one():
    used = [Interval(MONDAY + k * 10 * HOUR, MONDAY + (k * 10 + 1) * HOUR, "V") for k in range(4)]
    goes_on = Interval(used[3].end + 9 * HOUR, used[3].end + 15 * HOUR, "V")
    assert passed([*used, goes_on], "duty_window") == [used[3].start + 15 * HOUR]


def test_eu_three_then_nine_hours_are_a_daily_rest_and_use_up_no_reduced_one():
    parts, start = [], MONDAY
    for _ in range(6):
        parts += [Interval(start, start + 4 * HOUR, "V"), Interval(start + 7 * HOUR, start + 11 * HOUR, "V")]
        start += (11 + 9) * HOUR
    assert "duty_window" not in kinds(parts)


def test_eu_a_weekly_rest_is_due_after_six_times_24_hours():
    six = days(*[4] * 6)  # the last ends on Saturday at 10
    assert passed(six, "weekly_rest") == []
    assert passed(days(*[4] * 7), "weekly_rest") == [MONDAY + 6 * HOUR + 144 * HOUR]
    rested = days(4, 4, 4) + days(*[4] * 6, first=MONDAY + 4 * DAY + 6 * HOUR)  # 44 h off: reduced, once
    assert passed(rested, "weekly_rest") == []
    again = rested + days(4, first=rested[-1].end + 30 * HOUR)  # reduced a second time: none
    assert len(passed(again, "weekly_rest")) == 1
    assert passed(rested + days(4, first=rested[-1].end + 45 * HOUR), "weekly_rest") == []


@pytest.mark.parametrize("sunday", ["2025-03-30", "2025-10-26"])
def test_eu_the_week_is_by_utc_whatever_the_clocks_do(sunday):
    ends = at(sunday) + DAY
    drive = [Interval(ends - HOUR, ends + HOUR, "V", "Europe/Berlin")]
    for k in range(6):
        drive += shift(9, ends - (6.9 - k) * DAY, zone="Europe/Berlin")
    (week,) = [e for e in episodes(drive, RULES["eu"]) if e.kind == "weekly_driving"]
    assert (week.end, week.counted_s) == (ends, 55 * HOUR)


# China


def test_china_a_coach_may_drive_two_hours_of_the_night_without_a_stop():
    bus = {"zone": "Asia/Shanghai", "passenger": True}
    evening = at("2025-06-02T20:00", "Asia/Shanghai")
    (over,) = passed([Interval(evening, evening + 4 * HOUR + 60, "V", **bus)], "night_continuous", "china")
    assert over == at("2025-06-03T00:00", "Asia/Shanghai")  # two hours after ten
    stopped = [Interval(evening, evening + 3.5 * HOUR, "V", **bus)]
    stopped += [Interval(evening + 3.5 * HOUR + 20 * MIN, evening + 5 * HOUR, "V", **bus)]
    assert passed(stopped, "night_continuous", "china") == []
    morning = at("2025-06-03T05:00", "Asia/Shanghai")
    assert passed([Interval(morning, morning + 3 * HOUR, "V", **bus)], "night_continuous", "china") == []


def test_china_night_limits_are_for_passengers_unless_the_fleet_says_for_all():
    night = at("2025-06-02T23:00", "Asia/Shanghai")
    lorry = [Interval(night, night + 3 * HOUR, "V", "Asia/Shanghai")]
    assert "night_continuous" not in kinds(lorry, "china")
    assert "night_continuous" in kinds(lorry, "china_passenger")


def test_china_eight_hours_in_any_24():
    bus = {"passenger": True}
    first = [Interval(MONDAY + k * HOUR, MONDAY + (k + 0.5) * HOUR, "V", **bus) for k in range(16)]  # 8 h by 15:30
    assert passed(first, "daily_driving", "china") == []
    (over,) = passed([*first, Interval(MONDAY + 17 * HOUR, MONDAY + 18 * HOUR, "V", **bus)], "daily_driving", "china")
    assert over == MONDAY + 17 * HOUR
    next_day = [Interval(MONDAY + 24 * HOUR, MONDAY + 25 * HOUR, "V", **bus)]
    (over,) = passed([*first, *next_day], "daily_driving", "china")
    assert over == MONDAY + 24.5 * HOUR  # until then as much is left behind as is added


def test_china_44_hours_in_any_seven_days():
    bus = {"passenger": True}
    week = [one for k in range(6) for one in shift(7, MONDAY + k * DAY, **bus)]  # 42 h
    assert passed(week, "weekly_driving", "china") == []
    more = shift(3, MONDAY + 6 * DAY, **bus)
    assert passed([*week, *more], "weekly_driving", "china") == [MONDAY + 6 * DAY + 2 * HOUR]
    late = shift(3, MONDAY + 7 * DAY + 10 * HOUR, **bus)  # the 7 h of Monday are gone
    assert passed([*week, *late], "weekly_driving", "china") == []


# United States


def test_us_eleven_hours_in_a_window_of_fourteen():
    drive = [Interval(MONDAY, MONDAY + 7 * HOUR, "V"), Interval(MONDAY + 8 * HOUR, MONDAY + 12 * HOUR, "V")]
    assert kinds(drive, "us_70_8") == set()
    assert passed([*drive, Interval(MONDAY + 12.5 * HOUR, MONDAY + 13 * HOUR, "V")], "daily_driving", "us_70_8") == [
        MONDAY + 12.5 * HOUR
    ]
    slow = [Interval(MONDAY + k * 3 * HOUR, MONDAY + (k * 3 + 1) * HOUR, "V") for k in range(5)]
    late = [*slow, Interval(MONDAY + 13.5 * HOUR, MONDAY + 14.5 * HOUR, "V")]
    assert passed(late, "duty_window", "us_70_8") == [MONDAY + 14 * HOUR]
    assert passed([*slow, Interval(MONDAY + 23 * HOUR, MONDAY + 25 * HOUR, "V")], "duty_window", "us_70_8") == []


def test_us_thirty_minutes_off_the_wheel_after_eight_hours():
    drive = [Interval(MONDAY, MONDAY + 4 * HOUR, "V")]
    for pause, over in ((30 * MIN, []), (29 * MIN, [MONDAY + 8 * HOUR + 29 * MIN])):
        later = MONDAY + 4 * HOUR + pause
        assert passed([*drive, Interval(later, later + 5 * HOUR, "V")], "continuous_driving", "us_70_8") == over


@pytest.mark.parametrize(("rules", "most"), [("us_60_7", 60), ("us_70_8", 70)])
def test_us_hours_of_seven_or_eight_days_end_with_34_hours_off(rules, most):
    zone = {"zone": "America/Chicago"}
    first = at("2025-06-02T06:00", "America/Chicago")
    week = days(*[10] * (most // 10), first=first, **zone)
    assert passed(week, "weekly_driving", rules) == []
    more = days(2, first=week[-1].end + 11 * HOUR, **zone)
    assert passed([*week, *more], "weekly_driving", rules) == [more[0].start]
    rested = days(10, first=week[-1].end + 34 * HOUR, **zone)
    assert passed([*week, *rested], "weekly_driving", rules) == []


def test_us_standing_with_the_ignition_on_between_drives_is_on_duty():
    zone = {"zone": "America/Chicago"}
    first = at("2025-06-02T06:00", "America/Chicago")

    def week(stop, days_=7, idles=1.0, rules=RULES["us_70_8"]):
        """Seven days of 4 h and 4 h at the wheel, between them a stop with the engine on for a part of it."""
        found = []
        for k in range(days_):
            start = first + k * DAY
            again = start + 4 * HOUR + stop
            found.append(Interval(start, start + 4 * HOUR, "V", **zone))
            found.append(Interval(start + 4 * HOUR, start + 4 * HOUR + idles * stop, "V", **zone, idle=True))
            found.append(Interval(again, again + 4 * HOUR, "V", **zone))
        return found, [e for e in episodes(found, rules) if e.kind == "weekly_driving" and e.level >= 2]

    assert week(1.9 * HOUR)[1] == []  # 7 days of 9.9 h
    driven, (over,) = week(3 * HOUR)  # of 11 h: 66 h after six, the 70 are over an hour into the second drive
    assert over.reached[1] == driven[-1].start  # 66 + 4 + 3 > 70 before it: passed at the next instant at the wheel
    assert over.counted_s == 77 * HOUR
    assert week(3 * HOUR, idles=0.3)[1] == []
    assert week(7 * HOUR)[1] == []  # seven hours off are off, as in a sleeper berth
    assert week(6.9 * HOUR)[1]
    assert week(6.9 * HOUR, rules=RULES["us_70_8"].off_duty(0.0))[1] == []
    ended = [*driven[:-1], Interval(driven[-1].start, driven[-1].start + 40 * HOUR, "V", idle=True)]
    assert [e for e in episodes(ended, RULES["us_70_8"]) if e.kind == "weekly_driving" and e.level >= 2] == []


def test_us_standing_in_one_vehicle_while_driving_another_is_on_duty_once():
    first = at("2025-06-02T06:00")
    both = [Interval(first, first + HOUR, "V"), Interval(first + HOUR, first + 5 * HOUR, "V", idle=True)]
    both += [Interval(first + 2 * HOUR, first + 3 * HOUR, "W"), Interval(first + 4 * HOUR, first + 5 * HOUR, "W")]
    limit = replace(RULES["us_70_8"].limits[-1], most_s=4.5 * HOUR, notice_s=0.0)
    (one,) = episodes(both, HoursRules("five hours", (limit,)))
    assert one.counted_s == 5 * HOUR  # 6 to 11: an hour each of driving, standing, driving, standing, driving
    assert one.reached[1] == first + 4.5 * HOUR


@pytest.mark.parametrize(
    ("east", "west"), [("America/New_York", "America/Chicago"), ("Pacific/Kiritimati", "Pacific/Niue")]
)
def test_us_a_day_the_last_vehicles_clock_left_behind_counts_by_the_next_ones(east, west):
    midnight = at("2025-06-02", west)
    week = days(*[10] * 6, first=midnight + 6 * HOUR, zone=west)  # 60 h
    evening = midnight + 6 * DAY + 23 * HOUR + 10 * MIN
    ahead = Interval(evening, evening + 20 * MIN, "E", zone=east)  # a day on, or two: the first no longer counts
    behind = Interval(ahead.end, ahead.end + 10 * MIN, "W", zone=west)  # 23:30 of the seventh day
    assert passed([*week, ahead], "weekly_driving", "us_60_7") == []
    assert passed([*week, ahead, behind], "weekly_driving", "us_60_7") == [behind.start]


def test_us_days_are_those_of_the_fleet_and_the_oldest_is_left_behind_at_its_midnight():
    chicago = {"zone": "America/Chicago"}
    first = at("2025-06-02T13:00", "America/Chicago")
    week = days(10, 10, 10, 10, 10, 8, first=first, **chicago)  # 58 h from Monday to Saturday
    sunday = at("2025-06-08T20:00", "America/Chicago")
    drive = [*week, Interval(sunday, sunday + 6 * HOUR, "V", **chicago)]  # until 2 on the second Monday
    assert passed(drive, "weekly_driving", "us_60_7") == [sunday + 2 * HOUR]
    found = [e for e in episodes(drive, RULES["us_60_7"]) if e.kind == "weekly_driving"]
    assert found[-1].end == at("2025-06-09T00:00", "America/Chicago")  # 10 h of the first Monday are gone
    assert found[-1].counted_s == 62 * HOUR


def tiny():
    """A limit of an hour a day by the fleet's clock."""
    us = RULES["us_60_7"]
    (week,) = [limit for limit in us.limits if limit.kind == "weekly_driving"]
    day = replace(week, most_s=HOUR, notice_s=0.0, calendar=replace(week.calendar, periods=1))
    return replace(us, limits=(day,))


@pytest.mark.parametrize("day", ["2025-03-09", "2025-11-02"])
def test_us_a_day_of_23_or_25_hours_is_a_day(day):
    """Driven from midnight to midnight of the day the clocks change: all of it is that day's."""
    start, end = at(day, "America/Chicago"), at(day, "America/Chicago") + DAY * 2
    lengths = [e.counted_s for e in episodes([Interval(start, end, "V", "America/Chicago")], tiny())]
    hours = 23 if day.startswith("2025-03") else 25
    assert lengths[0] == hours * HOUR
