"""A refusal can be told in any language: by the code of its sentence, and what fills its holes."""

import ast
from pathlib import Path

import pytest

import console
from streams import words

API = "/api/v1"
# codes for many things: which, the browser tells by the sentence in ``detail``
MANY = {"invalid", "refused", "registry_invalid"}
PASSED_ON = ("error.args[0]", "str(error)")  # what somebody else has said, with its code where it has one


def refused(house, path, said, login="manager"):
    answer = house.client(login).post(f"{API}/{path}", json=said)
    assert answer.status_code == 422, answer.text
    return answer.json()


def english(said):
    return words.catalogue("en")[f"say.{said['code']}"].format(**said["values"])


def refusals():
    """(code, sentence, place) of each ``Problem`` that the console's code makes; a code is ``""`` where it varies."""
    for path in sorted(Path(console.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem":
                _, code, said = node.args[:3]
                text = code.value if isinstance(code, ast.Constant) else ""
                yield text, ast.unparse(said), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_each_code_there_is_has_words_of_its_own(language):
    known, codes = words.catalogue(language), {code for code, _, _ in refusals()}
    assert len(codes) > 50
    assert {code for code in codes if code and f"problem.{code}" not in known} == set()
    assert {where.partition(":")[0] for code, _, where in refusals() if not code} == {"app.py"}  # by its status
    assert {status for status in ("404", "405", "500") if f"problem.{status}" not in known} == set()


def test_a_code_for_many_things_comes_with_the_code_of_its_sentence():
    plain = [(said, where) for code, said, where in refusals() if code in MANY and "say(" not in said]
    assert [one for one in plain if not one[0].startswith(PASSED_ON) and "problems.py" not in one[1]] == []


@pytest.mark.parametrize(
    "path, said, code, values",
    [
        ("alerts/{alert}/shelve", {"hours": 1}, "shelf_reason", {}),
        ("alerts/{alert}/dismiss", {"reason": "other"}, "dismissal_reason", {}),
        ("tasks/{task}/drop", {}, "drop_reason", {}),
        ("tasks", {"kind": "workshop", "vehicle": "a/V1", "due": "soon"}, "no_time", {"value": "'soon'"}),
    ],
)
def test_a_decision_that_cannot_be_says_why_by_its_code(house, path, said, code, values):
    found = refused(house, path.format(alert=house.ids["alerts"], task=house.ids["tasks"]), said)
    assert found["said"] == {"code": code, "values": values}
    assert found["detail"] == english(found["said"])


def test_so_does_each_of_many(house):
    (found,) = (
        house.client("manager")
        .post(f"{API}/alerts:bulk", json={"ids": [house.ids["alerts"]], "action": "comment"})
        .json()
    )
    assert (found["ok"], found["said"]) == (False, {"code": "action_reason", "values": {"action": "note"}})


def test_what_is_not_of_the_form_names_its_part(house):
    found = refused(house, "tasks", {"kind": 5})
    assert found["said"] == {"code": "field", "values": {"name": "kind"}}
    assert "Expected `str`" in found["detail"]


def test_a_registry_that_would_not_be_right_says_so_row_by_row(house):
    cells = {"fleet_id": "a", "name": "Fleet A", "policyholder_id": "ph", "time_zone": "Berlin", "currency": "euro"}
    found = refused(house, "registry/fleets", {"key": "a", "cells": cells}, "admin")
    said = {one["column"]: one for one in found["problems"]}
    assert said.keys() == {"time_zone", "currency"}
    zone = said["time_zone"]
    assert zone["said"][0] == {"code": "no_zone", "values": {"value": "'Berlin'"}}
    assert [english(one) for one in zone["said"]] == [zone["what"], zone["todo"]]


def test_what_may_be_unknown_is_so_in_the_document_too(house):
    schemas = house.client("admin").get(f"{API}/openapi.json").json()["components"]["schemas"]
    for shape, name in (("Alert", "expected_loss"), ("AlertDetail", "expected_loss"), ("Wheel", "cold_kpa")):
        assert {"type": "null"} in schemas[shape]["properties"][name]["anyOf"], name
    assert schemas["Problem"]["properties"]["said"]["type"] == ["object", "null"]
