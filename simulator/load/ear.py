"""Ear: a fleet manager's subscriber, that notes when each vehicle's alert arrives."""

import asyncio
import time

from devices import topics
from simulator.link import Account, Link


class Ear:
    """Hears the alerts of a fleet; ``arrived`` is monotonic s by (vehicle, kind), of the first and of what follows."""

    def __init__(self, fleet: str, account: Account) -> None:
        self.arrived: dict[tuple[str, str], list[float]] = {}
        wanted = f"{topics.ROOT}/{fleet}/+/alert/#"
        self._link = Link(account, lambda: None, self._take, (wanted,), clean=True)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Ear":
        self._task = asyncio.create_task(self._link.run())
        while not self._link.connected:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _take(self, topic: str, body: bytes) -> None:
        if body:
            where = topics.parse(topic)
            self.arrived.setdefault((where.vehicle, where.kind), []).append(time.monotonic())

    def after(self, vehicle: str, kind: str, due: float) -> float:
        """Monotonic s of the first such alert not before ``due``; NaN none."""
        return next((at for at in self.arrived.get((vehicle, kind), ()) if at >= due), float("nan"))
