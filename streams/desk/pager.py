"""Pager: puts pages into the outbox - at detection, and at every tick what only time brings about."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from streams import metrics
from streams.alert_rules import PRIORITIES, RAISED, AlertRule, rule_of
from streams.desk import decisions
from streams.desk.decisions import Row, is_about, key_of
from streams.desk.desk import FLAP_S, Desk
from streams.desk.paging import PAGED, TOLD, Due, Moment, Paging, due, is_late, is_quiet
from streams.desk.quiet import paging_of
from streams.messages import body_of, encoded, iso, message_of
from streams.records.reports import JOIN_S
from streams.store import deeds, schema
from streams.store.store import Commit, Store, named, rows_of

DAY_S = 86_400.0


@dataclass(frozen=True)
class Surroundings:
    """What the pager asks the service."""

    clock: Callable[[], float]
    heard: Callable[[str, str], float]  # t of a vehicle's newest sample
    zone: Callable[[str, str], str]  # time zone of a vehicle's fleet
    reached: Callable[[str], Collection[str]] | None = None  # channels by which a fleet is called; None: by all


class Pager:
    """Decides about alerts by ``rules`` and ``paging``; pages leave through ``channels``, changes through ``sinks``."""

    def __init__(
        self,
        store: Store,
        rules: Mapping[str, AlertRule],
        paging: Paging,
        around: Surroundings,
        channels: Sequence[str] = (),
        sinks: Sequence[str] = (),
    ) -> None:
        self.store, self.rules, self.paging, self.around = store, rules, paging, around
        self.channels, self.sinks = channels, sinks

    def notify(self, alert: Row, event: Row, into: Commit) -> None:
        """An alert has changed: page whom it must, in the same commit."""
        rule = rule_of(self.rules, alert["kind"], event["source"])
        if rule is None or not rule.pages_at(alert["priority"], alert["driver_id"]):
            return
        now = max(self.around.clock(), event["start"])  # a feed's clock may not have heard of it yet
        with self.store.reading() as connection:
            desk = Desk(connection, [key_of(alert)])
            paging = paging_of(connection, alert["fleet_id"], now, self.paging)
        self._decide(alert, event, desk, paging, now, into, news=True)

    def tick(self, now: float, connection: Connection, into: Commit) -> None:
        """What has fallen due by ``now``: escalations, pages that a shelf held up, the end of a flapping."""
        alerts = self._standing(connection, now)
        desk = Desk(connection, map(key_of, alerts))
        paging = {name: paging_of(connection, name, now, self.paging) for name in {one["fleet_id"] for one in alerts}}
        last = {row["event_id"]: row for row in _last_events(connection, alerts)}
        for alert in alerts:
            event = last.get(alert["last_event_id"])
            if event is None:
                continue
            told = desk.told(alert)
            if told or alert["condition"] == "active":
                self._decide(alert, event, desk, paging[alert["fleet_id"]], now, into, news=False)
            if alert["flapping"] and desk.said(alert).put_away is None:
                self._calm(alert, event, told, now, into)

    def _standing(self, connection: Connection, now: float) -> list[Row]:
        """The alerts that time may change something about."""
        alerts = schema.alerts
        pages = [priority for priority in PRIORITIES if any(rule.pages_at(priority) for rule in self.rules.values())]
        lately = alerts.c.last_seen > now - self.paging.longest_s - DAY_S
        paging = alerts.c.priority.in_(pages) & or_(alerts.c.condition == "active", lately)
        flapping = (alerts.c.flapping == 1) & lately
        return rows_of(
            connection,
            select(alerts).where(alerts.c.superseded == 0, or_(paging, flapping)).order_by(alerts.c.alert_id),
        )

    def _decide(
        self, alert: Row, event: Row, desk: Desk, paging: Paging, now: float, into: Commit, *, news: bool
    ) -> None:
        rule = rule_of(self.rules, alert["kind"], event["source"])
        if rule is None:
            return
        pending = [row for row in into.upserts.get(deeds.notices, ()) if key_of(row) == key_of(alert)]
        told = [*desk.told(alert), *(row for row in pending if is_about(row, alert))]
        at = self._moment(alert, event, desk, paging, now, news)
        for one in due(alert, desk.said(alert), told, rule, paging, at):
            into.upsert(deeds.notices, [_notice(alert, one)])
            kind = alert["kind"] if alert["kind"] in self.rules else RAISED  # devices name kinds at will
            metrics.PAGES.labels(kind, one.why or one.outcome).inc()
            if one.outcome == PAGED:
                into.append(schema.outbox, _pages(alert, event, rule, one, self._channels(alert)))

    def _channels(self, alert: Row) -> Sequence[str]:
        reached = self.channels if self.around.reached is None else self.around.reached(alert["fleet_id"])
        return [channel for channel in self.channels if channel in reached]

    def _moment(self, alert: Row, event: Row, desk: Desk, paging: Paging, now: float, news: bool) -> Moment:
        who = alert["fleet_id"], alert["vehicle_id"]
        evidence = self.around.heard(*who) if event["end"] is None else event["end"]
        return Moment(
            now,
            is_late(evidence, now, paging),
            is_quiet(now, self.around.zone(*who), paging),
            decisions.shelved_until(alert, desk.shelved, now) is not None,
            event["end"] is None or (event["source"] == RAISED and now - event["end"] <= JOIN_S),
            news,
            bool(self._channels(alert)),
        )

    def _calm(self, alert: Row, event: Row, told: Iterable[Row], now: float, into: Commit) -> None:
        """Once it has stopped coming and going, tell how it stands: changes were held back meanwhile."""
        step = f"calm {alert['last_start']:.3f} {alert['condition']}"
        if now - alert["last_seen"] <= FLAP_S or any(row["step"] == step for row in told):
            return
        into.upsert(deeds.notices, [_notice(alert, Due(step, TOLD, "calm", "", alert["last_seen"] + FLAP_S))])
        message = message_of(alert | {"flapping": 0}, event)
        into.append(schema.outbox, [message | {"sink": sink} for sink in self.sinks])


def _last_events(connection: Connection, alerts: Sequence[Row]) -> list[Row]:
    return named(connection, schema.events.c.event_id, [alert["last_event_id"] for alert in alerts])


def _notice(alert: Row, one: Due) -> Row:
    head = {name: alert[name] for name in ("alert_id", "fleet_id", "vehicle_id", "kind", "subject", "priority")}
    span = {"first": alert["first_seen"], "seen": alert["last_start"]}
    return head | span | {"step": one.step, "outcome": one.outcome, "why": one.why, "target": one.target, "at": one.at}


def _pages(alert: Row, event: Row, rule: AlertRule, one: Due, channels: Sequence[str]) -> list[dict[str, Any]]:
    page = {"step": one.step, "due": iso(one.at), "why": one.why, "target": one.target, "action": rule.action}
    body = encoded(body_of(alert, event) | {"page": page})
    return [{"sink": channel, "address": one.target, "body": body, "retain": 0} for channel in channels]
