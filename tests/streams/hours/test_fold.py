"""Hours at the wheel: which breaks count, when the limit is reached, and who drove what."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.hours import KINDS, RULES, Fold, HoursRules, Interval, Limit, Rest, custom, episodes, person

MIN, HOUR, DAY = 60.0, 3600.0, 86_400.0
START = 1_749_945_600.0  # Sunday 2025-06-15 00:00 UTC
BREAK = replace(RULES["eu"], limits=RULES["eu"].limits[:1])
CHINA = replace(RULES["china"], limits=RULES["china"].limits[:1])
ONE_H = HoursRules("one", (Limit("continuous_driving", "test", HOUR, 300.0, 600.0, rest=Rest(10 * MIN)),))


def day(*legs, start=START, vehicle=0, **about):
    """Driving intervals: minutes of driving and of pause in turn."""
    found, t = [], start
    for k, minutes in enumerate(legs):
        if k % 2 == 0:
            found.append(Interval(t, t + minutes * MIN, vehicle, **about))
        t += minutes * MIN
    return found


def limits(found):
    """Minutes into the drive at which the limit itself was passed."""
    return [(e.reached[1] - START) / MIN for e in found if e.level >= 2]


def test_the_limit_is_reached_inside_an_interval():
    (episode,) = episodes(day(200, 20, 100), BREAK)
    assert limits([episode]) == [200 + 20 + 70]
    assert episode.level == 2
    assert episode.counted_s == 300 * MIN
    assert episode.end is None


def test_driving_exactly_the_limit_is_allowed():
    assert limits(episodes(day(270), BREAK)) == []
    assert limits(episodes(day(270.1), BREAK)) == [270]


def test_a_break_of_45_minutes_starts_afresh_and_one_of_44_does_not():
    assert limits(episodes(day(200, 45, 200), BREAK)) == []
    assert limits(episodes(day(200, 44, 200), BREAK)) == [200 + 44 + 70]


def test_a_break_may_be_15_then_30_minutes_but_not_30_then_15():
    assert limits(episodes(day(100, 15, 100, 30, 200), BREAK)) == []
    assert limits(episodes(day(100, 30, 100, 15, 200), BREAK)) == [100 + 30 + 100 + 15 + 70]


def test_thirty_minutes_serve_as_the_first_part_too():
    assert limits(episodes(day(100, 30, 100, 30, 200), BREAK)) == []


def test_a_first_part_is_spent_once_the_break_is_complete():
    found = episodes(day(100, 15, 100, 30, 200, 30, 100), BREAK)
    assert limits(found) == [100 + 15 + 100 + 30 + 200 + 30 + 70]


def test_an_episode_ends_with_the_last_driving_before_the_break():
    first, second = episodes(day(300, 60, 280), BREAK)
    assert first.end == first.start + 45 * MIN
    assert second.end is None


def test_levels_are_notice_limit_and_half_an_hour_beyond():
    levels = [[e.level for e in episodes(day(minutes), BREAK)] for minutes in (255, 256, 271, 301)]
    assert levels == [[], [1], [2], [3]]


def test_a_fleet_sets_how_long_before_the_limit_it_is_warned():
    sooner = BREAK.noticed({"continuous_driving": 3600.0})
    (episode,) = episodes(day(240), sooner)
    assert (episode.start - START, episode.level) == (210 * MIN, 1)
    assert sooner.versions != BREAK.versions
    assert BREAK.noticed({"weekly_driving": 1.0}) == BREAK


def test_the_start_of_an_episode_never_moves():
    starts = {episodes(day(minutes), BREAK)[0].start for minutes in (256, 271, 301, 600)}
    assert starts == {START + 255 * MIN}


def test_in_china_short_stops_count_as_driving():
    assert limits(episodes(day(100, 19, 100, 19, 10), CHINA)) == [240]
    assert limits(episodes(day(100, 20, 100, 20, 100), CHINA)) == []


def test_a_limit_reached_at_a_short_stop_is_passed_when_driving_goes_on():
    assert limits(episodes(day(230, 15, 20), CHINA)) == [245]


def test_one_driver_in_two_vehicles_has_one_clock():
    drive = day(150, 200, vehicle=1) + day(150, start=START + 160 * MIN, vehicle=2)
    (episode,) = episodes(drive, BREAK)
    assert limits([episode]) == [160 + 120]
    assert episode.vehicle == 2


def test_driving_two_vehicles_at_once_is_not_twice_the_driving():
    both = day(200, vehicle=1) + day(200, start=START + 50 * MIN, vehicle=2)
    assert episodes(both, BREAK) == []
    (episode,) = episodes([*both, *day(30, start=START + 250 * MIN)], BREAK)
    assert episode.counted_s == 280 * MIN


def test_an_unknown_driver_is_counted_by_vehicle():
    assert person(7, 3) == person(7, 4) == 7
    assert person(-1, 3) != person(-1, 4)
    assert person(-1, 0) < 0


def test_a_fleet_may_set_its_own_rule():
    assert limits(episodes(day(130, 14, 130), custom(4, 15))) == [240]
    assert limits(episodes(day(130, 15, 130), custom(4, 15))) == []
    assert limits(episodes(day(130, 14, 130), custom(4, 15, counts="driving"))) == [254]
    assert limits(episodes(day(100, 10, 100, 20, 230), custom(4, 30, 10))) == []


def test_an_episode_says_if_stops_in_it_may_have_been_longer_than_they_seemed():
    assert [e.sparse for e in episodes(day(300), BREAK)] == [False]
    assert [e.sparse for e in episodes(day(100, 5, 100) + day(60, start=START + 210 * MIN, sparse=True), BREAK)] == [
        True
    ]


def test_a_rule_is_named_by_its_values():
    assert custom(4, 15).versions == custom(4, 15).versions != custom(4, 20).versions


def test_every_rule_set_holds_one_limit_of_a_kind_and_every_kind_has_a_meaning():
    for rules in RULES.values():
        kinds = [limit.kind for limit in rules.limits]
        assert len(set(kinds)) == len(kinds)
        assert set(kinds) <= set(KINDS)


legs = st.lists(
    st.sampled_from([1, 4, 5, 9, 10, 14, 15, 25, 30, 45, 61, 240, 540, 660, 1500, 2750]), min_size=1, max_size=20
)
rules = st.sampled_from([ONE_H, custom(1, 10), custom(1, 15, 5), *RULES.values()])


@settings(deadline=None)
@given(legs, legs, rules, st.randoms(use_true_random=False))
def test_the_order_of_intervals_does_not_matter(one, other, rule, chance):
    drive = day(*one, vehicle=1) + day(*other, vehicle=2)
    mixed = chance.sample(drive, len(drive))
    assert episodes(drive, rule) == episodes(mixed, rule)


@settings(deadline=None)
@given(legs, rules, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8))
def test_where_an_interval_is_cut_does_not_matter(legs, rule, cuts):
    drive = day(*legs, zone="Europe/Berlin", passenger=True)
    pieces = []
    for k, whole in enumerate(drive):
        at = whole.start + round((whole.end - whole.start) * cuts[k % len(cuts)], 3)
        pieces += [whole._replace(end=at), whole._replace(start=at)]
    assert episodes(pieces, rule) == episodes(drive, rule)


@settings(deadline=None)
@given(legs, rules, st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_which_vehicle_was_driven_changes_nothing_but_whose_the_event_is(legs, rule, vehicles):
    drive = day(*legs)
    mixed = [one._replace(vehicle=vehicles[k % len(vehicles)]) for k, one in enumerate(drive)]
    assert [one._replace(vehicle=0) for one in episodes(mixed, rule)] == episodes(drive, rule)


@settings(deadline=None)
@given(legs, rules)
def test_limits_are_passed_in_order_and_at_the_wheel(legs, rule):
    drive = day(*legs)
    for episode in episodes(drive, rule):
        assert list(episode.reached) == sorted(episode.reached)
        assert episode.reached[0] == episode.start
        assert all(any(i.start <= at < i.end for i in drive) for at in episode.reached)
        assert episode.counted_s > episode.threshold_s


@settings(deadline=None)
@given(legs, legs, rules)
def test_a_copy_goes_on_by_itself(legs, more, rule):
    drive = day(*legs)
    later = day(*more, start=drive[-1].end + 17 * MIN)
    fold = Fold(rule)
    for one in drive:
        fold.take(one)
    copy = fold.copy()
    for one in later:
        copy.take(one)
    both = sorted([*fold.over(), *copy.over(), *copy.lasting()], key=lambda one: (one.start, one.kind))
    assert both == episodes(drive + later, rule)
    assert sorted([*fold.over(), *fold.lasting()], key=lambda one: (one.start, one.kind)) == episodes(drive, rule)


@settings(deadline=None)
@given(legs, rules)
def test_nothing_is_passed_before_the_fold_said_so(legs, rule):
    *before, now = day(*legs)
    fold = Fold(rule)
    for one in [*before, now]:
        fold.take(one)
    told = {(one.kind, at) for one in [*fold.over(), *fold.lasting()] for at in one.reached}
    at = fold.passes_next(now)
    assert now.end <= at <= now.end + 4 * HOUR
    still = {(one.kind, at) for one in episodes([*before, now._replace(end=at)], rule) for at in one.reached}
    assert still == told
    beyond = {(one.kind, at) for one in episodes([*before, now._replace(end=at + 1)], rule) for at in one.reached}
    assert beyond > told or at == now.end + 4 * HOUR


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_nothing_driven_is_nothing_found(rule):
    assert episodes([], rule) == []


def counted(fold, at):
    """Minutes counted, and allowed, by kind, of who rests until ``at``."""
    rested = fold.rested(at, "UTC")
    return {one.limit.kind: tuple(s / MIN for s in one.standing) for one in rested.counts}


def folded(rules, intervals):
    fold = Fold(rules)
    for one in intervals:
        fold.take(one)
    return fold


def test_what_is_counted_knows_the_rest_since_the_last_driving():
    monday, eu = START + DAY, RULES["eu"]
    fold = folded(eu, day(270, 45, 270, start=monday))
    end = monday + 585 * MIN
    assert counted(fold, end)["continuous_driving"][0] == counted(fold, end + 44 * MIN)["continuous_driving"][0] == 270
    assert counted(fold, end + 45 * MIN)["continuous_driving"][0] == 0
    assert counted(fold, end + 45 * MIN)["daily_driving"][0] == 540
    rested = counted(fold, end + 20 * HOUR)
    assert (rested["daily_driving"][0], rested["weekly_driving"][0], rested["fortnight_driving"][0]) == (0, 540, 540)
    after = counted(fold, monday + 7 * DAY)
    assert (after["weekly_driving"][0], after["fortnight_driving"][0]) == (0, 540)
    assert counted(fold, monday + 14 * DAY)["fortnight_driving"][0] == 0
    assert counted(fold, end)["continuous_driving"][0] == 270  # asking changes nothing


def test_the_hours_of_a_rolling_limit_leave_it_while_one_rests():
    fold = folded(RULES["china_passenger"], day(600))
    assert counted(fold, START + 600 * MIN)["daily_driving"][0] == 600
    assert counted(fold, START + DAY + 300 * MIN)["daily_driving"][0] == 300
    assert counted(fold, START + DAY + 300 * MIN)["weekly_driving"][0] == 600


@given(st.lists(st.integers(1, 700), min_size=1, max_size=9), st.integers(0, 3000))
@settings(max_examples=25, deadline=None)
def test_a_rest_is_looked_at_as_the_next_driving_would_have_it(legs, rest):
    intervals = day(*legs)
    at = intervals[-1].end + rest * MIN
    for rules in RULES.values():
        fold = folded(rules, intervals)
        before = counted(fold, at)
        fold.take(Interval(at, at + MIN, 0))
        driven = [one for one in fold.counts if one.limit.counts == "driving" and not one.limit.rolling_s and one.last]
        for one in driven:
            if one.limit.night is None:
                assert before[one.limit.kind][0] + 1 == one.standing[0] / MIN
