"""A simulated day, a broker, and a service that acknowledges as told."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from devices import topics
from devices.broker import Broker
from devices.codecs import DecodeError, Reading, decode
from simulator.link import Account, Link
from simulator.roster import roster
from simulator.traffic import Report, Traffic, Window

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe


@pytest.fixture(scope="session")
def traffic() -> Traffic:
    return Traffic(roster(14, seed=3), Window(START, 7.0))


@pytest.fixture(scope="session")
def reports(traffic: Traffic) -> list[Report]:
    return list(traffic.reports())


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with Broker(port=0) as running:
        yield running


class Service:
    """Stands for the product: keeps every reading, acknowledges those ``wants`` says, each payload on its own."""

    def __init__(self, port: int, wants: Callable[[int], bool] = lambda seen: True) -> None:
        self.readings: list[tuple[str, Reading]] = []
        self.seen: Counter[tuple[str, str, int]] = Counter()
        self.unread = 0
        self.acked: set[tuple[str, str, int]] = set()
        self._wants = wants
        self._link = Link(
            Account("127.0.0.1", port, "service"), lambda: None, self._take, (topics.ALL_TELEMETRY,), clean=True
        )

    def _take(self, topic: str, body: bytes) -> None:
        try:
            reading = decode(body)
        except DecodeError:
            self.unread += 1
            return
        self.readings.append((topic, reading))
        key = topic, reading.boot, reading.seq
        self.seen[key] += 1
        if self._wants(self.seen[key]):
            self.acked.add(key)
            said = {"boot": reading.boot, "seqs": [[reading.seq, reading.seq]]}
            ack = topic.removesuffix("telemetry") + "ack"
            asyncio.get_running_loop().call_soon(self._link.publish, ack, json.dumps(said).encode(), 0)

    @asynccontextmanager
    async def running(self) -> Any:
        task = asyncio.create_task(self._link.run())
        while not self._link.connected:
            await asyncio.sleep(0.01)
        yield self
        task.cancel()


@pytest.fixture
def service() -> type[Service]:
    return Service
