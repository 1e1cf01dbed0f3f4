"""Plan: the machines, disks and money of a fleet, one that may lose a machine of each kind at its busiest moment."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.planning.measured import Costs, PlanError

SHIPPED = Path(__file__).with_name("assumptions.toml")
DAY_S, GB = 86_400.0, 1e9
MOST_PARTITIONS = 512  # of one installation; a thousand are possible
SNAPSHOT_S = 5.0  # commit.snapshot_s

Assumptions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Fleet:
    """What is to be served; ``samples`` are those of a payload."""

    vehicles: int
    hz: float = 1.0
    samples: float = 10.0
    horizon_days: float = 7.0
    retention_days: float = 30.0


@dataclass(frozen=True)
class Machines:
    """Some of a kind in each installation."""

    count: int
    cores: int
    memory_gb: int
    busy: float  # of their processors at the busiest moment
    one_gone: float  # the same, of the others, when one is missing
    disk_gb: float = 0.0  # of each


@dataclass(frozen=True)
class Plan:
    """Counts are of one installation (a cell: own brokers, own database, some of the fleets) but for the totals."""

    fleet: Fleet
    cells: int
    payloads_s: float  # at the busiest moment, all cells
    samples_s: float
    partitions: int
    workers: int
    bridges: int
    mosquittos: int
    app: Machines
    mosquitto: Machines
    kafka: Machines
    postgres: Machines
    log_mb_s: float  # of each PostgreSQL at the busiest moment
    iops: float
    archive_gb: float  # all cells
    month: float  # money
    currency: str

    @property
    def kinds(self) -> dict[str, Machines]:
        """Machines by what they are for."""
        names = ("workers, bridges", "Mosquitto", "Kafka", "PostgreSQL")
        return dict(zip(names, (self.app, self.mosquitto, self.kafka, self.postgres), strict=True))

    @property
    def machines(self) -> int:
        """All there are."""
        return self.cells * sum(kind.count for kind in self.kinds.values())


def assumptions(path: Path | None = None) -> Assumptions:
    """Those shipped, or of a file that has the same keys. Raises ``PlanError``."""
    shipped = tomllib.loads(SHIPPED.read_text("utf-8"))
    try:
        said = tomllib.loads(path.read_text("utf-8")) if path else {}
    except (OSError, ValueError) as error:
        raise PlanError(f"{path}: {error}") from error
    unknown = [f"{name}.{key}" for name, keys in said.items() for key in keys if key not in shipped.get(name, {})]
    if unknown:
        raise PlanError(f"{path}: there is no {', '.join(unknown)}")
    return {name: keys | said.get(name, {}) for name, keys in shipped.items()}


def plan(fleet: Fleet, costs: Costs, given: Assumptions) -> Plan:
    """The smallest number of installations that can be built, and what one of them takes."""
    for cells in range(1, 10_001):
        found = _cell(fleet, costs, given, cells)
        if found is not None:
            return found
    raise PlanError(f"{fleet.vehicles} vehicles take more than ten thousand installations")


class _Load:
    """What one cell has to do at its busiest moment, and to keep."""

    def __init__(self, fleet: Fleet, costs: Costs, given: Assumptions, cells: int) -> None:
        habits, self.vehicles = given["habits"], fleet.vehicles / cells
        driving = self.vehicles * float(habits["driving"])
        self.payloads = driving * fleet.hz / fleet.samples  # a second
        self.driven = self.vehicles * float(habits["hours"])  # hours a day
        self.mean = self.driven / 24 * fleet.hz / fleet.samples
        self.saved = min(driving / SNAPSHOT_S, self.payloads)  # states a second
        self.fleet, self.costs = fleet, costs

    def of(self, name: str) -> float:
        """A second: CPU s, or bytes, for payloads and for the states they move."""
        return self.payloads * self.costs.of_payload(name, self.fleet.samples) + self.saved * self.costs.vehicle[name]

    def kept(self, name: str, days: float) -> float:
        """Bytes of what payloads leave behind in so many days."""
        return self.mean * DAY_S * days * self.costs.of_payload(name, self.fleet.samples)


def _cell(fleet: Fleet, costs: Costs, given: Assumptions, cells: int) -> Plan | None:
    """One of so many equal installations; None if it would be too large for one PostgreSQL or its partitions."""
    load, headroom = _Load(fleet, costs, given, cells), given["headroom"]
    workers = max(given["workers"]["least"], math.ceil(load.of("worker") / headroom["utilisation"]))
    partitions = max(16, 2 ** math.ceil(math.log2(given["workers"]["partitions"] * workers)))
    log_mb_s = load.of("log") / 1e6
    said, held = given["postgres"], _database(load, given)
    disk = held / headroom["disk"]
    postgres = _machines(given, load.of("postgres"), held * said["memory_share"], 1, spare=False)
    too_large = (
        postgres.count > 1 or disk > said["disk_gb"] * GB or log_mb_s > said["log_mb_s"] * headroom["utilisation"]
    )
    if too_large or partitions > MOST_PARTITIONS:
        return None
    carried = load.payloads * costs.way["bridge"]
    bridges = max(2, math.ceil(carried / headroom["utilisation"]))
    brokers = _brokers(load, given)
    memory = load.vehicles * costs.vehicle["memory"] + (workers + bridges) * given["workers"]["process_gb"] * GB
    app = _machines(given, load.of("worker") + carried, memory, 2)
    postgres = _with(postgres, 1 + said["standbys"], disk)
    kafka = _kafka(load, given)
    mosquitto = _machines(
        given,
        load.payloads * costs.way["mosquitto"],
        load.vehicles * 1e3 * given["mosquitto"]["connection_kb"],
        brokers,
        spare=False,
    )
    archive = load.driven * costs.hour["archive"] * fleet.hz * fleet.retention_days
    writes = min(load.payloads, workers * given["workers"]["commits_s"])
    return Plan(
        fleet=fleet,
        cells=cells,
        payloads_s=cells * load.payloads,
        samples_s=cells * load.payloads * fleet.samples,
        partitions=partitions,
        workers=workers,
        bridges=bridges,
        mosquittos=brokers,
        app=app,
        mosquitto=mosquitto,
        kafka=kafka,
        postgres=postgres,
        log_mb_s=log_mb_s,
        iops=writes + 1e3 * log_mb_s / given["postgres"]["page_kb"],
        archive_gb=cells * archive / GB,
        month=cells * _money(given, (app, mosquitto, kafka, postgres), archive),
        currency=given["prices"]["currency"],
    )


def _brokers(load: _Load, given: Assumptions) -> int:
    """Mosquitto has one thread; if one is gone, the others have its devices."""
    busy = load.payloads * load.costs.way["mosquitto"] / float(given["headroom"]["utilisation"])
    full = load.vehicles / float(given["mosquitto"]["connections"])
    return max(int(given["mosquitto"]["least"]), math.ceil(max(busy, full)) + (max(busy, full) > 1))


def _kafka(load: _Load, given: Assumptions) -> Machines:
    said = given["kafka"]
    found = _machines(given, load.payloads * load.costs.way["kafka"] * said["replicas"], 0.0, said["least"])
    kept = load.kept("frame", said["days"]) * said["replicas"]
    return _with(found, found.count, kept / found.count / given["headroom"]["disk"])


def _database(load: _Load, given: Assumptions) -> float:
    """Bytes: payloads within the horizon, states of now and of its midnights, and the record."""
    days = load.fleet.horizon_days + 1
    states = load.vehicles * load.costs.vehicle["state"] * (days + 1)
    record = load.driven * load.costs.hour["record"] * float(given["habits"]["record_days"])
    return load.kept("database", days) + states + record


def _machines(given: Assumptions, cores: float, memory: float, least: int, spare: bool = True) -> Machines:
    """The smallest that do with ``least``, else as many of the largest as it takes; ``spare``: one may be gone."""
    headroom = given["headroom"]
    for size in given["machines"]["sizes"]:
        count = least
        while not _bears(count, size, cores, memory, headroom, spare) and count < 1_000:
            count += 1
        if count == least:
            break
    others = max(count - 1, 1)
    return Machines(count, size[0], size[1], cores / (count * size[0]), cores / (others * size[0]))


def _bears(
    count: int, size: tuple[int, int], cores: float, memory: float, headroom: Mapping[str, float], spare: bool
) -> bool:
    left = count - 1 if spare else count
    most = min(count * headroom["utilisation"], left * headroom["one_gone"]) * size[0]
    return bool(cores <= most and memory <= left * size[1] * GB * headroom["memory"])


def _with(found: Machines, count: int, disk: float) -> Machines:
    return Machines(count, found.cores, found.memory_gb, found.busy, found.one_gone, disk / GB)


def _money(given: Assumptions, kinds: tuple[Machines, ...], archive: float) -> float:
    """A month of one cell."""
    prices = given["prices"]
    machines = sum(
        kind.count
        * (
            kind.cores * prices["core_month"]
            + kind.memory_gb * prices["memory_gb_month"]
            + kind.disk_gb * prices["ssd_gb_month"]
        )
        for kind in kinds
    )
    return float(machines + archive / GB * prices["object_gb_month"])
