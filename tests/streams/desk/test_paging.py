"""Paging: who is called when, what waits for the morning; once a priority, and on record why not."""

from datetime import UTC, datetime, time

import pytest

from streams.alert_rules import AlertRule
from streams.desk.decisions import Said
from streams.desk.paging import HELD, PAGED, Moment, Paging, clock_time, due, is_late, is_quiet, morning_of, steps

RULE = AlertRule(("warning", "major", "critical"), 3_600, "look")
PAGING = Paging(
    quiet=(time(22), time(6)), escalation={"critical": steps("10m 30m:head@example.org"), "major": steps("2h")}
)
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC).timestamp()
OPEN = Said("open", "", None, 0, None)


def at(now=NOON, **more):
    return Moment(now, **more)


def alert(priority="major", began=NOON):
    return {"priority": priority, "driver_id": "D", "last_start": began}


def notice(one, priority="major"):
    return {"step": one.step, "outcome": one.outcome, "priority": priority, "at": one.at, "seen": NOON}


def decided(one, moment, told=(), rule=RULE):
    return [(due_.step, due_.outcome, due_.why) for due_ in due(one, OPEN, told, rule, PAGING, moment)]


def test_a_page_goes_out_once():
    (page,) = due(alert(), OPEN, [], RULE, PAGING, at())
    assert (page.step, page.outcome, page.at, page.target) == ("major", PAGED, NOON, "")
    assert due(alert(), OPEN, [notice(page)], RULE, PAGING, at(NOON + 60)) == []


def test_what_got_worse_pages_again_what_got_better_does_not():
    (page,) = due(alert(), OPEN, [], RULE, PAGING, at())
    (worse,) = due(alert("critical"), OPEN, [notice(page)], RULE, PAGING, at())
    assert (worse.step, worse.outcome) == ("critical", PAGED)
    assert due(alert(), OPEN, [notice(worse, "critical")], RULE, PAGING, at()) == []


def test_a_priority_that_does_not_page_waits_for_the_morning():
    assert due(alert("warning"), OPEN, [], RULE, PAGING, at()) == []


def test_what_is_about_a_person_calls_nobody_while_it_is_not_known_who_drove():
    rule = AlertRule((None, "major", "major"), 3_600, "look", of_driver=True)
    assert due(alert() | {"driver_id": None}, OPEN, [], rule, PAGING, at()) == []
    assert len(due(alert(), OPEN, [], rule, PAGING, at())) == 1


@pytest.mark.parametrize("state", ["acknowledged", "resolved", "dismissed"])
def test_nobody_is_called_about_what_somebody_has_seen(state):
    said = OPEN._replace(state=state)
    assert due(alert(), said, [], RULE, PAGING, at()) == []
    (page,) = due(alert(), OPEN, [], RULE, PAGING, at())
    assert due(alert(), said, [notice(page)], RULE, PAGING, at(NOON + 86_400)) == []


def test_old_news_never_pages_and_that_is_on_record():
    (held,) = due(alert("critical"), OPEN, [], RULE, PAGING, at(late=True))
    assert (held.outcome, held.why) == (HELD, "late")
    told = [notice(held, "critical")]
    assert decided(alert("critical"), at(NOON + 86_400, lasts=False), told) == []


AGAINST = {"late": {"late": True}, "quiet": {"quiet": True}, "no channel": {"reached": False}}


@pytest.mark.parametrize("why", AGAINST)
def test_what_was_held_pages_as_soon_as_nothing_speaks_against_it_while_it_lasts(why):
    (held,) = due(alert(), OPEN, [], RULE, PAGING, at(**AGAINST[why]))
    told = [notice(held)]
    assert (held.step, held.outcome, held.why) == ("major held", HELD, why)
    for still in AGAINST.values():
        assert decided(alert(), at(NOON + 60, **still), told) == []  # on record once
    assert decided(alert(), at(NOON + 60, lasts=False, news=False), told) == []
    (page,) = due(alert(), OPEN, told, RULE, PAGING, at(NOON + 120, news=False))
    assert (page.step, page.outcome, page.at) == ("major", PAGED, NOON + 120)
    assert decided(alert(), at(NOON + 180), [*told, notice(page)]) == []


def test_a_new_event_is_fresh_evidence_the_end_of_the_old_one_is_not():
    (held,) = due(alert(), OPEN, [], RULE, PAGING, at(late=True))
    told = [notice(held)]
    assert decided(alert(), at(NOON + 60, lasts=False), told) == []
    assert decided(alert(began=NOON + 50), at(NOON + 60, lasts=False), told) == [("major", PAGED, "")]
    assert decided(alert(began=NOON + 50), at(NOON + 60, lasts=False, news=False), told) == []


