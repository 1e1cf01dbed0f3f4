"""tripmeter alerts: what a fleet manager sees and does."""

import json
import sqlite3

import pytest


@pytest.fixture
def first(typed, data):
    """The most urgent alert."""
    return json.loads(typed("alerts", "list", "--data", data, "--json").stdout)[0]


def listed(typed, data, *options):
    return {
        row["alert_id"]: row for row in json.loads(typed("alerts", "list", "--data", data, "--json", *options).stdout)
    }


def test_they_are_listed_the_most_urgent_first(typed, data):
    found = json.loads(typed("alerts", "list", "--data", data, "--json").stdout)
    assert [row["kind"] for row in found] == ["speeding", "harsh_braking"]
    assert [row["priority"] for row in found] == ["major", "minor"]
    assert {row["state"] for row in found} == {"open"}
    text = typed("alerts", "list", "--data", data).stdout
    assert "2 alerts" in text


def test_acknowledged_is_still_listed_resolved_is_not(typed, data, first):
    name = first["alert_id"]
    assert typed("alerts", "acknowledge", name[:8], "--data", data).exit_code == 0
    assert listed(typed, data)[name]["state"] == "acknowledged"
    done = typed("alerts", "resolve", name, "--actor", "Ann", "--data", data)
    assert (done.exit_code, name in done.stdout) == (0, True)
    assert name not in listed(typed, data)
    assert listed(typed, data, "--all")[name]["state"] == "resolved"


def test_a_dismissal_needs_a_reason(typed, data, first):
    for action in ("dismiss", "note"):
        done = typed("alerts", action, first["alert_id"], "--data", data)
        assert (done.exit_code, "needs a reason" in done.stderr) == (1, True)
    done = typed("alerts", "dismiss", first["alert_id"], "--reason", "test drive", "--data", data)
    assert done.exit_code == 0
    row = listed(typed, data, "--all")[first["alert_id"]]
    assert (row["state"], row["reason"]) == ("dismissed", "test drive")


def test_an_unknown_id_is_an_error(typed, data):
    done = typed("alerts", "resolve", "ffff", "--data", data)
    assert (done.exit_code, "no alert has an id" in done.stderr) == (1, True)


def test_a_folder_without_a_store_is_an_error(typed, tmp_path):
    for command in (("alerts", "list"), ("quarantine", "list"), ("rate",), ("explain", "abcd")):
        done = typed(*command, "--data", tmp_path)
        assert (done.exit_code, "tripmeter.db" in done.stderr) == (1, True)
        assert list(tmp_path.iterdir()) == []


def test_a_store_of_a_newer_version_is_refused_in_words(typed, data):
    with sqlite3.connect(data / "tripmeter.db") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    done = typed("alerts", "list", "--data", data)
    assert (done.exit_code, "start the newer tripmeter" in done.stderr) == (1, True)
