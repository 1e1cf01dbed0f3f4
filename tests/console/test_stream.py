"""The stream: what a tab is told, what it is told again, and what a slow one is not."""

import asyncio
import base64
import json
import threading
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from console.gate.access import Who, scope_of
from console.live import picture, stream
from console.live.positions import NAMES, ROW
from console.live.stream import RING, WAITING, Hub, Tab
from console.live.streaming import heard
from streams.desk.actions import act
from streams.store import schema
from streams.store.store import rows_of
from streams.web.tokens import Grant

ALL = frozenset({"alerts", "positions", "health"})


def scope(house, *grants):
    return scope_of(Who("x", "x", grants), (), house.world.known.site)


def read(told):
    """(event, data) of a message."""
    lines = dict(line.split(": ", 1) for line in told.decode().strip().splitlines())
    return lines["event"], json.loads(lines["data"])


async def some(hub, who, count, last=""):
    follow = hub.follow(who, ALL, last)
    told = [await anext(follow) for _ in range(count)]
    await follow.aclose()
    return [read(one) for one in told]


def test_a_tab_is_told_where_vehicles_are(house):
    told = dict(asyncio.run(some(Hub(house.world), scope(house, Grant("manager", "a")), 3)))
    rows = np.frombuffer(base64.b64decode(told["pos"]["rows"]), ROW)
    assert (told["pos"]["n"], rows.size) == (2, 2)
    assert (rows["lon"] == 8_400_000).all()
    assert set(rows["status"]) <= set(range(len(NAMES)))
    assert told["health"]["mode"] == "simulated"


@pytest.mark.parametrize(
    ("role", "topics"),
    [
        ("manager", ALL),
        ("viewer", ALL),
        ("admin", ALL),
        ("driver", {"alerts", "health"}),
        ("underwriter", {"health"}),
        ("actuary", {"health"}),
    ],
)
def test_each_role_hears_of_what_it_may_see(role, topics):
    assert heard(Who("x", "x", (Grant(role),)), "alerts,positions,health,other") == topics


def test_a_stream_ends_with_the_session_and_with_the_service(house, monkeypatch):
    monkeypatch.setattr(stream, "CHECK_S", 0.0)

    async def story():
        hub, signed_in = Hub(house.world), [True]
        one = hub.follow(scope(house, Grant("admin")), ALL, "", lambda: signed_in[0])
        assert read(await anext(one))[0] == "hello"
        assert await anext(one)
        signed_in[0] = False
        left = [told async for told in one]
        other = hub.follow(scope(house, Grant("admin")), ALL, "")
        assert await anext(other)
        hub.stop()
        return left, [told async for told in other]

    left, after = asyncio.run(story())
    assert len(left) <= 3
    assert after == []


def test_what_people_decide_is_told_and_told_again_to_a_tab_that_comes_back(house):
    async def story():
        hub = Hub(house.world)
        await hub._alerts()
        row = next(one for one in hub.picture.standing(scope(house, Grant("admin"))) if one["fleet_id"] == "a")
        act(house.river.store, row["alert_id"], "note", "Ann", "look", 0.0)
        await hub._alerts()
        before = f"{hub.boot}-0"
        mine = await some(hub, scope(house, Grant("manager", "a")), 4, before)
        others = await some(hub, scope(house, Grant("manager", "b")), 3, before)
        strange = await some(hub, scope(house, Grant("manager", "a")), 4, "another-7")
        return row, mine, others, strange

    row, mine, others, strange = asyncio.run(story())
    assert [name for name, _ in mine] == ["hello", "alert", "pos", "health"]
    assert (mine[1][1]["alert_id"], mine[1][1]["op"], mine[1][1]["notes"]) == (row["alert_id"], "update", 1)
    assert "alert" not in dict(others)
    assert strange[1][0] == "resync"


