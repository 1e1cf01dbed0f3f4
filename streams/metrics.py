"""Metrics: what an operator watches, for Prometheus; never a coordinate, a vehicle or a driver in a label."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory and CPU of the process
BUILD = Gauge("tripmeter_build_info", "The version that runs", ["version"], registry=REGISTRY)
BUILD.labels(version("tripmeter")).set(1)


class Many(Collector):
    """A histogram told many values at once: one at a time takes 2 us."""

    def __init__(self, name: str, documentation: str, buckets: Sequence[float], registry: CollectorRegistry) -> None:
        self._name, self._documentation, self._edges = name, documentation, np.array(buckets, np.float64)
        self._counts, self._sum = np.zeros(len(buckets) + 1, np.int64), 0.0
        registry.register(self)

    def observe_all(self, values: npt.NDArray[np.float64]) -> None:
        """Count ``values``."""
        self._counts = self._counts + np.bincount(np.searchsorted(self._edges, values), minlength=self._counts.size)
        self._sum += float(values.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What Prometheus reads."""
        edges = [*map(repr, map(float, self._edges)), "+Inf"]
        buckets = list(zip(edges, accumulate(self._counts.tolist()), strict=True))
        yield HistogramMetricFamily(self._name, self._documentation, buckets=buckets, sum_value=self._sum)


PAYLOADS = Counter("tripmeter_payloads", "Payloads taken, by what became of them", ["result"], registry=REGISTRY)
QUARANTINED = Counter("tripmeter_quarantined", "Payloads or parts set aside, by reason", ["reason"], registry=REGISTRY)
THROTTLED = Counter("tripmeter_throttled", "Payloads of devices that send more than they may", registry=REGISTRY)
NOT_KEPT = Counter(
    "tripmeter_quarantine_not_kept", "Of what was set aside: more of one device than is kept", registry=REGISTRY
)
SAMPLES = Counter("tripmeter_samples", "Samples run through the detectors", registry=REGISTRY)
LATE = Counter(
    "tripmeter_late_samples", "Samples behind their vehicle's watermark, left to settling", registry=REGISTRY
)
CONFLICTS = Counter("tripmeter_conflicts", "Fields told twice with different values", registry=REGISTRY)
EVENTS = Counter("tripmeter_events", "Events opened, by kind", ["kind"], registry=REGISTRY)
ALERTS = Counter(
    "tripmeter_alerts",
    "Alerts told: opened, repeated, raised or cleared, by kind and priority",
    ["kind", "priority"],
    registry=REGISTRY,
)
PAGES = Counter(
    "tripmeter_pages", "Decisions whether to page, by kind and what came of it", ["kind", "result"], registry=REGISTRY
)
SETTLED = Counter("tripmeter_settled_vehicles", "Vehicles whose record was settled after late data", registry=REGISTRY)
REVISIONS = Counter("tripmeter_revisions", "Rows that settling changed, by change", ["change"], registry=REGISTRY)
LET_GO = Counter(
    "tripmeter_let_go", "Rows, or files of the archive, kept long enough, by category", ["what"], registry=REGISTRY
)
LEDGER_ENTRIES = Counter(
    "tripmeter_ledger_entries", "Entries posted to the ledger, by kind", ["kind"], registry=REGISTRY
)
LEDGER_REFUSED = Gauge(
    "tripmeter_ledger_refused_policies", "Policies that could not be posted the last time", registry=REGISTRY
)
LEDGER_LEFT = Gauge(
    "tripmeter_ledger_left_out_days", "Days of vehicles that moved no score the last time", registry=REGISTRY
)
LEDGER_POSTED = Gauge(
    "tripmeter_ledger_posted_time_seconds", "End of the last day that was posted, epoch seconds", registry=REGISTRY
)
LEDGER_FAILED = Counter("tripmeter_ledger_failures", "Times the ledger could not be posted at all", registry=REGISTRY)
LEDGER_UNMADE = Counter(
    "tripmeter_ledger_unmade_vehicles", "Vehicles whose days could not be made again, each time", registry=REGISTRY
)
SENT = Counter("tripmeter_sent", "Messages that left through a sink", ["sink"], registry=REGISTRY)
FAILED = Counter("tripmeter_send_failures", "Attempts of a sink that failed", ["sink"], registry=REGISTRY)
REFUSED = Counter(
    "tripmeter_undelivered", "Messages that a receiver refused for good, set aside", ["sink"], registry=REGISTRY
)
CONNECTED = Gauge("tripmeter_gateway_connected", "1 while the gateway has its broker", registry=REGISTRY)
UNACKED = Gauge("tripmeter_unacked_payloads", "Payloads received and not acknowledged yet", registry=REGISTRY)
WINDOW = Gauge("tripmeter_unacked_limit_payloads", "So many of them stop the reading", registry=REGISTRY)
FRAMES = Counter("tripmeter_frames", "Frames that a bridge has sent to Kafka", registry=REGISTRY)
HTTP_REFUSED = Counter(
    "tripmeter_http_refused",
    "Requests without the right token, by status: 401 none known, 403 not for this",
    ["status"],
    registry=REGISTRY,
)
DEAD = Counter("tripmeter_dead_letters", "Frames of Kafka that were of no use, set aside", registry=REGISTRY)
DEALS = Counter("tripmeter_rebalances", "New deals of the partitions", registry=REGISTRY)
FENCED = Counter("tripmeter_fenced", "Partitions that turned out to be another process's", registry=REGISTRY)
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
COMMIT = Histogram("tripmeter_commit_seconds", "Duration of a commit", buckets=_FAST, registry=REGISTRY)
UNWRITTEN = Counter("tripmeter_commit_failures", "Commits that the database did not take at once", registry=REGISTRY)
TAKE_OVER = Histogram(
    "tripmeter_take_over_seconds",
    "From taking a partition over to its state as it was",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
    registry=REGISTRY,
)
TO_COMMIT = Many(
    "tripmeter_payload_to_commit_seconds", "From arrival of a payload to its commit", buckets=_FAST, registry=REGISTRY
)
TO_KAFKA = Histogram(
    "tripmeter_payload_to_kafka_seconds",
    "From arrival of the oldest payload of a frame to Kafka's answer",
    buckets=_FAST,
    registry=REGISTRY,
)


