"""Messages: what is told of an alert, as rows of the outbox."""

import json
from datetime import UTC, datetime
from typing import Any

from devices import topics

Row = dict[str, Any]

EVIDENCE = ("event_id", "peak", "unit", "threshold", "speed_kmh", "lat_deg", "lon_deg", "rule", "rule_version")


def body_of(alert: Row, event: Row) -> Row:
    """What is told of an alert and of its last event."""
    named = ("alert_id", "fleet_id", "vehicle_id", "driver_id", "kind", "subject", "priority", "level", "condition")
    body = {name: alert[name] for name in (*named, "count")}
    body |= {name: iso(alert[name]) for name in ("first_seen", "last_seen")}
    if alert["flapping"]:
        body["flapping"] = True
    body["event"] = {name: event[name] for name in EVIDENCE}
    if event["note"]:
        body["note"] = event["note"]
    return body


def message_of(alert: Row, event: Row) -> Row:
    """A change of an alert, as an outbox row without its sink: it stays on the vehicle's topic."""
    return {"address": _topic(alert), "body": encoded(body_of(alert, event)), "retain": 1}


def taken_down(alert: Row, sink: str) -> Row:
    """The outbox row that clears a retained alert."""
    return {"sink": sink, "address": _topic(alert), "body": b"", "retain": 1}


def encoded(body: Row) -> bytes:
    """Compact JSON."""
    return json.dumps(body, separators=(",", ":")).encode()


def iso(t: float) -> str:
    """UTC epoch seconds as ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _topic(alert: Row) -> str:
    return topics.alert(alert["fleet_id"], alert["vehicle_id"], alert["kind"], alert["subject"])
