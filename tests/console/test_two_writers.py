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
