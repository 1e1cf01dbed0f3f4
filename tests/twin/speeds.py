"""Speeds that cannot be, after docs/detectors/devices.md: one that sticks, old data said again, another unit."""

import math
from typing import Any

from .episode import Log
from .health import Fault, good
from .positions import distance
from .words import NAN, NEVER, missing, span


def doubt(s: Any, stays: bool = False) -> None:
    """What a wrong speed takes away."""
    s.quality.add("doubted")
    if s.accel_source != 1:
        s.accel = NAN
    if stays:
        s.v, s.step, s.moving = NAN, 0.0, -1


class FrozenSignal:
    kind = "frozen_signal"

    def __init__(self, p: Any, log: Log) -> None:
        self.p = p
        self.fault = Fault(self.kind, log, [p.level1_min, p.level2_min, p.level3_min])
        self.value = self.furthest = self.advance = 0.0
        self.since: float | None = NEVER
        self.first_fix: Any = None  # (t, position)
        self.first_odometer: Any = None  # (t, m)
        self.said = 0
        self.ignition: bool | None = None

    def take(self, s: Any) -> None:
        sent = s.raw["speed"]
        if missing(sent):
            return
        if self.since is NEVER or sent != self.value or "gap" in s.quality:
            self.value, self.since, self.said = sent, s.t, 0
            self.first_fix = self.first_odometer = self.ignition = None
            self.furthest = self.advance = 0.0
        self.said += 1
        self.follow(s)
        minutes = span(self.since, s.t) / 60
        source = self.contradicted(s.t) if minutes >= self.p.level1_min and self.said >= self.p.samples else 0
        level = self.fault.rung(minutes) if source else 0
        self.fault.give(s, level, self.since, source, minutes)
        if level:
            doubt(s, stays=source == 1)

    def follow(self, s: Any) -> None:
        ignition, odometer, here = s.raw["ignition"], s.raw["odometer"], (s.raw["lat"], s.raw["lon"])
        if not missing(ignition):
            self.ignition = ignition >= 0.5 and self.ignition is not False
        if good(s):
            if self.first_fix is None:
                self.first_fix = (s.t, here)
            self.furthest = max(self.furthest, distance(self.first_fix[1], here))
        if not missing(odometer):
            if self.first_odometer is None:
                self.first_odometer = (s.t, odometer)
            self.advance = max(self.advance, odometer - self.first_odometer[1])

    def contradicted(self, t: float) -> int:
        p, drives = self.p, self.value >= self.p.moving
        if not drives and self.ignition is not True:
            return 0
        if self.first_fix is not None:
            way = self.value * span(self.first_fix[0], t)
            if drives and way >= 2 * p.slack_m and self.furthest <= p.stays_share * way:
                return 1
            return 2 if self.furthest > p.drives_share * way + p.slack_m else 0
        if self.first_odometer is not None:
            way = self.value * span(self.first_odometer[0], t)
            if drives and way >= 2 * p.tick_m and self.advance + p.tick_m <= 0.5 * way:
                return 1
            return 2 if self.advance > p.drives_share * way + p.tick_m else 0
        return 0


class ReplayedData:
    kind = "replayed_data"
    room, prime = 32, 2**31 - 1

    def __init__(self, p: Any, log: Log) -> None:
        self.p = p
        self.fault = Fault(self.kind, log, [p.level1_min, p.level2_min, p.level3_min])
        self.ring: list[int | None] = [None] * self.room
        self.place: int | None = None
        self.at = self.hit = self.hits = 0
        self.since: float | None = NEVER

    def take(self, s: Any) -> None:
        if s.raw["speed"] >= self.p.moving and good(s) and not missing(s.dt):
            self.count(s)
        holds = self.hits >= self.p.marks or (self.fault.level > 0 and self.hits > 0)
        minutes = span(self.since, s.t) / 60 if self.since is not NEVER else 0.0
        level = self.fault.rung(minutes) if holds else 0
        self.fault.give(s, level, self.since, 0, minutes)
        if level:
            doubt(s, stays=True)

    def count(self, s: Any) -> None:
        def whole(value: float, scale: float) -> int:
            return math.floor(value * scale + 0.5)

        north, east = whole(s.raw["lat"] + 90, 1e7), whole(s.raw["lon"] + 180, 1e7)
        before, self.place = self.place, (north * 1_000_003 + east * 998_244) % self.prime
        mark = (self.place + whole(s.raw["speed"], 100) * 7_919) % self.prime
        if self.place == before or mark % (8 if s.dt > self.p.dense_s else 128) != 0:
            return
        if mark not in self.ring:
            self.ring[self.at] = mark
            self.at = (self.at + 1) % self.room
            self.hits = max(self.hits - 2, 0)
            return
        k = self.ring.index(mark)
        if self.hits == 0 or (k - self.hit) % self.room not in (1, 2):
            self.since, self.hits = s.t, 0
        self.hit, self.hits = k, min(self.hits + 1, 4)


class UnitFault:
    kind = "unit_fault"

    def __init__(self, p: Any, log: Log) -> None:
        self.p = p
        self.fault = Fault(self.kind, log, [])
        self.began: Any = None  # where the window began: (t, position)
        self.driven = self.speed = self.mean = 0.0
        self.speed_t: float | None = NEVER
        self.since: float | None = NEVER
        self.coarse, self.windows = False, 0

    def take(self, s: Any) -> None:
        p = self.p
        if not missing(s.raw["speed"]):
            self.drive(s)
        low = self.mean < 1
        edge, need = (p.low, p.windows_low) if low else (p.high, p.windows_high)
        holds = self.windows >= (need / 2 if self.fault.level > 0 else need)
        unit = 4 if low else 1 if self.mean >= 2.58 else 2 if self.mean >= 1.727 else 3
        self.fault.give(s, 2 if holds else 0, self.since, unit, self.mean, [edge] * 3)
        if holds:
            doubt(s)
            s.limit, s.limit_source = NAN, 0

    def drive(self, s: Any) -> None:
        sent = s.raw["speed"]
        apart = math.inf if self.speed_t is NEVER else span(self.speed_t, s.t)
        if apart > self.p.link_s:
            self.began = None
        else:
            self.driven += (sent + self.speed) * apart / 2
        self.coarse = self.coarse or apart > self.p.fine_s
        self.speed, self.speed_t = sent, s.t
        if "relocated" in s.quality:
            self.began = None
        if good(s) and not (self.began is not None and span(self.began[0], s.t) < self.p.window_s):
            self.close(s)

    def close(self, s: Any) -> None:
        p, here = self.p, (s.raw["lat"], s.raw["lon"])
        ratio = NAN
        if self.began is not None:
            lasted, chord = span(self.began[0], s.t), distance(self.began[1], here)
            if chord > p.least_m and chord < p.most * lasted and self.driven > p.least * lasted:
                ratio = chord / self.driven
        if not missing(ratio) and not (ratio < 1 and self.coarse):
            self.weigh(s, ratio)
        self.began, self.driven, self.coarse = (s.t, here), 0.0, False

    def weigh(self, s: Any, ratio: float) -> None:
        p = self.p
        odd = p.high <= ratio < 5 or 0.2 < ratio <= p.low
        if odd and (self.windows == 0 or abs(ratio - self.mean) <= p.alike * self.mean):
            if self.windows == 0:
                self.mean, self.since = ratio, s.t
            else:
                self.mean += (ratio - self.mean) / 8
            self.windows = min(self.windows + 1, 60)
        else:
            self.windows = max(self.windows - (1 if odd else 2), 0)
