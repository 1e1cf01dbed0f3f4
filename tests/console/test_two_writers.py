"""Two who write at once: no row is lost, who saw something older is told so, each is on record for what they did."""

import threading
from collections.abc import Callable

import pytest

from console.api import registry as api
from streams.registry import Registry
from streams.registry.edited import edited
from streams.registry.rows import Driver

API = "/api/v1"


def put(client, key, fleet="a", **more):
    cells = {"driver_id": key, "fleet_id": fleet, "name": f"Name of {key}"}
    return client.post(f"{API}/registry/drivers", json={"cells": cells}, **more)


def drivers(client):
    return {row["key"]: row for row in client.get(f"{API}/registry/drivers").json()["items"]}


def at_once(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> list[threading.Thread]:
    """``other`` begins while the manager's own change is being looked at, and goes as far as it is let."""
    fits, begun = api._fits, list[threading.Thread]()

    def looked_at(ask, after):
        if not begun and ask.who.login == "manager":
            begun.append(threading.Thread(target=other))
            begun[0].start()
            begun[0].join(0.2)
        return fits(ask, after)

    monkeypatch.setattr(api, "_fits", looked_at)
    return begun


def test_of_two_who_add_a_row_both_have_added_it(house, monkeypatch):
    admin, manager = house.client("admin"), house.client("manager")
    begun = at_once(monkeypatch, lambda: put(admin, "THEIRS", "b"))
    answer = put(manager, "MINE")
    begun[0].join()
    assert [(one["what"], one["key"]) for one in answer.json()] == [("added", "MINE")]
    assert {"THEIRS", "MINE"} <= drivers(admin).keys()
    log = admin.get(f"{API}/audit", params={"action": "registry", "limit": 2}).json()["items"]
    assert {(row["actor"], row["action"], row["about"]) for row in log} == {
        ("manager", "registry.added", "drivers MINE"),
        ("admin", "registry.added", "drivers THEIRS"),
    }


def test_what_is_imported_meanwhile_stays(house, monkeypatch):
    def imported() -> None:
        def change(before: Registry) -> Registry:
            after = before.copy()
            after.put(Driver(driver_id="IMPORTED", fleet_id="b"))
            return after

        edited(house.world.store, "at the shell", change)

    begun = at_once(monkeypatch, imported)
    assert put(house.client("manager"), "BESIDE").status_code == 200
    begun[0].join()
    assert {"IMPORTED", "BESIDE"} <= drivers(house.client("admin")).keys()


def test_the_ways_a_fleet_is_called_are_set_beside_other_rows(house, monkeypatch):
    manager, admin = house.client("manager"), house.client("admin")
    path = f"{API}/settings/a/channels"
    begun = at_once(monkeypatch, lambda: admin.post(path, json={"webhook": "https://call.example"}))
    assert put(manager, "CALLED").status_code == 200
    begun[0].join()
    assert "CALLED" in drivers(admin)
    assert next(one for one in admin.get(path).json()["channels"] if one["name"] == "webhook")["own"]


def test_who_saw_an_older_row_is_told_so(house):
    manager, admin = house.client("manager"), house.client("admin")
    seen = drivers(manager)["D2"]
    cells = seen["cells"] | {"name": "Bo Two"}
    first, second = ({"json": {"key": "D2", "cells": cells | {"name": name}}} for name in ("Bo One", "Bo Two"))
    path, saw = f"{API}/registry/drivers", {"If-Match": f'"{seen["rev"]}"'}
    assert admin.post(path, **first, headers=saw).status_code == 200
    late = manager.post(path, **second, headers=saw)
    assert (late.status_code, late.json()["code"], late.json()["current"]["cells"]["name"]) == (
        409,
        "changed",
        "Bo One",
    )
    assert manager.post(f"{path}/remove", json={"key": "D2"}, headers=saw).status_code == 409
    saw = {"If-Match": f'"{drivers(manager)["D2"]["rev"]}"'}
    assert manager.post(path, json={"key": "D2", "cells": seen["cells"]}, headers=saw).status_code == 200


def task_of(client, kind="workshop"):
    return client.post(f"{API}/tasks", json={"kind": kind, "vehicle": "a/V1", "subject": "hose"}).json()


def test_what_the_second_who_closes_a_task_found_is_not_lost_unsaid(house):
    manager, admin = house.client("manager"), house.client("admin")
    task = task_of(manager)
    path, saw = f"{API}/tasks/{task['task_id']}/done", {"If-Match": f'"{task["rev"]}"'}
    first, second = {"outcome": "fixed", "finding": "hose"}, {"outcome": "nothing_found", "finding": "disc cracked"}
    assert manager.post(path, json=first, headers=saw).status_code == 200
    assert manager.post(path, json=first, headers=saw).status_code == 200  # the same said twice
    late = admin.post(path, json=second, headers=saw)
    assert (late.status_code, late.json()["code"], late.json()["current"]["finding"]) == (409, "changed", "hose")
    assert admin.post(path, json=second).json()["code"] == "refused"


def test_a_task_is_of_a_vehicle_that_is_there_and_due_in_the_future(house):
    manager = house.client("manager")
    for said, code in (({"vehicle": "a/NOWHERE"}, 404), ({"vehicle": "a/V1", "due": "1999-01-01"}, 422)):
        assert manager.post(f"{API}/tasks", json={"kind": "coach"} | said).status_code == code
    late = manager.post(f"{API}/tasks/{task_of(manager, 'coach')['task_id']}/assign", json={"due": "2001-01-01"})
    assert late.status_code == 422


def decided(client, alert, action, **said):
    return client.post(f"{API}/alerts/{alert}/{action}", json=said)


def test_a_shelf_is_ended_and_what_was_put_away_opened_again_by_saying_so(house):
    manager = house.client("manager")
    alert = manager.get(f"{API}/alerts", params={"limit": 50}).json()["items"][-1]["alert_id"]
    assert decided(manager, alert, "shelve", hours=24, note="oops").json()["shelved_until"]
    assert decided(manager, alert, "unshelve").json()["shelved_until"] is None
    assert decided(manager, alert, "reopen").json()["code"] == "not_put_away"
    assert decided(manager, alert, "dismiss", reason="test").json()["state"] == "dismissed"
    assert decided(manager, alert, "ack").json()["code"] == "put_away"
    assert decided(manager, alert, "reopen").json()["state"] == "acknowledged"
    both = manager.post(f"{API}/alerts:bulk", json={"ids": [alert], "action": "unshelve"}).json()
    assert [one["ok"] for one in both] == [True]


def test_the_insurer_reads_the_drivers_words_alone_as_the_drivers(house):
    driver, manager, underwriter = (house.client(who) for who in ("driver", "manager", "underwriter"))
    alert = driver.get(f"{API}/alerts", params={"state": "open,acked", "limit": 1}).json()["items"][0]["alert_id"]
    for client, note in ((driver, "a child ran out"), (manager, "the manager's own")):
        assert client.post(f"{API}/objections", json={"alert_id": alert, "note": note}).status_code == 200
    assert decided(manager, alert, "dismiss", reason="not_the_driver").status_code == 200
    path = f"{API}/pricing/disputes/{alert}"
    assert underwriter.get(path).json()["objections"] == ["a child ran out"]
    assert underwriter.post(f"{path}/refuse", json={"reason": "seen"}).json()["state"] == "refused"
    assert underwriter.post(f"{path}/refuse", json={"reason": "again"}).json()["code"] == "judged"
    assert underwriter.post(f"{path}/accept", json={"reason": "after all"}).json()["state"] == "accepted"


def test_the_insurer_accepts_the_dismissal_that_was_judged_and_none_that_came_after(house):
    manager, underwriter = house.client("manager"), house.client("underwriter")
    alert = manager.get(f"{API}/alerts", params={"state": "open,acked", "limit": 1}).json()["items"][0]["alert_id"]
    path = f"{API}/pricing/disputes/{alert}"
    numbers = []
    for note in ("ice", "and all that came since"):
        assert decided(manager, alert, "dismiss", reason="other", note=note).status_code == 200
        numbers.append(underwriter.get(path).json()["action_id"])
    for judgement in ("accept", "refuse"):
        saw = {"If-Match": f'"{numbers[0]}"'}
        late = underwriter.post(f"{path}/{judgement}", json={"reason": "seen"}, headers=saw).json()
        now = late["current"]
        assert (late["code"], now["action_id"], now["state"]) == ("changed", numbers[1], "waiting")
    saw = {"If-Match": f'"{numbers[1]}"'}
    assert underwriter.post(f"{path}/accept", json={"reason": "seen"}, headers=saw).json()["state"] == "accepted"
    told = {row["action_id"]: row["state"] for row in underwriter.get(f"{API}/pricing/disputes").json()["items"]}
    assert [told[number] for number in numbers] == ["waiting", "accepted"]


def test_a_dismissal_that_its_fleet_has_taken_back_waits_no_more_and_is_not_accepted(house):
    manager, underwriter = house.client("manager"), house.client("underwriter")
    standing = manager.get(f"{API}/alerts", params={"state": "open,acked", "limit": 3}).json()["items"]
    held, opened, refused = (f"{API}/pricing/disputes/{one['alert_id']}" for one in standing)
    for one in standing:
        assert decided(manager, one["alert_id"], "dismiss", reason="test").status_code == 200
    accepted = underwriter.post(f"{held}/accept", json={"reason": "seen"}).json()
    assert underwriter.post(f"{refused}/refuse", json={"reason": "seen"}).json()["state"] == "refused"
    for one in standing:
        assert decided(manager, one["alert_id"], "reopen").json()["state"] == "acknowledged"
    states = [row["state"] for row in underwriter.get(f"{API}/pricing/disputes").json()["items"][:3]]
    assert states == ["refused", "opened", "accepted"]
    for path, state in ((opened, "opened"), (refused, "refused")):
        for judgement in ("accept", "refuse"):
            late = underwriter.post(f"{path}/{judgement}", json={"reason": "seen"})
            assert (late.status_code, late.json()["code"], late.json()["current"]["state"]) == (409, "opened", state)
    again = underwriter.post(f"{held}/accept", json={"reason": "once more"})
    assert (again.status_code, again.json()["judgement"]) == (200, accepted["judgement"])
    assert decided(manager, standing[1]["alert_id"], "dismiss", reason="test").status_code == 200
    assert underwriter.get(opened).json()["state"] == "waiting"
