"""Answers: the sheet of what truly happened, so that whatever finds it can be marked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.dynamics import G
from simulator.hours import Ledger, stretches
from simulator.manoeuvres import ACCELERATION, BRAKING, CORNERING, SURPRISED, SWERVING
from simulator.motion import Records
from simulator.shifts import Shift
from simulator.tracks import Track
from simulator.tyres import LEAKS, PUNCTURED, Wheel, mates

Floats = npt.NDArray[np.float64]

SHEET: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "driver_id": pl.String,
    "subject": pl.String,  # wheel, else empty
    "level": pl.Int64,  # 1 notable, 2 harsh, 3 severe
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
LOSSES = {PUNCTURED: "tyre_rapid_loss", LEAKS: "tyre_slow_leak"}
APART = {False: (0.10, 0.15, 0.25), True: (0.05, 0.10, 0.20)}  # of their mean, cold: across an axle, within a pair
HOT = (15.0, 20.0, 35.0)  # K that a dragging brake adds
LOW = (0.10, 0.20, 0.25)  # share of the placard pressure missing, cold, at levels 1 to 3


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
    """Whom rows of the sheet are about; ``relief`` drives from s after the window begins on."""

    fleet_id: str
    vehicle_id: str
    driver_id: str | None
    relief: tuple[float, str] | None = None

    def at(self, instant: float) -> dict[str, str | None]:
        """The columns of a fact that begins then."""
        driver = self.relief[1] if self.relief and instant >= self.relief[0] else self.driver_id
        return {"fleet_id": self.fleet_id, "vehicle_id": self.vehicle_id, "driver_id": driver}


def answers(
    shift: Shift,
    whose: Whose,
    whole: Track,
    manoeuvres: Records,
    crash: tuple[float, float],
    wheels: list[Wheel],
    wheel_t: Floats,
    start: float,
    placed: list[Fact],
    ledger: Ledger,
) -> pl.DataFrame:
    """The sheet of one vehicle's day; ``placed`` is known beside the physics, ``ledger`` has what was driven before."""
    facts = [
        *placed,
        *_manoeuvres(shift, manoeuvres),
        *_speeding(whole),
        *_hours(ledger, whole, whose, shift.vehicle.kind.name == "bus", start),
        *_trips(whole),
        *(fact for wheel in wheels for fact in _tyre(wheel, wheel_t)),
        *_apart(wheels, wheel_t),
    ]
    if not np.isnan(crash[0]):
        facts.append(Fact("crash", 3, crash[0], crash[0], 3.6 * crash[1], "km/h", 0.0, crash[1], "hit an obstacle"))
    return sheet(facts, whose, start)


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


def _manoeuvres(shift: Shift, manoeuvres: Records) -> Iterator[Fact]:
    """Harsh events, by the class's own bounds; a swerve by those of a bend, if it is beyond them at all."""
    for row in manoeuvres:
        kind, peak = int(row["kind"]), float(row["peak"])
        bounds = shift.vehicle.kind.harsh, shift.vehicle.kind.severe
        harsh, severe = (G * bound[min(kind, CORNERING)] for bound in bounds)
        if kind == SWERVING and peak < 0.75 * harsh:
            continue
        level = 1 + (peak >= harsh) + (peak >= severe)
        cause = "someone ahead braked" if kind == BRAKING and row["cause"] == SURPRISED else CAUSES[kind]
        start, end, speed = float(row["start"]), float(row["end"]), float(row["speed"])
        yield Fact(KINDS[kind], level, start, end, peak, "m/s²", 0.75 * harsh, speed, cause)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _speeding(whole: Track) -> Iterator[Fact]:
    """Driving over the limit, from 5 km/h on until it is no more than 2; 10 and 20 km/h make levels 2 and 3."""
    over = whole.speed - whole.limit
    spans: list[tuple[int, int]] = []
    for first, b in _runs(over > ON):
        if (over[first : b + 1] > OVER).any():
            a = first + int(np.argmax(over[first : b + 1] > OVER))
            near = bool(spans) and whole.t[a] - whole.t[spans[-1][1]] <= MERGED
            spans.append((spans.pop()[0] if near else a, b))
    for a, b in spans:
        if whole.t[b] - whole.t[a] >= LASTING:
            peak = 3.6 * float(over[a : b + 1].max())
            level = 1 + (peak >= 10) + (peak >= 20)
            yield Fact("speeding", level, whole.t[a], whole.t[b], peak, "km/h", 5.0, whole.speed[a], "in a hurry")


