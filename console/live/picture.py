"""Picture: where all vehicles are, which of their alerts stand, and how the service is, looked at once for all tabs."""

import base64
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import or_, select, true

from console import said
from console.alerts import inbox
from console.gate.access import ADMIN, Scope
from console.live.positions import RISK, ROW, Frame, Key, Tracker, order
from console.live.wire import message
from console.shapes import Alert
from console.world import HOUR_S, LIVE, World
from streams.desk.decisions import GONE, covers
from streams.desk.desk import Desk
from streams.store import deeds, schema
from streams.store.store import rows_of
from streams.web.tokens import Grant

Row = dict[str, Any]

EVERY_S, SHARE = 60.0, 20.0  # between two looks at all of them; as many times what one takes
FRESH_S = 0.5  # a frame is of this moment for so long
LOOK_S = 2.0  # between two looks at the record for alerts of which nobody tells
LATELY_S = 86_400.0  # what has ended longer ago seldom changes: it is looked at with all the others


class View(NamedTuple):
    """What all who see the same vehicles are told."""

    roster: str  # names the order of the rows
    ids: Sequence[Key]
    rows: bytes
    positions: bytes  # as a message


class Order(NamedTuple):
    """The vehicles of a view, and their rows in the frame."""

    name: str
    ids: Sequence[Key]
    at: Any


