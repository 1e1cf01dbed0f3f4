"""Metrics: what an operator watches, for Prometheus; never a coordinate, a vehicle or a driver in a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

PAYLOADS = Counter("tripmeter_payloads", "Payloads taken, by what became of them", ["result"], registry=REGISTRY)
QUARANTINED = Counter("tripmeter_quarantined", "Payloads or parts set aside, by reason", ["reason"], registry=REGISTRY)
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
SENT = Counter("tripmeter_sent", "Messages that left through a sink", ["sink"], registry=REGISTRY)
FAILED = Counter("tripmeter_send_failures", "Attempts of a sink that failed", ["sink"], registry=REGISTRY)
REFUSED = Counter(
    "tripmeter_undelivered", "Messages that a receiver refused for good, set aside", ["sink"], registry=REGISTRY
)
VEHICLES = Gauge("tripmeter_vehicles", "Vehicles known", registry=REGISTRY)
OUTBOX = Gauge("tripmeter_outbox_rows", "Messages waiting to leave", registry=REGISTRY)
SNAPSHOT_AT = Gauge(
    "tripmeter_snapshot_time_seconds", "When the last snapshot was taken, epoch seconds", registry=REGISTRY
)
EVENT_TIME = Gauge("tripmeter_event_time_seconds", "Newest event time, epoch seconds", registry=REGISTRY)
CONNECTED = Gauge("tripmeter_gateway_connected", "1 while the gateway has its broker", registry=REGISTRY)
UNACKED = Gauge("tripmeter_unacked_payloads", "Payloads received and not acknowledged yet", registry=REGISTRY)
FRAMES = Counter("tripmeter_frames", "Frames that a bridge has sent to Kafka", registry=REGISTRY)
DEAD = Counter("tripmeter_dead_letters", "Frames of Kafka that were of no use, set aside", registry=REGISTRY)
LAG = Gauge("tripmeter_lag_frames", "Frames that wait in Kafka, by partition", ["partition"], registry=REGISTRY)
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
COMMIT = Histogram("tripmeter_commit_seconds", "Duration of a commit", buckets=_FAST, registry=REGISTRY)
TO_COMMIT = Histogram(
    "tripmeter_payload_to_commit_seconds", "From arrival of a payload to its commit", buckets=_FAST, registry=REGISTRY
)
TO_KAFKA = Histogram(
    "tripmeter_payload_to_kafka_seconds",
    "From arrival of the oldest payload of a frame to Kafka's answer",
    buckets=_FAST,
    registry=REGISTRY,
)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def total(counter: Counter) -> float:
    """What a counter without labels has come to in this process."""
    samples = (sample for family in counter.collect() for sample in family.samples)
    return float(next(sample.value for sample in samples if sample.name.endswith("_total")))
