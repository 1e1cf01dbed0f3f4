"""Mishaps: faults chosen by name and rate, visited on a vehicle's day, each on the answer sheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import polars as pl

from simulator.answers import Fact, Whose, sheet
from simulator.device import Disturbance
from simulator.faults import BY_NAME, FAULTS, SENT, TAKEN, Fault, Per, Said, Spell, Struck, spells
from simulator.names import hint

PREFIX = "fault_"  # of their kinds on the sheet

Chosen = Mapping[str, float]  # rate by the name of a fault


class MishapError(ValueError):
    """A fault that does not exist, or a rate that is none."""


class Visited(NamedTuple):
    """A day with its mishaps: rows in the order in which they are sent, with ``sent_at``."""

    recording: pl.DataFrame
    sheet: pl.DataFrame
    disturbances: list[Disturbance]


def chosen(words: Iterable[str]) -> dict[str, float]:
    """Rates by name of ``NAME`` or ``NAME=RATE``; a name alone takes its own rate, ``all`` is every fault."""
    rates: dict[str, float] = {}
    for word in words:
        name, _, rate = word.partition("=")
        for fault in FAULTS if name == "all" else (_named(name),):
            rates[fault.name] = checked(fault, rate) if rate else fault.rate
    return rates


def checked(fault: Fault, rate: Any) -> float:
    """``rate`` as a number; raises ``MishapError``."""
    try:
        number = float(rate)
    except (TypeError, ValueError):
        number = float("nan")
    if not (isfinite(number) and number >= 0) or isinstance(rate, bool):
        raise MishapError(f"fault {fault.name}: the rate is {rate!r}, expected a number from 0, times {fault.per}")
    return number


def _named(name: str) -> Fault:
    if name not in BY_NAME:
        raise MishapError(f"no fault is called {name!r}; {hint(name, BY_NAME)}")
    return BY_NAME[name]


def visit(
    recording: pl.DataFrame,
    whose: Whose,
    rates: Chosen,
    window: Spell,
    seed: int,
    number: int,
    there: Sequence[Spell] | None = None,
) -> Visited:
    """The day of vehicle ``number`` with its mishaps; each fault has a chance of its own, whatever else is chosen.

    Rows are in the order of time; on a day without any there is nothing to break. Only what was really broken is on the
    sheet, and what befalls all vehicles only while this one's device is ``there``; None: in all of the window. Raises
    ``MishapError`` if a fault needs what they do not say.
    """
    rows = recording.with_columns(pl.col("t").alias(TAKEN), pl.col("t").alias(SENT))
    taken = rows
    facts: list[Fact] = []
    disturbances: list[Disturbance] = []
    for fault in FAULTS:
        rate = rates.get(fault.name, 0.0) if len(taken) else 0.0
        if rate and (lacking := fault.lacks(taken)):
            raise MishapError(f"fault {fault.name}: {whose.vehicle_id} says no {' and no '.join(lacking)}")
        mark = crc32(fault.name.encode())
        own, common = np.random.default_rng([seed, 7, mark, number]), np.random.default_rng([seed, 8, mark])
        drawn = spells(fault, rate, taken, window, (own, common)) if rate else ()
        for spell in drawn if there is None or fault.per is not Per.FLEET else _while(drawn, there):
            if fault.strike and (struck := fault.strike(rows, spell, own)):
                rows = struck.rows
                facts.append(_fact(fault, struck.during or spell, struck, window))
            if fault.disturb and (said := fault.disturb(taken, spell, own)):
                disturbances += said.disturbances
                facts.append(_fact(fault, spell, said, window))
    rows = rows.sort(SENT, maintain_order=True).drop(TAKEN)
    return Visited(rows, sheet(facts, whose, window.start), sorted(disturbances, key=lambda one: one.at))


def _while(drawn: Iterable[Spell], there: Sequence[Spell]) -> Iterator[Spell]:
    """The parts of spells in which a device is there."""
    for spell in drawn:
        for one in there:
            part = Spell(max(spell.start, one.start), min(spell.end, one.end))
            if part.start < part.end:
                yield part


def _fact(fault: Fault, during: Spell, broken: Struck | Said, window: Spell) -> Fact:
    """What the sheet says of it."""
    span = during.start - window.start, during.end - window.start
    return Fact(PREFIX + fault.name, 0, *span, broken.peak, broken.unit, 0.0, 0.0, broken.cause)
