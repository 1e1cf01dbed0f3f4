"""Tyres: tyre low, after docs/detectors.md, an object a wheel."""

import math
from typing import Any

from .episode import Episode, Log
from .words import NAN, NEVER, missing, span


class TyreLow:
    """All wheels of a vehicle; ``placard`` in kPa by wheel."""

    def __init__(self, p: Any, log: Log, placard: dict[str, float]) -> None:
        self.p, self.log, self.placard = p, log, placard
        self.wheels: dict[str, Wheel] = {}

    def take(self, s: Any) -> None:
        for name, pressure, temp in s.tyres:
            placard = self.placard.get(name, NAN)
            if missing(pressure) or not placard > 0:
                continue
            if name not in self.wheels:
                self.wheels[name] = Wheel(self.p, self.log, name, placard)
            self.wheels[name].take(s, pressure, temp)


class Wheel:
    def __init__(self, p: Any, log: Log, name: str, placard: float) -> None:
        self.p, self.log, self.name, self.placard = p, log, name, placard
        self.levels = (p.level1_pct, p.level2_pct, p.level3_pct)
        self.forget()

    def forget(self) -> None:
        self.start: float | None = NEVER
        self.peak = 0.0
        self.level = self.before = 0

    def take(self, s: Any, pressure: float, temp: float) -> None:
        cold = pressure
        if not missing(temp):
            cold = (pressure + 101.325) * 293.15 / (temp + 273.15) - 101.325
        d = (1 - cold / self.placard) * 100
        more = self.p.unknown_pct if missing(temp) else 0
        rung = (self.levels[0] + more <= d) + (self.levels[1] <= d) + (self.levels[2] <= d)
        if self.level > 0 and d < self.p.clear_pct:
            if self.before == -1:
                self.tell(s, temp, s.t)
                self.forget()
            else:
                self.before = -1
            return
        b = max(self.before, 0)
        self.before = rung
        if self.level == 0 and rung == 0:
            self.start = NEVER
            return
        if self.start is NEVER:
            self.start, self.peak = s.t, 0.0
        c = min(d, 300 if b == 3 else self.levels[b])
        self.peak = max(self.peak, math.floor(c * 100 + 0.5) / 100)
        sure = min(rung, b) if self.level > 0 or span(self.start, s.t) >= self.p.hold_s else 0
        if sure > self.level:
            self.level = sure
            self.tell(s, temp, None)

    def tell(self, s: Any, temp: float, end: float | None) -> None:
        assert self.start is not NEVER
        quality = s.quality | ({"uncompensated"} if missing(temp) else set())
        lat, lon = s.raw["lat"], s.raw["lon"]
        episode = Episode("tyre_low", self.start, s.driver, s.v, lat, lon, 0, quality, self.peak, self.name, self.level)
        episode.threshold = self.levels[self.level - 1]
        episode.tell(self.log, end)
