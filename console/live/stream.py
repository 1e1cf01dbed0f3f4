"""Stream: what happens, told to every open tab as it happens; encoded once, and a slow tab gets the newest."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import anyio
import msgspec

from console.gate.access import EVERYBODY, OWN, SEEING, Scope
from console.live.picture import Picture, View
from console.live.wire import FULL, PING, RESYNC, message
from console.said import own
from console.shapes import Alert
from console.world import World

logger = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]

TOPICS = {"alerts": OWN, "positions": SEEING, "health": EVERYBODY}  # and who may hear of them
CHECK_S = 5.0  # between two looks at whether somebody is still signed in
TICK_S = 1.0
LOOK_S = 0.25  # between two looks for alerts
PING_S = 15.0
RING = 2_000  # alerts a tab may have missed and still be told
WAITING = 200  # alerts kept for a slow tab; more and it has to ask again
TABS, OF_ONE = 500, 50  # open at once, and of one login
LASTS_S = 1_800.0  # then a tab comes back, and who it is of is looked at again


class Told(NamedTuple):
    """An alert as managers are told of it, and as its driver is."""

    whole: bytes
    own: bytes

    def to(self, scope: Scope) -> bytes:
        """What those of ``scope`` hear."""
        return self.own if scope.driver_id else self.whole


@dataclass(eq=False)
class Tab:
    """One open stream: ``newest`` holds a message a topic, of which only the last counts; ``alerts`` waits in order."""

    scope: Scope
    topics: frozenset[str]
    login: str = ""
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
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling = asyncio.Lock()
        self._threads = anyio.CapacityLimiter(2)
        self._ring: deque[tuple[int, Row, Told]] = deque(maxlen=RING)  # number, alert, as it was told

    async def run(self) -> None:
        """Look and tell; a look that fails is told in the log, and the next one tried."""
        ticks, self._loop = 0, asyncio.get_running_loop()
        while True:
            try:
                await self._alerts()
                if ticks % round(TICK_S / LOOK_S) == 0:
                    await self._tick()
            except Exception:
                logger.exception("console: the stream could not look at the record")
            ticks += 1
            await asyncio.sleep(LOOK_S)

    async def follow(
        self,
        scope: Scope,
        topics: frozenset[str],
        last: str,
        still: Callable[[], bool] = lambda: True,
        login: str = "",
    ) -> AsyncIterator[bytes]:
        """The messages for one tab of ``login`` until it leaves, or is no longer ``still`` whose it was."""
        tab = Tab(scope, topics, login)
        if len(self._tabs) >= TABS or sum(one.login == login for one in self._tabs if login) >= OF_ONE:
            yield FULL
            return
        try:
            async with self._telling:  # what is new is either among what it has missed, or told to it: never both
                self._tabs.add(tab)
                missed = self._missed(tab, last)
                hello = self._hello(tab, last)
            yield hello
            await self._again(tab, missed)
            await self._tick(tab)
            async for one in self._told(tab, still):
                yield one
        finally:
            self._tabs.discard(tab)

    def stop(self) -> None:
        """Let all tabs go at once; from any thread."""
        self._stopped = True
        with contextlib.suppress(RuntimeError):  # its loop has ended already
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._release)

    def _release(self) -> None:
        for tab in self._tabs:
            tab.wake.set()

    async def _told(self, tab: Tab, still: Callable[[], bool]) -> AsyncIterator[bytes]:
        began = asked = spoken = time.monotonic()
        while not self._stopped and time.monotonic() - began < LASTS_S:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await tab.wake.wait()
            if time.monotonic() - asked >= CHECK_S:
                asked = time.monotonic()
                if not await self._apart(still):
                    return
            for one in tab.taken() or ([PING] if time.monotonic() - spoken >= PING_S else []):
                spoken = time.monotonic()
                yield one

    async def _apart(self, work: Callable[[], T]) -> T:
        """Do what asks the database on a thread: the loop has all tabs to serve."""
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    async def _alerts(self) -> None:
        async with self._telling:
            tabs = list(self._tabs)
            for row, text, seen in await self._apart(lambda: self._news(tabs)):
                self._ring.append((row[0], row[1], text))
                for tab in seen:
                    tab.tell(text.to(tab.scope))

    def _news(self, tabs: Sequence[Tab]) -> list[tuple[tuple[int, Row], Told, list[Tab]]]:
        """What has changed, as it is told, and who of ``tabs`` sees it."""
        found = []
        for row, op in self.picture.news():
            self.seq += 1
            shown = self.picture.shown(row)
            told = Told(*(self._alert(op, one) for one in (shown, own(shown))))
            found.append(((self.seq, row), told, [tab for tab in tabs if tab.scope.row(row)]))
        return found

    def _alert(self, op: str, shown: Alert) -> bytes:
        told = msgspec.json.encode({"op": op} | msgspec.structs.asdict(shown))
        return message("alert", told, f"{self.boot}-{self.seq}")

    async def _tick(self, only: Tab | None = None) -> None:
        """Positions and health, made once for all who see the same."""
        tabs = [only] if only else list(self._tabs)
        if tabs:
            views = await self._apart(lambda: self._views(tabs))
            for tab in tabs:
                self._show(tab, views[tab.scope.key])

    def _views(self, tabs: Sequence[Tab]) -> dict[tuple[str, ...], View]:
        self.picture.look()
        scopes = {tab.scope.key: tab.scope for tab in tabs}
        return {key: self.picture.view(scope) for key, scope in scopes.items()}

    def _show(self, tab: Tab, view: View) -> None:
        if tab.roster not in ("", view.roster):
            tab.lost = True
        tab.roster = view.roster
        tab.put("positions", view.positions)
        tab.put("health", self.picture.health)

    def _hello(self, tab: Tab, last: str) -> bytes:
        """The first message; it names no place in the stream to a tab that is about to be told what it has missed."""
        said = {"server": self.boot, "seq": self.seq, "topics": sorted(tab.topics)}
        return b"retry: 2000\n" + message("hello", msgspec.json.encode(said), "" if last else f"{self.boot}-{self.seq}")

    def _missed(self, tab: Tab, last: str) -> list[tuple[int, Row, Told]]:
        """What a tab that comes back has not heard; if that is not known any more it is ``lost``."""
        if not last:
            return []
        boot, _, seq = last.partition("-")
        ring = list(self._ring)
        oldest = ring[0][0] if ring else self.seq + 1
        if boot != self.boot or not seq.isdecimal() or int(seq) + 1 < oldest:
            tab.lost = True
            tab.wake.set()
            return []
        return [one for one in ring if one[0] > int(seq)]

    async def _again(self, tab: Tab, missed: list[tuple[int, Row, Told]]) -> None:
        """Tell a tab what it has missed, before whatever it was told meanwhile."""
        if not missed or "alerts" not in tab.topics:
            return
        seen = await self._apart(lambda: [text.to(tab.scope) for _, row, text in missed if tab.scope.row(row)])
        since = list(tab.alerts)
        tab.alerts.clear()
        for text in (*seen, *since):
            tab.tell(text)
