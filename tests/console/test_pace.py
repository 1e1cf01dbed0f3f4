"""Nobody keeps the others waiting, and whatever is sent twice is done once."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import anyio
import pytest

from console.api import ENDPOINTS, hours
from console.endpoint import Endpoint
from console.gate import accounts
from console.gate.access import Who
from console.gate.pace import ABREAST, WAITING, BusyError, Lanes, Pace
from console.once import once
from streams.desk import tasks
from streams.web import tokens

from .conftest import WORD

API = "/api/v1"
THEIRS = "a token of the configuration"
DIGEST = hashlib.sha256(THEIRS.encode()).digest()


class Hand:
    """A clock that goes by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_whoever_sends_too_many_waits_until_some_come_back():
    clock = Hand()
    pace = Pace(per_s=2.0, at_once=3.0, clock=clock)
    assert [pace.wait("ann") for _ in range(3)] == [0.0] * 3
    assert pace.wait("ann") == 0.5
    assert pace.wait("bo") == 0.0
    clock.now = 0.5
    assert pace.wait("ann") == 0.0
    assert pace.wait("ann") > 0.0
    clock.now = 1e6
    assert [pace.wait("ann") > 0.0 for _ in range(4)] == [False, False, False, True]


def again(house, login):
    """One more session of somebody who has one."""
    client = house.stranger()
    said = client.post(f"{API}/session", json={"name": login, "password": WORD}).json()
    client.headers["X-CSRF-Token"] = said["csrf"]
    return client


def test_one_login_too_fast_in_whichever_session_is_told_when_to_come_again_and_others_are_not(house, monkeypatch):
    viewer, other = house.client("viewer"), house.client("other")
    asking = [viewer, again(house, "viewer"), again(house, "viewer")]
    monkeypatch.setattr(house.world, "pace", Pace(per_s=0.5, at_once=2.0, clock=Hand()))
    answers = [one.get(f"{API}/session") for one in asking]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert (answers[2].json()["code"], answers[2].headers["retry-after"]) == ("too_often", "3")
    assert other.get(f"{API}/session").status_code == 200


@pytest.mark.parametrize("path", ["/tasks", "/alerts:bulk", "/alerts/{id}/comment"])
def test_whatever_writes_says_that_it_takes_a_key(house, path):
    said = house.client("").get(f"{API}/openapi.json").json()["paths"][path]["post"]
    assert "Idempotency-Key" in {one["name"] for one in said["parameters"]}


