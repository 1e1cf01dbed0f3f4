"""Soak: a steady load for long - nothing is lost, and no process, queue or log keeps growing.

SOAK_S is how long; ``make soak`` lets it last half an hour and keeps the result, in SOAK_RESULT.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from sqlalchemy import text

from streams.store.engine import engine_of

from . import results
from .group import Group
from .verdict import kept
from .vitals import Vitals

SECONDS = float(os.environ.get("SOAK_S", "180"))
VEHICLES = int(os.environ.get("SOAK_VEHICLES", "200"))  # each a sample a second, told every
BATCH = "5s"
RESULT = os.environ.get("SOAK_RESULT")
KAFKA_MB = 600.0  # its heap may be 384 MB, and Java needs some for itself
WAL_MB = 400.0  # max_wal_size is 256 MB, and PostgreSQL may pass it for a moment

pytestmark = [pytest.mark.stack, pytest.mark.timeout(SECONDS + 600)]


class Steady(Group):
    """Two bridges and two workers whom nobody disturbs."""

    def __init__(self, folder, mosquitto, kafka, postgres):
        super().__init__(kafka.bootstrap, postgres.create(folder.name), folder, mosquitto.port)
        self.environ |= {"TRIPMETER_BRIDGE__SHARE": "bridges", "TRIPMETER_KAFKA__SPREAD": "vehicle"}
        self.create_topics()
        self.processes = {
            f"bridge{k}": self.spawn(f"bridge{k}", "bridge", TRIPMETER_BRIDGE__CLIENT_ID=f"bridge{k}") for k in range(2)
        }
        self.processes |= {f"worker{k}": self.spawn(f"worker{k}", "worker") for k in range(2)}
        self._engine = engine_of(self.url, [])
        settings = {"bootstrap.servers": kafka.bootstrap, "group.id": "look", "log_level": 0}
        self._consumer = Consumer(settings)

    def lag(self):
        """Frames that are in Kafka and not on record."""
        there = sum(self.positions().values())  # before the ends, which go on meanwhile
        ends = [
            self._consumer.get_watermark_offsets(TopicPartition(self.topic, number), timeout=30)[1]
            for number in range(self.partitions)
        ]
        return sum(ends) - there

    def outbox(self):
        """Messages that have not left."""
        return self._ask("SELECT count(*) FROM everything.outbox")

    def wal_mb(self):
        """PostgreSQL's log."""
        return round(self._ask("SELECT sum(size) / 1e6 FROM pg_ls_waldir()"), 1)

    def stop(self):
        """As an operator would; the exit codes."""
        for process in self.processes.values():
            process.terminate()
        return {process.wait(120) for process in self.processes.values()}

    def _ask(self, statement):
        with self._engine.connect() as connection:
            return float(connection.execute(text(statement)).scalar())


@pytest.fixture
def steady(tmp_path, mosquitto, kafka, postgres):
    made = Steady(tmp_path, mosquitto, kafka, postgres)
    yield made
    for process in made.processes.values():
        process.kill()


def test_a_steady_load_loses_nothing_and_nothing_grows(steady, mosquitto, kafka, postgres, capsys):
    steady.until(lambda: sum(owner.epoch for owner in steady.owners().values()) >= steady.partitions)
    servers = {"mosquitto": mosquitto.pid, "kafka": kafka.pid, "postgresql": postgres.pid}
    ours = {name: process.pid for name, process in steady.processes.items()}
    numbers = {"lag, frames": steady.lag, "outbox, messages": steady.outbox, "WAL, MB": steady.wal_mb}
    with Vitals(servers | ours, numbers) as vitals:
        loaded = load(mosquitto.port)
    steady.until(lambda: steady.lag() == 0 and steady.outbox() == 0)
    assert steady.stop() == {0}, steady.logs()
    assert loaded["held"], loaded
    stored = kept(steady.url)
    assert (stored.total(), max(stored.values())) == (loaded["payloads"], 1)
    found = {"seconds": SECONDS, "load": loaded} | vitals.result()
    if RESULT:
        results.write(Path(RESULT), found)
    with capsys.disabled():
        results.tell("soak", found)
    assert vitals.growing({"kafka": KAFKA_MB}) == []
    assert found["seen meanwhile"]["WAL, MB"]["max"] < WAL_MB


def load(port):
    """Bring it, with events whose alerts are waited for; what became of it."""
    words = ["--mqtt", f"127.0.0.1:{port}", "--vehicles", str(VEHICLES), "--batch", BATCH, "--events", "2"]
    command = [sys.executable, "-m", "simulator", "load", *words, "--duration", f"{SECONDS:g}s", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    return json.loads(done.stdout)
