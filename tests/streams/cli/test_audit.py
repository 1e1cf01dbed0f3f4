"""tripmeter audit: what commands do is on record, and can be shown to whoever asks."""

import csv
import io
import json
import sqlite3

import pytest


@pytest.fixture
def audited(typed, data):
    """What is in the log, beside what the drive left there."""

    def look(*options):
        rows = json.loads(typed("audit", "--data", data, "--json", *options).stdout)
        return [row for row in rows if row["actor"] != "tripmeter"]

    return look


def test_what_is_decided_about_an_alert_is_there(typed, data, audited):
    name = json.loads(typed("alerts", "list", "--data", data, "--json").stdout)[0]["alert_id"]
    typed("alerts", "acknowledge", name, "--actor", "Ann", "--data", data)
    typed("alerts", "acknowledge", name, "--actor", "Ann", "--data", data)  # changes nothing
    typed("alerts", "shelve", "--fleet", "north", "--kind", "speeding", "--reason", "test", "--data", data)
    typed("tasks", "create", name, "--actor", "Ann", "--assignee", "Bob", "--data", data)
    said = [(row["actor"], row["action"], row["fleet_id"], row["about"]) for row in audited()]
    assert said[0] == ("Ann", "alerts.acknowledge", "north", name)
    assert said[1][:3] == ("command line", "alerts.shelve", "north")
    assert said[2][:3] == ("Ann", "tasks.create", "north")
    assert audited("--action", "tasks")[0]["detail"]["assignee"] == "Bob"


def test_a_change_of_the_registry_names_fields_and_no_values(typed, data, audited, tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "fleets.csv").write_text("fleet_id,name,time_zone\nnorth,North,UTC\n")
    (folder / "drivers.csv").write_text("driver_id,fleet_id,name\nD1,north,Jane Doe\n")
    assert typed("registry", "import", folder, "--data", data, "--actor", "Ann").exit_code == 0
    assert typed("registry", "set", "drivers", "D1", "name=Jane Roe", "--data", data).exit_code == 0
    assert typed("registry", "remove", "drivers", "D1", "--data", data).exit_code == 0
    rows = audited("--action", "registry")
    assert [(row["action"], row["about"]) for row in rows] == [
        ("registry.added", "fleets north"),
        ("registry.added", "drivers D1"),
        ("registry.changed", "drivers D1"),
        ("registry.removed", "drivers D1"),
    ]
    assert rows[2]["detail"] == {"fields": ["name"]}
    assert {row["fleet_id"] for row in rows} == {"north"}
    assert "Jane" not in json.dumps(rows)


def test_what_is_done_to_quarantine_is_there(typed, data, audited):
    assert typed("quarantine", "replay", "--reason", "undecodable", "--data", data).exit_code == 0
    assert typed("quarantine", "drop", "--reason", "wrong_topic", "--data", data).exit_code == 0
    replayed, dropped = audited()
    assert (replayed["action"], replayed["detail"]) == (
        "quarantine.replay",
        {"ids": [], "reason": "undecodable", "rows": 1},
    )
    assert dropped["detail"]["rows"] == 1


def test_days_can_be_chosen(typed, data, audited):
    typed("alerts", "shelve", "--fleet", "north", "--reason", "x", "--data", data)
    today = audited()[0]["at"][:10]
    assert len(audited("--from", today, "--to", today)) == 1
    assert audited("--to", "2020-01-01") == audited("--from", "2199-01-01") == []


def test_for_a_spreadsheet_nothing_is_a_formula(typed, data):
    typed("alerts", "shelve", "--fleet", "north", "--actor", "=1+1", "--reason", "x", "--data", data)
    *_, row = csv.DictReader(io.StringIO(typed("audit", "--csv", "--data", data).stdout))
    assert (row["actor"], row["action"]) == ("'=1+1", "alerts.shelve")


def test_tampering_is_found_and_is_an_error(typed, data):
    for kind in ("speeding", "idling"):
        typed("alerts", "shelve", "--fleet", "north", "--kind", kind, "--reason", "x", "--data", data)
    good = typed("audit", "--verify", "--data", data)
    assert (good.exit_code, "rows; head" in good.stdout) == (0, True)
    head = json.loads(typed("audit", "--verify", "--data", data, "--json").stdout)["head"]
    with sqlite3.connect(data / "tripmeter.db") as connection:
        connection.execute("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert typed("audit", "--verify", "--data", data).exit_code == 0  # nothing is missing but the end
    cut = typed("audit", "--head", head, "--data", data)
    assert (cut.exit_code, "tampered with" in cut.stderr) == (1, True)
    with sqlite3.connect(data / "tripmeter.db") as connection:
        connection.execute("UPDATE audit SET actor = 'Eve'")
    assert typed("audit", "--verify", "--data", data).exit_code == 1
