"""Every address, every role: who is let in, and who is shown no places."""

import json
import re

import pytest

from console.access import ROLES, held
from console.api import ENDPOINTS, PREFIX
from streams.web.tokens import Grant

LOGINS = ("admin", "manager", "viewer", "driver", "underwriter", "actuary")
PLACES = re.compile(r'"(lat|lon|lat_deg|lon_deg|heading_deg|start_lat_deg|coordinates)": ?-?\d|trkpt')


def path_of(one, house):
    """An address of an endpoint that is there."""
    found = one.path
    for name, value in house.names.items():
        found = found.replace(f"{{{name}}}", value)
    collection = one.path.partition("/{")[0].strip("/")
    return PREFIX + found.replace("{id}", house.ids.get(collection, "x"))


@pytest.mark.parametrize("login", LOGINS)
def test_only_who_may_is_let_in(house, login):
    client, wrong = house.client(login), []
    for one in ENDPOINTS:
        if one.open or one.path == "/session" or one.path.endswith((".xlsx", ".parquet")):
            continue
        answer = client.request(one.method, path_of(one, house), json={} if one.takes else None)
        let_in = answer.status_code != 403 or answer.json()["code"] != "role"
        allowed = not one.roles or login in one.roles
        if let_in != allowed or answer.status_code >= 500:
            wrong.append((one.name, answer.status_code, answer.text[:200]))
    assert wrong == []


@pytest.mark.parametrize("login", ["actuary", "underwriter"])
def test_no_coordinates_for_who_may_not_know_them(house, login):
    client = house.client(login)
    for one in ENDPOINTS:
        if one.method == "GET":
            assert not PLACES.search(client.get(path_of(one, house)).text), one.name
    assert not [one.name for one in ENDPOINTS if one.places and login in one.roles]


def test_places_are_there_for_who_may(house):
    text = house.client("manager").get(f"{PREFIX}/vehicles").text
    assert PLACES.search(json.dumps(json.loads(text)))


def test_everything_answers_a_manager_or_an_admin(house):
    for one in ENDPOINTS:
        if one.method == "GET" and one.roles:
            answer = house.client("admin").get(path_of(one, house))
            assert answer.status_code == 200, (one.name, answer.text[:300])


def test_nobody_is_let_in_without_signing_in(house):
    for one in ENDPOINTS:
        if not one.open:
            assert house.client("").request(one.method, path_of(one, house)).status_code == 401, one.name


def test_a_site_is_all_a_yard_sees(house):
    client = house.client("yard")
    for path in ("vehicles", "trips", "alerts", "devices", "tyres"):
        rows = client.get(f"{PREFIX}/{path}").json()["items"]
        assert {row["vehicle_id"] for row in rows} <= {"V1"}, path
    assert client.get(f"{PREFIX}/vehicles/a/V0").status_code == 404
    assert client.get(f"{PREFIX}/vehicles/V0").status_code == 404


def test_a_driver_sees_their_own_and_may_object(house):
    client = house.client("driver")
    assert {row["driver_id"] for row in client.get(f"{PREFIX}/trips").json()["items"]} <= {"D1"}
    assert [row["driver_id"] for row in client.get(f"{PREFIX}/drivers").json()["items"]] == ["D1"]
    assert client.get(f"{PREFIX}/drivers/a/D2").status_code == 404
    mine = client.get(f"{PREFIX}/alerts", params={"state": "open,acked,resolved,dismissed"}).json()["items"]
    assert {row["driver_id"] for row in mine} == {"D1"}
    said = client.post(f"{PREFIX}/objections", json={"alert_id": mine[0]["alert_id"], "note": "a child ran out"})
    assert said.json()["notes"] == mine[0]["notes"] + 1
    assert set(ROLES) >= set(LOGINS)


@pytest.mark.parametrize("grants", ["admin@a", "manager@a,actuary", "admin,viewer@b", "driver@a,manager@b", "king"])
def test_no_login_has_two_roles_and_no_administrator_one_fleet(house, grants):
    said = {"login": "two", "grants": grants}
    assert house.client("admin").post(f"{PREFIX}/users", json=said).json()["code"] == "invalid"
    assert house.client("admin").post(f"{PREFIX}/tokens", json={"name": "two", "grants": grants}).status_code == 422


def test_a_token_of_the_configuration_with_two_roles_has_the_first_one_only():
    both = (Grant("manager", "a"), Grant("actuary"), Grant("manager", "b"))
    assert held(both) == (Grant("manager", "a"), Grant("manager", "b"))
    assert held((Grant("admin", "a"), Grant("metrics"))) == ()
