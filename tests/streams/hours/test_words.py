"""Words: what is told of hours at the wheel, everywhere with the words that it is an estimate."""

import json

import pytest

from streams import config
from streams.alert_rules import RULES as ALERTS
from streams.desk.morning import _named
from streams.hours import ESTIMATE, KINDS, RULES, Episode, HoursRules, Limit, custom, words
from streams.hours.chosen import chosen
from streams.messages import message_of
from streams.records.rows import hours_event
from streams.settings import Hours

LIMITS = [(rules, limit) for rules in RULES.values() for limit in rules.limits]
WHO = {"fleet_id": "f", "vehicle_id": "V", "driver_id": "D", "subject": "", "level": 2, "priority": "major"}


@pytest.mark.parametrize(("rules", "limit"), LIMITS, ids=lambda one: getattr(one, "kind", getattr(one, "name", "")))
def test_an_event_is_explained_by_its_limit(rules, limit):
    (line,) = words.explain(f"{limit.kind}:{rules.name}", "D1")
    assert line.startswith("  most   ")
    assert limit.source in line


def test_a_fleets_own_rule_and_an_unknown_driver_are_explained_too():
    assert words.explain("continuous_driving:custom", "D1") == []
    assert words.UNKNOWN in words.explain("daily_driving:eu", None)[-1]


def test_lengths_are_hours_and_minutes():
    assert [words.length(seconds) for seconds in (0, 1200, 3600, 16_200)] == ["0 min", "20 min", "1 h", "4 h 30 min"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_alert_says_that_it_is_an_estimate_and_what_to_do(kind):
    alert = WHO | {"alert_id": "a", "kind": kind, "condition": "active", "first_seen": 1.0, "last_seen": 2.0}
    alert |= {"count": 1, "flapping": 0}
    episode = Episode(kind, 1.0, None, (1.0, 2.0), 3600.0, 4000.0, ("f", "V"), False)
    event = hours_event(episode, HoursRules("one", (Limit(kind, "test", 3600.0, 900.0, 900.0),)), "D")
    assert (event["quality"], event["note"]) == ("estimate", ESTIMATE)
    assert json.loads(message_of(alert, event)["body"])["note"] == ESTIMATE
    assert "(estimate)" in _named(alert)
    assert ALERTS[kind].action
    assert ALERTS[kind].priorities[1] == "major"


def test_settings_choose_rules_and_how_long_before_a_limit_it_is_told():
    for name, rules in RULES.items():
        assert chosen(Hours(rule=name)).of("US", assigned=True) == rules
    auto = chosen(Hours(rule="auto"))
    assert [auto.of(land, assigned=True).name for land in ("DE", "CN", "US", "")] == ["eu", "china", "us_70_8", "eu"]
    own = chosen(Hours(rule="custom", drive_h=4, break_min=30, split_min=10, continuous_driving_notice_min=5))
    assert own.of("", assigned=True) == custom(4, 30, 10).noticed({"continuous_driving": 300.0})
    sooner = chosen(Hours(weekly_driving_notice_min=600)).of("", assigned=True)
    assert {one.kind: one.notice_s for one in sooner.limits}["weekly_driving"] == 36_000


def test_a_vehicle_of_many_drivers_may_be_judged_by_breaks_alone():
    book = chosen(Hours(rule="eu", unassigned="breaks"))
    assert [one.kind for one in book.of("", assigned=False).limits] == ["continuous_driving"]
    assert book.of("", assigned=True) == RULES["eu"]


def test_a_wrong_rule_is_an_error():
    with pytest.raises(config.ConfigError, match="is 'usa'"):
        config.load(None, {}, ["hours.rule=usa"])
