"""Alerts: one open alert per vehicle, kind and subject, repeats counted; nobody has put one away."""

from collections import defaultdict
from typing import Any

Row = dict[str, Any]
LESS_URGENT = {"critical": "major", "major": "minor", "minor": "warning", "warning": "info", "info": "info"}


def alerts(events: list[Row], rules: dict[str, Any], now: float) -> list[Row]:
    """The alerts of ``events`` by ``now``; ``rules`` by kind with ``priorities`` by level (None: none), ``quiet_s``."""
    latest: dict[tuple[str, ...], Row] = {}
    found = []
    starts: dict[str, list[float]] = defaultdict(list)  # of the events an alert has counted
    for event in sorted(events, key=lambda one: (one["start"], one["event_id"])):
        rule = rules[event["kind"]]
        if rule.priorities[event["level"] - 1] is None:
            continue
        key = (event["fleet_id"], event["vehicle_id"], event["kind"], event["subject"])
        alert = latest.get(key)
        if alert is not None and event["start"] - alert["last_seen"] > rule.quiet_s:
            alert["state"] = "resolved"
            alert = None
        if alert is None:
            alert = latest[key] = opened(event)
            found.append(alert)
        alert["count"] += 1
        starts[alert["alert_id"]].append(event["start"])
        alert["level"] = max(alert["level"], event["level"])
        alert["priority"] = rule.priorities[alert["level"] - 1]
        if rule.of_driver and "sparse" in event["quality"].split():
            alert["priority"] = LESS_URGENT[alert["priority"]]
        alert["condition"] = "active" if event["end"] is None else "cleared"
        alert["last_seen"] = event["start"] if event["end"] is None else event["end"]
        alert["last_event_id"] = event["event_id"]
    for alert in found:
        last = starts[alert["alert_id"]][-4:]
        alert["flapping"] = len(last) == 4 and last[-1] - last[0] <= 600 and now - alert["last_seen"] <= 600
    return found


def opened(event: Row) -> Row:
    """An alert is named like its first event, which is not counted yet."""
    names = ("fleet_id", "vehicle_id", "driver_id", "kind", "subject", "level")
    head = {name: event[name] for name in names}
    return head | {"alert_id": event["event_id"], "first_seen": event["start"], "count": 0, "state": "open"}
