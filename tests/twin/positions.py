"""Positions: docs/detectors.md, passes 4 and 5: which position is possible, and the speed that follows from places."""

import math
from typing import Any

from .words import NAN, NEVER, milliseconds, missing, span

DEGREE = 6_371_008.8 * math.pi / 180


def distance(older: tuple[float, float], newer: tuple[float, float]) -> float:
    """Metres between two positions (latitude, longitude)."""
    north, east = newer[0] - older[0], newer[1] - older[1]
    if east > 180:
        east -= 360
    elif east < -180:
        east += 360
    east *= math.cos(((math.floor(newer[0] * 100) + 0.5) / 100) * math.pi / 180)
    return math.sqrt((north * DEGREE) ** 2 + (east * DEGREE) ** 2)


class Position:
    """Pass 4: refuses positions that cannot be reached; measures the hop."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.fix = self.refused = (0.0, 0.0)
        self.fix_t = self.seen_t = self.refused_t = self.before = NEVER
        self.bad = 0

    def take(self, s: Any) -> None:
        previous, self.before = self.before, s.t
        s.hop = NAN
        here = (s.raw["lat"], s.raw["lon"])
        if missing(here[0]) or missing(here[1]) or here == (0, 0) or s.raw["gnss_accuracy"] > self.p.max_accuracy_m:
            s.quality.add("no_fix")
            return
        if not self.good(here, s.t):
            again = self.bad > 0 and self.reachable(self.refused, here, milliseconds(self.refused_t, s.t))
            self.bad = self.bad + 1 if again else 1
            self.refused, self.refused_t = here, s.t
            if self.bad < 3:
                s.quality.add("bad_fix")
                return
            s.quality.add("relocated")
        if "relocated" not in s.quality and s.dt > self.p.short_s and self.seen_t is not NEVER:
            s.hop = distance(self.fix, here) if self.seen_t == previous else NAN
        if self.seen_t is NEVER or here != self.fix:
            self.fix, self.fix_t = here, s.t
        self.seen_t, self.bad = s.t, 0

    def good(self, here: tuple[float, float], t: float) -> bool:
        if self.seen_t is NEVER or here == self.fix:
            return True
        w = max(milliseconds(self.seen_t, t), min(milliseconds(self.fix_t, t), self.p.stuck_s * 1000))
        return self.reachable(self.fix, here, w)

    def reachable(self, older: tuple[float, float], newer: tuple[float, float], w: float) -> bool:
        return distance(older, newer) * 1000 <= self.p.max_speed * w + self.p.fix_slack_m * 1000


class Place:
    """Pass 5: where nobody measures speed, the vehicle is at a place until it is seen away from it."""

    def __init__(self, p: Any, position: Position) -> None:
        self.p, self.position = p, position
        self.place, self.place_t, self.place_v, self.outside = (0.0, 0.0), NEVER, NAN, 0

    def take(self, s: Any) -> None:
        good = not s.quality & {"no_fix", "bad_fix"}
        here = (s.raw["lat"], s.raw["lon"])
        if s.quality & {"gap", "relocated"}:
            self.place_t = NEVER
        if "jump" in s.quality or not missing(s.v):
            self.place, self.place_t = here, s.t if good else NEVER
            self.place_v, self.outside = s.v, 0
            return
        s.hop = 0.0
        if good and self.place_t is NEVER:
            self.place, self.place_t, self.place_v, self.outside = here, s.t, NAN, 0
        elif good:
            self.leave(s, here)
        if self.place_t is not NEVER and span(self.position.seen_t, s.t) <= self.p.carry_s:
            s.v = self.speed()
            if not missing(s.v):
                s.quality.add("from_position")

    def leave(self, s: Any, here: tuple[float, float]) -> None:
        p = self.p
        away = distance(self.place, here)
        r = 3 * s.raw["gnss_accuracy"] if 3 * s.raw["gnss_accuracy"] > p.radius_m else p.radius_m
        self.outside = min(self.outside + 1, 2) if away > r else 0
        sure = self.outside == 2 or self.place_v >= p.moving or away > 4 * r
        if self.outside > 0 and sure and span(self.place_t, s.t) >= p.place_span_s:
            self.place_v = away * 1000 / milliseconds(self.place_t, s.t)
            s.hop = away if self.place_v >= p.standing else 0.0
            self.place, self.place_t, self.outside = here, s.t, 0

    def speed(self) -> float:
        stay = milliseconds(self.place_t, self.position.seen_t)
        if stay == 0:
            return self.place_v
        most = self.p.radius_m * 1000 / stay
        if most < self.p.standing:
            return 0.0
        return NAN if missing(self.place_v) else min(self.place_v, most)