def test_at_night_only_critical_alerts_page():
    (held,) = due(alert(), OPEN, [], RULE, PAGING, at(quiet=True))
    assert (held.outcome, held.why) == (HELD, "quiet")
    (page,) = due(alert("critical"), OPEN, [notice(held)], RULE, PAGING, at(quiet=True))
    assert page.outcome == PAGED


def test_what_somebody_must_act_on_now_pages_and_goes_up_at_night():
    rule = AlertRule((None, "major", "major"), 3_600, "look", at_night=True)
    (page,) = due(alert(), OPEN, [], rule, PAGING, at(quiet=True))
    assert page.outcome == PAGED
    (next_,) = due(alert(), OPEN, [notice(page)], rule, PAGING, at(NOON + 7_200, quiet=True))
    assert next_.step == "major+1"


def test_while_it_is_shelved_nothing_is_decided():
    assert due(alert("critical"), OPEN, [], RULE, PAGING, at(shelved=True)) == []
    assert due(alert("critical"), OPEN, [], RULE, PAGING, at())[0].outcome == PAGED


def test_what_nobody_acknowledges_goes_up_step_by_step_dated_when_it_fell_due():
    told = [notice(one, "critical") for one in due(alert("critical"), OPEN, [], RULE, PAGING, at())]
    assert due(alert("critical"), OPEN, told, RULE, PAGING, at(NOON + 599)) == []
    (first,) = due(alert("critical"), OPEN, told, RULE, PAGING, at(NOON + 660))
    assert (first.step, first.at, first.target) == ("critical+1", NOON + 600, "")
    told.append(notice(first, "critical"))
    (second,) = due(alert("critical"), OPEN, told, RULE, PAGING, at(NOON + 9_000))
    assert (second.step, second.at, second.target) == ("critical+2", NOON + 1_800, "head@example.org")
    told.append(notice(second, "critical"))
    assert due(alert("critical"), OPEN, told, RULE, PAGING, at(NOON + 90_000)) == []


def test_left_out_minutes_leave_out_no_step():
    told = [notice(one, "critical") for one in due(alert("critical"), OPEN, [], RULE, PAGING, at())]
    found = due(alert("critical"), OPEN, told, RULE, PAGING, at(NOON + 90_000))
    assert [one.step for one in found] == ["critical+1", "critical+2"]


def test_at_night_only_critical_alerts_go_up():
    told = [notice(one) for one in due(alert(), OPEN, [], RULE, PAGING, at())]
    assert due(alert(), OPEN, told, RULE, PAGING, at(NOON + 7_200, quiet=True)) == []
    (later,) = due(alert(), OPEN, told, RULE, PAGING, at(NOON + 40_000))
    assert later.step == "major+1"


@pytest.mark.parametrize(
    ("hour", "zone", "quiet"),
    [(12, "UTC", False), (22, "UTC", True), (5, "UTC", True), (6, "UTC", False), (14, "Asia/Shanghai", True)],
)
def test_night_is_that_of_the_fleet(hour, zone, quiet):
    assert is_quiet(datetime(2025, 6, 15, hour, tzinfo=UTC).timestamp(), zone, PAGING) is quiet


def test_quiet_hours_may_lie_within_a_day_or_not_be():
    noon = Paging(quiet=(time(11), time(13)))
    assert [is_quiet(NOON + hours * 3600, "UTC", noon) for hours in (-2, -1, 0, 1)] == [False, True, True, False]
    assert not is_quiet(NOON, "UTC", Paging())


def test_late_is_more_than_a_quarter_of_an_hour():
    assert [is_late(NOON - age, NOON, PAGING) for age in (0, 900, 901)] == [False, False, True]


def test_the_morning_is_that_of_the_fleet_through_a_change_of_clocks():
    before, after = (datetime(2025, 3, day, 12, tzinfo=UTC).timestamp() for day in (29, 30))
    mornings = [morning_of(now, "Europe/Berlin", PAGING).astimezone(UTC).hour for now in (before, after)]
    assert mornings == [5, 4]
    early = datetime(2025, 6, 15, 3, tzinfo=UTC).timestamp()
    assert morning_of(early, "Europe/Berlin", PAGING).date().day == 14


@pytest.mark.parametrize("said", ["soon", "10", "10m, 20m", "30m 10m"])
def test_steps_that_cannot_be_read_say_so(said):
    with pytest.raises(ValueError, match="step"):
        steps(said)


@pytest.mark.parametrize("said", ["25:00", "six", ""])
def test_a_time_that_cannot_be_read_says_so(said):
    with pytest.raises(ValueError, match="no time of day"):
        clock_time(said)
