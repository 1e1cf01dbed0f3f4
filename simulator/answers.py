"""Answers: the sheet of what truly happened, so that whatever finds it can be marked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.counts import Span
from simulator.dynamics import G
from simulator.hours import Ledger, stretches
from simulator.manoeuvres import ACCELERATION, BRAKING, CORNERING, SURPRISED, SWERVING
from simulator.motion import Records
from simulator.shifts import HURRY, Shift
from simulator.tracks import Track
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]

SHEET: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "driver_id": pl.String,
    "subject": pl.String,  # wheel, else empty
    "level": pl.Int64,  # 1 notable, 2 harsh, 3 severe; 0 it has none, or is below what anybody looks for
    "start": pl.Datetime("ms", "UTC"),
    "end": pl.Datetime("ms", "UTC"),
    "peak": pl.Float64,
    "unit": pl.String,
    "threshold": pl.Float64,  # beyond which it is on the sheet, in the same unit
    "speed_kmh": pl.Float64,  # at the start
    "cause": pl.String,
}
KINDS = {
    BRAKING: "harsh_braking",
    ACCELERATION: "harsh_acceleration",
    CORNERING: "harsh_cornering",
    SWERVING: "lane_change",
}
CAUSES = {
    BRAKING: "braked late",
    ACCELERATION: "hard start",
    CORNERING: "fast through a bend",
    SWERVING: "swerved around somebody",
}
OVER, ON = 5.0 / 3.6, 2.0 / 3.6  # m/s over the limit that begin an episode, and above which it goes on
LASTING, MERGED = 3, 5  # s it lasts at least, and of a dip that does not end it; Damoov, as docs/detectors/speeding.md
SOFT = 0.75  # of what is harsh, from which on a manoeuvre is on the sheet


class Fact(NamedTuple):
    """A row of the sheet, its times in s after the window begins."""

    kind: str
    level: int
    start: float
    end: float
    peak: float
    unit: str
    threshold: float
    speed: float
    cause: str
    subject: str = ""
    driver: str = ""  # if it is not whoever drives at its start


class Whose(NamedTuple):
    """Whom rows of the sheet are about; each of the ``reliefs`` drives from s after the window begins on."""

    fleet_id: str
    vehicle_id: str
    driver_id: str | None
    reliefs: Sequence[tuple[float, str]] = ()

    def at(self, instant: float) -> dict[str, str | None]:
        """The columns of a fact that begins then."""
        driver = next((name for since, name in reversed(self.reliefs) if instant >= since), self.driver_id)
        return {"fleet_id": self.fleet_id, "vehicle_id": self.vehicle_id, "driver_id": driver}

    def turns(self) -> Iterator[tuple[str, float, float]]:
        """Who drives from when to when."""
        begins = [(-np.inf, str(self.driver_id)), *self.reliefs]
        ends = [*(since for since, _ in self.reliefs), np.inf]
        for (since, driver), until in zip(begins, ends, strict=True):
            yield driver, since, until


def answers(
    shift: Shift,
    whose: Whose,
    whole: Track,
    manoeuvres: Records,
    crash: tuple[float, float],
    start: float,
    known: Sequence[Fact],
    ledger: Ledger,
    insured: tuple[float, float] = (-np.inf, np.inf),
) -> pl.DataFrame:
    """The sheet of one vehicle's day while it is ``insured`` (s after the window begins); ``whole`` is all of it.

    ``known`` is what the physics alone do not tell, ``ledger`` has what was driven before.
    """
    there = during(whole, insured)
    facts = [
        *known,
        *_manoeuvres(shift, manoeuvres),
        *_speeding(there),
        *_hours(ledger, whole, whose, shift.vehicle.kind.name == "bus", start),
        *_trips(there),
    ]
    if not np.isnan(crash[0]):
        facts.append(Fact("crash", 3, crash[0], crash[0], 3.6 * crash[1], "km/h", 0.0, crash[1], "hit an obstacle"))
    return sheet([part for fact in facts for part in _within(fact, insured)], whose, start)


def during(whole: Track, span: tuple[float, float]) -> Track:
    """The part of a track that lies within."""
    if len(whole.t) and span[0] <= whole.t[0] and whole.t[-1] <= span[1]:
        return whole
    return whole.rows((whole.t >= span[0]) & (whole.t <= span[1]))


def _within(fact: Fact, span: tuple[float, float]) -> Iterator[Fact]:
    """What of it lies within: of what goes on, the rest."""
    start, end = max(fact.start, span[0]), min(fact.end, span[1])
    if start < end or start == end == fact.start == fact.end:
        yield fact._replace(start=start, end=end)


def sheet(facts: list[Fact], whose: Whose, start: float) -> pl.DataFrame:
    """The sheet of ``facts`` about one vehicle, in the order of time; ``start`` is the window's, UTC epoch s."""
    return pl.DataFrame([_row(whose, fact, start) for fact in sorted(facts, key=lambda f: f.start)], schema=SHEET)


