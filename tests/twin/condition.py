"""Condition: docs/detectors.md, passes 1, 2, 3, 6 and 7, a class each; 1 a is in mount.py, 4 and 5 in positions.py."""

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .mount import Mount
from .positions import Place, Position
from .roads import Map, Roads
from .words import NAN, NEVER, milliseconds, missing, span


class Condition:
    """All passes over one vehicle; adds columns to each sample."""

    def __init__(self, p: Any, known: Any, roads: Map | None = None) -> None:
        position = Position(p)
        along = Smoothed(p)
        first = [Speed(p), Mount(p), Along(p, along), Across(p), position, Place(p, position), Way(p)]
        self.passes = [*first, Roads(p, roads), Context(p, known)]

    def take(self, s: Any) -> None:
        s.quality = set()
        for one in self.passes:
            one.take(s)


class Speed:
    """Pass 1: which speed to believe, and when it changed."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.before = self.speed_t = self.since = self.anchor_t = NEVER
        self.speed = self.anchor = self.late = self.fine = self.rate = 0.0
        self.doubt = 0

    def take(self, s: Any) -> None:
        p = self.p
        s.accel, s.accel_source = NAN, 0
        s.dt = NAN if self.before is NEVER else span(self.before, s.t)
        self.before = s.t
        if s.dt > p.fresh_s:
            s.quality.add("sparse")
        if s.dt > p.gap_s:
            s.quality.add("gap")
            self.speed_t = self.anchor_t = NEVER
            self.doubt = 0
        sent = s.raw["speed"]
        if missing(sent):
            carried = self.speed_t is not NEVER and span(self.speed_t, s.t) <= p.carry_s
            s.v = self.speed if carried else NAN
        elif self.speed_t is not NEVER and sent != self.speed and self.impossible(s, sent):
            s.quality.add("jump")
            s.v = NAN
        else:
            self.smoothness(s, sent)
            if self.speed_t is NEVER or sent != self.speed:
                self.change(s, sent)
            s.v = self.speed = sent
            self.speed_t, self.doubt = s.t, 0
        if self.speed_t is not NEVER:
            if self.speed > 0 and span(self.since, s.t) > p.fresh_s:
                s.quality.add("held")
            if self.late >= p.stale_share:
                s.quality.add("stale")

    def impossible(self, s: Any, sent: float) -> bool:
        p = self.p
        w = max(milliseconds(self.speed_t, s.t), min(milliseconds(self.since, s.t), p.renew_s * 1000))
        if (sent - self.speed - p.speed_slack) * 1000 > p.max_rise_mps2 * w:
            self.doubt = 0
            return True
        if self.doubt == 0 and (self.speed - sent - p.speed_slack) * 1000 > p.max_fall_mps2 * w:
            self.doubt = 1
            if not span(self.since, s.t) > p.fresh_s:
                s.quality.add("fall")
            return True
        return False

    def smoothness(self, s: Any, sent: float) -> None:
        """How much finer the speed is than the coarsest that is judged."""
        p = self.p
        if self.speed_t is NEVER or span(self.speed_t, s.t) > p.min_span_s:
            self.rate = 0.0
            return
        ms = milliseconds(self.speed_t, s.t)
        if sent != self.speed:
            beside = abs(sent - self.speed - self.rate * ms)
            better = max(p.grain_mps2 * p.min_span_s - beside, 0.0)
            self.fine += (better - self.fine) / p.grain_changes
        self.rate = (sent - self.speed) / ms

    def change(self, s: Any, sent: float) -> None:
        p = self.p
        held = self.speed_t is not NEVER and self.speed > 0 and span(self.since, s.t) > p.fresh_s
        if held and s.dt <= p.fresh_s:
            leap = 1 if abs(sent - self.speed) > p.stale_step else 0
            self.late += (leap - self.late) / p.stale_holds
        least = 1000 * max(p.min_span_s - self.fine / p.grain_mps2, p.fine_span_s)
        if self.anchor_t is not NEVER and span(self.anchor_t, s.t) > p.fresh_s:
            just = span(self.speed_t, s.t) <= p.fresh_s and milliseconds(self.speed_t, s.t) >= least
            self.anchor, self.anchor_t = self.speed, self.speed_t if just else NEVER
        if self.anchor_t is NEVER or self.doubt == 1:
            self.anchor, self.anchor_t = sent, s.t
        elif milliseconds(self.anchor_t, s.t) >= least:
            a = (sent - self.anchor) * 1000 / milliseconds(self.anchor_t, s.t)
            if self.late < p.stale_share and -p.max_fall_mps2 <= a <= p.max_rise_mps2:
                s.accel, s.accel_source = a, 2
                if held:
                    s.quality.add("held")
            self.anchor, self.anchor_t = sent, s.t
        self.since = s.t


class Smoothed:
    """Memory of an accelerometer's axis."""

    def __init__(self, p: Any) -> None:
        self.p, self.smooth, self.smooth_t = p, 0.0, NEVER

    def known(self, t: float) -> bool:
        return self.smooth_t is not NEVER and span(self.smooth_t, t) <= self.p.fresh_s

    def move(self, sent: float, t: float) -> None:
        if self.known(t) and span(self.smooth_t, t) < self.p.smooth_s:
            self.smooth += (sent - self.smooth) * (span(self.smooth_t, t) / self.p.smooth_s)
        else:
            self.smooth = sent
        self.smooth_t = t