def _hours(ledger: Ledger, whole: Track, whose: Whose, passengers: bool, start: float) -> Iterator[Fact]:
    """What the day comes to against the limits on hours, each driver's own."""
    relieved, relief = whose.relief or (np.inf, "")
    moving = whole.speed > 0
    for driver, own in ((str(whose.driver_id), whole.t < relieved), (relief, whole.t >= relieved)):
        driven = stretches(whole.t[own], moving[own])
        stood = stretches(whole.t[own], (whole.ignition[own] > 0) & ~moving[own], 0.0)
        spans, stands = ([(start + a, start + b) for a, b in found] for found in (driven, stood))
        for one in ledger.day(driver, passengers, spans, stands) if spans else ():
            since, until = one.start - start, one.end - start
            speed = float(np.interp(since, whole.t, whole.speed, left=0.0))
            kind, cause = one.limit.kind, one.limit.cause
            yield Fact(kind, one.level, since, until, one.peak, "h", one.threshold, speed, cause, driver=driver)


def _trips(whole: Track) -> Iterator[Fact]:
    """From ignition on to ignition off, if the vehicle moved; ``peak`` is km."""
    for a, b in _runs(whole.ignition > 0):
        km = float(whole.distance[b] - whole.distance[a]) / 1000
        if km > 0.05:
            yield Fact("trip", 0, whole.t[a], whole.t[b], km, "km", 0.0, 0.0, "")


def _tyre(wheel: Wheel, t: Floats) -> Iterator[Fact]:
    """The leak itself, and the time its cold pressure was low."""
    missing = 1 - wheel.cold / wheel.placard
    cause = wheel.cause
    for a, b in _runs(missing >= LOW[0]):
        peak = float(missing[a : b + 1].max())
        level = sum(peak >= bound for bound in LOW)
        yield Fact("tyre_low", level, t[a], t[b], peak, "share", LOW[0], 0.0, cause, wheel.name)
    for a, b in _runs(missing > 0.045) if cause in LOSSES else ():
        yield Fact(LOSSES[cause], 2, t[a], t[b], float(missing[a : b + 1].max()), "share", 0.0, 0.0, cause, wheel.name)


def _apart(wheels: list[Wheel], t: Floats) -> Iterator[Fact]:
    """Tyres softer, cold, than the one across the axle or the other of their pair."""
    for wheel, mate, pair in mates(wheels):
        share = 2 * (mate.cold - wheel.cold) / (mate.cold + wheel.cold)
        for a, b in _runs(share >= APART[pair][0]):
            peak, cause = float(share[a : b + 1].max()), wheel.cause or mate.cause
            level = sum(peak >= bound for bound in APART[pair])
            yield Fact("tyre_imbalance", level, t[a], t[b], peak, "share", APART[pair][0], 0.0, cause, wheel.name)


def hot(wheels: list[Wheel], t: Floats, heat: Floats) -> Iterator[Fact]:
    """Wheels that a dragging brake makes hotter than they were without; ``heat`` K of the tyres above ambient."""
    for wheel in wheels:
        more = np.asarray(wheel.drag * heat + np.zeros(len(t)))
        for a, b in _runs(more >= HOT[0]):
            peak = float(more[a : b + 1].max())
            level = sum(peak >= bound for bound in HOT)
            yield Fact("tyre_hot", level, t[a], t[b], peak, "K", HOT[0], 0.0, wheel.cause, wheel.name)