def _row(whose: Whose, fact: Fact, start: float) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        **whose.at(fact.start),
        **({"driver_id": fact.driver} if fact.driver else {}),
        "subject": fact.subject,
        "level": fact.level,
        "start": datetime.fromtimestamp(round(start + fact.start, 3), UTC),
        "end": datetime.fromtimestamp(round(start + fact.end, 3), UTC),
        "peak": round(fact.peak, 3),
        "unit": fact.unit,
        "threshold": round(fact.threshold, 4),
        "speed_kmh": round(3.6 * fact.speed, 1),
        "cause": fact.cause,
    }


def graded(kind: Class, what: int, peak: float) -> tuple[int, float]:
    """Level of a manoeuvre by the class's own bounds, a swerve by those of a bend, and m/s² from which it has one."""
    harsh, severe = (G * bound[min(what, CORNERING)] for bound in (kind.harsh, kind.severe))
    return sum(peak >= bound for bound in (SOFT * harsh, harsh, severe)), SOFT * harsh


def _manoeuvres(shift: Shift, manoeuvres: Records) -> Iterator[Fact]:
    """Harsh events; a swerve only if it is one."""
    for row in manoeuvres:
        kind, peak = int(row["kind"]), float(row["peak"])
        level, mark = graded(shift.vehicle.kind, kind, peak)
        if kind == SWERVING and not level:
            continue
        cause = "someone ahead braked" if kind == BRAKING and row["cause"] == SURPRISED else CAUSES[kind]
        start, end, speed = float(row["start"]), float(row["end"]), float(row["speed"])
        yield Fact(KINDS[kind], max(level, 1), start, end, peak, "m/s²", mark, speed, cause)


def runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _speeding(whole: Track) -> Iterator[Fact]:
    """Driving over the limit, from 5 km/h on until it is no more than 2; 10 and 20 km/h make levels 2 and 3."""
    over = whole.speed - whole.limit
    spans: list[tuple[int, int]] = []
    for first, b in runs(over > ON):
        if (over[first : b + 1] > OVER).any():
            a = first + int(np.argmax(over[first : b + 1] > OVER))
            near = bool(spans) and whole.t[a] - whole.t[spans[-1][1]] <= MERGED
            spans.append((spans.pop()[0] if near else a, b))
    for a, b in spans:
        if whole.t[b] - whole.t[a] >= LASTING:
            peak = 3.6 * float(over[a : b + 1].max())
            level = 1 + (peak >= 10) + (peak >= 20)
            hurried = (whole.chosen[a : b + 1] >= HURRY[0] * whole.limit[a : b + 1] - 1e-9).any()
            cause = "in a hurry" if hurried else "faster than is allowed"
            yield Fact("speeding", level, whole.t[a], whole.t[b], peak, "km/h", 5.0, whole.speed[a], cause)


def _hours(ledger: Ledger, whole: Track, whose: Whose, passengers: bool, start: float) -> Iterator[Fact]:
    """What the day comes to against the limits on hours, each driver's own."""
    driven: dict[str, tuple[list[Span], list[Span]]] = {}
    for driver, since, until in whose.turns():
        own = during(whole, (since, np.nextafter(until, -np.inf)))
        moving = own.speed > 0
        spans, stands = driven.setdefault(driver, ([], []))
        spans += [(start + a, start + b) for a, b in stretches(own.t, moving)]
        stands += [(start + a, start + b) for a, b in stretches(own.t, (own.ignition > 0) & ~moving, 0.0)]
    for driver, (spans, stands) in driven.items():
        for one in ledger.day(driver, passengers, spans, stands) if spans else ():
            since, until = one.start - start, one.end - start
            speed = float(np.interp(since, whole.t, whole.speed, left=0.0))
            kind, cause = one.limit.kind, one.limit.cause
            yield Fact(kind, one.level, since, until, one.peak, "h", one.threshold, speed, cause, driver=driver)


def _trips(whole: Track) -> Iterator[Fact]:
    """From ignition on to ignition off, if the vehicle moved; ``peak`` is km."""
    for a, b in runs(whole.ignition > 0):
        km = float(whole.distance[b] - whole.distance[a]) / 1000
        if km > 0.05:
            yield Fact("trip", 0, whole.t[a], whole.t[b], km, "km", 0.0, 0.0, "")
