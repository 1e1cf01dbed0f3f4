"""Hours on the sheet are the law's: breaks, days, weeks and nights, counted over days, each driver's own."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulator.counts import Episode
from simulator.hours import Ledger, stretches
from simulator.limits import LAWS
from simulator.regions import REGIONS

H, DAY = 3_600.0, 86_400.0
MONDAY = 1_767_571_200.0  # 2026-01-05 0:00 UTC


def found(
    spans: list[tuple[float, float]],
    region: str = "karlsruhe",
    passengers: bool = False,
    start: float = MONDAY,
    stands: list[tuple[float, float]] | None = None,
    law: str = "auto",
) -> dict[str, Episode]:
    """By kind, the last episode of driving from and to so many h after a Monday, a day at a time."""
    ledger, last = Ledger(REGIONS[region], law), {}
    for day in range(int(max(end for _, end in spans) / 24) + 1):
        today, stood = (
            [(start + a * H, start + b * H) for a, b in some if day * 24 <= a < day * 24 + 24]
            for some in (spans, stands or [])
        )
        last |= {one.limit.kind: one for one in ledger.day("someone", passengers, today, stood)}
    return last


def hours(one: Episode, start: float = MONDAY) -> tuple[float, float]:
    return round((one.start - start) / H, 3), round((one.end - start) / H, 3)


def test_a_stand_at_a_light_is_driving_and_a_delivery_is_not() -> None:
    moving = np.zeros(1_000, bool)
    for a, b in ((10, 200), (310, 400), (530, 700)):
        moving[a:b] = True
    assert stretches(np.arange(1.0, 1_001.0), moving) == [(10.0, 400.0), (530.0, 700.0)]
    assert stretches(np.arange(5.0), np.zeros(5, bool)) == []


@pytest.mark.parametrize(
    ("rests", "level"),
    [((0.75,), 0), ((0.25, 0.5), 0), ((0.5, 0.25), 2), ((0.7,), 2), ((0.1, 0.1, 0.1), 2)],
)
def test_a_break_is_of_45_minutes_or_of_15_and_then_30(rests: tuple[float, ...], level: int) -> None:
    spans, at, piece = [], 6.0, 4.8 / (len(rests) + 1)
    for rest in (*rests, 0.0):
        spans.append((at, at + piece))
        at += piece + rest
    episode = found(spans).get("continuous_driving")
    assert (episode.level if episode else 0) == level


def test_an_episode_begins_where_the_notice_does_and_has_its_threshold() -> None:
    episode = found([(6.0, 8.0), (8.2, 11.3)])["continuous_driving"]
    assert hours(episode) == (pytest.approx(10.45, abs=0.001), 11.3)
    assert (episode.level, episode.threshold) == (3, 5.0) and episode.peak == pytest.approx(5.1)
    near = found([(6.0, 10.4)])["continuous_driving"]
    assert (near.level, near.threshold) == (1, 4.25)
    assert "continuous_driving" not in found([(6.0, 10.25)])


def broken(day: int, begins: float, driven: float) -> list[tuple[float, float]]:
    """A day's driving with a whole break after each 4 h."""
    spans, at, left = [], 24 * day + begins, driven
    while left > 1e-9:
        piece = min(left, 4.0)
        spans.append((at, at + piece))
        at, left = at + piece + 0.75, left - piece
    return spans


def test_ten_hours_are_allowed_twice_a_week() -> None:
    once = [span for day in range(2) for span in broken(day, 5.0, 9.4)]
    assert "daily_driving" not in found(once)
    thrice = found([*once, *broken(2, 5.0, 9.4)])["daily_driving"]
    assert (thrice.level, thrice.threshold) == (2, 9.0)
    assert hours(thrice)[0] == pytest.approx(48 + 5 + 8.5 + 1.5, abs=0.001)


def test_a_week_has_56_hours_and_two_have_90() -> None:
    week = [span for day in range(7) for span in broken(day, 5.0, 8.2)]
    one = found(week)
    assert one["weekly_driving"].level == 2 and one["weekly_driving"].peak == pytest.approx(57.4)
    assert "fortnight_driving" not in one
    two = found([*week, *(span for day in range(7, 12) for span in broken(day, 5.0, 8.2))])
    assert two["fortnight_driving"].level == 2 and two["fortnight_driving"].peak == pytest.approx(98.4)
    assert two["weekly_driving"].end < MONDAY + 7 * DAY
    assert two["weekly_rest"].level == 3
    later = found([*week, *((24 * 14 + a, 24 * 14 + b) for a, b in week)])
    assert "fortnight_driving" not in later


