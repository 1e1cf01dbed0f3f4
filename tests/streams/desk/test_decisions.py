"""Decisions: what was said of an alert stays with what it was about, whatever late data makes of its id."""

import pytest

from streams.desk.decisions import dismissed, said_of, shelved_until, shelves


def alert(first, last, level=2, name=None, superseded=0):
    head = {"alert_id": name or f"a{first}", "fleet_id": "f", "vehicle_id": "V", "kind": "speeding", "subject": ""}
    return head | {"first_seen": first, "last_seen": last, "last_start": last, "level": level, "superseded": superseded}


def action(what, about, value="", reason=""):
    span = {"first": about["first_seen"], "seen": about["last_start"], "level": about["level"]}
    return {"alert_id": about["alert_id"], "action": what, "value": value, "reason": reason} | span


def test_the_last_word_holds():
    one = alert(10, 20)
    assert said_of(one, []).state == "open"
    assert said_of(one, [action("acknowledge", one), action("dismiss", one, "test")])[:2] == ("dismissed", "test")
    assert said_of(alert(10, 20, superseded=1), []).state == "resolved"


def test_an_earlier_first_event_keeps_what_was_said():
    said = [action("acknowledge", alert(10, 20)), action("assign", alert(10, 20), "Ann")]
    corrected = alert(5, 20)
    assert corrected["alert_id"] != "a10"
    assert said_of(corrected, said)[:3] == ("acknowledged", "", "Ann")


def test_what_was_said_of_one_alert_is_not_said_of_the_next():
    said = [action("dismiss", alert(10, 20), "test")]
    assert said_of(alert(30, 40), said).state == "open"
    assert said_of(alert(1, 5), said).state == "open"


def test_an_acknowledgement_holds_for_the_level_that_was_seen():
    said = [action("acknowledge", alert(10, 20))]
    assert said_of(alert(10, 30), said).state == "acknowledged"
    assert said_of(alert(10, 30, level=3), said).state == "open"


def test_notes_are_counted_and_an_assignee_can_be_taken_back():
    one = alert(10, 20)
    said = [action("note", one, reason="x"), action("assign", one, "Ann"), action("assign", one)]
    assert said_of(one, said)[2:4] == (None, 1)


def shelf(until, vehicle="", kind="", what="shelve"):
    return {"fleet_id": "f", "vehicle_id": vehicle, "kind": kind, "action": what, "until": until}


@pytest.mark.parametrize(
    ("scope", "until"),
    [({}, 50), ({"vehicle": "V"}, 50), ({"kind": "speeding"}, 50), ({"vehicle": "W"}, None), ({"kind": "crash"}, None)],
)
def test_a_shelf_covers_its_scope_until_it_ends(scope, until):
    shelved = shelves([shelf(50, **scope)])
    assert shelved_until(alert(10, 20), shelved, 30) == until
    assert shelved_until(alert(10, 20), shelved, 50) is None


def test_a_shelf_can_be_taken_back_and_the_longest_one_counts():
    assert shelves([shelf(50), shelf(None, what="unshelve")]) == []
    shelved = shelves([shelf(50), shelf(90, "V"), shelf(70, kind="speeding")])
    assert shelved_until(alert(10, 20), shelved, 30) == 90


def test_an_event_is_dismissed_with_the_alert_that_counted_it():
    said = [action("dismiss", alert(10, 20), "test")]
    assert [dismissed({"start": t}, said) for t in (9, 10, 20, 21)] == [False, True, True, False]
    assert not dismissed({"start": 10}, [*said, action("resolve", alert(10, 20))])
