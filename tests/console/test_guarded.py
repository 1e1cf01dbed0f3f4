"""What one fleet has, another can neither take, name nor learn; what a person was given ends with them."""

from dataclasses import replace

import pytest

from tests.console.conftest import WORD

API = "/api/v1"
NEW = "a much longer word here"


def put(client, kind, cells, key=""):
    return client.post(f"{API}/registry/{kind}", json={"key": key, "cells": cells})


def keys(client, kind):
    return {row["key"] for row in client.get(f"{API}/registry/{kind}").json()["items"]}


def signed_in(house, login, grants, driver_id=""):
    """A client of a new user who has chosen a password."""
    said = {"login": login, "grants": grants, "driver_id": driver_id}
    given = house.client("admin").post(f"{API}/users", json=said).json()["password"]
    client = house.stranger()
    client.headers["X-CSRF-Token"] = client.post(f"{API}/session", json={"name": login, "password": given}).json()[
        "csrf"
    ]
    assert client.post(f"{API}/session/password", json={"old": given, "new": NEW}).status_code == 204
    return client


@pytest.mark.parametrize(
    ("kind", "mine", "theirs"),
    [
        ("drivers", {"driver_id": "B9", "name": "Bob"}, {"driver_id": "D2"}),
        (
            "geofences",
            {"geofence_id": "GB", "kind": "allowed", "lat_deg": "1", "lon_deg": "1", "radius_m": "9"},
            {"geofence_id": "GA"},
        ),
    ],
)
def test_no_row_is_given_the_key_of_another_fleets(house, kind, mine, theirs):
    other, manager = house.client("other"), house.client("manager")
    if kind == "geofences":
        assert put(manager, kind, mine | theirs | {"fleet_id": "a"}).status_code == 200
    assert put(other, kind, mine | {"fleet_id": "b"}).status_code == 200
    before, (key,) = keys(manager, kind), keys(other, kind)
    answer = put(other, kind, theirs | {"fleet_id": "b"}, key)
    assert (answer.status_code, answer.json()["code"]) == (409, "row_exists")
    assert put(house.client("admin"), kind, theirs | {"fleet_id": "b"}, key).status_code == 409
    assert (keys(manager, kind), keys(other, kind)) == (before, {key})
    assert put(other, kind, mine | {"fleet_id": "b"}, key).status_code == 200  # its own key it keeps


