"""Stack: a real Kafka, PostgreSQL and Mosquitto on this machine for as long as a bench needs them; scripts/stack.sh."""

import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from sqlalchemy import Select, func, select

from bench.running import BenchError, MissingError
from streams.distributed.kafka import MAX_RECORD
from streams.store import schema, upkeep
from streams.store.engine import engine_of
from streams.store.layout import place

HERE = Path(__file__).parents[1]
TAKEN = select(upkeep.owner.c.next)
POSITION, COUNTED = select(func.max(schema.payloads.c.position)), select(func.count()).select_from(schema.payloads)
ROOM = "servers_of_the_stack_lane"


def missing() -> str:
    """What is not installed here, if anything."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])
    gone = [name for name in ("java", "mosquitto", "openssl") if not shutil.which(name, path=path)]
    gone += [] if (HERE / ".stack" / "kafka" / ".complete").exists() else ["kafka"]
    gone += [] if shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) else ["postgresql"]
    return ", ".join(gone)


class Stack:
    """Servers of their own in a temporary folder; use as a context."""

    kafka: Any
    postgres: Any
    mosquitto: Any

    def __init__(self) -> None:
        if gone := missing():
            raise MissingError(f"not installed: {gone}; scripts/stack.sh does it")
        self._exit = ExitStack()
        self._count = 0

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self.folder = Path(undo.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            for name in ("kafka", "mosquitto"):
                (self.folder / name).mkdir()
            self.kafka = _module("kafka").Kafka(self.folder / "kafka").start()
            undo.callback(self.kafka.stop)
            self.postgres = undo.enter_context(_module("postgres").Server())
            self.mosquitto = _module("mosquitto").Mosquitto(self.folder / "mosquitto")
            with (self.folder / "mosquitto" / "mosquitto.conf").open("a") as settings:
                settings.write("log_dest none\n")
            self.mosquitto.start()
            undo.callback(self.mosquitto.stop)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._exit.close()

    def topic(self, partitions: int) -> str:
        """Name of a new topic."""
        self._count += 1
        name = f"bench-{self._count}"
        wanted = [
            NewTopic(name, partitions, 1, config={"max.message.bytes": str(MAX_RECORD)}),
            NewTopic(f"{name}-dead", 1, 1),
        ]
        admin = AdminClient({"bootstrap.servers": self.kafka.bootstrap})
        for made in admin.create_topics(wanted).values():
            made.result()
        return name

    def fill(self, topic: str, partitions: Sequence[Sequence[bytes]]) -> None:
        """Put records into a topic, a sequence a partition."""
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "acks": "all", "linger.ms": 5})
        for number, records in enumerate(partitions):
            for record in records:
                while True:
                    try:
                        producer.produce(topic, record, partition=number)
                        break
                    except BufferError:
                        producer.poll(0.1)
        if producer.flush(120):
            raise BenchError("Kafka did not take all records")

    def environ(self, topic: str, partitions: int, **settings: object) -> dict[str, str]:
        """Environment of commands that work on a topic and a database of its own."""
        url = self.postgres.create(topic)
        folder = self.folder / topic
        folder.mkdir()
        said = {
            "kafka__bootstrap": self.kafka.bootstrap,
            "kafka__topic": topic,
            "kafka__dead_letters": f"{topic}-dead",
            "kafka__group": topic,
            "kafka__partitions": partitions,
            "kafka__spread": "vehicle",
            "store__url": url,
            "mqtt__port": self.mosquitto.port,
            "http__port": 0,
            "data__dir": folder,
            "gateway__accept_unregistered": "true",
        }
        return os.environ | {f"TRIPMETER_{name.upper()}": str(value) for name, value in (said | settings).items()}


class Partitions:
    """What the partitions of a database hold, seen from outside."""

    def __init__(self, url: str, count: int) -> None:
        self._engines = [engine_of(url, [place(number)]) for number in range(count)]

    def taken(self) -> int:
        """Frames on record."""
        return self._sum(TAKEN)

    def payloads(self) -> int:
        """Payloads on record, the fast way: their positions count up, and nothing is let go within a bench."""
        return self._sum(POSITION)

    def counted(self) -> int:
        """Payloads on record, counted one by one."""
        return self._sum(COUNTED)

    def close(self) -> None:
        """Look no more."""
        for engine in self._engines:
            engine.dispose()

    def _sum(self, question: Select[tuple[int]]) -> int:
        found = 0
        for engine in self._engines:
            with engine.connect() as connection:
                found += connection.execute(question).scalar() or 0
        return found


def _module(name: str) -> ModuleType:
    """A server of the stack lane."""
    room = sys.modules.setdefault(ROOM, ModuleType(ROOM))
    room.__path__ = [str(HERE / "tests" / "stack")]
    return importlib.import_module(f"{ROOM}.{name}")
