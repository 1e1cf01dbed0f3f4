"""Alerts: events a human must see, folded to one open alert per vehicle, kind and subject, repeats counted."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from streams.alert_rules import AlertRule, rule_of

Row = dict[str, Any]
Vehicle = tuple[str, str]  # fleet, vehicle
Key = tuple[str, str, str, str]  # fleet, vehicle, kind, subject
PutAway = Callable[[Row], float | None]

FLAPS, FLAP_S = 3, 600.0  # more often than this within so long: it comes and goes


class Alerts:
    """The latest alert of every vehicle, kind and subject, and the fold that carries it on.

    A pure function of the events, in order of start, and of what people had seen when they put an alert away.
    """

    def __init__(self, rules: dict[str, AlertRule]) -> None:
        self.rules = rules
        self._latest: dict[Vehicle, dict[Key, Row]] = {}

    def load(self, alerts: Iterable[Row]) -> None:
        """Go on with the alerts on record."""
        for row in sorted(alerts, key=lambda row: row["first_seen"]):
            self._put(row)

    def forget(self, fleet_id: str, vehicle_id: str) -> dict[Key, Row]:
        """Drop what is known of a vehicle, before its alerts are folded anew; what the latest were."""
        return self._latest.pop((fleet_id, vehicle_id), {})

    def latest(self, fleet_id: str, vehicle_id: str) -> dict[Key, Row]:
        """The latest alerts of a vehicle."""
        return dict(self._latest.get((fleet_id, vehicle_id), {}))

    def standing(self, event: Row) -> Row | None:
        """The latest alert of what ``event`` is about."""
        key = _key(event)
        return self._latest.get(key[:2], {}).get(key)

    def is_past(self, event: Row) -> bool:
        """Whether ``event`` began before the last one counted: only folding the vehicle anew puts it in its place."""
        alert = self.standing(event)
        return alert is not None and bool(event["start"] < alert["last_start"])

    def fold(self, event: Row, put_away: PutAway) -> list[Row]:
        """Alert rows that ``event`` (a row of the events table) changes: none, one, or a superseded one and its heir.

        ``put_away(alert)`` is the start of the newest event people had seen of an alert when they resolved or
        dismissed it; None while they have not. An event that is past (see ``is_past``) changes nothing.
        """
        rule = rule_of(self.rules, event["kind"], event["source"])
        if rule is None or rule.priority(event["level"]) is None or self.is_past(event):
            return []
        changed = []
        alert = before = self.standing(event)
        if alert is not None and _over(alert, event, rule, put_away):
            changed.append(alert | {"superseded": 1})
            alert = None
        after = _opened(event, rule) if alert is None else _repeated(alert, event, rule)
        if after != before:
            self._put(after)
            changed.append(after)
        return changed

    def _put(self, alert: Row) -> None:
        key = _key(alert)
        self._latest.setdefault(key[:2], {})[key] = alert


def _key(row: Row) -> Key:
    return row["fleet_id"], row["vehicle_id"], row["kind"], row["subject"]


def _over(alert: Row, event: Row, rule: AlertRule, put_away: PutAway) -> bool:
    """Whether ``event`` is a new matter: it began after what people put away, or after a long quiet."""
    if event["start"] == alert["last_start"]:
        return False
    seen = put_away(alert)
    return (seen is not None and event["start"] > seen) or bool(event["start"] - alert["last_seen"] > rule.quiet_s)


def _opened(event: Row, rule: AlertRule) -> Row:
    """A new alert; it is named like its first event."""
    head = {name: event[name] for name in ("fleet_id", "vehicle_id", "driver_id", "kind", "subject", "level")}
    return head | {
        "alert_id": event["event_id"],
        "priority": rule.priority(event["level"], event["quality"]),
        "condition": "active" if event["end"] is None else "cleared",
        "first_seen": event["start"],
        "last_seen": event["start"] if event["end"] is None else event["end"],
        "count": 1,
        "last_event_id": event["event_id"],
        "last_start": event["start"],
        "superseded": 0,
        "flapping": 0,
        "starts": json.dumps([event["start"]]),
    }


def _repeated(alert: Row, event: Row, rule: AlertRule) -> Row:
    """The alert with an event that belongs to it: a repeat once counted, or the last one moving on."""
    level = max(alert["level"], event["level"])
    first = alert["alert_id"] == event["event_id"]
    starts = json.loads(alert["starts"])
    if event["start"] > alert["last_start"]:
        starts = [*starts, event["start"]][-FLAPS - 1 :]
    return alert | {
        "driver_id": event["driver_id"] if first else alert["driver_id"],
        "level": level,
        "priority": rule.priority(level, event["quality"]),
        "condition": "active" if event["end"] is None else "cleared",
        "last_seen": event["start"] if event["end"] is None else event["end"],
        "count": alert["count"] + (event["start"] > alert["last_start"]),
        "last_event_id": event["event_id"],
        "last_start": event["start"],
        "flapping": int(len(starts) > FLAPS and starts[-1] - starts[0] <= FLAP_S),
        "starts": json.dumps(starts),
    }


def held_back(before: Row | None, after: Row) -> bool:
    """Whether a change need not be told: the alert comes and goes, that was told, and it got no worse."""
    if before is None or before["alert_id"] != after["alert_id"]:
        return False
    return bool(before["flapping"] and after["flapping"] and before["priority"] == after["priority"])