class Along:
    """Pass 2: the accelerometer along the vehicle."""

    def __init__(self, p: Any, memory: Smoothed) -> None:
        self.p, self.memory = p, memory

    def take(self, s: Any) -> None:
        sent = s.raw["accel_long"]
        known = self.memory.known(s.t)
        if not -self.p.max_fall_mps2 <= sent <= self.p.max_rise_mps2:
            if known:
                s.accel, s.accel_source = NAN, 0
            return
        self.memory.move(sent, s.t)
        s.accel, s.accel_source = (self.memory.smooth, 1) if known else (NAN, 0)


class Across:
    """Pass 3: lateral acceleration, measured or from speed and yaw rate."""

    def __init__(self, p: Any) -> None:
        self.p, self.memory = p, Smoothed(p)

    def take(self, s: Any) -> None:
        sent = s.raw["accel_lat"]
        if missing(sent) and s.accel_source == 3:
            return
        s.lateral = NAN
        if missing(sent):
            sent = s.v * s.raw["yaw_rate"] * (math.pi / 180)
        if abs(sent) <= self.p.max_fall_mps2:
            known = self.memory.known(s.t)
            self.memory.move(sent, s.t)
            s.lateral = self.memory.smooth if known else NAN


class Way:
    """Pass 6: moving or not, and the way driven."""

    def __init__(self, p: Any) -> None:
        self.p, self.u, self.u_t, self.motion = p, NAN, NEVER, -1

    def take(self, s: Any) -> None:
        p = self.p
        if "gap" in s.quality:
            self.u_t, self.motion = NEVER, -1
        moved = self.motion == 1
        self.motion = self.next(s)
        from_position = "from_position" in s.quality
        hopped = not from_position and p.short_s < s.dt <= p.gap_s and s.hop > p.hop_m and s.hop >= p.moving * s.dt
        s.moving = 1 if hopped else self.motion
        s.step = 0.0
        if from_position:
            s.step = s.hop
        elif self.u_t is not NEVER and not missing(s.v) and (moved or self.motion == 1 or hopped):
            since = span(self.u_t, s.t)
            if since <= p.gap_s:
                by_position = since > p.short_s and not missing(s.hop) and since == s.dt
                s.step = s.hop if by_position else (self.u + s.v) * milliseconds(self.u_t, s.t) / 2000
        if not missing(s.v):
            self.u, self.u_t = s.v, s.t

    def next(self, s: Any) -> int:
        if missing(s.v):
            return self.motion if "jump" in s.quality else -1
        if s.v >= self.p.moving:
            return 1
        if s.v < self.p.standing or self.motion == -1:
            return 0
        return self.motion


class Context:
    """Pass 7: the limit, the driver, the hour."""

    def __init__(self, p: Any, known: Any) -> None:
        self.p, self.known, self.said = p, known, None
        self.zone = ZoneInfo(known.zone)

    def take(self, s: Any) -> None:
        s.limit, s.limit_source = s.raw["speed_limit"], 1
        if missing(s.limit):
            s.limit, s.limit_source = s.road_limit, 2
        if missing(s.limit):
            s.limit, s.limit_source = self.p.limit, 3
        own = self.own(s.road_class)
        if own < s.limit or missing(s.limit):
            s.limit, s.limit_source = own, 4 if s.limit_source in (1, 2) else 3
        if missing(s.limit):
            s.limit_source = 0
        if s.said is not None:
            self.said = s.said
        s.driver = self.assigned(s.t) if self.said is None else self.said or None
        s.named = bool(self.said)
        if s.raw["ignition"] == 0:
            self.said = None
        s.hour = datetime.fromtimestamp(math.floor(s.t), UTC).astimezone(self.zone).hour

    def own(self, road_class: int) -> float:
        """The vehicle's own limit on such a road."""
        general = float(self.p.own)
        there = {1: float(self.p.own_motorway), 2: float(self.p.own_rural)}.get(road_class, NAN)
        return there if there < general or missing(general) else general

    def assigned(self, t: float) -> str | None:
        begun = [one for one in self.known.assignments if one[0] <= t]
        return begun[-1][2] if begun and t < begun[-1][1] else None
