"""tripmeter tasks: from an alert to something done."""

import json

import pytest


@pytest.fixture
def first(typed, data):
    """The most urgent alert."""
    return json.loads(typed("alerts", "list", "--data", data, "--json").stdout)[0]


def listed(typed, data, *options):
    return json.loads(typed("tasks", "list", "--data", data, "--json", *options).stdout)


def test_an_alert_becomes_a_task_and_the_task_is_done(typed, data, first):
    made = typed("tasks", "create", first["alert_id"][:8], "--assignee", "Bo", "--due", "2025-06-16", "--data", data)
    assert made.exit_code == 0
    (task,) = listed(typed, data)
    assert (task["kind"], task["alert_id"], task["assignee"]) == ("coach", first["alert_id"], "Bo")
    assert task["due"] == 1_750_032_000.0
    assert "1 task" in typed("tasks", "list", "--data", data).stdout
    (item,) = json.loads(typed("alerts", "morning", "--data", data, "--json").stdout)
    assert (item["task_id"], item["why"]) == (task["task_id"], "task")
    name = task["task_id"][:8]
    assert typed("tasks", "assign", name, "--to", "Cy", "--data", data).exit_code == 0
    assert typed("tasks", "done", name, "--outcome", "talked", "--finding", "was late", "--data", data).exit_code == 0
    assert listed(typed, data) == []  # done for good: only a tyre says whether it helped
    (task,) = listed(typed, data, "--all")
    assert (task["state"], task["assignee"], task["finding"]) == ("done", "Cy", "was late")


def test_a_task_may_be_about_a_vehicle_alone(typed, data):
    said = ("--fleet", "north", "--vehicle", "HH-1", "--kind", "check_tyre", "--wheel", "1L", "--data", data)
    assert typed("tasks", "create", *said).exit_code == 0
    (task,) = listed(typed, data)
    assert (task["subject"], task["alert_id"]) == ("1L", "")
    assert typed("tasks", "drop", task["task_id"], "--data", data).exit_code == 1
    assert typed("tasks", "drop", task["task_id"], "--reason", "sold", "--data", data).exit_code == 0
    assert listed(typed, data) == []
    assert len(listed(typed, data, "--all")) == 1


def test_what_is_none_is_an_error(typed, data):
    assert typed("tasks", "create", "--data", data).exit_code == 2
    assert typed("tasks", "create", "ffff", "--data", data).exit_code == 1
    done = typed("tasks", "done", "ffff", "--data", data)
    assert (done.exit_code, "no task has an id" in done.stderr) == (1, True)
