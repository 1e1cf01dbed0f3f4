"""House: bridges and workers that somebody starts again, the servers between them, and lines to these that can fail."""

import asyncio
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .disk import Disk
from .feed import PARTITIONS
from .group import Group
from .kafka import Kafka
from .mosquitto import Mosquitto
from .postgres import Server
from .proxy import Proxy

BRIDGES, WORKERS, MOST_WORKERS = 2, 2, 3
END_S = 180.0


class Kept:
    """A command that somebody starts again whenever it ends, while it is ``wanted``; its lines, by what is behind."""

    def __init__(self, name: str, lines: dict[str, Proxy], begin: Callable[..., subprocess.Popen[bytes]]) -> None:
        self.name, self.lines, self._begin = name, lines, begin
        self.wanted, self.starts, self.process = False, 0, None

    def look(self) -> None:
        """Start it if it should run and does not."""
        if self.wanted and not self.runs:
            self.starts += 1
            self.process = self._begin(self.name, self.lines)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def hit(self, what: signal.Signals) -> None:
        """Send a signal, if it is there to hear it."""
        if self.process is not None:
            self.process.send_signal(what)

    def end(self) -> int:
        """Stop it as an operator would, for good; its exit code."""
        self.wanted = False
        self.hit(signal.SIGTERM)
        return self.process.wait(END_S)


class House(Group):
    """Everything but the devices. Lines lead from each bridge and worker to each server, none from the devices."""

    def __init__(self, folder: Path, mosquitto: Mosquitto, kafka: Kafka, postgres: Server, disks: dict[str, Disk]):
        self.mosquitto, self.kafka, self.postgres, self.disks = mosquitto, kafka, postgres, disks
        super().__init__(kafka.bootstrap, postgres.create(folder.name), folder, mosquitto.port, PARTITIONS)
        self.environ["TRIPMETER_BRIDGE__SHARE"] = "bridges"
        wires = iter(kafka.wires)
        self.bridges = [self._kept(f"bridge{k}", next(wires), self._bridge) for k in range(BRIDGES)]
        self.workers = [self._kept(f"worker{k}", next(wires), self._worker) for k in range(MOST_WORKERS)]

    @property
    def commands(self) -> list[Kept]:
        return [*self.bridges, *self.workers]

    @property
    def at_work(self) -> list[Kept]:
        """Workers that should run."""
        return [each for each in self.workers if each.wanted]

    def open(self) -> None:
        """Start bridges, and the workers there are at first."""
        self.create_topics()
        for each in [*self.bridges, *self.workers[:WORKERS]]:
            each.wanted = True
            each.look()

    async def supervise(self) -> None:
        """Start again what has ended."""
        while True:
            for each in self.commands:
                each.look()
            await asyncio.sleep(0.1)

    def close(self) -> None:
        """Leave nothing behind."""
        for each in self.commands:
            each.wanted = False
            if each.runs:
                each.hit(signal.SIGKILL)
            for line in each.lines.values():
                line.close()

    async def revive(self) -> None:
        """Start servers that have ended by themselves; returns once all answer."""
        if not self.kafka.runs:
            await asyncio.to_thread(self.kafka.start)
        while not await asyncio.to_thread(self._database_answers):
            await asyncio.sleep(0.2)

    async def keep(self) -> None:
        """Revive servers whenever they have ended; only once nothing ends them on purpose any more."""
        while True:
            await self.revive()
            await asyncio.sleep(1.0)

    def _database_answers(self) -> bool:
        with suppress(Exception):  # whatever it is: not yet
            self.postgres.start()
            self.postgres.ask("SELECT 1")
            return True
        return False

    def _kept(self, name: str, wire: Proxy, begin: Callable[..., Any]) -> Kept:
        lines = {"Mosquitto": Proxy(self.mosquitto.port), "Kafka": wire, "PostgreSQL": Proxy(self.postgres.port)}
        return Kept(name, lines, begin)

    def _bridge(self, name: str, lines: dict[str, Proxy]) -> subprocess.Popen[bytes]:
        return self.spawn(name, "bridge", "--verbose", TRIPMETER_BRIDGE__CLIENT_ID=name, **self._by(lines))

    def _worker(self, name: str, lines: dict[str, Proxy]) -> subprocess.Popen[bytes]:
        return self.worker(name, **self._by(lines))

    def _by(self, lines: dict[str, Proxy]) -> dict[str, str]:
        """Settings that lead by these lines."""
        return {
            "TRIPMETER_MQTT__PORT": str(lines["Mosquitto"].port),
            "TRIPMETER_KAFKA__BOOTSTRAP": f"127.0.0.1:{lines['Kafka'].port}",
            "TRIPMETER_STORE__URL": self.url.replace(f":{self.postgres.port}/", f":{lines['PostgreSQL'].port}/"),
        }
