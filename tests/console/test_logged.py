"""The audit log is told in words: each action there is, and what its details are called."""

import ast
import json
from pathlib import Path

import pytest

import console
import streams
from streams import words
from streams.desk.chosen import QUIET, THRESHOLDS
from streams.desk.decisions import ANSWER, OBJECT, STATES
from streams.keeping.keeping import CATEGORIES

FAMILIES = {  # of actions that are put together: what may follow the dot
    "alerts": {*STATES, "assign", "note", "shelve", "unshelve", OBJECT, ANSWER},
    "tasks": {"assign", "create", "done", "drop", "failed", "verified"},
    "registry": {"added", "changed", "removed"},
    "settings": {THRESHOLDS, QUIET},
    "retention": {*CATEGORIES},
    "ledger": {"accepted", "declined"},
}
NAMED = ("noted", "threshold", "class", "cell")
THEIRS = {"entries", "query", "before", "after"}  # under these stand names of policies, parameters, settings


def actions():
    """What the code puts into the log as an action: a constant, by its name too, or a family with a dot."""
    for room in (console, streams):
        for path in Path(room.__file__).parent.rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            said = {
                one.targets[0].id: one.value.value
                for one in tree.body
                if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and hasattr(one.targets[0], "id")
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func).rpartition(".")[2] == "Entry"
                    and node.args[1:]
                ):
                    yield from named(node.args[1], said)


def named(node, said):
    if isinstance(node, ast.Constant) and "." in str(node.value):
        yield node.value
    elif isinstance(node, ast.Name) and "." in str(said.get(node.id, "")):
        yield said[node.id]
    elif isinstance(node, ast.JoinedStr):
        yield node.values[0].value


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_each_action_has_words(language):
    found, known = set(actions()), words.catalogue(language)
    assert {one for one in found if one.endswith(".")} == {f"{family}." for family in FAMILIES}
    whole = {one for one in found if not one.endswith(".")}
    whole |= {f"{family}.{one}" for family, ones in FAMILIES.items() for one in ones}
    assert len(whole) > 50
    # quarantine's own pass theirs on by name
    whole |= {"quarantine.replay", "quarantine.drop"}
    assert {key for key in known if key.startswith("deed.")} == {f"deed.{one}" for one in whole}


def test_what_a_detail_holds_has_a_name_in_every_language(house):
    admin, path = house.client("admin"), "/api/v1"
    admin.post(f"{path}/settings/a/quiet", json={"from": "20:00", "to": "05:30", "wakes": "major"})
    admin.post(f"{path}/alerts/{house.ids['alerts']}/assign", json={"assignee": "Bo"})
    assert admin.get(f"{path}/pricing/premiums.csv").status_code == 200
    rows = admin.get(f"{path}/audit", params={"limit": 1000}).json()["items"]
    details = [json.loads(row["detail"]) for row in rows if row["detail"] and row["action"] != "settings.changed"]
    names = {name for one in details for name in keys(one)}
    assert len(names) > 8
    for language in words.LANGUAGES:
        known = words.catalogue(language)
        assert {name for name in names if not any(f"{family}.{name}" in known for family in NAMED)} == set()


def keys(said):
    """Names in a detail, down to where others' names begin."""
    for name, value in said.items():
        yield name
        if isinstance(value, dict) and name not in THEIRS:
            yield from keys(value)
