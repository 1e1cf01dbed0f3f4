"""tripmeter alerts log: what was done about every alert, by whom, how soon."""

import json

import polars as pl
import pytest

START = "2025-06-15"


@pytest.fixture
def handled(typed, data):
    """The most urgent alert acknowledged, given away, made a task, and resolved; the other untouched."""
    name = json.loads(typed("alerts", "list", "--data", data, "--json").stdout)[0]["alert_id"]
    for line in (
        ("alerts", "acknowledge", name, "--actor", "Ann"),
        ("alerts", "assign", name, "--to", "Bo", "--actor", "Ann"),
        ("tasks", "create", name, "--assignee", "Bo", "--actor", "Ann"),
        ("alerts", "resolve", name, "--reason", "=talked to him", "--actor", "Bo"),
    ):
        done = typed(*line, "--data", data)
        assert done.exit_code == 0, done.output
    return name


def told(typed, data, *options):
    return json.loads(typed("alerts", "log", "--data", data, "--json", *options).stdout)


def test_a_row_an_alert_says_who_answered_and_how_soon(typed, data, handled):
    found = {row["alert_id"]: row for row in told(typed, data)["alerts"]}
    row = found.pop(handled)
    assert (row["driver"], row["state"], row["assignee"]) == ("D1", "resolved", "Bo")
    assert (row["first_response_by"], row["acknowledged_by"], row["closed_by"]) == ("Ann", "Ann", "Bo")
    assert row["reason"] == "=talked to him"
    assert 0 < row["response_min"] <= row["closing_min"] < 60
    assert row["task_state"] == "open"
    (other,) = found.values()
    assert (other["state"], other["response_min"], other["closed"]) == ("open", None, None)


def test_a_row_a_step_tells_it_in_order(typed, data, handled):
    steps = [row for row in told(typed, data)["steps"] if row["alert_id"] == handled]
    assert [(row["who"], row["what"]) for row in steps] == [
        ("tripmeter", "first seen"),
        ("Ann", "acknowledge"),
        ("Ann", "assign"),
        ("Bo", "resolve"),
        ("Ann", "task create"),
    ]
    assert [row["at"] for row in steps] == sorted(row["at"] for row in steps)


def test_times_and_days_are_the_fleets(typed, data, handled, tmp_path):
    (tmp_path / "fleets.csv").write_text("fleet_id,name,time_zone\nnorth,North,Asia/Shanghai\n")
    (tmp_path / "vehicles.csv").write_text("vehicle_id,fleet_id,plate,class\nHH-1,north,HH-X 1,M1\n")
    assert typed("registry", "import", tmp_path, "--data", data).exit_code == 0
    row = told(typed, data)["alerts"][0]
    assert (row["time_zone"], row["plate"]) == ("Asia/Shanghai", "HH-X 1")
    assert row["first_seen"].startswith("2025-06-15 23:06")  # 15:06 UTC
    assert len(told(typed, data, "--from", START, "--to", START)["alerts"]) == 2
    assert told(typed, data, "--from", "2025-06-16")["alerts"] == []
    assert told(typed, data, "--fleet", "south") == {"alerts": [], "steps": []}


def test_it_goes_into_spreadsheets(typed, data, handled, tmp_path):
    done = typed("alerts", "log", "--data", data, "--out", tmp_path / "log.csv")
    assert "2 alerts, 6 steps" in done.stdout
    frame = pl.read_csv(tmp_path / "log.csv")
    assert frame.filter(alert_id=handled)["reason"].to_list() == ["'=talked to him"]
    assert pl.read_csv(tmp_path / "log-steps.csv").height == 6
    assert typed("alerts", "log", "--data", data, "--out", tmp_path / "log.xlsx").exit_code == 0
    assert (tmp_path / "log.xlsx").read_bytes()[:2] == b"PK"
    assert typed("alerts", "log", "--data", data, "--out", tmp_path / "log.pdf").exit_code == 1
    assert "2 alerts" in typed("alerts", "log", "--data", data).stdout
