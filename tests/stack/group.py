"""Group: worker processes that share a topic and a database, and how far each partition has come."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from streams.distributed import kafka
from streams.settings import Kafka
from streams.store import upkeep
from streams.store.engine import engine_of
from streams.store.layout import place, prepare

from .waiting import wait_for

WITHIN_S = 300.0


class Owner(NamedTuple):
    """What a partition says of itself: how often it was taken over, the frame it waits for, its commits."""

    epoch: int
    next: int
    commits: int


class Group:
    """One topic, one database, one log folder; ``spawn`` processes that work on them."""

    def __init__(self, bootstrap: str, url: str, folder: Path, mqtt_port: int, partitions: int = 4) -> None:
        self.bootstrap, self.url, self.folder, self.partitions = bootstrap, url, folder, partitions
        self.topic = f"telemetry-{folder.name}"
        self.environ = os.environ | {
            "TRIPMETER_KAFKA__BOOTSTRAP": bootstrap,
            "TRIPMETER_KAFKA__TOPIC": self.topic,
            "TRIPMETER_KAFKA__DEAD_LETTERS": f"{self.topic}-dead",
            "TRIPMETER_KAFKA__GROUP": self.topic,
            "TRIPMETER_KAFKA__PARTITIONS": str(partitions),
            "TRIPMETER_STORE__URL": url,
            "TRIPMETER_MQTT__PORT": str(mqtt_port),
            "TRIPMETER_HTTP__PORT": "0",
            "TRIPMETER_DATA__DIR": str(folder),
            "TRIPMETER_GATEWAY__ACCEPT_UNREGISTERED": "true",
        }
        for number in range(partitions):
            prepare(url, number)

    def create_topics(self) -> None:
        """As the first bridge does."""
        wanted = Kafka(self.bootstrap, self.topic, dead_letters=f"{self.topic}-dead", partitions=self.partitions)
        kafka.prepare(wanted)

    def spawn(self, name: str, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """A ``tripmeter`` command with its log in the folder; ``more`` environment."""
        with (self.folder / f"{name}.log").open("ab") as log:
            words = [sys.executable, "-m", "streams", *command]
            return subprocess.Popen(words, env=self.environ | more, cwd=self.folder, stdout=log, stderr=log)

    def worker(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        """One more worker."""
        return self.spawn(name, "worker", "--clock", "feed", "--verbose", **more)

    def finish(self) -> None:
        """Let one last worker settle and tell what is left when all others have stopped.

        Whoever stops while Kafka deals the partitions out anew finishes what it holds; what just then nobody held is
        finished by whoever takes it over next.
        """
        before = self.owners()
        last = self.worker("last")
        self.until(lambda: all(now.epoch > before[number].epoch for number, now in self.owners().items()))
        last.terminate()
        assert last.wait(WITHIN_S) == 0, self.logs()

    def owners(self) -> dict[int, Owner]:
        """By partition."""
        owner = upkeep.owner.c
        found = {}
        for number in range(self.partitions):
            with _connected(engine_of(self.url, [place(number)])) as connection:
                row = connection.execute(select(owner.epoch, owner.next, owner.commits)).one()
            found[number] = Owner(*row)
        return found

    def positions(self) -> dict[int, int]:
        """What each partition waits for next."""
        return {number: owner.next for number, owner in self.owners().items()}

    def until(self, condition: Any) -> None:
        """Wait for a condition; the logs tell why it did not come true."""
        wait_for(condition, WITHIN_S, lambda: (self.owners(), self.logs()), every=0.2)

    def logs(self) -> dict[str, str]:
        """The end of what each process has said."""
        return {path.name: path.read_text()[-6000:] for path in sorted(self.folder.glob("*.log"))}


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
