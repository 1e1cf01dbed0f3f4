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


def test_they_can_be_given_to_somebody_and_filtered(typed, data, first):
    assert typed("alerts", "assign", first["alert_id"], "--to", "Bo", "--data", data).exit_code == 0
    assert list(listed(typed, data, "--assignee", "Bo")) == [first["alert_id"]]
    assert listed(typed, data, "--assignee", "Cy") == {}
    assert {row["kind"] for row in listed(typed, data, "--kind", "speeding").values()} == {"speeding"}
    assert "Bo" in typed("alerts", "list", "--data", data).stdout


def test_what_was_done_about_one_is_shown(typed, data, first):
    typed("alerts", "assign", first["alert_id"], "--to", "Bo", "--data", data)
    typed("alerts", "note", first["alert_id"], "--reason", "called him", "--actor", "Ann", "--data", data)
    text = typed("alerts", "show", first["alert_id"][:8], "--data", data).stdout
    assert "Ann: note called him" in text
    told = json.loads(typed("alerts", "show", first["alert_id"], "--data", data, "--json").stdout)
    assert (told["alert"]["assignee"], len(told["actions"])) == ("Bo", 2)
    assert typed("alerts", "show", "ffff", "--data", data).exit_code == 1


def test_a_reason_may_be_one_of_a_list(typed, data, first):
    done = typed("alerts", "dismiss", first["alert_id"], "--because", "not_the_driver", "--data", data)
    assert done.exit_code == 0
    assert listed(typed, data, "--all")[first["alert_id"]]["reason"] == "not_the_driver"


def test_a_kind_can_be_shelved_and_taken_back(typed, data):
    said = ("--fleet", "north", "--kind", "speeding", "--data", data)
    done = typed("alerts", "shelve", *said, "--for", "3d", "--reason", "roadworks")
    assert (done.exit_code, done.stdout.startswith("shelved until 2025-06-18")) == (0, True)
    assert {row["kind"] for row in listed(typed, data).values()} == {"harsh_braking"}
    (shelf,) = json.loads(typed("alerts", "shelves", "--data", data, "--json").stdout)
    assert (shelf["kind"], shelf["reason"]) == ("speeding", "roadworks")
    assert "roadworks" in typed("alerts", "shelves", "--data", data).stdout
    assert typed("alerts", "unshelve", *said).exit_code == 0
    assert len(listed(typed, data)) == 2
    assert typed("alerts", "shelve", *said, "--for", "soon", "--reason", "x").exit_code == 2
    assert typed("alerts", "shelve", *said, "--for", "1h").exit_code == 1


def test_the_morning_list_says_what_to_do(typed, data, first):
    items = json.loads(typed("alerts", "morning", "--data", data, "--json").stdout)
    assert [item["what"] for item in items] == ["speeding, harsh braking"]
    assert items[0]["alert_ids"][0] == first["alert_id"]
    assert "talk to the" in " ".join(typed("alerts", "morning", "--data", data).stdout.split())
    assert json.loads(typed("alerts", "morning", "--site", "hull", "--data", data, "--json").stdout) == []


def test_what_was_refused_is_listed_with_its_reason(typed, data):
    with sqlite3.connect(data / "tripmeter.db") as connection:
        said = ("webhook", "", b"{}", "answered 410 Gone")
        connection.execute("INSERT INTO undelivered (sink, address, body, why) VALUES (?, ?, ?, ?)", said)
    (row,) = json.loads(typed("alerts", "undelivered", "--data", data, "--json").stdout)
    assert (row["sink"], row["body"], row["why"]) == ("webhook", "{}", "answered 410 Gone")
    assert "410 Gone" in typed("alerts", "undelivered", "--data", data).stdout