class Picture:
    """Kept up to date by ``look`` and ``news``; the sink ``heard`` says which alerts have moved."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tracker = Tracker(fed=world.mode != LIVE)
        self.frame = Frame([], np.zeros(0, ROW), {})
        self.health = b""
        self.now = 0.0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._looked_at = float("-inf")
        self._heard: set[str] = set()
        self._standing: dict[str, Row] = {}  # open and acknowledged alerts by id
        self._loaded = False
        self._desk: Desk
        self._stood: dict[str, int] = {}  # alerts as they were when last looked for, if nobody tells
        self._lately: set[str] = set()  # of which those of the last look
        self._changed_at = float("-inf")
        self._every_at = float("-inf")  # when all are to be looked at
        self._acted = 0  # number of the last action seen
        self._orders: dict[tuple[str, ...], tuple[object, Order]] = {}
        self._seq = 0

    def heard(self, ids: Sequence[str]) -> None:
        """These alerts have changed; from any thread."""
        with self._lock:
            self._heard.update(ids)

    def news(self) -> list[tuple[Row, str]]:
        """Alerts that have changed since the last look, each with ``new`` or ``update``."""
        with self._lock:
            ids, self._heard = sorted(self._heard), set()
        if self._begun():
            return []
        try:
            ids = sorted({*ids, *self._changed()})  # what is found is kept, should the next question fail
            ids = sorted({*ids, *self._decided(), *self._unshelved()})
            if not ids:
                return []
            with self.world.store.reading() as connection:
                self.now = self.world.now(connection)
                rows, self._desk = inbox.these(connection, ids, self.now)
        except Exception:
            self.heard(ids)  # they are looked at again
            raise
        return [(row, self._take(row)) for row in rows]

    def shown(self, row: Row) -> Alert:
        """An alert as all who hear of alerts are told of it."""
        scope = Scope((Grant(ADMIN),), "", self.world.known.site)
        return said.alert(row, self._desk, self.world, scope, self.now)

    def look(self) -> None:
        """Make the frame of this moment, and say how the service is; one a moment, whoever asks."""
        with self._looking:
            if time.monotonic() - self._looked_at >= FRESH_S:
                self._look()
                self._looked_at = time.monotonic()

    def _look(self) -> None:
        world = self.world
        known = world.known
        self._begun()
        with world.store.reading() as connection:
            self.now = world.now(connection)
        fixes = world.fixes()
        self.frame = self.tracker.frame(fixes, known.roster.vehicles(), self._risks(), self.now)
        self._seq += 1
        shown = {"at": said.moment(self.now), "mode": world.mode, "lag_ms": world.vitals().get("lag_ms")}
        self.health = message("health", msgspec.json.encode(shown))

    def view(self, scope: Scope) -> View:
        """What those of ``scope`` see of the frame."""
        own = self._order(scope)
        rows = self.frame.rows[own.at]
        head = {"seq": self._seq, "n": len(own.ids), "roster": own.name, "at": said.moment(self.now)}
        text = base64.b64encode(rows.tobytes()).decode()
        positions = message("pos", msgspec.json.encode(head | {"rows": text}))
        return View(own.name, own.ids, rows.tobytes(), positions)

    def standing(self, scope: Scope) -> list[Row]:
        """Open and acknowledged alerts that are seen."""
        return [row for row in list(self._standing.values()) if scope.row(row)]

    def _order(self, scope: Scope) -> Order:
        known = (len(self.frame.vehicles), self.world.known.version, time.time() // HOUR_S)  # sites are of the hour
        kept = self._orders.get(scope.key)
        if kept is None or kept[0] != known:
            ids = sorted(one for one in self.frame.vehicles if scope.sees(*one))
            at = np.array([self.frame.places[one] for one in ids], np.int64)
            kept = self._orders[scope.key] = (known, Order(order(ids), ids, at))
        return kept[1]

    def _risks(self) -> Mapping[Key, int]:
        found: dict[Key, int] = {}
        for row in list(self._standing.values()):
            key = (row["fleet_id"], row["vehicle_id"])
            if row["state"] == "open" and (row["shelved_until"] is None or row["shelved_until"] <= self.now):
                found[key] = max(found.get(key, 0), RISK[row["priority"]])
        return found

    def _begun(self) -> bool:
        """Read all that stand, once; whether it was now."""
        with self._lock:
            if self._loaded:
                return False
            self._load()
            self._loaded = True
            return True

    def _load(self) -> None:
        with self.world.store.reading() as connection:
            self.now = self.world.now(connection)
            acted = connection.execute(select(deeds.actions.c.id).order_by(deeds.actions.c.id.desc()).limit(1)).scalar()
            lasting = inbox.query(inbox.in_states(inbox.LASTING), standing=True)
            rows, self._desk = inbox.found(connection, lasting, self.now)
        self._acted = acted or 0
        self._standing = {row["alert_id"]: row for row in rows}

    def _decided(self) -> list[str]:
        """Alerts that people have acted on since the last look, by whichever way."""
        actions = deeds.actions
        with self.world.store.reading() as connection:
            query = select(actions).where(actions.c.id > self._acted).order_by(actions.c.id)
            found = rows_of(connection, query)
        if found:
            self._acted = found[-1]["id"]
        named = [row["alert_id"] for row in found if row["alert_id"]]
        shelves = [row for row in found if not row["alert_id"]]  # each covers many
        return named + [name for name, alert in self._standing.items() if any(covers(one, alert) for one in shelves)]

    def _unshelved(self) -> list[str]:
        """Alerts whose shelf has ended."""
        rows = list(self._standing.values())
        return [row["alert_id"] for row in rows if row["shelved_until"] and row["shelved_until"] <= self.now]

    def _changed(self) -> list[str]:
        """Alerts that are otherwise than when last looked at, where nobody tells of them."""
        began = time.monotonic()
        if self.world.told or began - self._changed_at < LOOK_S:
            return []
        every, first = began >= self._every_at, self._every_at < 0.0
        found = self._found(every)
        changed = [name for name, said in found.items() if self._stood.get(name) != said]
        changed += (self._stood.keys() if every else self._lately) - found.keys()
        self._changed_at = now = time.monotonic()
        if every:
            self._stood, self._every_at = found, now + max(EVERY_S, SHARE * (now - began))
        else:
            self._stood.update(found)
            self._lately = set(found)
        return [] if first else changed

    def _found(self, every: bool) -> dict[str, int]:
        """Alerts with a number that changes with them: all, or those that last or have ended lately."""
        alerts = schema.alerts.c
        with self.world.store.reading() as connection:
            since = self.world.now(connection) - LATELY_S
            lately = or_(alerts.condition == "active", alerts.last_seen >= since)
            query = select(alerts.alert_id, alerts.count, alerts.level, alerts.condition).where(
                alerts.superseded == 0, true() if every else lately
            )
            return {name: hash(tuple(rest)) for name, *rest in connection.execute(query)}

    def _take(self, row: Row) -> str:
        new = row["alert_id"] not in self._standing
        if row["state"] in GONE or row["superseded"]:
            self._standing.pop(row["alert_id"], None)
            return "update"
        self._standing[row["alert_id"]] = row
        return "new" if new else "update"
