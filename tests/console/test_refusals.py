"""A refusal can be told in any language: by the code of its sentence, and what fills its holes."""

import pytest

from streams import words

API = "/api/v1"


def refused(house, path, said, login="manager"):
    answer = house.client(login).post(f"{API}/{path}", json=said)
    assert answer.status_code == 422, answer.text
    return answer.json()


def english(said):
    return words.catalogue("en")[f"say.{said['code']}"].format(**said["values"])


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