def test_a_fleet_assigns_its_own_drivers_alone_and_hears_no_name_of_anothers(house):
    admin, manager = house.client("admin"), house.client("manager")
    assert put(admin, "drivers", {"driver_id": "SECRETDRIVER", "fleet_id": "b", "name": "Geheim"}).status_code == 200
    assert put(admin, "vehicles", {"vehicle_id": "SECRET1", "fleet_id": "b", "class": "N3"}).status_code == 200
    span = {"from": "2030-01-01T00:00:00Z", "to": "2030-01-02T00:00:00Z", "source": "declared"}
    said = {"vehicle_id": "V0", "fleet_id": "a", "driver_id": "SECRETDRIVER", **span}
    for answer in (
        put(admin, "driver_assignments", said),
        put(manager, "driver_assignments", said),
        put(manager, "driver_assignments", said | {"driver_id": "SECRETDRIVE"}),
        put(manager, "driver_assignments", said | {"driver_id": "D1", "vehicle_id": "SECRET1"}),
        put(manager, "driver_assignments", said | {"driver_id": "D1", "vehicle_id": "SECRET"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "registry_invalid")
    told = answer.text.replace('"SECRET', "")
    assert "SECRET1" not in told
    leaks = put(manager, "driver_assignments", said | {"driver_id": "D1", "vehicle_id": "SECRET1"}).json()["problems"]
    assert all("'b'" not in one["what"] and one["todo"] != "write b" for one in leaks)
    nearest = put(manager, "driver_assignments", said | {"driver_id": "SECRETDRIVE"}).text
    assert "SECRETDRIVER" not in nearest


def test_what_is_seen_and_not_ones_own_to_change_is_refused_by_role(house):
    manager, yard = house.client("manager"), house.client("yard")
    kinds = {one["kind"]: one["editable"] for one in manager.get(f"{API}/registry").json()}
    assert kinds == {
        "sites": False,
        "geofences": True,
        "vehicles": False,
        "drivers": True,
        "driver_assignments": True,
        "route_assignments": True,
        "couplings": True,
    }
    assert not any(one["editable"] for one in yard.get(f"{API}/registry").json())
    key = manager.get(f"{API}/registry/vehicles").json()["items"][0]["key"]
    for path in ("", "/remove"):
        body = {"key": key} if path else {"key": key, "cells": {"plate": "X"}}
        answer = manager.post(f"{API}/registry/vehicles{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "role")
    theirs = house.client("admin").get(f"{API}/registry/vehicles", params={"q": "b"}).json()["items"]
    hidden = next(one["key"] for one in theirs if one["cells"]["fleet_id"] == "b")
    answer = manager.post(f"{API}/registry/vehicles/remove", json={"key": hidden})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_row")


def test_an_id_has_no_sign_that_nobody_can_see(house):
    answer = put(house.client("manager"), "drivers", {"driver_id": "D\u202e9", "fleet_id": "a", "name": "x"})
    assert [one["said"][-1]["code"] for one in answer.json()["problems"]] == ["unseen"]


def test_a_token_lets_nobody_in(house):
    maker = signed_in(house, "adm2", "admin")
    token = maker.post(f"{API}/tokens", json={"name": "t1", "grants": "admin"}).json()["token"]
    robot = house.stranger()
    robot.headers["Authorization"] = f"Bearer {token}"
    assert robot.get(f"{API}/users").status_code == 200
    for path, body in (
        ("/tokens", {"name": "t2", "grants": "admin"}),
        ("/users", {"login": "x9", "grants": "admin"}),
        ("/users/viewer", {"grants": "admin"}),
        ("/users/viewer/reset", None),
    ):
        assert robot.post(API + path, json=body).json()["code"] == "role", path
    assert robot.delete(f"{API}/users/viewer").json()["code"] == "role"
    assert house.client("admin").delete(f"{API}/users/adm2").status_code == 204
    assert robot.get(f"{API}/users").status_code == 401


def test_the_old_password_is_guessed_no_faster_than_at_the_door(house):
    client = signed_in(house, "guessed", "viewer@a")
    said = {"old": "a guess", "new": "another long word"}
    codes = [client.post(f"{API}/session/password", json=said).status_code for _ in range(8)]
    assert codes[:5] == [403] * 5
    assert codes[-1] == 429
    rows = house.client("admin").get(f"{API}/audit", params={"action": "session.refused"}).json()["items"]
    assert sum(row["about"] == "guessed" for row in rows) == codes.count(403)


def test_what_others_try_from_an_office_keeps_nobody_out_who_has_come_from_there(house):
    known, peer = "login viewer peer testclient", "peer testclient"
    house.client("viewer")
    for _ in range(60):
        house.world.throttle.failed(peer, 50)
    answers = {}
    for name in ("viewer", "actuary"):
        answers[name] = house.stranger().post(f"{API}/session", json={"name": name, "password": WORD}).status_code
    assert house.world.throttle.known(known)
    house.world.throttle.passed(peer)
    assert answers == {"viewer": 200, "actuary": 429}


def test_the_cookie_is_of_one_port_and_a_new_session_ends_the_one_before(house):
    client, said = house.stranger(), {"name": "viewer", "password": WORD}
    first = client.post(f"{API}/session", json=said)
    (cookie,) = first.headers.get_list("set-cookie")
    assert cookie.startswith("tripmeter=")
    before = client.cookies["tripmeter"]
    assert client.post(f"{API}/session", json=said).status_code == 200
    old = house.stranger()
    old.cookies.set("tripmeter", before)
    assert old.get(f"{API}/session").status_code == 401
    (other,) = client.post(f"{API}/session", json=said, headers={"Host": "[::1]:8788"}).headers.get_list("set-cookie")
    assert other.startswith("tripmeter_8788=")
    assert client.get(f"{API}/session").status_code == 200


def test_a_drivers_login_is_of_somebody_the_fleet_has_and_who_prices_is_of_no_site(house):
    admin = house.client("admin")
    for grants, driver_id in (("driver@b", "D1"), ("driver@a", ""), ("driver@a", "nobody"), ("driver", "nobody")):
        said = {"login": "wrong", "grants": grants, "driver_id": driver_id}
        assert admin.post(f"{API}/users", json=said).json()["code"] == "no_driver", grants
    assert admin.post(f"{API}/users/driver", json={"driver_id": "nobody"}).json()["code"] == "no_driver"
    assert admin.post(f"{API}/users/viewer", json={"grants": "driver@a"}).json()["code"] == "no_driver"
    for grants in ("underwriter@a/south", "actuary@a/south"):
        answer = admin.post(f"{API}/users", json={"login": "wrong", "grants": grants})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_another_sites_page_takes_no_file(house):
    underwriter = house.client("underwriter")
    before = underwriter.get(f"{API}/pricing/runs").json()["total"]
    for path in ("pricing/premiums.csv", "drivers.xlsx"):
        for site in ("cross-site", "same-site"):  # a sibling host is another site too
            answer = underwriter.get(f"{API}/{path}", headers={"Sec-Fetch-Site": site})
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert underwriter.get(f"{API}/pricing/runs").json()["total"] == before
    assert underwriter.get(f"{API}/drivers.csv", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_what_is_refused_is_kept_nowhere_and_strangers_are_told_little(house, monkeypatch):
    said = house.world.config
    tiles = replace(said.map, tiles="https://tiles.example/{z}/{x}/{y}.png?key=secret")
    monkeypatch.setattr(house.world, "config", replace(said, map=tiles))
    for path in ("alerts/nothing", "nothing"):
        assert house.client("viewer").get(f"{API}/{path}").headers["cache-control"] == "no-store"
    stranger, viewer = (house.client(login).get(f"{API}/meta").json() for login in ("", "viewer"))
    assert (stranger["version"], stranger["tiles"]["url"]) == ("", "")
    assert viewer["version"]
    assert "secret" in viewer["tiles"]["url"]


def test_a_test_message_goes_once_a_minute_and_only_to_an_address(house):
    manager = house.client("manager")
    wrong = ("victim@example.com\r\nBcc: evil@example.com", 'a@b.example,"x\\nBcc: y@z"@e.com', "a b@c.example", "@b")
    for address in wrong:
        answer = manager.post(f"{API}/settings/a/channels", json={"email": address})
        assert (answer.status_code, answer.json()["code"]) == (422, "registry_invalid"), address
    good = "jörg.o'neil+fleet@mail.example, two@example"
    assert manager.post(f"{API}/settings/a/channels", json={"email": good}).status_code == 200
    answers = [manager.post(f"{API}/settings/a/tests", json={"channel": "email"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]
    assert 1 <= int(answers[1].headers["retry-after"]) <= 61