def test_a_task_and_a_bulk_sent_twice_are_done_once_and_a_key_is_of_one_thing(house):
    manager, key = house.client("manager"), {"Idempotency-Key": "twice"}
    made = [manager.post(f"{API}/tasks", json={"kind": "coach", "vehicle": "a/V1"}, headers=key) for _ in range(2)]
    assert made[0].json() == made[1].json()
    other = manager.post(f"{API}/tasks", json={"kind": "workshop", "vehicle": "a/V1"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    alert = manager.get(f"{API}/alerts").json()["items"][0]
    said = {"ids": [alert["alert_id"]], "action": "comment", "note": "seen"}
    both = [manager.post(f"{API}/alerts:bulk", json=said, headers=key).json() for _ in range(2)]
    assert both[0] == both[1]
    assert both[0][0]["alert"]["notes"] == alert["notes"] + 1


def test_two_at_once_with_one_key_are_one():
    done, at_work, go = [], threading.Event(), threading.Event()

    def answer(_ask):
        done.append(1)
        at_work.set()
        go.wait(10)
        return len(done)

    one = Endpoint("POST", "/x", answer, "work", "")
    asking = SimpleNamespace(
        headers={"idempotency-key": "k"}, who=Who("ann", "", ()), parts={}, body="same", world=SimpleNamespace(shelf={})
    )
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once, one, asking)
        at_work.wait(10)
        second = pool.submit(once, one, asking)
        go.set()
        assert (first.result(10), second.result(10), done) == (1, 1, [1])


def test_long_requests_of_one_session_wait_in_its_own_lane():
    order = []

    async def long(lanes, name, go):
        try:
            async with lanes.turn(name):
                order.append(name)
                await go.wait()
        except BusyError:
            order.append(f"no {name}")

    async def together():
        lanes, go = Lanes(), anyio.Event()
        async with anyio.create_task_group() as group:
            for name in ["ann"] * (WAITING + 1) + ["bo"]:
                group.start_soon(long, lanes, name, go)
            await anyio.wait_all_tasks_blocked()
            assert sorted(order) == ["ann"] * ABREAST + ["bo", "no ann"]
            go.set()
        assert (order.count("ann"), lanes._lanes) == (WAITING, {})

    anyio.run(together)


def held_up(monkeypatch, module, name):
    """Whoever calls this function of a module waits; who has, and what lets them go on."""
    there, go = [], threading.Event()
    begun, was = threading.Semaphore(0), getattr(module, name)

    def waits(*args, **more):
        there.append(1)
        begun.release()
        go.wait(60)
        return was(*args, **more)

    monkeypatch.setattr(module, name, waits)
    return there, begun, go


def all_the_while(asked, others, begun, there, go):
    """The answers to ``others``, asked while all of ``asked`` are under way."""
    with ThreadPoolExecutor(len(asked) + 1) as pool:
        under_way = [pool.submit(one) for one in asked]
        try:
            for _ in range(ABREAST):
                begun.acquire(timeout=30)
            found, many = [pool.submit(one).result(30).status_code for one in others], len(there)
        finally:
            go.set()
        return found, many, [one.result(60).status_code for one in under_way]


def test_strangers_who_try_passwords_hold_up_nobody(house, monkeypatch):
    viewer = house.client("viewer")
    there, begun, go = held_up(monkeypatch, accounts, "right")
    said = [{"name": f"nobody {k}", "password": "a guess"} for k in range(12)]
    tries = [partial(house.stranger().post, f"{API}/session", json=one) for one in said]
    others = [partial(viewer.get, f"{API}/session")] * 5
    assert all_the_while(tries, others, begun, there, go) == ([200] * 5, ABREAST, [401] * 12)


def test_who_asks_for_long_lists_many_times_at_once_holds_up_nobody(house, monkeypatch):
    viewer, other = house.client("viewer"), house.client("other")
    there, begun, go = held_up(monkeypatch, hours, "_intervals")
    asked = [partial(viewer.get, f"{API}/hours")] * 12
    others = [partial(one.get, f"{API}/tasks") for one in (other, viewer)]
    assert all_the_while(asked, others, begun, there, go) == ([200] * 2, ABREAST, [200] * 12)


def test_who_asks_from_many_sessions_stands_in_one_lane(house, monkeypatch):
    sessions, other = [again(house, "viewer") for _ in range(6)], house.client("other")
    there, begun, go = held_up(monkeypatch, hours, "_intervals")
    asked = [partial(one.get, f"{API}/hours") for one in sessions]
    others = [partial(other.get, f"{API}/tasks")]
    assert all_the_while(asked, others, begun, there, go) == ([200], ABREAST, [200] * 6)


def test_who_repeats_a_slow_write_with_its_key_holds_up_nobody(house, monkeypatch):
    manager, other = house.client("manager"), house.client("other")
    there, begun, go = held_up(monkeypatch, tasks, "create")
    said, key = {"kind": "coach", "vehicle": "a/V0"}, {"Idempotency-Key": "slow"}
    asked = [partial(manager.post, f"{API}/tasks", json=said, headers=key)] * 12
    begun.release()  # of those with one key one alone begins
    others = [partial(one.get, f"{API}/tasks") for one in (other, manager)]
    assert all_the_while(asked, others, begun, there, go) == ([200] * 2, 1, [200] * 12)


def test_lists_that_read_much_have_lanes():
    alike = {
        "/hours",
        "/tyres",
        "/devices",
        "/today",
        "/alerts",
        "/ways",
        "/trips/{id}/trace",
        "/vehicles/{vehicle}/trace",
    }
    assert {one.path for one in ENDPOINTS if one.long and one.gives is not bytes} == alike
    assert {one.path for one in ENDPOINTS if one.hashes} == {"/session", "/session/password"}


def test_a_token_is_never_given_the_answer_of_another(house, monkeypatch):
    admin = house.client("admin")
    mine = admin.post(f"{API}/tokens", json={"name": "erp", "grants": "manager@a"}).json()["token"]
    monkeypatch.setattr(house.world, "holders", (tokens.Holder("erp", (tokens.Grant("manager", "b"),), DIGEST),))
    alert = house.client("manager").get(f"{API}/alerts", params={"fleet": "a"}).json()["items"][0]["alert_id"]
    codes = []
    for token in (mine, THEIRS):
        said = {"Authorization": f"Bearer {token}", "Idempotency-Key": "42"}
        client = house.stranger()
        codes.append(client.post(f"{API}/alerts/{alert}/comment", json={"note": "of a"}, headers=said).status_code)
    assert codes == [200, 404]
    (said,) = admin.get(f"{API}/audit", params={"action": "alerts.note", "limit": 1}).json()["items"]
    assert said["actor"].startswith("token:erp#")  # the log tells them apart
    again = admin.post(f"{API}/tokens", json={"name": "erp", "grants": "viewer"})
    assert (again.status_code, again.json()["code"]) == (409, "token_exists")
    over = admin.post(f"{API}/tokens", json={"name": "late", "grants": "viewer", "until": "2001-01-01"})
    assert over.status_code == 422
