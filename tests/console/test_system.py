"""For who runs it: users and tokens, the registry, the quarantine, the log of all that."""

import pytest

from console.gate import sessions

API = "/api/v1"


@pytest.fixture
def admin(house):
    return house.client("admin")


def test_somebody_new_signs_in_and_has_to_choose_a_password(admin, house):
    made = admin.post(f"{API}/users", json={"login": "new", "grants": "viewer@a"}).json()
    client = house.stranger()
    first = client.post(f"{API}/session", json={"name": "new", "password": made["password"]}).json()
    assert first["must_change"]
    assert client.get(f"{API}/vehicles").json()["code"] == "must_change_password"
    said = {"old": made["password"], "new": "a longer word than that"}
    assert client.post(f"{API}/session/password", json=said).status_code == 403  # another site's page
    csrf = {"X-CSRF-Token": first["csrf"]}
    assert client.post(f"{API}/session/password", json=said | {"new": "short"}, headers=csrf).status_code == 422
    assert client.post(f"{API}/session/password", json=said, headers=csrf).status_code == 204
    assert client.get(f"{API}/vehicles").json()["total"] == 2
    admin.post(f"{API}/users/new", json={"disabled": True})
    assert client.get(f"{API}/vehicles").status_code == 401
    assert admin.delete(f"{API}/users/new").status_code == 204


def test_whoever_guesses_has_to_wait(house):
    client = house.stranger()
    tries = [client.post(f"{API}/session", json={"name": "ann", "password": f"guess {k}"}) for k in range(8)]
    assert [one.status_code for one in tries[:5]] == [401] * 5
    assert tries[-1].status_code == 429
    assert int(tries[-1].headers["retry-after"]) >= 1
    house.world.throttle.passed("login ann peer testclient")


def test_whoever_is_signed_in_twice_sees_both_and_ends_one(house):
    said = {"name": "viewer", "password": "correct horse battery"}
    here, there, other, admin = house.stranger(), house.stranger(), house.client("manager"), house.client("admin")
    for client in (here, there):
        client.headers["X-CSRF-Token"] = client.post(f"{API}/session", json=said).json()["csrf"]
    path = f"{API}/sessions"
    theirs, mine, *before = here.get(path).json()["items"]
    assert [one["own"] for one in (theirs, mine, *before)] == [False, True, *[False] * len(before)]
    assert {one["login"] for one in (theirs, mine)} == {"viewer"} and mine["address"] and mine["since"] < mine["until"]
    assert other.get(path, params={"login": "viewer"}).json()["code"] == "role"
    for client, name in ((other, theirs["id"]), (here, theirs["id"][:8])):
        assert client.delete(f"{path}/{name}").json()["code"] == "no_session"
    assert here.delete(f"{path}/{theirs['id']}").status_code == 204
    assert (there.get(f"{API}/session").status_code, here.get(path).json()["total"]) == (401, 1 + len(before))
    assert admin.get(path, params={"login": "viewer"}).json()["total"] == 1 + len(before)
    assert admin.delete(f"{path}/{mine['id']}").status_code == 204
    assert here.get(path).status_code == 401
    rows = admin.get(f"{API}/audit", params={"action": "session.ended"}).json()["items"]
    assert {(row["actor"], row["about"]) for row in rows} == {("viewer", "viewer"), ("admin", "viewer")}


