"""Figures: exposure, scores and premiums of the whole store, made at most once a minute and shared by all who ask."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import polars as pl

from console.world import World
from streams import tables
from streams.ledger import exposed
from streams.tables import Tables

AGE_S = 60.0
SHARE = 20.0  # they are as old as so many times what they take to make: the river has the machine first
MOST = 64  # things worked out of them that are kept

Some = TypeVar("Some")


class Figures:
    """The six tables of a store as they were up to a minute ago, or longer where they take long to make."""

    def __init__(self, world: World) -> None:
        self._world, self._lock = world, threading.Lock()
        self._made_at, self._took_s, self._tables = float("-inf"), 0.0, Tables()
        self._working, self._worked, self._worked_of = threading.RLock(), dict[Hashable, Any](), self._made_at
        self.now = 0.0  # the store's clock when they were made

    def tables(self) -> Tables:
        """All of them; whoever comes while they are made waits for them."""
        with self._lock:
            if time.monotonic() - self._made_at >= max(AGE_S, SHARE * self._took_s):
                self._make()
            return self._tables

    def worked(self, key: Hashable, make: Callable[[], Some]) -> Some:
        """What ``make`` makes of the tables, once for as long as they hold; whoever comes meanwhile waits for it."""
        self.tables()
        with self._working:
            if self._worked_of != self._made_at:
                self._worked, self._worked_of = {}, self._made_at
            if key not in self._worked:
                self._worked[key] = make()
            while len(self._worked) > MOST:
                self._worked.pop(next(iter(self._worked)))
            found: Some = self._worked[key]
            return found

    def afresh(self) -> None:
        """Make them anew when next asked for: somebody has decided something that moves them."""
        self._made_at = float("-inf")

    def risks(self) -> pl.DataFrame | None:
        """What is insured; None: a store without a registry."""
        known = self._world.known
        return known.roster.insured() if known.registry.rows["vehicles"] else None

    def _make(self) -> None:
        world, began = self._world, time.monotonic()
        with world.store.reading() as connection:
            self.now = world.now(connection)
            by, now = world.rules, tables.moment(self.now)
            self._tables = exposed.rated(connection, by.tariff, self.risks(), now, by.others)
        self._made_at = time.monotonic()
        self._took_s = self._made_at - began


def figures(world: World) -> Figures:
    """Those of ``world``."""
    found: Figures = world.shelf.setdefault("figures", Figures(world))
    return found


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts."""
    return list(frame.iter_rows(named=True))
