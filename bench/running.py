"""Running: the service as its user starts it, in a process of its own, watched from outside."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bench.load import Plan, Sender
from bench.measure import cpu_of
from devices.samples import Floats

POLL_S = 0.005
PATIENCE_S = 300.0


class BenchError(RuntimeError):
    """The service did not do what is measured."""


class MissingError(BenchError):
    """What would be measured is not installed here."""


class Running:
    """``tripmeter run`` on free ports with an empty data folder; ready when entered."""

    def __init__(self, cache: Path | None = None, words: Sequence[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.port, self.http = _free_ports()
        self._env = os.environ | ({"XDG_CACHE_HOME": str(cache)} if cache else {})
        self._words = words
        self.startup_wall = self.startup_cpu = 0.0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "streams", "run", "--accept-unregistered", "--data", str(self.folder)]
        command += [
            "--mqtt",
            f"127.0.0.1:{self.port}",
            "--http",
            f"127.0.0.1:{self.http}",
            "--console",
            "127.0.0.1:0",
            *self._words,
        ]
        begun = time.monotonic()
        self._log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(command, env=self._env, stdout=self._log, stderr=self._log)
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > begun + PATIENCE_S:
                self.__exit__(None, None, None)
                raise BenchError(f"the service did not start: {(self.folder / 'log').read_text()[-500:]}")
            time.sleep(POLL_S)
        self.startup_wall, self.startup_cpu = time.monotonic() - begun, self.cpu()
        self._database = sqlite3.connect(f"file:{self.folder / 'tripmeter.db'}?mode=ro", uri=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        self._folder.cleanup()

    def cpu(self) -> float:
        """CPU seconds the service has used; its broker is a process of its own and not in it."""
        return cpu_of(self.process.pid)

    def committed(self) -> int:
        """Payloads on record."""
        return int(self._database.execute("SELECT coalesce(max(position), 0) FROM payloads").fetchone()[0])

    def deliver(self, plan: Plan, within: float = PATIENCE_S) -> "Delivered":
        """Send a plan and watch until all of it is committed, or for ``within`` s after the last was sent."""
        before = self.committed()
        self._expected = before + plan.payloads
        sender = Sender(self.port, plan, self.folder / "sent.npy")
        cpu, begun = self.cpu(), time.monotonic()
        sender.go()
        seen, last = [(begun, 0)], begun
        while seen[-1][1] < plan.payloads and (sender.process.poll() is None or time.monotonic() < last + within):
            time.sleep(POLL_S)
            last = last if sender.process.poll() is not None else time.monotonic()
            count = self.committed() - before
            if count > seen[-1][1]:
                seen.append((time.monotonic(), count))
        at, counts = (np.array(column) for column in zip(*seen, strict=True))
        return Delivered(sender.times(), at, counts, self.cpu() - cpu)

    def catch_up(self) -> None:
        """Wait until all that was sent is committed."""
        end = time.monotonic() + PATIENCE_S
        while self.committed() < self._expected:
            if time.monotonic() > end:
                raise BenchError(f"{self._expected - self.committed()} payloads were never committed")
            time.sleep(POLL_S)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Delivered:
    """When each payload was sent and when it was seen committed (5 ms apart); one connection, so in the same order."""

    def __init__(self, sent: Floats, at: Floats, counts: Floats, cpu: float) -> None:
        self.sent, self.cpu = sent, cpu
        self.committed = int(counts[-1])
        self.wall = float(at[-1] - sent[0])
        rank = np.searchsorted(counts, np.arange(1, len(sent) + 1))
        self.latency = np.where(rank < len(at), at[np.minimum(rank, len(at) - 1)], np.inf) - sent


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]
