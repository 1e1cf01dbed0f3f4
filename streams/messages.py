"""Messages: what is told of an alert, as rows of the outbox."""

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from devices import topics

Row = dict[str, Any]

EVIDENCE = ("event_id", "peak", "unit", "threshold", "speed_kmh", "lat_deg", "lon_deg", "rule", "rule_version")


def body_of(alert: Row, event: Row) -> Row:
    """What is told of an alert and of its last event."""
    named = ("alert_id", "fleet_id", "vehicle_id", "driver_id", "kind", "subject", "priority", "level", "condition")
    body = {name: _plain(alert[name]) for name in (*named, "count")}
    body |= {name: iso(alert[name]) for name in ("first_seen", "last_seen")}
    if alert["flapping"]:
        body["flapping"] = True
    body["event"] = {name: event[name] for name in EVIDENCE}
    if event["note"]:
        body["note"] = plain(event["note"])
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


def plain(text: str) -> str:
    """``text`` on one line, without signs that cannot be seen: devices name things at will, and may mean harm."""
    if text.isprintable():
        return text
    return " ".join("".join(" " if _unseen(sign) else sign for sign in text).split())


def iso(t: float) -> str:
    """UTC epoch seconds as ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _unseen(sign: str) -> bool:
    """Controls, surrogates, unassigned; ways to turn the direction of writing; ends of lines and paragraphs."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")


def _topic(alert: Row) -> str:
    return topics.alert(alert["fleet_id"], alert["vehicle_id"], alert["kind"], alert["subject"])
