"""Chosen: what a fleet sets for itself is on record with who and when, once, and never over somebody else's change."""

import json

import pytest

from streams.desk import chosen, quiet, thresholds
from streams.desk.chosen import QUIET, THRESHOLDS, ChangedError, ChosenError
from streams.river.in_force import remembered
from streams.store import audit, schema
from streams.store.store import memory_store, rows_of

LOUD = {"from": "", "to": "", "wakes": "critical"}
HARSH = {"level2_g": {"truck": 0.4}}


@pytest.fixture
def store(rivers):
    found = memory_store()
    remembered(found, rivers.judged().in_force.sets[-1], 0.0)
    return found


def sets(store):
    with store.reading() as connection:
        return rows_of(connection, schema.rule_sets.select().order_by(schema.rule_sets.c.since))


def test_the_last_word_holds_and_each_is_on_record(store):
    night = {"from": "22:00", "to": "6:30", "wakes": "major"}
    quiet.change(store, "f", night, "ann", 100.0)
    quiet.change(store, "f", night | {"to": "06:30"}, "bo", 150.0)  # the same
    quiet.change(store, "f", {}, "bo", 200.0)
    with store.reading() as connection:
        assert chosen.latest(connection, "f", QUIET, 150.0)[""]["value"] == night | {"to": "06:30"}
        assert chosen.latest(connection, "f", QUIET)[""]["value"] == {}
        assert chosen.latest(connection, "g", QUIET) == {}
        said = audit.read(connection, action="settings")
    assert [(row["actor"], row["action"], row["fleet_id"]) for row in said] == [
        ("ann", "settings.quiet", "f"),
        ("bo", "settings.quiet", "f"),
    ]
    assert json.loads(said[1]["detail"])["before"]["wakes"] == "major"


def test_whoever_has_seen_something_older_is_told_who_was_faster(store):
    quiet.change(store, "f", LOUD, "ann", 100.0, "0")
    with pytest.raises(ChangedError, match="ann"):
        quiet.change(store, "f", {}, "bo", 200.0, "0")
    with store.reading() as connection:
        seen = chosen.rev(connection, "f", QUIET)
    quiet.change(store, "f", {}, "bo", 200.0, seen)


@pytest.mark.parametrize(
    "said",
    [
        {"from": "25:00", "to": "06:00", "wakes": "major"},
        {"from": "22:00", "to": "", "wakes": "major"},
        {"from": "22:00", "to": "22:00", "wakes": "major"},
        {"from": "22:00", "to": "06:00", "wakes": "loud"},
    ],
)
def test_quiet_hours_that_cannot_be_are_refused(store, said):
    with pytest.raises(ChosenError):
        quiet.change(store, "f", said, "ann", 1.0)


def test_thresholds_hold_from_the_next_minute_on_and_leave_the_name_they_had(store):
    thresholds.change(store, "f", "harsh_braking", HARSH, "ann", 100.0)
    thresholds.change(store, "f", "harsh_braking", HARSH, "bo", 110.0)  # the same
    thresholds.change(store, "f", "harsh_braking", {}, "ann", 118.0)
    first, own, again = sets(store)
    assert (own["since"], again["since"]) == (120.0, 180.0)
    assert json.loads(own["body"])["fleets"] == {"f": {"harsh_braking": HARSH}}
    assert (again["version"], json.loads(again["body"])["fleets"]) == (first["version"], {})
    assert own["version"].startswith(f"{first['version']}+fleets.")
    with store.reading() as connection:
        assert [row["at"] for row in chosen.history(connection, "f")] == [180.0, 120.0]
        assert chosen.latest(connection, "f", THRESHOLDS)["harsh_braking"]["value"] == {}


def test_two_changes_in_a_minute_follow_each_other(store):
    for fleet in ("f", "g"):
        thresholds.change(store, fleet, "harsh_braking", HARSH, "ann", 100.0)
    assert [row["since"] for row in sets(store)[1:]] == [120.0, 120.001]
    assert set(json.loads(sets(store)[-1]["body"])["fleets"]) == {"f", "g"}


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("warp_speed", {}, "no kind"),
        ("harsh_braking", {"level9_g": {"car": 0.3}}, "no threshold"),
        ("harsh_braking", {"level2_g": {"tank": 0.3}}, "no threshold"),
        ("harsh_braking", {"level2_g": {"car": 36.0}}, "expected"),
        ("harsh_braking", {"level2_g": {"car": float("nan")}}, "expected"),
        ("harsh_braking", {"level2_g": {"car": 0.5}}, "rise"),  # level 3 is 0.46
    ],
)
def test_thresholds_that_cannot_be_are_refused(store, kind, said, why):
    with pytest.raises(ChosenError, match=why):
        thresholds.change(store, "f", kind, said, "ann", 1.0)
    assert len(sets(store)) == 1


def test_before_the_service_has_run_there_is_nothing_to_change():
    with pytest.raises(ChosenError, match="not run"):
        thresholds.change(memory_store(), "f", "harsh_braking", HARSH, "ann", 1.0)
