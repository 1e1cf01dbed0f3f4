"""Pitfalls of the line: a real broker, killed again and again, between devices that keep what was not acknowledged."""

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from devices import gateway as gateway_module
from devices.broker import Broker
from simulator import device, link
from simulator.device import Device
from simulator.link import Account
from streams import config
from streams.fleets.fleet import Known
from streams.service import Service
from streams.store import schema, store
from streams.store.store import open_store, rows_of

CUTS, HANDFUL = 20, 20
BOOT = "b"


class Unregistered:
    """What the service knows of a vehicle nobody registered."""

    def known(self, _fleet, _vehicle):
        return Known()


@contextmanager
def serving(folder, rules, port, inbox=10_000):
    plain = config.load(None, {}, ())
    settings = replace(
        plain,
        data=replace(plain.data, dir=folder),
        mqtt=replace(plain.mqtt, broker="external", host="127.0.0.1", port=port),
        http=replace(plain.http, port=0),
        gateway=replace(plain.gateway, accept_unregistered=True, inbox=inbox),
        commit=replace(plain.commit, payloads=HANDFUL),
        sinks=replace(plain.sinks, mqtt=False),
    )
    with Service(settings, rules, feed_clock=True) as service:
        thread = threading.Thread(target=service.serve)
        thread.start()
        try:
            yield service
        finally:
            service.stop()
            thread.join()
        service.drain()


@pytest.fixture
def broker(monkeypatch):
    """A real broker, and a gateway and devices that come back soon, and soon send again what a dead one had taken."""
    monkeypatch.setattr(device, "RETRY", (0.5, 2.0))  # s
    monkeypatch.setattr(gateway_module, "BACKOFF", (0.05, 0.4))  # s; longer and longer where one cut follows another
    monkeypatch.setattr(link, "BACKOFF", (0.1, 0.4))
    found = Broker(port=0).start()
    yield found
    found.stop()


def by_vehicle(payloads):
    drives = {}
    for payload in payloads:
        drives.setdefault(payload.topic.split("/")[3], []).append(payload.body)
    return drives


def missing_and_doubled(pit, folder, service, rules, day, drives):
    """What the service has on record against what was sent, and against a replay; empty if they are the same."""
    with open_store(folder).reading() as connection:
        got = pit.rivers._all(connection, rules, service.partition.river.newest)
        bodies = [row["body"] for row in rows_of(connection, schema.payloads.select())]
    assert sorted(bodies) == sorted(body for some in drives.values() for body in some)
    replayed = pit.rivers.replayed([day], rules, Unregistered())
    for tables in (got, replayed):
        tables["alerts"] = tables["alerts"].drop("paged", "held")
    return pit.differences(replayed, got)


async def connected(drives, broker, work):
    """Each vehicle's device with a connection of its own, while ``work(devices)`` lasts; how much they sent again."""
    devices = [Device("f", name, Account("127.0.0.1", broker.port, name), BOOT) for name in drives]
    links = [asyncio.create_task(one.link.run()) for one in devices]
    await work(devices)
    await until(devices, lambda: not any(one.unacked for one in devices))
    for task in links:
        task.cancel()
    await asyncio.gather(*links, return_exceptions=True)
    return sum(one.resent for one in devices)


def offer(one, bodies, cut=0, cuts=0):
    """The next part of a device's payloads."""
    size = -(-len(bodies) // (cuts + 1))
    part = range(size * cut, min(size * (cut + 1), len(bodies)))
    for seq in part:
        one.offer(seq, bodies[seq])
    return len(part)


async def until(devices, ready):
    while not ready():
        for one in devices:
            one.look(asyncio.get_running_loop().time())
        await asyncio.sleep(0.005)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_04_a_broker_killed_20_times_loses_and_doubles_nothing(pit, broker, tmp_path):
    day, rules = pit.rivers.days(12), pit.rivers.judged()
    drives = by_vehicle(pit.rivers.payloads(day, size=4, boot=BOOT))

    async def cut(devices):
        for number in range(CUTS + 1):
            before = gateway.received
            offered = sum(offer(one, drives[one.vehicle], number, CUTS) for one in devices)
            await until(devices, lambda some=before + offered // 2: gateway.received >= some)
            if number < CUTS:
                broker._process.kill()
                broker._process.wait()
                await asyncio.to_thread(broker.start)

    with serving(tmp_path, rules, broker.port) as service:
        gateway = service.gateway
        resent = asyncio.run(connected(drives, broker, cut))
    assert (resent > 0, gateway.reconnects) == (True, CUTS)
    assert missing_and_doubled(pit, tmp_path, service, rules, day, drives) == {}


INBOX, REFUSALS = 20, 300


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_23_while_the_store_is_away_what_waits_is_bounded_and_what_comes_after_is_done_once(
    pit, broker, tmp_path, monkeypatch
):
    monkeypatch.setattr(store, "RETRY_S", 0.005)
    day, rules = pit.rivers.days(13), pit.rivers.judged()
    drives = by_vehicle(pit.rivers.payloads(day, size=1, boot=BOOT))
    refused, commits, waited = [], [], []

    def refuse(_connection, _cursor, statement, *_more):
        if statement.startswith("INSERT INTO payloads"):
            if len(refused) < REFUSALS:
                refused.append(statement)
                waited.append((gateway.received - gateway.acked, gateway.acked))
                raise OperationalError(statement, {}, Exception("disk is full"))
            commits.append(statement)

    async def send(devices):
        assert sum(offer(one, drives[one.vehicle]) for one in devices) > 10 * (INBOX + HANDFUL)
        await until(devices, lambda: len(refused) == REFUSALS)

    with serving(tmp_path, rules, broker.port, INBOX) as service:
        gateway = service.gateway
        event.listen(service.store.engine, "before_cursor_execute", refuse)
        resent = asyncio.run(connected(drives, broker, send))
    whole = sum(map(len, drives.values()))
    assert max(held for held, _ in waited) <= INBOX + HANDFUL  # those in hand, and the inbox: the broker has the rest
    assert {acked for _, acked in waited} == {0}
    assert len(commits) <= gateway.received <= whole + resent  # nothing is taken twice but what was sent twice
    assert missing_and_doubled(pit, tmp_path, service, rules, day, drives) == {}
