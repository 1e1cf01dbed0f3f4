"""House: bridges and workers as their users start them, between real servers, watched from outside."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.measure import TICK, cpu_of
from bench.running import PATIENCE_S, POLL_S, BenchError
from bench.stack import Partitions, Stack
from streams.store.layout import prepare

PARTITIONS = 4
MEANS = ("tripmeter_payload_to_kafka_seconds", "tripmeter_payload_to_commit_seconds", "tripmeter_commit_seconds")


class Command:
    """A ``tripmeter`` command of ours; ready when made."""

    def __init__(self, name: str, folder: Path, environ: dict[str, str], *words: str) -> None:
        self._path = folder / f"{name}-{time.monotonic_ns()}.log"
        with self._path.open("wb") as log:
            command = [sys.executable, "-m", "streams", *words]
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def ready(self) -> "Command":
        """Wait until it says that it is."""
        end = time.monotonic() + PATIENCE_S
        while "tripmeter" not in self.get("readyz", "tripmeter"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise BenchError(f"it did not start: {self._path.read_text()[-2000:]}")
            time.sleep(POLL_S)
        return self

    def get(self, path: str, good: str = "") -> str:
        """A page of it; ``good`` stands for one whose status is enough, empty is none."""
        found = re.search(r"http://([0-9.:]+)/", self._path.read_text())
        if found is None:
            return ""
        try:
            with urllib.request.urlopen(f"http://{found[1]}/{path}", timeout=2) as answer:
                return good or str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def totals(self) -> dict[str, float]:
        """Sum and count of each of MEANS."""
        lines = [line.split() for line in self.get("metrics").splitlines() if line.startswith(MEANS)]
        return {line[0]: float(line[1]) for line in lines if line[0].endswith(("_sum", "_count"))}

    def end(self, how: signal.Signals) -> None:
        """Send a signal and wait."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class House:
    """A bridge and workers, of a topic and a database of their own; use as a context."""

    def __init__(self, stack: Stack, workers: int = 1) -> None:
        self.stack, self.port = stack, stack.mosquitto.port
        topic = stack.topic(PARTITIONS)
        self.environ = stack.environ(topic, PARTITIONS, bridge__client_id=topic)
        self.folder = stack.folder / topic
        for number in range(PARTITIONS):
            prepare(self.environ["TRIPMETER_STORE__URL"], number)
        self.look = Partitions(self.environ["TRIPMETER_STORE__URL"], PARTITIONS)
        self._count = workers

    def __enter__(self) -> Self:
        self.bridge = Command("bridge", self.folder, self.environ, "bridge")
        self.workers = [self.worker() for _ in range(self._count)]
        for command in (self.bridge, *self.workers):
            command.ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for command in (*self.workers, self.bridge):
            command.end(signal.SIGTERM)
        self.look.close()

    def worker(self) -> Command:
        """Another worker."""
        return Command("worker", self.folder, self.environ, "worker")

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far, by what uses them; ``others`` is all else on this machine, ours included."""
        postgres = self.stack.postgres._server.pid
        spent = {
            "Mosquitto": cpu_of(self.stack.mosquitto._process.pid),
            "bridge": cpu_of(self.bridge.process.pid),
            "Kafka": cpu_of(self.stack.kafka._process.pid),
            "worker": sum(cpu_of(one.process.pid) for one in self.workers if one.process.poll() is None),
            "PostgreSQL": cpu_of(postgres) + sum(cpu_of(pid) for pid in _children(postgres)),
        }
        return spent | {"others": _busy() - sum(spent.values())}

    def totals(self) -> dict[str, float]:
        """Sums and counts of what bridge and workers say of themselves."""
        found: dict[str, float] = {}
        for command in (self.bridge, *self.workers):
            for name, value in command.totals().items():
                found[name] = found.get(name, 0.0) + value
        return found


def _children(parent: int) -> list[int]:
    """Processes that another has begun."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found


def _busy() -> float:
    """CPU seconds of the whole machine."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) * TICK if os.name == "posix" else 0.0
