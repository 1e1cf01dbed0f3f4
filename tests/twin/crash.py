"""Crash, after docs/detectors.md: felt by an accelerometer, or seen by a speed that falls and then stands."""

import math
from typing import Any

from .episode import Episode, Log, begin
from .words import NAN, NEVER, missing, span


class Crash:
    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.felt_t: float | None = NEVER
        self.window_t: float | None = NEVER
        self.stood_t: float | None = NEVER
        self.along = self.across = self.u = self.end = 0.0
        self.strong = self.fell = self.level = 0
        self.episode: Episode = None  # type: ignore[assignment]

    def take(self, s: Any) -> None:
        if self.level > 0 and span(self.end, s.t) > self.p.reset_s:
            self.episode.tell(self.log, self.end)
            self.level = 0
        if "gap" in s.quality:
            self.u = NAN
        pulse = self.pulse(s)
        parked = s.raw["ignition"] == 0 and self.u < self.p.standing
        if pulse >= self.p.delta_v and not parked:
            self.felt(s, pulse)
        elif self.level == 0:
            self.seen(s)
        if not missing(s.v):
            self.u = s.v

    def pulse(self, s: Any) -> float:
        p, x, y = self.p, s.raw["accel_long"], s.raw["accel_lat"]
        if missing(x) and missing(y):
            return 0.0
        x, y = 0.0 if missing(x) else x, 0.0 if missing(y) else y
        w = math.inf if self.felt_t is NEVER else span(self.felt_t, s.t)
        self.felt_t = s.t
        if w > p.imu_s:
            self.window_t = NEVER
            return 0.0
        if self.window_t is not NEVER and span(self.window_t, s.t) > p.window_s:
            self.window_t = NEVER
        hit = 1 if x * x + y * y >= p.trigger * p.trigger else 0
        if self.window_t is NEVER:
            if hit == 0:
                return 0.0
            self.window_t, self.along, self.across, self.strong = s.t, 0.0, 0.0, 0
        self.along += x * w
        self.across += y * w
        self.strong += hit
        return 0.0 if self.strong < 2 else math.sqrt(self.along * self.along + self.across * self.across)

    def felt(self, s: Any, pulse: float) -> None:
        if self.level == 0:
            assert self.window_t is not NEVER
            self.episode = begin("crash", s, pulse * 3.6, 1)
            self.episode.start, self.episode.speed = self.window_t, self.u
            self.fell = 0
            self.open(self.p.delta_v)
        self.end = s.t
        self.episode.peak = max(self.episode.peak, pulse * 3.6)
        self.episode.quality |= s.quality

    def seen(self, s: Any) -> None:
        p = self.p
        if self.fell == 0:
            if "fall" in s.quality and self.u >= p.fall:
                self.episode = begin("crash", s, self.u * 3.6, 2)
                self.episode.speed = self.u
                self.end = s.t
                self.fell, self.stood_t = 1, NEVER
            return
        if "jump" in s.quality and "fall" not in s.quality:
            self.fell = 0
        if missing(s.v) or self.fell == 0:
            return
        late = span(self.episode.start, s.t) > p.settle_s
        if s.v >= p.standing:
            if self.stood_t is not NEVER or late or s.v > self.episode.speed / 2:
                self.fell = 0
            return
        if self.stood_t is NEVER:
            self.stood_t = s.t
            if late:
                self.fell = 0
        if self.fell == 1 and span(self.stood_t, s.t) >= p.stand_s:
            self.fell = 0
            self.open(p.fall)

    def open(self, threshold: float) -> None:
        self.level = self.episode.level = 3
        self.episode.threshold = threshold * 3.6
        self.episode.tell(self.log)
