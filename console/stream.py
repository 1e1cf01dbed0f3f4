"""Stream: what happens, told to every open tab as it happens; encoded once, and a slow tab gets the newest."""

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import msgspec

from console.access import Scope
from console.endpoint import encode
from console.picture import Picture, View
from console.wire import FULL, PING, RESYNC, message
from console.world import World

logger = logging.getLogger(__name__)

TOPICS = ("alerts", "kpi", "positions", "health")
TICK_S = 1.0
LOOK_S = 0.25  # between two looks for alerts
PING_S = 15.0
RING = 2_000  # alerts a tab may have missed and still be told
WAITING = 200  # alerts kept for a slow tab; more and it has to ask again
TABS = 500  # open at once
LASTS_S = 1_800.0  # then a tab comes back, and who it is of is looked at again


@dataclass(eq=False)
class Tab:
    """One open stream: ``newest`` holds a message a topic, of which only the last counts; ``alerts`` waits in order."""

    scope: Scope
    topics: frozenset[str]
    newest: dict[str, bytes] = field(default_factory=dict)
    alerts: deque[bytes] = field(default_factory=deque)
    lost: bool = False
    roster: str = ""
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, topic: str, message: bytes) -> None:
        """Tell it, in place of what it has not taken yet."""
        if topic in self.topics:
            self.newest[topic] = message
            self.wake.set()

    def tell(self, message: bytes) -> None:
        """Tell it of an alert; one that takes none is told to begin again."""
        if "alerts" not in self.topics:
            return
        self.alerts.append(message)
        if len(self.alerts) > WAITING:
            self.alerts.clear()
            self.lost = True
        self.wake.set()

    def taken(self) -> list[bytes]:
        """All that waits for it."""
        found = [RESYNC] if self.lost else []
        found += [*self.alerts, *self.newest.values()]
        self.lost = False
        self.alerts.clear()
        self.newest.clear()
        self.wake.clear()
        return found


class Hub:
    """Looks at the world once for all tabs. ``run`` until cancelled."""

    def __init__(self, world: World) -> None:
        self.world, self.picture = world, Picture(world)
        self.boot = secrets.token_hex(4)  # numbers of another start mean nothing
        self.seq = 0
        self._tabs: set[Tab] = set()
        self._ring: deque[tuple[int, dict[str, Any], Mapping[bool, bytes]]] = deque(maxlen=RING)

    async def run(self) -> None:
        """Look and tell; a look that fails is told in the log, and the next one tried."""
        ticks = 0
        while True:
            try:
                await self._alerts()
                if ticks % round(TICK_S / LOOK_S) == 0:
                    await self._tick()
            except Exception:
                logger.exception("console: the stream could not look at the record")
            ticks += 1
            await asyncio.sleep(LOOK_S)

    async def follow(self, scope: Scope, topics: frozenset[str], last: str) -> AsyncIterator[bytes]:
        """The messages for one tab, until it leaves."""
        tab = Tab(scope, topics)
        if len(self._tabs) >= TABS:
            yield FULL
            return
        self._tabs.add(tab)
        try:
            yield self._hello(tab)
            self._again(tab, last)
            await self._tick(tab)
            until = time.monotonic() + LASTS_S
            while time.monotonic() < until:
                try:
                    async with asyncio.timeout(PING_S):
                        await tab.wake.wait()
                except TimeoutError:
                    yield PING
                for one in tab.taken():
                    yield one
        finally:
            self._tabs.discard(tab)

    async def _alerts(self) -> None:
        for row, op in await anyio.to_thread.run_sync(self.picture.news):
            self.seq += 1
            told = {places: self._alert(row, op, places) for places in (True, False)}
            self._ring.append((self.seq, row, told))
            for tab in list(self._tabs):
                if tab.scope.row(row):
                    tab.tell(told[tab.scope.places])

    async def _tick(self, only: Tab | None = None) -> None:
        """Positions, figures and health, made once for all who see the same."""
        tabs = [only] if only else list(self._tabs)
        if not tabs:
            return
        await anyio.to_thread.run_sync(self.picture.look)
        made: dict[tuple[str, ...], View] = {}
        for tab in tabs:
            view = made.setdefault(tab.scope.key, self.picture.view(tab.scope))
            self._show(tab, view)

    def _show(self, tab: Tab, view: View) -> None:
        if tab.roster not in ("", view.roster):
            tab.lost = True
        tab.roster = view.roster
        if tab.scope.places and not tab.scope.driver_id:
            tab.put("positions", view.positions)
            tab.put("kpi", view.kpi)
        tab.put("health", self.picture.health)

    def _alert(self, row: dict[str, Any], op: str, places: bool) -> bytes:
        shown = self.picture.shown(row, places)
        return message("alert", encode({"op": op} | msgspec.structs.asdict(shown)), f"{self.boot}-{self.seq}")

    def _hello(self, tab: Tab) -> bytes:
        said = {"server": self.boot, "seq": self.seq, "roster_etag": tab.roster, "topics": sorted(tab.topics)}
        return b"retry: 2000\n" + message("hello", json.dumps(said).encode(), f"{self.boot}-{self.seq}")

    def _again(self, tab: Tab, last: str) -> None:
        """Tell a tab that comes back what it has missed, or to ask for everything again."""
        if not last:
            return
        boot, _, seq = last.partition("-")
        oldest = self._ring[0][0] if self._ring else self.seq + 1
        if boot != self.boot or not seq.isdecimal() or int(seq) + 1 < oldest:
            tab.lost = True
            tab.wake.set()
            return
        for number, row, told in self._ring:
            if number > int(seq) and tab.scope.row(row):
                tab.tell(told[tab.scope.places])
