"""Hours at the wheel: which breaks count, when the limit is reached, and who drove what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.hours import CHINA, ESTIMATE, EU, RULES, HoursRule, Interval, custom, deadline, describe, episodes, person

MIN, HOUR = 60.0, 3600.0
ONE_H = HoursRule("one", "test", 1 * HOUR, 10 * MIN, notice_s=300.0, severe_s=600.0)


def day(*legs, start=1_750_000_000.0, slot=0):
    """Driving intervals: minutes of driving and of pause in turn."""
    found, t = [], start
    for k, minutes in enumerate(legs):
        if k % 2 == 0:
            found.append(Interval(t, t + minutes * MIN, slot))
        t += minutes * MIN
    return found


def limits(found):
    """Minutes into the drive at which the limit itself was passed."""
    return [(e.reached[1] - 1_750_000_000.0) / MIN for e in found if e.level >= 2]


def test_the_limit_is_reached_inside_an_interval():
    (episode,) = episodes(day(200, 20, 100), EU)
    assert limits([episode]) == [200 + 20 + 70]
    assert episode.level == 2
    assert episode.driving_s == episode.counted_s == 300 * MIN
    assert episode.end is None


def test_driving_exactly_the_limit_is_allowed():
    assert limits(episodes(day(270), EU)) == []
    assert limits(episodes(day(270.1), EU)) == [270]


def test_a_break_of_45_minutes_starts_afresh_and_one_of_44_does_not():
    assert limits(episodes(day(200, 45, 200), EU)) == []
    assert limits(episodes(day(200, 44, 200), EU)) == [200 + 44 + 70]


def test_a_break_may_be_15_then_30_minutes_but_not_30_then_15():
    assert limits(episodes(day(100, 15, 100, 30, 200), EU)) == []
    assert limits(episodes(day(100, 30, 100, 15, 200), EU)) == [100 + 30 + 100 + 15 + 70]


def test_thirty_minutes_serve_as_the_first_part_too():
    assert limits(episodes(day(100, 30, 100, 30, 200), EU)) == []


def test_a_first_part_is_spent_once_the_break_is_complete():
    found = episodes(day(100, 15, 100, 30, 200, 30, 100), EU)
    assert limits(found) == [100 + 15 + 100 + 30 + 200 + 30 + 70]


def test_an_episode_ends_with_the_last_driving_before_the_break():
    first, second = episodes(day(300, 60, 280), EU)
    assert first.end == first.start + 45 * MIN
    assert second.end is None


def test_silence_long_enough_after_the_last_interval_ends_the_episode():
    drive = day(300)
    for pause, end in ((44 * MIN, None), (45 * MIN, drive[-1].end)):
        assert episodes(drive, EU, until=drive[-1].end + pause)[0].end == end


def test_levels_are_notice_limit_and_half_an_hour_beyond():
    levels = [[e.level for e in episodes(day(minutes), EU)] for minutes in (255, 256, 271, 301)]
    assert levels == [[], [1], [2], [3]]


def test_the_start_of_an_episode_never_moves():
    starts = {episodes(day(minutes), EU)[0].start for minutes in (256, 271, 301, 600)}
    assert starts == {1_750_000_000.0 + 255 * MIN}


def test_in_china_short_stops_count_as_driving():
    assert limits(episodes(day(100, 19, 100, 19, 10), CHINA)) == [240]
    assert limits(episodes(day(100, 20, 100, 20, 100), CHINA)) == []


def test_a_limit_reached_at_a_short_stop_is_passed_when_driving_goes_on():
    assert limits(episodes(day(230, 15, 20), CHINA)) == [245]


def test_one_driver_in_two_vehicles_has_one_clock():
    drive = day(150, 200, slot=1) + day(150, start=1_750_000_000.0 + 160 * MIN, slot=2)
    (episode,) = episodes(drive, EU)
    assert limits([episode]) == [160 + 120]
    assert episode.slot == 2


def test_driving_two_vehicles_at_once_is_not_twice_the_driving():
    both = day(200, slot=1) + day(200, start=1_750_000_000.0 + 50 * MIN, slot=2)
    assert episodes(both, EU) == []
    (episode,) = episodes([*both, *day(30, start=1_750_000_000.0 + 250 * MIN)], EU)
    assert episode.driving_s == 280 * MIN


def test_an_unknown_driver_is_counted_by_vehicle():
    assert person(7, 3) == person(7, 4) == 7
    assert person(-1, 3) != person(-1, 4)
    assert person(-1, 0) < 0


def test_a_fleet_may_set_its_own_rule():
    assert limits(episodes(day(130, 14, 130), custom(4, 15))) == [240]
    assert limits(episodes(day(130, 15, 130), custom(4, 15))) == []
    assert limits(episodes(day(130, 14, 130), custom(4, 15, counts="driving"))) == [254]
    assert limits(episodes(day(100, 10, 100, 20, 230), custom(4, 30, 10))) == []


def test_every_text_says_that_it_is_an_estimate():
    for rule in (*RULES.values(), custom(4, 15)):
        (episode,) = episodes(day(400), rule)
        assert describe(episode, rule).endswith(ESTIMATE)
        assert "6 h 40 min" in describe(episode, rule)


def test_a_rule_is_named_by_its_values():
    assert custom(4, 15).version() == custom(4, 15).version() != custom(4, 20).version()


def test_a_daily_limit_is_the_same_rule_with_a_longer_rest():
    daily = HoursRule("eu", "Art. 6", 9 * HOUR, 9 * HOUR, kind="daily_driving")
    assert limits(episodes(day(250, 45, 250, 45, 100), daily)) == [250 + 45 + 250 + 45 + 40]
    assert limits(episodes(day(250, 45, 250, 540, 100), daily)) == []


legs = st.lists(st.sampled_from([1, 4, 5, 9, 10, 14, 25, 61]), min_size=1, max_size=20)
rules = st.sampled_from([ONE_H, custom(1, 10), custom(1, 15, 5), EU, CHINA])


@given(legs, legs, rules)
def test_the_order_of_intervals_does_not_matter(one, other, rule):
    drive = day(*one, slot=1) + day(*other, slot=2)
    assert episodes(drive, rule) == episodes(drive[::-1], rule)


@given(legs, rules)
def test_limits_are_passed_in_order_and_at_the_wheel(legs, rule):
    drive = day(*legs)
    for episode in episodes(drive, rule):
        assert list(episode.reached) == sorted(episode.reached)
        assert episode.reached[0] == episode.start
        assert all(any(i.start <= at < i.end for i in drive) for at in episode.reached)
        assert episode.counted_s >= rule.thresholds()[episode.level - 1]


@given(legs, rules, st.integers(1, 3))
def test_the_deadline_is_where_the_fold_later_finds_the_level(legs, rule, level):
    drive = day(*legs)
    before, now = drive[:-1], drive[-1]
    at = deadline(before, now._replace(end=now.start), rule, level)
    assert deadline(drive, now, rule, level) == at >= now.start
    found = [e for e in episodes([*before, now._replace(end=at + 60)], rule) if e.end is None]
    assert found[-1].level >= level
    assert found[-1].reached[level - 1] <= at
    still = [e.level for e in episodes([*before, now._replace(end=at)], rule) if e.end is None]
    assert max(still, default=0) < level or at == now.start


@pytest.mark.parametrize("rule", [EU, CHINA, custom(4, 15)])
def test_nothing_driven_is_nothing_found(rule):
    assert episodes([], rule) == []
