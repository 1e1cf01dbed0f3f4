"""Mount: docs/detectors/mount.md, a device in any position."""

import math
from typing import Any

from .words import NAN, NEVER, milliseconds, missing, span

G = 9.80665
Vector = tuple[float, float, float]
ZERO = (0.0, 0.0, 0.0)


def plus(p: Vector, q: Vector, times: float = 1.0) -> Vector:
    return (p[0] + q[0] * times, p[1] + q[1] * times, p[2] + q[2] * times)


def dot(p: Vector, q: Vector) -> float:
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]


def cross(p: Vector, q: Vector) -> Vector:
    return (p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0])


def length(p: Vector) -> float:
    return math.sqrt(dot(p, p))


def across(p: Vector, q: Vector) -> Vector:
    """``p`` less its part along ``q``."""
    return plus(p, q, -dot(p, q) / dot(q, q)) if dot(q, q) else p


class Mount:
    """Pass 1 a: horizontal, and accel and lateral where they can be told."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.last, self.u_t, self.rough_t = NEVER, NEVER, 0.0
        self.smooth = self.gravity = self.sum = ZERO
        self.u, self.pushed = 0.0, False
        self.forget()

    def forget(self) -> None:
        self.age, self.tilt, self.evidence, self.forward = 0.0, 0.0, 0.0, ZERO
        self.known, self.u_t = False, NEVER

    def take(self, s: Any) -> None:
        p, a = self.p, (s.raw["imu_x"], s.raw["imu_y"], s.raw["imu_z"])
        s.horizontal = NAN
        since = NAN if self.last is NEVER or span(self.last, s.t) > p.fresh_s else span(self.last, s.t)
        felt = dot(a, a) <= p.shock**2
        if felt:
            self.feel(s, a, since)
            self.last = s.t
        sure = self.age >= p.level_s and not missing(since)
        due = self.u_t is NEVER or span(self.u_t, s.t) >= p.min_span_s
        if due and not missing(s.raw["speed"]) and not missing(s.v):
            self.compare(s, sure)
        if felt and sure:
            self.judge(s, since)
        elif self.known and not missing(since):
            s.accel, s.accel_source = NAN, 0

    def feel(self, s: Any, a: Vector, since: float) -> None:
        p = self.p
        if missing(since):
            self.smooth = a
            if self.age == 0:
                self.gravity = a
            return
        self.smooth = plus(self.smooth, plus(a, self.smooth, -1), since / p.smooth_s) if since < p.smooth_s else a
        self.sum = plus(self.sum, a, since)
        if self.pushed or abs(s.v * math.radians(s.raw["yaw_rate"])) >= p.learn_mps2:
            return
        d = plus(self.smooth, self.gravity, -1)
        self.age = min(self.age + since, p.settle_s)
        share = since / self.age
        if self.age > p.level_s and length(d) > p.level_step_mps2:
            share *= p.level_step_mps2 / length(d)
        self.gravity = plus(self.gravity, d, share)

    def compare(self, s: Any, sure: bool) -> None:
        p, self.pushed = self.p, False
        if self.u_t is not NEVER and span(self.u_t, s.t) <= p.fresh_s:
            change = abs(s.v - self.u) * 1000 / milliseconds(self.u_t, s.t)
            self.pushed = p.learn_mps2 <= change <= p.max_fall_mps2
            if sure and self.pushed and self.gravity != ZERO:
                h = across(self.sum, self.gravity)
                self.learn(h, change if s.v > self.u else -change, length(h) * change)
        self.u, self.u_t, self.sum = s.v, s.t, ZERO

    def learn(self, h: Vector, times: float, weight: float) -> None:
        self.evidence += weight
        self.forward = plus(self.forward, h, times)
        if self.evidence > self.p.learn_most:
            fade = self.p.learn_most / self.evidence
            self.evidence *= fade
            self.forward = plus(ZERO, self.forward, fade)

    def judge(self, s: Any, since: float) -> None:
        p, norm = self.p, length(self.gravity)
        up = plus(ZERO, self.gravity, 1 / norm) if norm else ZERO
        w = dot(self.smooth, up)
        h = plus(self.smooth, up, -w)
        f, yaw = length(h), math.radians(s.raw["yaw_rate"])
        tilted = w < p.tilt_share * norm or abs(norm - G) > p.gravity_error * G
        self.tilt = max(self.tilt + (since if tilted else -since), 0.0)
        if f >= p.calm_mps2:
            self.rough_t = s.t
        if self.tilt == 0 and abs(yaw) >= math.radians(p.turn_dps):
            q = yaw * (p.turn if missing(s.v) else s.v) * since
            self.learn(cross(h, up), q, f * abs(q))
        if span(self.rough_t, s.t) > p.calm_s:
            agreed = length(self.forward) >= p.agree_share * self.evidence
            self.known = self.evidence >= p.learn_least and agreed
        if self.tilt > p.tilt_s:
            self.forget()
        elif tilted or self.tilt > p.smooth_s:
            if self.known:
                s.accel, s.accel_source = NAN, 0
        else:
            s.horizontal = f
            self.tell(s, h, up, yaw)

    def tell(self, s: Any, h: Vector, up: Vector, yaw: float) -> None:
        ahead = across(self.forward, up)
        if self.known:
            if length(ahead):
                s.accel, s.accel_source = dot(h, ahead) / length(ahead), 3
                s.lateral = dot(h, cross(up, ahead)) / length(ahead)
        elif missing(s.v) and s.horizontal <= self.p.most * abs(yaw):
            s.lateral, s.accel_source = s.horizontal if yaw > 0 else -s.horizontal, 3