class Watched(Protocol):
    """What of a partition is looked at whenever somebody asks."""

    def gauges(self) -> Mapping[str, float]:
        """Values of ``OF_A_PARTITION`` by name; what there is none of yet is left out."""

    def waiting(self) -> Mapping[str, tuple[int, float]]:
        """By sink, how many messages wait to leave, and since when the oldest does (epoch s)."""


OF_A_PARTITION = {
    "tripmeter_vehicles": "Vehicles known",
    "tripmeter_event_time_seconds": "Newest event time: its watermark, epoch seconds",
    "tripmeter_snapshot_time_seconds": "When the last snapshot was taken, epoch seconds",
    "tripmeter_unsaved_vehicles": "Vehicles that have moved on since the last snapshot",
    "tripmeter_unsettled_vehicles": "Vehicles with late data that waits for settling",
}


class Partitions(Collector):
    """All partitions of this process, asked at each scrape: none is shown once it is another's."""

    def __init__(self) -> None:
        self._watched: dict[int, Watched] = {}
        self.positions: Mapping[int, int] = {}  # by partition, the offset of the frame that it waits for
        self.lag: Mapping[int, int] = {}  # by partition, frames that wait in Kafka

    def watch(self, number: int, partition: Watched) -> None:
        """From now on."""
        self._watched[number] = partition

    def forget(self, number: int, partition: Watched) -> None:
        """No longer, unless another has taken its place."""
        if self._watched.get(number) is partition:
            del self._watched[number]

    def collect(self) -> Iterator[Metric]:
        """As Prometheus wants them."""
        watched = dict(self._watched)
        gauges = {number: partition.gauges() for number, partition in watched.items()}
        for name, meaning in OF_A_PARTITION.items():
            found = {number: values[name] for number, values in gauges.items() if name in values}
            yield _family(name, meaning, found)
        yield _family("tripmeter_position_frames", "Offset of the frame it waits for", self.positions)
        yield _family("tripmeter_lag_frames", "Frames that wait in Kafka", self.lag)
        yield from _outboxes(watched)


def _family(name: str, meaning: str, values: Mapping[int, float]) -> Metric:
    family = GaugeMetricFamily(name, f"{meaning}, by partition", labels=["partition"])
    for number, value in values.items():
        family.add_metric([str(number)], value)
    return family


def _outboxes(watched: Mapping[int, Watched]) -> Iterator[Metric]:
    labels = ["partition", "sink"]
    rows = GaugeMetricFamily("tripmeter_outbox_rows", "Messages waiting to leave", labels=labels)
    oldest = GaugeMetricFamily(
        "tripmeter_outbox_oldest_time_seconds", "Since when the oldest of them waits, epoch seconds", labels=labels
    )
    for number, partition in watched.items():
        for sink, (count, since) in partition.waiting().items():
            rows.add_metric([str(number), sink], count)
            if count:
                oldest.add_metric([str(number), sink], since)
    yield from (rows, oldest)


class Disk(Collector):
    """Room where the data folder is, or will be, once that is known."""

    folder: Path | None = None

    def collect(self) -> Iterator[Metric]:
        """As Prometheus wants them."""
        free = GaugeMetricFamily("tripmeter_disk_free_bytes", "Room left on the disk of the data folder")
        size = GaugeMetricFamily("tripmeter_disk_size_bytes", "Size of that disk")
        if self.folder is not None:
            folder = self.folder.absolute()
            found = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
            free.add_metric([], found.free)
            size.add_metric([], found.total)
        yield from (free, size)


PARTITIONS, DISK = Partitions(), Disk()
REGISTRY.register(PARTITIONS)
REGISTRY.register(DISK)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def total(counter: Counter) -> float:
    """What a counter without labels has come to in this process."""
    samples = (sample for family in counter.collect() for sample in family.samples)
    return float(next(sample.value for sample in samples if sample.name.endswith("_total")))
