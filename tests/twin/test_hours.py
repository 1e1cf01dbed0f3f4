"""Hours: the twin's fold and the pipeline's agree on any driving, under every rule set."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import hours

from .hours import RULES, Piece, episodes

START = datetime(2025, 10, 20, 3, tzinfo=UTC).timestamp()  # Monday; the clocks go back on the Sunday after
MINUTES = (0, 1, 14, 15, 16, 19, 20, 21, 29, 30, 31, 44, 45, 46, 120, 179, 180, 239, 240, 241, 254, 255, 270, 271)
LONG = (300, 480, 539, 540, 541, 599, 600, 659, 660, 661, 1439, 1440, 2039, 2040, 2699, 2700)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai")


def seconds(minutes):
    return st.builds(lambda minute, s: 60.0 * minute + s, st.sampled_from(minutes), st.sampled_from((0, 0, 0, -1, 1)))


LEGS = st.tuples(
    *(seconds((*MINUTES, *LONG)), seconds(MINUTES), st.integers(0, 2), st.booleans()),
    *(st.sampled_from(ZONES), st.booleans(), st.booleans()),
)


def drawn(legs):
    driven, at = [], START
    for pause, length, vehicle, overlaps, *about in legs:
        start = at + (-pause % 3600 if overlaps else pause)
        if vehicle == 1:  # the engine idles a part of the pause, now and then into the driving
            driven.append(Piece(at + pause // 3, max(start + length % 7, at + pause // 3 + 1), vehicle, idle=True))
        at = max(at, start + length)
        driven.append(Piece(start, max(start + length, start + 1), vehicle, *about))
    return driven


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=200, deadline=None)
@given(legs=st.lists(LEGS, max_size=40))
def test_episodes_are_the_same_to_both(rule, legs) -> None:
    assert_same(drawn(legs), rule)


def assert_same(driven, rule):
    ours = hours.episodes([hours.Interval(*piece) for piece in driven], hours.RULES[rule])
    twins = sorted(episodes(driven, rule), key=lambda one: (one["start"], one["kind"]))
    assert [(one.kind, one.vehicle, one.start, one.end, one.level, one.sparse) for one in ours] == [
        tuple(one[name] for name in ("kind", "vehicle", "start", "end", "level", "sparse")) for one in twins
    ]
    assert [one.counted_s / 3600 for one in ours] == pytest.approx([one["peak"] for one in twins], rel=1e-12)
    assert [one.threshold_s / 3600 for one in ours] == pytest.approx([one["threshold"] for one in twins], rel=1e-12)


def test_a_day_left_behind_by_one_clock_counts_again_by_another() -> None:
    legs = [(60.0 * 840, 60.0 * 600, 0, False, "UTC", False, False) for _ in range(6)]  # 10 h from Monday to Saturday
    legs += [(60.0 * 1980, 60.0 * 90, 0, False, "Europe/Berlin", False, False)]  # Sunday 23:00 to Monday 0:30
    legs += [(0.0, 60.0, 0, False, "UTC", False, False)]  # 23:30 on Sunday
    driven = drawn([(0.0, *legs[0][1:]), *legs[1:]])
    assert_same(driven, "us_60_7")
    last = episodes(driven, "us_60_7")[-1]
    assert (last["kind"], last["start"], last["level"]) == ("weekly_driving", driven[-1].start, 2)


def test_a_month_at_the_wheel_is_the_same_to_both() -> None:
    legs = [
        (60.0 * (690 if n % 4 == 0 else 45), 60.0 * 150, n % 3, False, "Europe/Berlin", True, False) for n in range(130)
    ]
    driven = drawn(legs)
    for rule in RULES:
        ours = hours.episodes([hours.Interval(*piece) for piece in driven], hours.RULES[rule])
        twins = episodes(driven, rule)
        assert {(one.kind, one.start, one.level) for one in ours} == {
            (one["kind"], one["start"], one["level"]) for one in twins
        }
        assert {one.kind for one in ours} & {"weekly_driving", "daily_driving"}


def test_exactly_four_and_a_half_hours_are_allowed_at_any_millisecond() -> None:
    parts = [(9.652, 3643.587), (4404.698, 7852.704), (7883.155, 12318.502), (12871.761, 17554.473)]
    driven = [(START + start, START + end, 0) for start, end in parts]
    (one,) = hours.episodes([hours.Interval(*piece) for piece in driven], hours.RULES["eu"])
    assert one.level == episodes([Piece(*piece) for piece in driven], "eu")[0]["level"] == 1
