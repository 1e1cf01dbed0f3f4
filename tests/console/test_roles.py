"""Every address, every role: who is let in, and who is shown no places and no loads."""

import io
import re

import msgspec
import numpy as np
import polars as pl
import pytest

from console.api import ENDPOINTS, PREFIX
from console.gate.access import ROLES, held
from streams.web.tokens import Grant

from .conftest import answers, path_of

LOGINS = ("admin", "manager", "viewer", "driver", "underwriter", "actuary")
# who may what, the first line that fits; written down apart from the code, so that a slip in it is seen here
RIGHTS = (
    (r"GET /meta|POST /session", "anybody"),
    (r"\w+ /session", "admin manager viewer driver underwriter actuary"),
    (r"\w+ /(users|tokens|audit|quarantine|system)\b", "admin"),
    (r"\w+ /registry\b", "admin manager"),
    (r"GET /pricing/(premiums|vehicles)\b", "admin manager viewer underwriter actuary"),
    (r"POST /pricing/(disputes|acceptances)/", "admin underwriter"),
    (r"GET /pricing/", "admin underwriter actuary"),
    (r"GET /drivers\b", "admin manager viewer driver underwriter actuary"),
    (r"GET /(alerts|objections|trips|hours)\b", "admin manager viewer driver"),
    (r"POST /objections/", "admin manager"),
    (r"POST /objections", "admin manager driver"),
    (r"POST /(alerts|tasks|settings|fleets)\b", "admin manager"),
    (r"GET /(vehicles|positions|heat|ways|today|tasks|tyres|devices|zones|fleets|settings)\b", "admin manager viewer"),
)
PLACES = re.compile(r"(^|_)(lat|lon|coordinates|heading|geometry|wkt|polygon)(_|$)")
POINT = re.compile(r"-?\d{2,3}\.\d{4,}[,; ]+-?\d{1,3}\.\d{4,}|trkpt")
LOADS = re.compile(r'"(variable(_expense_and_profit)?|fixed_(expense|per_day)|profit|off_balance|technical|loads)"')


def named(one):
    return f"{one.method} {one.path}"


def rights(one):
    """Who may, by the table."""
    return next((logins for pattern, logins in RIGHTS if re.match(f"(?:{pattern})", named(one))), "").split()


def test_the_table_names_every_operation():
    assert [named(one) for one in ENDPOINTS if not rights(one)] == []


@pytest.mark.parametrize("login", LOGINS)
def test_only_who_may_is_let_in(house, login):
    client, wrong = house.client(login), []
    for one in ENDPOINTS:
        if one.path.endswith((".xlsx", ".parquet")) or rights(one) == ["anybody"] or named(one) == "DELETE /session":
            continue
        answer = client.request(one.method, path_of(one, house), json={} if one.takes else None)
        let_in = answer.status_code != 403 or answer.json()["code"] != "role"
        if let_in != (login in rights(one)) or answer.status_code >= 500:
            wrong.append((named(one), answer.status_code, answer.text[:200]))
    assert wrong == []


def test_nobody_is_let_in_without_signing_in(house):
    told = {"Authorization": "Bearer of-nobody"}
    for one in ENDPOINTS:
        if rights(one) != ["anybody"]:
            assert house.client("").request(one.method, path_of(one, house)).status_code == 401, one.name
            assert house.client("").request(one.method, path_of(one, house), headers=told).status_code == 401, one.name


def test_nothing_is_written_for_another_sites_page(house):
    client = house.client("admin")
    for one in ENDPOINTS:
        if one.method == "GET" or rights(one) == ["anybody"]:
            continue
        for word in ("", "guessed"):
            answer = client.request(one.method, path_of(one, house), json={}, headers={"X-CSRF-Token": word})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), one.name


@pytest.mark.parametrize("login", ["actuary", "underwriter"])
def test_no_coordinates_for_who_may_not_know_them(house, login):
    client = house.client(login)
    for one in ENDPOINTS:
        if one.method == "GET" and not one.path.endswith(".xlsx"):  # of the same rows as the others
            assert not placed(said(client.get(path_of(one, house)))), one.name
    assert not [one.name for one in ENDPOINTS if one.places and login in one.roles]


def said(answer):
    """What an answer says, whatever it is written as."""
    kind = answer.headers["content-type"]
    if "json" in kind:
        return answer.json()
    if "csv" in kind or "parquet" in kind:
        read = pl.read_csv if "csv" in kind else pl.read_parquet
        return read(io.BytesIO(answer.content)).to_dict(as_series=False)
    return {"coordinates": POINT.findall(answer.text)}


def placed(said):
    """Names under which a place stands somewhere in an answer."""
    if isinstance(said, list):
        return [name for one in said for name in placed(one)]
    if not isinstance(said, dict):
        return []
    deeper = [name for value in said.values() for name in placed(value)]
    return deeper + [name for name, value in said.items() if PLACES.search(name) and any(np.atleast_1d(value))]


def test_places_are_there_for_who_may(house):
    client = house.client("manager")
    assert placed(client.get(f"{PREFIX}/vehicles").json())
    trip = client.get(f"{PREFIX}/trips").json()["items"][0]["trip_id"]
    trace = client.get(f"{PREFIX}/trips/{trip}/trace", params={"fmt": "gpx"})
    assert POINT.search(trace.text)
    assert placed(said(client.get(f"{PREFIX}/vehicles.csv")))
    assert placed(said(client.get(f"{PREFIX}/trips.parquet")))


@pytest.mark.parametrize("login", ["manager", "viewer", "driver"])
def test_no_fleet_is_shown_what_an_insurer_adds(house, login):
    assert [name for name, text in answers(house, login).items() if LOADS.search(text)] == []


def test_an_insurer_is_shown_what_it_adds(house):
    found = answers(house, "underwriter")
    assert {"get_pricing_factors", "get_pricing_vehicles_vehicle_premium"} <= {
        name for name, text in found.items() if LOADS.search(text)
    }


@pytest.mark.usefixtures("posted")
def test_everything_answers_a_manager_or_an_admin(house):
    for one in ENDPOINTS:
        asked = any(field.required for field in msgspec.structs.fields(one.query))  # its own tests say what
        if one.method == "GET" and one.roles and not asked:
            answer = house.client("admin").get(path_of(one, house))
            assert answer.status_code == 200, (one.name, answer.text[:300])


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
    assert (mine[0]["objection"], said.json()["objection"]) == ("", "waiting")
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
