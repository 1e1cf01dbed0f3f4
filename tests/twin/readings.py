"""Readings of tyres, after docs/detectors.md, pass 8; detectors of docs/detectors/tyres.md that follow a value."""

import math
from dataclasses import dataclass
from typing import Any

from .episode import Episode, Log
from .words import NAN, missing, span

ACROSS = {"L": "R", "R": "L", "LI": "RI", "RI": "LI"}
BESIDE = {"L": "LI", "LI": "L", "R": "RI", "RI": "R"}


def hundredths(value: float) -> float:
    return math.floor(value * 100 + 0.5) / 100


def tenths(value: float) -> float:
    return NAN if missing(value) else math.floor(value * 10 + 0.5) / 10


def brought(pressure: float, temp: float) -> float:
    """kPa at 20 °C; as read where the temperature is not known."""
    return pressure if missing(temp) else (pressure + 101.325) * 293.15 / (temp + 273.15) - 101.325


@dataclass
class Reading:
    t: float
    wheel: str
    pressure: float
    temp: float
    placard: float = NAN
    leapt: bool = False
    then: Any = None  # the reading before of this wheel; pressure and temp to a tenth
    mate: Any = None
    twin: Any = None

    @property
    def cold(self) -> float:
        return brought(self.pressure, self.temp)

    @property
    def below(self) -> float:
        """Per cent below the placard."""
        return (1 - self.cold / self.placard) * 100 if self.placard > 0 else NAN


class Readings:
    """Pass 8: what is beside each reading, as ``sample.readings``; no vehicle of the twin has a trailer."""

    def __init__(self, p: Any, placard: dict[str, float]) -> None:
        self.p, self.placard = p, placard
        self.latest: dict[str, Reading] = {}

    def take(self, s: Any) -> None:
        s.readings = [self.read(s.t, *one) for one in s.tyres]

    def read(self, t: float, wheel: str, pressure: float, temp: float) -> Reading:
        one = Reading(t, wheel, pressure, temp, self.placard.get(wheel, NAN))
        axle, place = wheel[:1], wheel[1:]
        one.then = self.latest.get(wheel)
        one.mate, one.twin = self.near(axle + ACROSS[place], t), self.near(axle + BESIDE[place], t)
        if not missing(pressure):
            leapt = one.then is not None and pressure > 1.05 * one.then.pressure
            self.latest[wheel] = Reading(t, wheel, tenths(pressure), tenths(temp), leapt=leapt)
        return one

    def near(self, wheel: str, t: float) -> Reading | None:
        found = self.latest.get(wheel)
        return found if found is not None and span(found.t, t) <= self.p.mate_s else None


@dataclass
class Followed:
    start: float
    source: int
    peak: float = 0.0
    threshold: float = 0.0
    level: int = 0
    before: int = 0
    since: Any = None  # the reading it fell from
    left: int = 0  # ms of silence on the move that bear it out
    bare: bool = False  # one of its readings had no temperature


class Wheels:
    """Up to twelve wheels of a vehicle followed at a time."""

    kind = ""

    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.places: dict[str, Followed] = {}

    def take(self, s: Any) -> None:
        for one in s.readings:
            self.weigh(s, one)

    def weigh(self, s: Any, r: Reading) -> None:
        raise NotImplementedError

    def begin(self, wheel: str, t: float, source: int) -> Followed | None:
        if len(self.places) == 12:
            return None
        self.places[wheel] = Followed(t, source)
        return self.places[wheel]

    def follow(self, s: Any, r: Reading, value: float, scale: Any, source: int = 0) -> None:
        if missing(value):
            return
        *levels, clear, hold = scale
        rung = sum(level <= value for level in levels)
        one = self.places.get(r.wheel)
        if one is not None:
            one.bare |= missing(r.temp)
        if one is not None and one.level > 0 and value < clear:
            if one.before == -1:
                self.tell(s, r.wheel, one, end=s.t)
                del self.places[r.wheel]
            else:
                one.before = -1
            return
        if (one is None or one.level == 0) and rung == 0:
            self.places.pop(r.wheel, None)
            return
        one = one or self.begin(r.wheel, s.t, source)
        if one is None:
            return
        one.bare |= missing(r.temp)
        before, one.before = max(one.before, 0), rung
        one.peak = max(one.peak, hundredths(min(value, 300 if before == 3 else levels[before])))
        sure = min(rung, before) if one.level > 0 or span(one.start, s.t) >= hold else 0
        if sure > one.level:
            one.level, one.threshold = sure, hundredths(levels[sure - 1])
            self.tell(s, r.wheel, one)

    def tell(self, s: Any, wheel: str, one: Followed, end: float | None = None) -> None:
        quality = s.quality | ({"uncompensated"} if one.bare else set())
        place = (s.driver, s.v, s.raw["lat"], s.raw["lon"])
        told = Episode(self.kind, one.start, *place, one.source, quality, one.peak, wheel, one.level, one.threshold)
        told.tell(self.log, end)


