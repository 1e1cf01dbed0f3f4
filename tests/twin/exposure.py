"""Exposure: segments of a vehicle's samples by driver and UTC day, and their counted sums, after docs/trips.md."""

import math
from dataclasses import dataclass, field
from typing import Any

from .trips import Ignition, measured
from .words import GRACE, NAN, NEVER, missing, span

DAY = 86_400
SUMS = (
    *("metres", "moving_s", "idle_s", "limit_known_m"),
    *("night_m", "hour_5_9_m", "hour_9_16_m", "hour_16_19_m", "hour_19_22_m"),
    *("speed_0_20_m", "speed_20_50_m", "speed_50_80_m", "speed_80_100_m", "speed_100_130_m", "speed_130_m"),
    *("limit_device_m", "limit_road_m", "limit_class_m"),
    *("motorway_m", "rural_m", "urban_m", "residential_m", "unclassed_m"),
    *("over_0_10_m", "over_10_20_m", "over_20_30_m", "over_30_m"),
    *("observed_s", "observed_m", "observed_corner_s", "observed_corner_m", "observed_tyre_m", "odometer_m", "gap_m"),
)
ROADS = ("unclassed_m", "motorway_m", "rural_m", "urban_m", "residential_m")
LIMITS = {1: "limit_device_m", 2: "limit_road_m", 3: "limit_class_m"}


@dataclass
class Segment:
    driver: str | None
    start: float
    day: int
    end: float = 0.0
    samples: int = 0
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SUMS, 0.0) | {"odometer_m": NAN})

    def add(self, brought: dict[str, float], share: float) -> None:
        for name, value in brought.items():
            if name == "odometer_m" and missing(self.sums[name]):
                self.sums[name] = 0.0
            self.sums[name] += math.floor(value * share * 2**30 + 0.5) / 2**30

    def worth(self) -> bool:
        """Whether anything happened in it; what is cut off where it began gives way to what begins there."""
        driven = any(self.sums[name] > 0 for name in ("metres", "moving_s", "idle_s", "odometer_m"))
        return self.end > self.start and (self.samples > 0 or driven)


class Odometer:
    """The advance from reading to reading, and what of it was driven unmeasured."""

    def __init__(self, p: Any) -> None:
        self.p, self.last, self.last_t = p, NAN, NEVER
        self.way, self.blind = 0.0, False

    def take(self, s: Any) -> dict[str, float]:
        self.way += s.step
        self.blind = self.blind or not measured(s)
        said = s.raw["odometer"]
        if missing(said):
            return {}
        brought = {}
        if self.last_t is not NEVER:
            a, e = said - self.last, span(self.last_t, s.t)
            if 0 <= a <= self.p.odometer_max * e + self.p.odometer_slack_m:
                brought["odometer_m"] = a
                if self.blind and a - self.way > self.p.gap_min_m:
                    brought["gap_m"] = a - self.way
        self.last, self.last_t, self.way, self.blind = said, s.t, 0.0, False
        return brought