def test_a_cookie_is_no_scripts_and_the_session_ends(house):
    client = house.stranger()
    answer = client.post(f"{API}/session", json={"name": "viewer", "password": "correct horse battery"})
    (session,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    word = {"X-CSRF-Token": answer.json()["csrf"]}
    assert client.delete(f"{API}/session", headers=word).status_code == 204
    assert client.get(f"{API}/session").status_code == 401


def test_there_is_always_an_administrator(admin):
    assert admin.delete(f"{API}/users/admin").json()["code"] == "last_admin"
    assert admin.post(f"{API}/users/admin", json={"grants": "viewer"}).json()["code"] == "last_admin"
    assert admin.post(f"{API}/users/viewer", json={"grants": "king"}).status_code == 422


def test_of_two_administrators_who_change_the_same_user_the_second_is_told(admin, house):
    admin.post(f"{API}/users", json={"login": "moved", "grants": "manager@a"})
    users = admin.get(f"{API}/users", params={"limit": 1000}).json()["items"]
    seen = {"If-Match": f'"{next(one["rev"] for one in users if one["login"] == "moved")}"'}
    assert admin.post(f"{API}/users/moved", json={"grants": "viewer@a"}, headers=seen).status_code == 204
    late = admin.post(f"{API}/users/moved", json={"name": "Mo", "grants": "manager@a"}, headers=seen)
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    users = admin.get(f"{API}/users", params={"limit": 1000}).json()["items"]
    assert next(one["grants"] for one in users if one["login"] == "moved") == "viewer@a"


def test_who_signs_in_again_and_again_has_so_many_sessions_and_no_more(house, monkeypatch):
    monkeypatch.setattr(sessions, "MOST", 3)
    said, clients = {"name": "actuary", "password": "correct horse battery"}, []
    for _ in range(5):
        clients.append(house.stranger())
        assert clients[-1].post(f"{API}/session", json=said).status_code == 200
    assert [one.get(f"{API}/session").status_code for one in clients] == [401, 401, 200, 200, 200]
    assert clients[-1].get(f"{API}/sessions").json()["total"] == 3


def test_a_program_has_a_token_until_it_is_taken_back(admin, house):
    made = admin.post(f"{API}/tokens", json={"name": "robot", "grants": "manager@a"}).json()
    robot, bearer = house.stranger(), {"Authorization": f"Bearer {made['token']}"}
    assert robot.get(f"{API}/vehicles", headers=bearer).json()["total"] == 2
    assert robot.get(f"{API}/users", headers=bearer).status_code == 403
    assert made["token"] not in admin.get(f"{API}/tokens").text
    assert admin.delete(f"{API}/tokens/{made['id']}").status_code == 204
    assert robot.get(f"{API}/vehicles", headers=bearer).status_code == 401


def test_a_manager_corrects_who_drove_and_nothing_else(house):
    manager, path = house.client("manager"), f"{API}/registry/driver_assignments"
    cells = {"vehicle_id": "V0", "fleet_id": "a", "driver_id": "D2", "from": "2024-10-04", "source": "dispatch"}
    (made,) = manager.post(path, json={"cells": cells}).json()
    assert made["what"] == "added"
    (row,) = manager.get(path).json()["items"]
    (changed,) = manager.post(path, json={"key": row["key"], "cells": {"driver_id": "D1"}}).json()[:1]
    assert changed["kind"] == "driver_assignments"
    wrong = manager.post(path, json={"cells": cells | {"driver_id": "nobody"}}).json()
    assert wrong["code"] == "registry_invalid"
    assert wrong["problems"][0]["column"] == "driver_id"
    assert manager.post(path, json={"cells": cells | {"fleet_id": "b"}}).status_code in (403, 422)
    assert manager.get(f"{API}/registry/devices").status_code == 404
    kinds = {one["kind"]: one["rows"] for one in manager.get(f"{API}/registry").json()}
    assert (kinds["drivers"], kinds["vehicles"], "policies" in kinds) == (2, 2, False)
    key = manager.get(path).json()["items"][0]["key"]
    assert manager.post(f"{path}/remove", json={"key": key}).json()[0]["what"] == "removed"


def test_what_was_set_aside_is_shown_and_read_again(admin):
    (one,) = admin.get(f"{API}/quarantine").json()["items"]
    assert (one["reason"], one["again"]) == ("undecodable", False)
    assert admin.get(f"{API}/quarantine/{one['id']}").json()["text"] == "not json"
    assert admin.post(f"{API}/quarantine/replay", json={"ids": [one["id"]]}).json() == {"rows": 1}
    assert admin.get(f"{API}/quarantine").json()["items"][0]["again"]
    assert admin.post(f"{API}/quarantine/drop", json={}).status_code == 422
    assert admin.post(f"{API}/quarantine/drop", json={"reason": "undecodable"}).json() == {"rows": 1}


def test_the_log_has_all_of_it_and_is_whole(admin, house):
    admin.post(f"{API}/users", json={"login": "logged", "grants": "viewer@a"})
    admin.delete(f"{API}/users/logged")
    house.stranger().post(f"{API}/session", json={"name": "logged", "password": "gone"})
    found = admin.get(f"{API}/audit", params={"limit": 1000}).json()["items"]
    mine = {row["action"] for row in found if row["about"] == "logged"}
    assert mine == {"users.added", "users.removed"}  # what was typed into the field of somebody unknown is not kept
    assert "session.opened" in {row["action"] for row in found}
    assert admin.get(f"{API}/audit/verify").json()["good"]


def test_how_the_stream_is(admin):
    found = admin.get(f"{API}/system/health").json()
    assert found["counters"]["samples"] > 0
    assert found["behind_s"] == 0
    settings = admin.get(f"{API}/system/settings").json()
    assert {"console.port", "http.tokens"} <= {one["key"] for one in settings}


def test_a_task_that_is_sent_twice_is_made_once_and_done_once(house):
    manager, key = house.client("manager"), {"Idempotency-Key": "t1"}
    made = manager.post(f"{API}/tasks", json={"kind": "coach", "vehicle": "a/V0"}).json()
    path = f"{API}/tasks/{made['task_id']}/done"
    first = manager.post(path, json={"outcome": "talked", "finding": "calm"}, headers=key)
    again = manager.post(path, json={"outcome": "talked", "finding": "calm"}, headers=key)
    assert (first.json()["state"], again.json()) == ("done", first.json())


def test_what_is_no_text_and_a_key_without_end_are_refused(house):
    said = {"Content-Type": "application/json"}
    for client, path in ((house.stranger(), "session"), (house.client("manager"), "tasks")):
        answer = client.post(f"{API}/{path}", content=b'{"name": "\xff"}', headers=said)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), path
    key = {"Idempotency-Key": "k" * 201}
    answer = house.client("manager").post(f"{API}/tasks", json={"kind": "coach", "vehicle": "a/V0"}, headers=key)
    assert (answer.status_code, answer.json()["said"]["code"]) == (422, "too_long_key")


def test_a_form_of_another_site_is_turned_away(house):
    answer = house.stranger().post(f"{API}/session", data={"name": "admin", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


@pytest.mark.parametrize(
    "login", ["a/b", ".", "%2F", "x\ny", "tripmeter", "Unknown", "token:erp", "manager\u200b", "Ｍanager", "-x"]
)
def test_a_login_can_be_asked_for_and_mistaken_for_nobody(admin, login):
    answer = admin.post(f"{API}/users", json={"login": login, "grants": "viewer@a"})
    assert (answer.status_code, answer.json()["said"]["code"]) == (422, "login")


def test_two_logins_differ_in_more_than_case(admin):
    assert admin.post(f"{API}/users", json={"login": "MANAGER", "grants": "viewer@a"}).json()["code"] == "user_exists"
    for login in ("ann.o-b+c@fleet", "张伟"):
        assert admin.post(f"{API}/users", json={"login": login, "grants": "viewer@a"}).status_code == 200
        assert admin.delete(f"{API}/users/{login}").status_code == 204
