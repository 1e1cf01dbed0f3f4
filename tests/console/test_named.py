"""Drivers by name: wherever a driver is told, the name of the registry is too, to who may see the driver."""

import pytest

API = "/api/v1"


@pytest.mark.parametrize("login", ["admin", "manager", "viewer", "driver"])
@pytest.mark.parametrize("path", ["trips", "alerts"])
def test_each_row_has_the_name_of_its_driver(house, login, path):
    rows = house.client(login).get(f"{API}/{path}", params={"limit": 500}).json()["items"]
    names = {("a", "D1"): "Ann", ("a", "D2"): "Bo"}
    assert {row["driver_name"] for row in rows} & {"Ann", "Bo"}
    assert all(row["driver_name"] == names.get((row["fleet_id"], row["driver_id"]), "") for row in rows)


def test_who_drives_now_and_who_objects_have_theirs(house):
    manager = house.client("manager")
    alert = house.client("driver").get(f"{API}/alerts", params={"limit": 1}).json()["items"][0]["alert_id"]
    assert house.client("driver").post(f"{API}/objections", json={"alert_id": alert, "note": "no"}).status_code == 200
    [row] = manager.get(f"{API}/objections").json()["items"]
    assert (row["driver_id"], row["driver_name"]) == ("D1", "Ann")
    cells = {"vehicle_id": "V1", "fleet_id": "a", "driver_id": "D2", "from": "2024-10-01T00:00:00Z"}
    cells["source"] = "dispatch"
    assert manager.post(f"{API}/registry/driver_assignments", json={"cells": cells}).status_code == 200
    vehicles = manager.get(f"{API}/vehicles", params={"limit": 100}).json()["items"]
    assert {(row["driver_id"], row["driver_name"]) for row in vehicles} == {("D2", "Bo"), (None, "")}


def test_a_driver_of_this_id_in_another_fleet_is_somebody_else(house):
    assert house.world.known.named("b", "D1") == ""


def test_an_insurer_judges_a_dispute_without_the_name(house):
    alert = house.client("driver").get(f"{API}/alerts", params={"limit": 1}).json()["items"][0]["alert_id"]
    assert (
        house.client("manager").post(f"{API}/alerts/{alert}/dismiss", json={"reason": "not_the_driver"}).status_code
        == 200
    )
    for login in ("underwriter", "actuary"):
        row = house.client(login).get(f"{API}/pricing/disputes").json()["items"][0]
        said = house.client(login).get(f"{API}/pricing/disputes/{row['alert_id']}")
        assert said.status_code == 200
        assert "D1" in said.text
        assert "Ann" not in said.text
        assert house.client(login).get(f"{API}/trips").status_code == 403
