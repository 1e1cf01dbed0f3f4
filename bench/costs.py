"""Costs: what a payload, a vehicle and a driven hour cost each part of a distributed Tripmeter, on real servers.

CPU is that of the process (its threads, its children), whoever waits for whom: `tripmeter plan` multiplies it.
"""

import heapq
import os
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bench import bridge
from bench.measure import TICK, Result, cpu_of
from bench.stack import Stack
from devices import frames, topics
from devices.samples import Payload
from simulator.payloads import Cut, payloads
from simulator.regions import REGIONS
from simulator.roster import roster
from simulator.traffic import Traffic, Window
from streams import config, rules
from streams.alert_rules import RULES
from streams.distributed.arrived import Frame
from streams.distributed.worker import Worker
from streams.objects.folder import Folder
from streams.pipeline.chain import PARAMS
from streams.river.partition import Partition
from streams.store.layout import open_partition

SIZES = (1, 10, 60)  # samples in a payload
VEHICLES, HOURS = 300, 1.0  # many at once, for what a payload costs
DAY_VEHICLES, DAY_HOURS = 20, 12.0  # a working day, for what is kept of it
MOST = 15_000  # payloads of a measurement
CROWDS = 10  # as many vehicles again, for what one takes in memory
SETTINGS = ("gateway.accept_unregistered=true", "sinks.mqtt=false", "commit.snapshot_s=1e9")
SIZE = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'p000' AND c.relkind = 'r' AND c.relname"""
RAW = "IN ('payloads')"
RECORD = "NOT IN ('payloads', 'states', 'midnights', 'outbox', 'ticks', 'quarantine')"


class Spent(NamedTuple):
    """What has been used so far: CPU s of this process and of PostgreSQL, bytes of its log."""

    worker: float
    postgres: float
    log: float


def run(quick: bool = False) -> Result:
    """All of it; needs what scripts/stack.sh installs."""
    with Stack() as stack:
        many = _reports(VEHICLES // (10 if quick else 1), HOURS)
        found: Result = {"payload": {}}
        for size in SIZES:
            house, said = House(stack, f"costs{size}"), _cut(many, size)
            found["payload"][str(size)] = house.payload_costs(said)
            if size == 10:
                memory = house.memory(said)
                found["vehicle"] = house.vehicle_costs() | {"bytes_memory": memory}
            house.close()
        found["hour"] = _hour(stack, quick)
        found["way"] = _way(stack, quick)
    return found


class House:
    """A worker with one partition on PostgreSQL."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.server, self.folder = stack.postgres, stack.folder / name
        self.folder.mkdir()
        self.url, self.offset, self.bytes = self.server.create(name), 0, 0
        self.settings = config.load(None, {}, SETTINGS, PARAMS, RULES)
        self.worker = Worker(self._begin, lambda _topic, _body: None)
        self.worker.own([0])

    def payload_costs(self, said: Sequence[Payload]) -> Result:
        """Of one payload, once all vehicles are known."""
        known = len({one.topic for one in said})
        self.take(said[: 2 * known])
        rest, at, raw = said[2 * known :], self.spent(), self.size(RAW)
        self.take(rest)
        cost = {name: 1e6 * value / len(rest) for name, value in _since(at, self.spent()).items()}
        return {
            "payloads": len(rest),
            "bytes_body": sum(len(one.body) for one in rest) / len(rest),
            "bytes_frame": self.bytes / len(said),
            "bytes_database": (self.size(RAW) - raw) / len(rest),
            "bytes_log": cost["log"] / 1e6,
            "cpu_us": {name: cost[name] for name in ("worker", "postgres")},
        }

    def vehicle_costs(self) -> Result:
        """Of saving the state of one vehicle that has moved on."""
        vehicles = len(self.partition.pipeline.fleet.vehicles)
        at = self.spent()
        self.partition.river.snapshot()
        cost = {name: value / vehicles for name, value in _since(at, self.spent()).items()}
        return {
            "vehicles": vehicles,
            "bytes_state": self.ask("SELECT avg(octet_length(body)) FROM states"),
            "bytes_log": cost["log"],
            "cpu_us": {name: 1e6 * cost[name] for name in ("worker", "postgres")},
        }

    def memory(self, said: Sequence[Payload]) -> float:
        """Bytes of a vehicle more in the process, when the same have come under so many other names."""
        one_each = list({one.topic: one for one in said}.values())
        before = 0
        for crowd in range(CROWDS + 1):
            before = before or (_resident() if crowd else 0)
            named = [one.topic.replace("/v1/", f"/v1/crowd{crowd}-") for one in one_each]
            self.take([Payload(topic, one.body, one.received_at) for topic, one in zip(named, one_each, strict=True)])
        return (_resident() - before) / (CROWDS * len(one_each))

    def take(self, said: Sequence[Payload]) -> None:
        """Payloads in frames as a busy bridge makes them, a commit as often as each vehicle has spoken."""
        at_once = len({one.topic for one in said})
        for k in range(0, len(said), at_once):
            bodies = [frames.pack(list(some)) for some in _frames(said[k : k + at_once])]
            self.bytes += sum(map(len, bodies))
            self.worker.turn([Frame(0, self.offset + n, body) for n, body in enumerate(bodies)])
            self.offset += len(bodies)

    def spent(self) -> Spent:
        """By now."""
        log = self.ask("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        return Spent(time.process_time(), _family_cpu(self.server.pid), log)

    def size(self, which: str) -> float:
        """Bytes of some tables, with their indexes."""
        return self.ask(f"{SIZE} {which}")

    def ask(self, query: str) -> float:
        """A number that PostgreSQL knows."""
        with self.partition.store.reading() as connection:
            return float(connection.exec_driver_sql(query).scalar_one())

    def close(self) -> None:
        """Save, and let go."""
        self.worker.close()

    def _begin(self, number: int) -> tuple[Partition, int]:
        store = open_partition(self.url, number)
        following = store.take_over()
        judged = rules.gather(self.settings, None)
        self.partition = Partition(
            self.settings, judged, store, Folder(self.folder), lambda *_: _Sent(), lambda: False, feed_clock=True
        )
        self.partition.restore()
        self.partition.start()
        return self.partition, following


class _Sent:
    def done(self) -> bool:
        return True


def _hour(stack: Stack, quick: bool) -> Result:
    """What stays of a driven hour when its payloads have gone: in the database, and of them in the archive."""
    said = _cut(_reports(DAY_VEHICLES, 1.0 if quick else DAY_HOURS), 60, most=10**9)
    house = House(stack, "day")
    before = house.size(RECORD)
    house.take(said)
    house.partition.drain()
    hours = sum(one.token for one in said) / 3600
    record = house.size(RECORD) - before
    house.partition.retention.work(house.partition.river.newest + 2 * 86_400)
    archived = sum(path.stat().st_size for path in house.folder.rglob("*.parquet"))
    house.close()
    return {"hours": hours, "bytes_record": record / hours, "bytes_archive": archived / hours}


def _way(stack: Stack, quick: bool) -> Result:
    """Of one payload of ten samples on its way from Mosquitto into Kafka."""
    servers = {"mosquitto": stack.mosquitto.pid, "kafka": stack.kafka.pid}
    at = {name: cpu_of(pid) for name, pid in servers.items()}
    count = 10_000 if quick else bridge.COUNT
    cost = bridge.measured(stack.mosquitto.port, stack.kafka.bootstrap, count)
    cpu = {name: 1e6 * (cpu_of(pid) - at[name]) / count for name, pid in servers.items()}
    kept = sum(path.stat().st_size for path in (stack.folder / "kafka" / "data").glob("tripmeter.bench-*/*.log"))
    return {
        "bytes_body": len(bridge.BODY),
        "payloads_frame": cost["payloads_frame"],
        "bytes_kept": kept / count,
        "cpu_us": {"bridge": cost["cpu_us"], **cpu},
    }


def _reports(vehicles: int, hours: float) -> list[Any]:
    """What the devices of a simulated fleet have recorded from eight in the morning on."""
    region = REGIONS["karlsruhe"]
    start = datetime(2025, 11, 12, 8, tzinfo=ZoneInfo(region.zone)).timestamp()
    return list(Traffic(roster(vehicles, 7, region.name), Window(start, hours)).reports())


def _cut(reports: Sequence[Any], size: int, most: int = MOST) -> list[Payload]:
    """Their payloads of so many samples, in order of time."""
    cargo: list[Iterator[Any]] = []
    for number, report in enumerate(reports):
        topic = topics.telemetry(report.fleet_id, report.vehicle_id)
        made = payloads(report.recording, number, "b", Cut(size, float(size)))
        cargo.append(map(partial(_payload, topic), made))
    return list(islice(heapq.merge(*cargo, key=attrgetter("received_at")), most))


def _payload(topic: str, outgoing: Any) -> Payload:
    """Its token is how many samples it holds."""
    return Payload(topic, outgoing.body, outgoing.at, outgoing.samples)


def _frames(said: Sequence[Payload]) -> Iterator[list[Payload]]:
    """In pieces of 28 kB at most."""
    some: list[Payload] = []
    size = frames.HEADER
    for one in said:
        if some and size + frames.size(one) > 28_000:
            yield some
            some, size = [], frames.HEADER
        some.append(one)
        size += frames.size(one)
    yield some


def _since(before: Spent, after: Spent) -> dict[str, float]:
    return {name: getattr(after, name) - getattr(before, name) for name in Spent._fields}


def _resident() -> int:
    """Memory of this process, bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _family_cpu(pid: int) -> float:
    """CPU seconds of a process, of its children, and of those it has outlived."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    gone = (int(fields[13]) + int(fields[14])) * TICK
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_of(pid) + gone + sum(cpu_of(int(child)) for child in children)