class Exposure:
    def __init__(self, p: Any) -> None:
        self.p, self.ignition, self.odometer = p, Ignition(), Odometer(p)
        self.segment: Segment | None = None
        self.segments: list[Segment] = []
        self.before = 0.0
        self.accel_t = self.tyre_t = NEVER
        self.ahead, self.aside = Sense(p.observed_dt_s), Sense(p.observed_dt_s)

    def take(self, s: Any) -> None:
        brought = self.brought(s)
        if self.segment is None:
            self.segment = Segment(s.driver, s.t, math.floor(s.t / DAY))
        else:
            self.segment = self.along(self.segment, s, brought)
        self.segment.samples += 1
        self.segment.end = self.before = s.t

    def along(self, segment: Segment, s: Any, brought: dict[str, float]) -> Segment:
        """Share the stretch between the segments it touches; the one that holds ``s``."""
        if s.driver != segment.driver:
            segment = self.cut(segment, self.before, s.driver)
        at = self.before
        while s.t >= (segment.day + 1) * DAY:
            midnight = (segment.day + 1) * DAY
            segment.add(brought, (midnight - at) / (s.t - self.before))
            segment, at = self.cut(segment, midnight, s.driver), midnight
        segment.add(brought, (s.t - at) / (s.t - self.before))
        return segment

    def cut(self, segment: Segment, t: float, driver: str | None) -> Segment:
        segment.end = t
        if segment.worth():
            self.segments.append(segment)
        return Segment(driver, t, math.floor(t / DAY))

    def found(self) -> list[Segment]:
        return self.segments + ([self.segment] if self.segment else [])

    def brought(self, s: Any) -> dict[str, float]:
        """What the stretch up to ``s`` brings."""
        p = self.p
        ignition = self.ignition.take(s)
        moving_s = s.dt if measured(s) and s.moving == 1 else 0.0
        found = {"metres": s.step, "moving_s": moving_s, part_of_day(s.hour): s.step}
        if measured(s) and s.moving == 0 and ignition is True:
            found["idle_s"] = s.dt
        found[ROADS[s.road_class]] = s.step
        if not missing(s.v):
            found[speed(s.v)] = s.step
        if not missing(s.v) and not missing(s.limit):
            if s.limit_source in LIMITS:
                found[LIMITS[s.limit_source]] = s.step
            if s.limit_source in (1, 2, 4):
                found["limit_known_m"] = s.step
                found |= over(s)
        self.accel_t = self.accel_t if missing(s.accel) else s.t
        self.tyre_t = s.t if s.tyres else self.tyre_t
        believed = "doubted" not in s.quality
        along = self.ahead.dense(s.t, not missing(s.raw["speed"]) or not missing(s.accel))
        aside = self.aside.dense(s.t, not missing(s.lateral))
        if along and believed and recent(self.accel_t, s.t, p.evidence_s):
            found |= {"observed_s": moving_s, "observed_m": s.step}
        if aside and believed:
            found |= {"observed_corner_s": moving_s, "observed_corner_m": s.step}
        if recent(self.tyre_t, s.t, p.tyre_s):
            found["observed_tyre_m"] = s.step
        return found | self.odometer.take(s)


class Sense:
    """When something spoke."""

    def __init__(self, most: float) -> None:
        self.most, self.spoke = most, [-math.inf, -math.inf]

    def dense(self, t: float, speaks: bool) -> bool:
        if speaks:
            self.spoke = [self.spoke[1], t]
        before, last = self.spoke
        return before > 0 and span(before, last) <= self.most and span(last, t) <= self.most


def part_of_day(hour: int) -> str:
    for start, end in ((5, 9), (9, 16), (16, 19), (19, 22)):
        if start <= hour < end:
            return f"hour_{start}_{end}_m"
    return "night_m"


def speed(v: float) -> str:
    low = 0
    for high in (20, 50, 80, 100, 130):
        if v <= high / 3.6 + GRACE:
            return f"speed_{low}_{high}_m"
        low = high
    return "speed_130_m"


def over(s: Any) -> dict[str, float]:
    """In which band above the limit the step was driven."""
    e = s.v - s.limit
    for most, name in ((10, "over_0_10_m"), (20, "over_10_20_m"), (30, "over_20_30_m"), (math.inf, "over_30_m")):
        if GRACE < e <= most / 3.6 + GRACE:
            return {name: s.step}
    return {}


def recent(then: float | None, t: float, most: float) -> bool:
    return then is not None and span(then, t) <= most


def counted(events: list[tuple[float, int]]) -> list[int]:
    """Of one kind, driver and day: how many events (start, level) count at levels 1, 2 and 3, at most one a minute."""
    at_least = []
    for level in (1, 2, 3):
        n, last = 0, NEVER
        for start in sorted(start for start, reached in events if reached >= level):
            if last is NEVER or span(last, start) >= 60:
                n, last = n + 1, start
        at_least.append(n)
    return [at_least[0] - at_least[1], at_least[1] - at_least[2], at_least[2]]
