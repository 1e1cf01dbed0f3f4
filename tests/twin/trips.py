"""Trips, after docs/trips.md; also the words that trips share with activity: ignition, stand and proof."""

import math
from dataclasses import dataclass, field
from typing import Any

from .words import NAN, NEVER, missing, span

NOWHERE = (NAN, NAN)


class Ignition:
    """On (True), off (False) or unknown (None)."""

    def __init__(self) -> None:
        self.on: bool | None = None

    def take(self, s: Any) -> bool | None:
        said = s.raw["ignition"]
        if not missing(said):
            self.on = said >= 0.5
        elif not measured(s):
            self.on = None
        return self.on


class Stand:
    """Since when the vehicle has not been driving."""

    def __init__(self, p: Any) -> None:
        self.p, self.since = p, NEVER

    def over(self, s: Any, driving: bool) -> bool:
        if not driving and self.since is NEVER:
            self.since = s.t
        stood = self.since is not NEVER and span(self.since, s.t) >= self.p.stop_s
        if driving:
            self.since = NEVER
        return bool(s.dt > self.p.gap_s or stood)


@dataclass
class Trial:
    """Movement from its start on, until it is proven or given up."""

    p: Any
    start: float
    metres: float = 0.0
    fast: int = 0

    def verdict(self, s: Any, driving: bool, fast: bool) -> str:
        self.metres += s.step
        self.fast += fast
        brisk = self.metres >= self.p.start * span(self.start, s.t)
        if brisk and driving and self.metres >= self.p.proof_m and self.fast >= self.p.proof_samples:
            return "proven"
        return "given up" if not brisk and span(self.start, s.t) > self.p.proof_s else "goes on"


def measured(s: Any) -> bool:
    return not missing(s.dt) and "gap" not in s.quality


def is_fast(s: Any, p: Any) -> bool:
    return bool(s.moving == 1 and s.v >= p.start)


def is_driving(s: Any, ignition: bool | None, p: Any) -> bool:
    return bool(s.moving == 1 and (ignition is True or s.v >= p.start))


@dataclass
class Sums:
    metres: float = 0.0
    driving_s: float = 0.0
    idle_s: float = 0.0
    night_s: float = 0.0
    quality: set[str] = field(default_factory=set)


@dataclass
class Trip:
    start: float
    driver: str | None
    start_at: tuple[float, float]
    trial: Trial | None  # None once proven
    end: float = NAN
    end_at: tuple[float, float] = NOWHERE
    row: Sums = field(default_factory=Sums)  # as of the last driving sample
    sums: Sums = field(default_factory=Sums)
    status: str = "open"


class Trips:
    def __init__(self, p: Any) -> None:
        self.p, self.ignition, self.stand = p, Ignition(), Stand(p)
        self.at, self.before = NOWHERE, NAN
        self.trip: Trip | None = None
        self.found: list[Trip] = []

    def take(self, s: Any) -> None:
        driving = is_driving(s, self.ignition.take(s), self.p)
        over = self.stand.over(s, driving)
        if self.trip and (over or (s.raw["ignition"] < 0.5 and s.moving != 1)):
            self.trip.status = "closed"
            self.trip = None
        at_previous = self.at
        if not missing(s.raw["lat"]) and not missing(s.raw["lon"]) and not s.quality & {"no_fix", "bad_fix"}:
            self.at = (s.raw["lat"], s.raw["lon"])
        elif not measured(s):
            self.at = NOWHERE
        if self.trip is None and is_fast(s, self.p):
            start, at = (self.before, at_previous) if measured(s) else (s.t, self.at)
            self.trip = Trip(start, s.driver, at, Trial(self.p, start))
        if self.trip:
            self.add(self.trip, s, driving)
            self.prove(self.trip, s, driving)
        self.before = s.t

    def add(self, trip: Trip, s: Any, driving: bool) -> None:
        sums = trip.sums
        sums.metres += s.step
        sums.quality |= s.quality
        if measured(s):
            if s.moving == 1:
                sums.driving_s += s.dt
                sums.night_s += s.dt if s.hour >= 22 or s.hour < 5 else 0
            elif s.moving == 0:
                sums.idle_s += s.dt
        if driving:
            trip.row = Sums(**vars(sums) | {"quality": set(sums.quality)})
            trip.end, trip.end_at = s.t, self.at

    def prove(self, trip: Trip, s: Any, driving: bool) -> None:
        if trip.trial is None:
            return
        verdict = trip.trial.verdict(s, driving, is_fast(s, self.p))
        if verdict == "given up":
            self.trip = None
        elif verdict == "proven" and not self.strayed(trip, s):
            trip.trial = None
            self.found.append(trip)

    def strayed(self, trip: Trip, s: Any) -> bool:
        """Whether positions came back to where they began."""
        if "from_position" not in s.quality:
            return False
        (lat, lon), (lat_now, lon_now) = trip.start_at, self.at
        north, east = math.radians(lat_now - lat), math.radians(lon_now - lon) * math.cos(math.radians(lat))
        return 6_371_008.8 * math.sqrt(north**2 + east**2) < self.p.proof_away_m
