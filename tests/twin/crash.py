"""Crash, after docs/detectors/crash.md: felt by an accelerometer, or seen by a speed that falls and then stands."""

import math
from typing import Any

from .episode import Episode, Log, begin
from .words import NAN, NEVER, missing, span

FELT, SEEN, CONFIRMED, UNCONFIRMED = 1, 2, 3, 4
G = 9.80665
Vector = tuple[float, float, float]
ZERO: Vector = (0.0, 0.0, 0.0)


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def length(a: Vector) -> float:
    return math.sqrt(dot(a, a))


def added(a: Vector, kept: float, b: Vector, by: float) -> Vector:
    return (a[0] * kept + b[0] * by, a[1] * kept + b[1] * by, a[2] * kept + b[2] * by)


class Gravity:
    """Which way is down."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.t: float | None = NEVER
        self.since: float | None = NEVER
        self.down = ZERO

    def level(self, t: float, read: Vector) -> Vector | None:
        """What of a reading is level; None while gravity is not known."""
        apart = math.inf if self.t is NEVER else span(self.t, t)
        self.t = t
        if apart > self.p.lost_s:
            self.since = NEVER
        if abs(length(read) - G) <= self.p.calm:
            share = 1.0 if self.since is NEVER else min(apart / self.p.gravity_s, 1.0)
            self.since = t if self.since is NEVER else self.since
            x, y, z = self.down
            self.down = (x + (read[0] - x) * share, y + (read[1] - y) * share, z + (read[2] - z) * share)
        if self.since is NEVER or span(self.since, t) < self.p.gravity_s:
            return None
        return added(read, 1.0, self.down, -dot(read, self.down) / dot(self.down, self.down))


class Crash:
    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.gravity = Gravity(p)
        self.felt_t: float | None = NEVER
        self.window_t: float | None = NEVER
        self.stood_t: float | None = NEVER
        self.net_t: float | None = NEVER
        self.mark = self.path = self.u = self.end = 0.0
        self.dv = self.net = ZERO
        self.strong = self.fell = self.level = 0
        self.heard = False
        self.episode: Episode = None  # type: ignore[assignment]

    def take(self, s: Any) -> None:
        if self.level > 0:
            self.judge(s)
        if "gap" in s.quality:
            self.u = NAN
        pulse = self.pulse(s)
        parked = s.raw["ignition"] == 0 and self.u < self.p.standing
        if pulse >= self.p.level2 and not parked:
            self.felt(s, pulse)
        elif self.level == 0:
            self.seen(s)
        if not missing(s.v):
            self.u = s.v

    def judge(self, s: Any) -> None:
        p, since = self.p, span(self.end, s.t)
        over = since > p.reset_s
        if self.episode.source == FELT:
            self.verdict(s, since, over)
        sure = self.episode.source == CONFIRMED or (not self.heard and since >= p.stop_s)
        if self.level == 2 and sure and self.episode.peak >= p.level3 * 3.6:
            self.tell(3)
        if over:
            self.episode.tell(self.log, self.end)
            self.level = 0

    def verdict(self, s: Any, since: float, over: bool) -> None:
        p = self.p
        if s.dt >= p.stop_s and since - s.dt <= p.stop_s:
            self.episode.source = CONFIRMED
        elif over and self.heard and self.u >= p.standing:
            self.episode.source = UNCONFIRMED
        elif s.v >= p.standing:
            self.stood_t = NEVER
        elif s.v < p.standing and self.stood_t is NEVER:
            self.stood_t = s.t if since <= p.stop_s else NEVER
        elif s.v < p.standing and self.stood_t is not NEVER and span(self.stood_t, s.t) >= p.stand_s:
            self.episode.source = CONFIRMED
        if not missing(s.v) and since > p.stand_s:
            self.heard = True

    def pulse(self, s: Any) -> float:
        x, y = s.raw["accel_long"], s.raw["accel_lat"]
        if not missing(x) or not missing(y):
            return self.blow(s.t, (0.0 if missing(x) else x, 0.0 if missing(y) else y, 0.0))
        raw = (s.raw["imu_x"], s.raw["imu_y"], s.raw["imu_z"])
        if any(missing(one) for one in raw):
            return 0.0
        level = self.gravity.level(s.t, raw)
        return 0.0 if level is None else self.blow(s.t, level)

    def blow(self, t: float, a: Vector) -> float:
        p, w = self.p, math.inf if self.felt_t is NEVER else span(self.felt_t, t)
        mark = a[0] + 2 * a[1] + 3 * a[2]
        hit = dot(a, a) >= p.trigger * p.trigger
        stuck = hit and mark == self.mark
        self.felt_t, self.mark = t, mark
        if w > p.imu_s or (self.window_t is not NEVER and span(self.window_t, t) > p.window_s):
            self.window_t = NEVER
        if w > p.imu_s or (self.window_t is NEVER and (stuck or not hit)):
            return 0.0
        if self.window_t is NEVER:
            self.window_t, self.dv, self.strong = t, ZERO, 0
        self.dv = added(self.dv, 1.0, a, w)
        if hit:
            kept = 0.0 if self.net_t is NEVER else max(1 - span(self.net_t, t) / p.shake_s, 0.0)
            self.net = added(self.net, kept, a, w)
            self.path = self.path * kept + length(a) * w
            self.net_t = t
            self.strong += 1
        shakes = length(self.net) < p.shake_share * self.path
        return 0.0 if stuck or self.strong < 2 or shakes else length(self.dv)

    def felt(self, s: Any, pulse: float) -> None:
        if self.level == 0:
            assert self.window_t is not NEVER
            self.episode = begin("crash", s, pulse * 3.6, FELT)
            self.episode.start, self.episode.speed = self.window_t, self.u
            self.fell, self.stood_t, self.heard = 0, NEVER, False
            self.tell(2)
        self.end = s.t
        self.episode.peak = max(self.episode.peak, pulse * 3.6)
        self.episode.quality |= s.quality

    def seen(self, s: Any) -> None:
        p = self.p
        if self.fell == 0:
            if "fall" in s.quality and self.u >= p.fall:
                self.episode = begin("crash", s, self.u * 3.6, SEEN)
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
            self.tell(3)

    def tell(self, level: int) -> None:
        self.level = self.episode.level = level
        threshold = self.p.level3 if level == 3 else self.p.level2
        self.episode.threshold = (self.p.fall if self.episode.source == SEEN else threshold) * 3.6
        self.episode.tell(self.log)