def test_the_long_rest_must_come_in_time() -> None:
    day = [(5.0, 7.0), (9.0, 11.0), (13.0, 15.0), (17.0, 19.5)]
    late = found(day)["duty_window"]
    assert (late.level, late.threshold) == (1, 14.0)  # 15 h while a short rest is left
    assert found([*day, (20.0, 21.2)])["duty_window"].level == 3
    assert "duty_window" not in found([(5.0, 7.0), (18.5, 20.5)])


def test_in_china_buses_rest_after_two_hours_of_the_night() -> None:
    midnight = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    night = [(20.0, 22.0), (22.05, 24.5)]
    bus = found(night, "shanghai", passengers=True, start=midnight)
    assert bus["night_continuous"].level == 2
    assert hours(bus["night_continuous"], midnight)[0] == pytest.approx(22.05 + 1.75, abs=0.001)
    assert bus["continuous_driving"].level == 2
    assert "night_continuous" not in found(night, "shanghai", start=midnight)
    assert "night_continuous" not in found([(8.0, 11.0)], "shanghai", passengers=True, start=midnight)


def test_in_china_any_24_hours_count() -> None:
    spans = [(12 + a, 12.0 + a + 2.0) for a in (0.0, 3.0, 6.0)] + [(24 + a, 26.0 + a) for a in (0.0, 3.0)]
    bus = found(spans, "shanghai", passengers=True)["daily_driving"]
    assert (bus.level, bus.peak) == (3, pytest.approx(10.0))
    assert hours(bus)[0] == pytest.approx(25.5, abs=0.001)


def test_the_united_states_allow_eight_hours_and_eleven() -> None:
    long = found([(6.0, 14.2), (15.0, 18.5)], "austin")
    assert long["continuous_driving"].level == 2 and long["daily_driving"].level == 2
    assert "duty_window" not in long


def us_week(days: int, stop: float = 1.0) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Days of twice 4 h at the wheel, and the stop between."""
    starts = [24.0 * day + 6.0 for day in range(days)]
    spans = [span for at in starts for span in ((at, at + 4.0), (at + 4.0 + stop, at + 8.0 + stop))]
    return spans, [(at + 4.0, at + 4.0 + stop) for at in starts]


def test_the_united_states_allow_70_hours_on_duty_in_eight_days() -> None:
    local = datetime(2026, 1, 5, tzinfo=ZoneInfo("America/Chicago")).timestamp()
    spans, stands = us_week(8)
    assert "weekly_driving" not in found(spans, "austin", start=local)  # 64 h of driving alone
    week = found(spans, "austin", start=local, stands=stands)["weekly_driving"]
    assert (week.level, week.threshold, week.peak) == (2, 70.0, pytest.approx(72.0))
    assert hours(week, local) == (pytest.approx(7 * 24 + 11.0, abs=0.001), 7 * 24 + 15.0)
    assert found(us_week(7)[0], "austin", start=local, law="us_60_7", stands=us_week(7)[1])["weekly_driving"].level == 2


def test_a_stop_of_seven_hours_is_off_duty_and_34_start_afresh() -> None:
    local = datetime(2026, 1, 5, tzinfo=ZoneInfo("America/Chicago")).timestamp()
    spans, stands = us_week(9, stop=7.0)
    assert "weekly_driving" not in found(spans[:16], "austin", start=local, stands=stands)
    early, late = us_week(4), us_week(8)
    paused = [*early[0], *((a + 48, b + 48) for a, b in late[0][8:])]
    stood = [*early[1], *((a + 48, b + 48) for a, b in late[1][4:])]
    assert "weekly_driving" not in found(paused, "austin", start=local, stands=stood)


def test_every_limit_has_a_notice_below_it_and_a_cause() -> None:
    for limit in (limit for law in LAWS.values() for limit in law):
        assert 0 < limit.notice < limit.most and limit.beyond > 0 and limit.cause


def test_drivers_do_not_share_their_hours() -> None:
    ledger = Ledger(REGIONS["karlsruhe"])
    for name in ("one", "two"):
        assert not ledger.day(name, False, [(MONDAY, MONDAY + 4 * H)], [])
    assert ledger.day("one", False, [(MONDAY + 4.1 * H, MONDAY + 5 * H)], [])
