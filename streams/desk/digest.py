"""Digest: every morning of a fleet, its list leaves by the channels that call people."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from streams.alert_rules import AlertRule
from streams.desk import morning, tasks
from streams.desk.desk import laid_out
from streams.desk.morning import Item
from streams.desk.paging import TOLD, Paging, morning_of
from streams.messages import encoded, iso, plain
from streams.store import deeds, schema, upkeep
from streams.store.store import Commit, rows_of

Row = dict[str, Any]

STALE_S = 6 * 3_600.0  # a service that starts later than that leaves today's list out
TITLE = "{count} to do this morning{at}, {fleet}"


class Digest:
    """Sends the lists. ``zone`` and ``site`` say those of a vehicle, the site at an instant.

    ``reached`` says by which of the channels a fleet is called; None: by all.
    """

    def __init__(
        self,
        rules: Mapping[str, AlertRule],
        paging: Paging,
        zone: Callable[[str, str], str],
        site: Callable[[str, str, float], str],
        channels: Sequence[str],
        reached: Callable[[str], Collection[str]] | None = None,
    ) -> None:
        self.rules, self.paging, self.zone, self.site, self.channels = rules, paging, zone, site, channels
        self.reached = reached or (lambda _fleet_id: channels)

    def tick(self, now: float, connection: Connection, into: Commit) -> None:
        """Send the list of every fleet whose morning has come, once."""
        vehicles = upkeep.vehicles
        first: dict[str, str] = {}
        for row in connection.execute(select(vehicles.c.fleet_id, vehicles.c.vehicle_id).order_by(vehicles.c.slot)):
            first.setdefault(row.fleet_id, row.vehicle_id)
        for fleet_id, vehicle_id in first.items():
            local = morning_of(now, self.zone(fleet_id, vehicle_id), self.paging)
            notice = _notice(fleet_id, f"{local:%Y-%m-%d}", local.timestamp())
            channels = [channel for channel in self.channels if channel in self.reached(fleet_id)]
            if channels and now - local.timestamp() <= STALE_S and not _sent(connection, notice):
                into.upsert(deeds.notices, [notice])
                into.append(schema.outbox, self._messages(connection, fleet_id, local.timestamp(), channels))

    def _messages(self, connection: Connection, fleet_id: str, at: float, channels: Sequence[str]) -> list[Row]:
        alerts = laid_out(connection, at, schema.alerts.c.fleet_id == fleet_id, standing=True)
        made = tasks.unfinished(connection, deeds.task_actions.c.fleet_id == fleet_id)
        sites: dict[str, list[Item]] = {}
        for item in morning.listed(alerts, made, at, self.rules, self.site):
            sites.setdefault(item.site, []).append(item)
        bodies = [_body(fleet_id, site, found, at) for site, found in sites.items()]
        return [
            {"sink": channel, "address": "", "body": encoded(body), "retain": 0}
            for body in bodies
            for channel in channels
        ]


def _body(fleet_id: str, site: str, items: Sequence[Item], at: float) -> Row:
    where = f" at {site}" if site else ""
    return {
        "list": " ".join(filter(None, ["morning", fleet_id, site, iso(at)[:10]])),
        "fleet_id": fleet_id,
        "site": site,
        "at": iso(at),
        "title": plain(TITLE.format(count=len(items), at=where, fleet=fleet_id)),
        "text": morning.text(items),
        "items": [item._asdict() for item in items],
    }


def _sent(connection: Connection, notice: Row) -> bool:
    notices = deeds.notices
    query = select(notices.c.step).where(notices.c.alert_id == notice["alert_id"], notices.c.step == notice["step"])
    return bool(rows_of(connection, query))


def _notice(fleet_id: str, day: str, at: float) -> Row:
    head = {"alert_id": f"morning:{fleet_id}", "step": day, "fleet_id": fleet_id, "vehicle_id": "", "kind": "morning"}
    rest = {"subject": "", "first": at, "seen": at, "priority": "info", "outcome": TOLD, "why": "", "target": ""}
    return head | rest | {"at": at}