class TyreLow(Wheels):
    kind = "tyre_low"

    def weigh(self, s: Any, r: Reading) -> None:
        p, more = self.p, self.p.unknown_pct if missing(r.temp) else 0
        scale = (p.level1_pct + more, p.level2_pct, p.level3_pct, p.clear_pct, p.hold_s)
        self.follow(s, r, r.below, scale)


class TyreFlat(Wheels):
    kind = "tyre_flat"

    def weigh(self, s: Any, r: Reading) -> None:
        p, d = self.p, NAN if missing(r.pressure) else r.below
        if r.pressure < p.floor_kpa:
            d = p.level3_pct if missing(d) else max(d, p.level3_pct)
        elif missing(d) and r.pressure >= p.floor_kpa:
            d = 0.0
        self.follow(s, r, d, (p.level3_pct,) * 3 + (p.clear_pct, p.hold_s))


class TyreHigh(Wheels):
    kind = "tyre_high"

    def weigh(self, s: Any, r: Reading) -> None:
        p, more = self.p, self.p.unknown_pct if missing(r.temp) else 0
        value = (r.cold / r.placard - 1) * 100 if r.placard > 0 else NAN
        scale = [one + more for one in (p.level1_pct, p.level2_pct, p.level3_pct, p.clear_pct)]
        self.follow(s, r, value, (*scale, p.hold_s))


class TyreHot(Wheels):
    kind = "tyre_hot"

    def weigh(self, s: Any, r: Reading) -> None:
        p, one = self.p, self.places.get(r.wheel)
        if missing(r.temp):
            return
        source = one.source if one else int(r.temp < p.level1_c)
        if source == 0:
            self.follow(s, r, r.temp, (p.level1_c, p.level2_c, p.level3_c, p.clear_c, p.hold_s))
            return
        value = r.temp - r.mate.temp if r.mate else NAN
        if one is None and (s.moving != 1 or r.temp < p.least_c):
            value = NAN
        scale = (p.level1_above_c, p.level2_above_c, p.level3_above_c, p.clear_above_c, p.hold_s)
        self.follow(s, r, value, scale, 1)


class TyreImbalance(Wheels):
    kind = "tyre_imbalance"

    def weigh(self, s: Any, r: Reading) -> None:
        p, one = self.p, self.places.get(r.wheel)
        more = p.unknown_pct if missing(r.temp) else 0
        beside = self.apart(r, r.twin)
        source = one.source if one else int(beside >= p.level1_pair_pct + more)
        levels = (p.level1_axle_pct, p.level2_axle_pct, p.level3_axle_pct, p.clear_axle_pct)
        if source == 1:
            levels = (p.level1_pair_pct, p.level2_pair_pct, p.level3_pair_pct, p.clear_pair_pct)
        value = beside if source == 1 else self.apart(r, r.mate)
        self.follow(s, r, value, (*(level + more for level in levels), p.hold_s), source)

    def apart(self, r: Reading, other: Reading | None) -> float:
        if other is None or missing(other.temp) != missing(r.temp) or not other.cold + r.cold > 0:
            return NAN
        return (other.cold - r.cold) / ((other.cold + r.cold) / 2) * 100
