"""Alerts: one open alert a vehicle, kind and subject, repeats counted, put away by people, folded again at will."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alert_rules import PRIORITIES, RULES, TASKS, AlertRule
from streams.records.alerts import Alerts

QUIET = 100
RULE = AlertRule((None, "warning", "major"), QUIET, "look")
KINDS = {"speeding": RULE, "crash": RULE}


def event(start, end=None, level=2, kind="speeding", vehicle="V", subject="", driver="D", quality=""):
    return {
        "event_id": f"{kind}-{vehicle}-{subject}-{start}",
        "fleet_id": "f",
        "vehicle_id": vehicle,
        "driver_id": driver,
        "kind": kind,
        "subject": subject,
        "level": level,
        "start": start,
        "end": end,
        "source": "derived",
        "quality": quality,
    }


def nobody(_alert):
    return None


def fold(*events, put_away=nobody, alerts=None):
    """The alert rows that stand after ``events``."""
    alerts, standing = alerts or Alerts(KINDS), {}
    for one in events:
        standing |= {row["alert_id"]: row for row in alerts.fold(one, put_away)}
    return list(standing.values())


def test_an_episode_is_one_alert_from_its_opening_to_its_end():
    (opened,) = fold(event(10))
    assert (opened["alert_id"], opened["condition"], opened["priority"]) == ("speeding-V--10", "active", "warning")
    assert (opened["first_seen"], opened["last_seen"], opened["count"]) == (10, 10, 1)
    (closed,) = fold(event(10), event(10, level=3), event(10, 14, level=3))
    assert (closed["alert_id"], closed["condition"], closed["priority"]) == ("speeding-V--10", "cleared", "major")
    assert (closed["last_seen"], closed["count"]) == (14, 1)


def test_hours_by_a_device_that_reports_seldom_are_less_urgent_and_page_nobody():
    alerts = Alerts(RULES)
    (sure,) = fold(event(10, kind="daily_driving", quality="estimate"), alerts=Alerts(RULES))
    (doubtful,) = fold(event(10, kind="daily_driving", quality="estimate sparse"), alerts=alerts)
    assert (sure["priority"], doubtful["priority"]) == ("major", "minor")
    rule = RULES["daily_driving"]
    assert [rule.pages_at(one["priority"], "D") for one in (sure, doubtful)] == [True, False]
    (later,) = fold(event(20, kind="daily_driving", quality="estimate"), alerts=alerts)
    assert later["priority"] == "major"
    (crash,) = fold(event(10, kind="crash", level=3, quality="speed sparse"), alerts=alerts)
    assert crash["priority"] == "critical"


def test_a_repeat_within_the_quiet_time_is_counted():
    (alert,) = fold(event(10, 20), event(20 + QUIET, 130, level=3), event(150))
    assert (alert["count"], alert["condition"], alert["priority"]) == (3, "active", "major")
    assert (alert["first_seen"], alert["last_seen"], alert["last_event_id"]) == (10, 150, "speeding-V--150")


def test_after_a_longer_quiet_a_new_alert_takes_its_place():
    old, new = fold(event(10, 20), event(21 + QUIET))
    assert (old["superseded"], old["count"], old["condition"]) == (1, 1, "cleared")
    assert (new["superseded"], new["count"], new["alert_id"]) == (0, 1, f"speeding-V--{21 + QUIET}")


def test_after_people_put_it_away_the_next_event_is_a_new_alert():
    def put_away(alert):
        return 10 if alert["alert_id"] == "speeding-V--10" else None

    old, new = fold(event(10, 20), event(25), put_away=put_away)
    assert (old["superseded"], new["alert_id"], new["count"]) == (1, "speeding-V--25", 1)
    (same,) = fold(event(10), event(10, 20, level=3), put_away=put_away)
    assert (same["count"], same["condition"]) == (1, "cleared")


def test_a_level_that_is_no_alert_is_none():
    assert fold(event(10, level=1)) == []
    (alert,) = fold(event(10, level=1), event(10, level=2))
    assert alert["count"] == 1
    assert fold(event(10, kind="something_else")) == []


def test_vehicles_kinds_and_subjects_have_their_own():
    alerts = fold(event(10), event(11, vehicle="W"), event(12, kind="crash"), event(13, subject="1L"))
    assert [alert["count"] for alert in alerts] == [1, 1, 1, 1]


def test_the_driver_is_that_of_the_first_event_as_it_last_stood():
    (alert,) = fold(event(10, driver="A"), event(10, 12, driver="B"), event(20, driver="C"))
    assert alert["driver_id"] == "B"


def test_an_event_before_the_last_one_changes_nothing_by_itself():
    alerts = Alerts(KINDS)
    fold(event(10, 20), event(30, 40), alerts=alerts)
    assert alerts.is_past(event(10, 25))
    assert not alerts.is_past(event(30))
    assert not alerts.is_past(event(5, vehicle="W"))
    assert fold(event(10, 25), event(5), alerts=alerts) == []


def test_alerts_on_record_are_gone_on_with():
    rows = fold(event(10, 20), event(21 + QUIET), event(11, vehicle="W"))
    alerts = Alerts(KINDS)
    alerts.load(rows[::-1])
    (alert,) = fold(event(30 + QUIET), alerts=alerts)
    assert (alert["alert_id"], alert["count"]) == (f"speeding-V--{21 + QUIET}", 2)
    assert set(alerts.forget("f", "V")) == {("f", "V", "speeding", "")}
    assert alerts.latest("f", "V") == {}
    assert len(alerts.latest("f", "W")) == 1


def test_every_shipped_rule_has_a_priority_for_its_highest_level():
    assert all(rule.priority(3) for rule in RULES.values())


def test_every_shipped_rule_says_what_to_do_and_what_pages():
    assert all(rule.action and rule.task in TASKS and rule.pages in (*PRIORITIES, "none") for rule in RULES.values())
    rule = AlertRule((None, "minor", "major"), 60, "look")
    assert [rule.pages_at(priority) for priority in ("critical", "major", "minor")] == [True, True, False]
    assert not AlertRule((None, "minor", "critical"), 60, "look", pages="none").pages_at("critical")


@pytest.mark.parametrize(("apart", "flapping"), [(200, 1), (201, 0)])
def test_more_than_three_times_in_ten_minutes_is_flapping(apart, flapping):
    slow = Alerts({"speeding": AlertRule((None, "warning", "major"), 10_000, "look")})
    rows = fold(*[event(apart * k, apart * k + 5) for k in range(4)], alerts=slow)
    assert [row["flapping"] for row in rows] == [flapping]
    (calm,) = fold(event(apart * 3 + 700, apart * 3 + 705), alerts=slow)
    assert (calm["flapping"], calm["count"]) == (0, 5)


episodes = st.lists(
    st.tuples(st.integers(1, 150), st.integers(0, 80), st.lists(st.integers(1, 3), min_size=1, max_size=3)), max_size=12
)


def changes(episodes, vehicle="V"):
    """Event rows as the river tells them: opened, raised, closed, one episode after another."""
    t, rows = 0, []
    for pause, length, levels in episodes:
        t += pause
        tops = [max(levels[: k + 1]) for k in range(len(levels))]
        rows += [event(t, None, level, vehicle=vehicle) for level in tops]
        rows.append(event(t, t + length, tops[-1], vehicle=vehicle))
        t += length
    return rows


def last_of(rows):
    """Each event once, as it stands in the end."""
    return list({row["event_id"]: row for row in rows}.values())


@pytest.mark.parametrize("away", [None, 3, 200])
@given(episodes)
def test_the_final_events_give_the_alerts_that_all_changes_gave(away, episodes):
    rows = changes(episodes)

    def put_away(alert):
        start = int(alert["alert_id"].rsplit("-", 1)[1])
        return start if away is not None and start % 7 < away % 7 else None

    assert fold(*rows, put_away=put_away) == fold(*last_of(rows), put_away=put_away)


@given(episodes)
def test_telling_it_all_again_changes_nothing(episodes):
    rows, alerts = changes(episodes), Alerts(KINDS)
    fold(*rows, alerts=alerts)
    before = alerts.latest("f", "V")
    assert fold(*last_of(rows), alerts=alerts) == []
    assert alerts.latest("f", "V") == before


@given(episodes)
def test_at_most_one_alert_stands_and_every_event_is_counted_once(episodes):
    rows = fold(*changes(episodes))
    counted = [row for row in last_of(changes(episodes)) if row["level"] >= 2]
    assert sum(row["count"] for row in rows) == len(counted)
    assert sum(not row["superseded"] for row in rows) == bool(counted)
    assert [row["first_seen"] for row in rows] == sorted(row["first_seen"] for row in rows)
