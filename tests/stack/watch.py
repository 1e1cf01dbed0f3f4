"""Watch: how far each partition has come, looked at all the time and by a way of its own."""

import asyncio
import time
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from streams.store.engine import engine_of
from streams.store.layout import place

EVERY_S = 0.1


class Look(NamedTuple):
    """The frame that each partition waits for, at a moment."""

    at: float  # monotonic s
    waits_for: tuple[int, ...]


class Watch:
    """Looks while ``run`` is not cancelled."""

    def __init__(self, url: str, partitions: int) -> None:
        self._engine: Engine = engine_of(url, [])
        said = (f"SELECT {k} AS number, next FROM {place(k)}.owner" for k in range(partitions))  # noqa: S608
        self._question = " UNION ALL ".join(said) + " ORDER BY number"
        self._seen: list[Look] = []

    async def run(self) -> None:
        """Look now and then; what nobody answers is seen later."""
        while True:
            at = time.monotonic()
            if (found := await asyncio.to_thread(self._ask)) is not None:
                self._seen.append(Look(at, found))
            await asyncio.sleep(EVERY_S)

    async def recovery(self, since: float, until: float) -> float | None:
        """s from ``since`` until every partition has committed frames after it; None if one has not ``until`` then."""
        while time.monotonic() < until:
            later = [look for look in self._seen[-2000:] if look.at >= since]
            if later and (at := _moved(later)) is not None:
                return at - since
            await asyncio.sleep(EVERY_S)
        return None

    def _ask(self) -> tuple[int, ...] | None:
        try:
            with self._engine.connect() as connection:
                return tuple(row.next for row in connection.exec_driver_sql(self._question))
        except DBAPIError:
            return None


def _moved(looks: list[Look]) -> float | None:
    """When all partitions had moved on since the first look."""
    first = looks[0].waits_for
    for look in looks:
        if all(now > before for now, before in zip(look.waits_for, first, strict=True)):
            return look.at
    return None
