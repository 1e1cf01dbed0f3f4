"""Device health, after docs/detectors/devices.md: silence, a receiver that sticks or leaps, kilometres unseen."""

import math
from typing import Any

from .episode import Episode, Log
from .trips import Ignition, measured
from .words import NAN, NEVER, missing, span


def good(s: Any) -> bool:
    """Whether the sample has a good position."""
    return not s.quality & {"no_fix", "bad_fix"}


class Fault:
    """What all but silence and odometer gap share."""

    def __init__(self, kind: str, log: Log, limits: list[float]) -> None:
        self.kind, self.log, self.limits = kind, log, limits
        self.start: float | None = NEVER
        self.end = self.peak = 0.0
        self.quality: set[str] = set()
        self.level = self.source = 0

    def rung(self, value: float) -> int:
        return sum(value >= limit for limit in self.limits)

    def give(self, s: Any, level: int, start: float | None, source: int, peak: float, limits: Any = None) -> None:
        if level == 0:
            if self.level > 0:
                self.tell(s, self.end)
                self.level = 0
            return
        if self.level == 0:
            self.start, self.source, self.peak, self.quality = start, source, 0.0, set()
        self.limits = limits or self.limits
        self.end = s.t
        self.peak = max(self.peak, math.floor(peak * 100 + 0.5) / 100)
        self.quality |= s.quality
        if level > self.level:
            self.level = level
            self.tell(s, None)

    def tell(self, s: Any, end: float | None) -> None:
        assert self.start is not NEVER
        place = (s.driver, s.v, s.raw["lat"], s.raw["lon"])
        one = Episode(self.kind, self.start, *place, self.source, self.quality, self.peak)
        one.level, one.threshold = self.level, self.limits[self.level - 1]
        one.tell(self.log, end)


class DeviceSilent:
    kind = "device_silent"

    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log, self.ignition = p, log, Ignition()
        self.heard: Any = None  # the sample before, as it was
        self.awake = False

    def take(self, s: Any) -> None:
        p = self.p
        if self.heard is not None:
            t, driver, v, lat, lon = self.heard
            hours = span(t, s.t) / 3600
            level, threshold = (1, p.level1_parked_h) if hours >= p.level1_parked_h else (0, 0.0)
            if self.awake and hours >= p.level2_awake_h:
                level, threshold = 2, p.level2_awake_h
            if self.awake and hours >= p.level3_awake_h:
                level, threshold = 3, p.level3_awake_h
            if level > 0:
                one = Episode(self.kind, t, driver, v, lat, lon, int(self.awake), set(s.quality), hours)
                one.level, one.threshold = level, threshold
                one.tell(self.log, s.t)
        self.ignition.take(s)
        self.heard = (s.t, s.driver, s.v, s.raw["lat"], s.raw["lon"])
        self.awake = s.moving == 1 or self.ignition.on is True


class GnssFault:
    kind = "gnss_fault"

    def __init__(self, p: Any, log: Log) -> None:
        self.p = p
        self.fault = Fault(self.kind, log, [p.level1_min, p.level2_min, p.level3_min])
        self.place: tuple[float, float] | None = None
        self.since: float | None = NEVER
        self.jump_t: float | None = NEVER
        self.driven, self.jumps = 0.0, 0

    def take(self, s: Any) -> None:
        here = (s.raw["lat"], s.raw["lon"])
        if good(s) and (self.since is NEVER or here != self.place):
            self.place, self.since, self.driven = here, s.t, 0.0
        elif "gap" in s.quality:
            self.since = NEVER if self.since is NEVER else s.t
            self.driven = 0.0
        elif self.since is not NEVER and s.moving == 1 and "from_position" not in s.quality:
            self.driven += s.dt
        if self.jump_t is not NEVER and span(self.jump_t, s.t) > self.p.jumps_s:
            self.jump_t, self.jumps = NEVER, 0
        if s.quality & {"bad_fix", "relocated"}:
            self.jump_t = s.t if self.jump_t is NEVER else self.jump_t
            self.jumps += 1
        level, source, start = self.fault.rung(self.driven / 60), 1 if good(s) else 2, self.since
        if level == 0 and self.jumps >= self.p.jumps:
            level, source, start = 1, 3, self.jump_t
        self.fault.give(s, level, start, source, self.driven / 60)


class OdometerGap:
    kind = "odometer_gap"

    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log, self.ignition = p, log, Ignition()
        self.last: Any = None  # the reading believed: (t, m, driver, lat, lon)
        self.measured, self.gap = 0.0, 0
        self.quality: set[str] = set()
        self.odd = self.awake = False

    def take(self, s: Any) -> None:
        if not measured(s) and self.gap == 0:
            self.gap = 2 if self.awake else 1
        self.measured += s.step
        self.quality |= s.quality
        if not missing(s.raw["odometer"]):
            self.read(s, s.raw["odometer"])
        self.ignition.take(s)
        self.awake = s.moving == 1 or self.ignition.on is True

    def read(self, s: Any, odometer: float) -> None:
        p = self.p
        can_be = False
        if self.last is not None:
            advance = odometer - self.last[1]
            can_be = 0 <= advance <= p.odometer_max * span(self.last[0], s.t) + p.odometer_slack_m
            if can_be and self.gap > 0 and "doubted" not in self.quality:
                self.judge(s, (advance - self.measured) / 1000)
        if self.last is not None and not can_be and not self.odd:
            self.odd = True
            return
        self.last = (s.t, odometer, s.driver, s.raw["lat"], s.raw["lon"])
        self.measured, self.gap, self.odd = 0.0, 0, False
        self.quality = s.quality & {"doubted"}

    def judge(self, s: Any, km: float) -> None:
        limits = (self.p.level1_km, self.p.level2_km, self.p.level3_km)
        level = sum(km >= limit for limit in limits)
        if level > 0:
            t, _, driver, lat, lon = self.last
            one = Episode(self.kind, t, driver, NAN, lat, lon, self.gap, self.quality, km)
            one.level, one.threshold = level, limits[level - 1]
            one.tell(self.log, s.t)