def test_what_is_found_while_a_tab_comes_back_is_told_to_it_once(house):
    async def story():
        hub = Hub(house.world)
        await hub._alerts()
        names = [one["alert_id"] for one in hub.picture.standing(scope(house, Grant("admin")))][:2]
        act(house.river.store, names[0], "note", "Ann", "before", 0.0)
        await hub._alerts()
        act(house.river.store, names[1], "note", "Ann", "meanwhile", 0.0)
        found, go = threading.Event(), threading.Event()
        news = hub.picture.news

        def slowly():
            told = news()
            found.set()
            go.wait(20)
            return told

        hub.picture.news = slowly
        looking = asyncio.create_task(hub._alerts())
        await asyncio.to_thread(found.wait, 20)
        coming = asyncio.create_task(some(hub, scope(house, Grant("admin")), 5, f"{hub.boot}-0"))
        await asyncio.sleep(0)  # it is at the door
        go.set()
        await looking
        return names, [said["alert_id"] for name, said in await coming if name == "alert"]

    names, told = asyncio.run(story())
    assert told == names


def test_a_slow_tab_gets_the_newest_and_asks_again_for_what_was_too_much():
    tab = Tab(None, ALL)
    for k in range(1_000):
        tab.put("positions", b"%d" % k)
    for k in range(WAITING + 5):
        tab.tell(b"alert %d" % k)
    told = tab.taken()
    assert len(told) <= WAITING + 2
    assert told[0].startswith(b"event: resync")
    assert told[-1] == b"999"
    assert WAITING < RING


@pytest.mark.parametrize(("login", "status"), [("", 401)])
def test_nobody_hears_anything_who_is_not_signed_in(house, login, status):
    assert house.client(login).get("/api/v1/stream").status_code == status


def test_whoever_stops_it_waits_for_no_tab(house, monkeypatch):
    monkeypatch.setattr(stream, "TICK_S", 3_600.0)  # a tab that nothing is told would sleep so long

    async def told():
        hub = Hub(house.world)
        running, follow = asyncio.create_task(hub.run()), hub.follow(scope(house, Grant("actuary")), frozenset(), "")
        await anext(follow)
        waiting = asyncio.create_task(anext(follow, None))
        await asyncio.to_thread(hub.stop)
        async with asyncio.timeout(60):
            rest = await waiting
        running.cancel()
        return rest

    assert asyncio.run(told()) is None


def test_of_alerts_that_nobody_tells_of_old_ones_are_looked_at_seldom_and_none_is_missed(house, monkeypatch):
    monkeypatch.setattr(picture, "LOOK_S", 0.0)
    hub, store, alerts = Hub(replace(house.world, told=False)), house.world.store, schema.alerts
    with store.reading() as connection:
        row = rows_of(connection, select(alerts).where(alerts.c.superseded == 0).limit(1))[0]
        now = house.world.now(connection)
    long_ago = {"condition": "cleared", "first_seen": now - 9e6, "last_seen": now - 8e6, "last_start": now - 9e6}
    made = [
        row | {"alert_id": "old", "kind": "idling"} | long_ago,
        row | {"alert_id": "lasts", "kind": "tow"} | long_ago | {"condition": "active"},
        row | {"alert_id": "late", "kind": "geofence", "condition": "cleared", "last_seen": now},
    ]
    names = [one["alert_id"] for one in made]
    with store.writing() as connection:
        connection.execute(alerts.insert(), made)

    def counted(count, *which):
        with store.writing() as connection:
            connection.execute(alerts.update().where(alerts.c.alert_id.in_(which)).values(count=count))

    def told():
        return sorted({one["alert_id"] for one, _ in hub.picture.news()} & set(names))

    try:
        assert (told(), told()) == ([], [])  # all are read, then all that were known are as they were
        counted(50, *names)
        assert told() == ["lasts", "late"]
        assert told() == []
        monkeypatch.setattr(hub.picture, "_every_at", 0.0)
        assert told() == ["old"]
        with store.writing() as connection:
            connection.execute(alerts.update().where(alerts.c.alert_id == "late").values(superseded=1))
        assert told() == ["late"]
    finally:
        with store.writing() as connection:
            connection.execute(alerts.delete().where(alerts.c.alert_id.in_(names)))
