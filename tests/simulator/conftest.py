"""A simulated day, a broker, and a service that acknowledges as told."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from devices import topics
from devices.broker import Broker
from devices.codecs import DecodeError, Reading, decode
from simulator.link import Account, Link
from simulator.roster import roster
from simulator.traffic import Report, Traffic, Window

PATIENCE_S = 60.0
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


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a service as its operator starts it."""
    port, folder = free_port(), tmp_path_factory.mktemp("served")
    words = ["run", "--data", folder / "data", "--mqtt", f"127.0.0.1:{port}", "--http", f"127.0.0.1:{free_port()}"]
    words += ["--console", "127.0.0.1:0"]
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "streams", *map(str, words), "--accept-unregistered"]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
        until = time.monotonic() + PATIENCE_S
        while b"is serving" not in (folder / "log").read_bytes():
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield port
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
