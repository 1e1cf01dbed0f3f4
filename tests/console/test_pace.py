"""Nobody keeps the others waiting, and whatever is sent twice is done once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import anyio
import pytest

from console.access import Who
from console.endpoint import Endpoint
from console.once import once
from console.pace import ABREAST, WAITING, BusyError, Lanes, Pace

API = "/api/v1"


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


def test_one_session_too_fast_is_told_when_to_come_again_and_the_others_are_not(house, monkeypatch):
    monkeypatch.setattr(house.world, "pace", Pace(per_s=0.5, at_once=2.0, clock=Hand()))
    viewer, other = house.client("viewer"), house.client("other")
    answers = [viewer.get(f"{API}/session") for _ in range(3)]
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
