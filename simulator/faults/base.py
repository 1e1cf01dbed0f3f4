"""Fault: what a plug of this rack is - one way in which the field breaks data or line, how often, and what it does."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import polars as pl

from simulator.device import Disturbance
from simulator.payloads import SENT

__all__ = ["SENT", "TAKEN", "Fault", "Per", "Said", "Spell", "Struck", "spells"]

TAKEN = "taken_at"  # true instant of a row, UTC epoch s
LASTING = float("inf")  # a spell that ends with the recording


class Per(StrEnum):
    """What a rate counts by."""

    HOUR = "an hour with the ignition on"
    VEHICLE = "a vehicle and day"  # the share of vehicles it befalls
    FLEET = "an hour, all vehicles at once"


class Spell(NamedTuple):
    """When a fault holds, true time, UTC epoch s."""

    start: float
    end: float

    def within(self) -> pl.Expr:
        """The rows taken during it."""
        return pl.col(TAKEN).is_between(self.start, self.end)


class Struck(NamedTuple):
    """What a fault made of a vehicle's rows, and what the sheet says of it."""

    rows: pl.DataFrame
    cause: str
    peak: float  # how much
    unit: str
    during: Spell | None = None  # if it did not go on all through its spell


class Said(NamedTuple):
    """What a fault of the line does to a device, and what the sheet says of it."""

    disturbances: list[Disturbance]
    cause: str
    peak: float
    unit: str


class Fault(NamedTuple):
    """``strike`` breaks a vehicle's rows, ``disturb`` its line, whatever became of the rows; a plug has one of them.

    Rows have ``t``, what the device stamps, beside ``taken_at`` and ``sent_at``; they are put in the order of
    ``sent_at`` afterwards, those of one instant as they stand. Where there is nothing to break it is None.
    """

    name: str
    meaning: str
    per: Per
    rate: float  # unless asked otherwise
    lasts: tuple[float, float]  # s, shortest and longest spell
    strike: Callable[[pl.DataFrame, Spell, np.random.Generator], Struck | None] | None = None
    disturb: Callable[[pl.DataFrame, Spell, np.random.Generator], Said | None] | None = None
    needs: tuple[str, ...] = ()  # columns

    def lacks(self, rows: pl.DataFrame) -> list[str]:
        """Columns it needs of which ``rows`` say nothing."""
        return [
            name for name in self.needs if name not in rows.columns or rows[name].drop_nulls().drop_nans().is_empty()
        ]


def spells(
    fault: Fault, rate: float, rows: pl.DataFrame, window: Spell, rngs: tuple[np.random.Generator, np.random.Generator]
) -> list[Spell]:
    """When ``fault`` holds for a vehicle of which something is heard; ``rngs`` are its own chance and that of all."""
    own, common = rngs
    last = float(rows[TAKEN][-1])
    if fault.per is Per.HOUR:
        on = (rows.filter(pl.col("ignition") > 0) if "ignition" in rows.columns else rows)[TAKEN].to_numpy()
        count = own.poisson(rate * _hours(on))
        starts = np.sort(own.choice(on, count) if count else on[:0])
    elif fault.per is Per.VEHICLE:
        first = float(rows[TAKEN][0])
        hit = own.random() < rate
        starts = np.full(int(hit), first + (last - first) * own.uniform(0.05, 0.5))
    else:
        own = common
        count = own.poisson(rate * (window.end - window.start) / 3600)
        starts = np.sort(own.uniform(window.start, window.end, count))
    return [Spell(float(start), min(last, float(start) + _length(fault, own))) for start in starts if start < last]


def _hours(on: np.ndarray) -> float:
    """h of ``on``, instants with the ignition on: gaps of more than two minutes are none."""
    steps = np.diff(on)
    return float(steps[steps <= 120].sum()) / 3600


def _length(fault: Fault, rng: np.random.Generator) -> float:
    """s, drawn evenly over the orders of magnitude."""
    low, high = fault.lasts
    return low if low >= high else float(np.exp(rng.uniform(np.log(low), np.log(high))))
