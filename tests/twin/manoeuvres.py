"""Manoeuvres: harsh braking, acceleration, cornering and manoeuvre, after docs/detectors/manoeuvres.md."""

from typing import Any

from .episode import Episode, Log, begin
from .words import NAN, NEVER, missing, span


class Manoeuvre:
    """What the three have in common."""

    kind = ""

    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.limits = {1: p.level1, 2: p.level2, 3: p.level3}
        self.turned = 0.0
        self.since: dict[int, float | None] = dict.fromkeys((1, 2, 3), NEVER)
        self.end = 0.0
        self.level = 0
        self.episode: Episode = None  # type: ignore[assignment]

    def x(self, s: Any) -> float:
        raise NotImplementedError

    def source(self, s: Any) -> int:
        return int(s.accel_source)

    def confirmed(self, s: Any) -> bool:
        """Whether pedal or stability control bears it out."""
        return False

    def fast(self, s: Any) -> bool:
        """Whether it may begin at this speed."""
        if missing(s.v):
            return s.accel_source == 3 and "jump" not in s.quality
        return bool(s.v >= self.p.min_speed)

    def sets_off(self, s: Any) -> bool:
        """Whether it may begin at a standstill."""
        return False

    def turns(self, s: Any) -> bool:
        """Whether it is more than a swerve."""
        return True

    def take(self, s: Any) -> None:
        p, x, limits = self.p, self.x(s), self.limits
        if self.since[1] is not NEVER and span(self.end, s.t) > p.link_s:
            self.since[1] = NEVER
        if self.level > 0 and self.since[1] is NEVER and span(self.end, s.t) > p.merge_s:
            self.episode.tell(self.log, self.end)
            self.level = 0
        if missing(x):
            return
        if self.since[1] is NEVER:
            if not (x >= limits[1] and (self.fast(s) or self.sets_off(s))):
                return
            self.since, self.turned = {1: s.t, 2: NEVER, 3: NEVER}, 0.0
            if self.level == 0:
                self.episode = begin(self.kind, s, x, self.source(s))
        elif x < p.clear_share * limits[1]:
            self.since[1] = NEVER
            return
        if self.since[1] != s.t and not missing(s.raw["yaw_rate"]):
            self.turned += s.raw["yaw_rate"] * span(self.end, s.t)
        self.end = s.t
        for k in (2, 3):
            if self.since[k] is NEVER:
                self.since[k] = s.t if x >= limits[k] else NEVER
            elif x < p.clear_share * limits[k]:
                self.since[k] = NEVER
        self.episode.peak = max(self.episode.peak, x)
        self.episode.quality |= s.quality
        reached = self.reached(s, x)
        slow = self.episode.speed < p.min_speed and not s.v >= p.min_speed
        if reached > self.level and (self.level > 0 or (self.turns(s) and not slow)):
            self.level = self.episode.level = reached
            self.episode.threshold = limits[reached]
            self.episode.tell(self.log)

    def hold(self, s: Any) -> float:
        return float(self.p.hold_s)

    def reached(self, s: Any, x: float) -> int:
        sure = (s.accel_source == 2 or s.dt >= self.p.confirm_s) and self.confirmed(s)
        for k in (3, 2, 1):
            since = self.since[k]
            if since is not NEVER and (span(since, s.t) >= self.hold(s) or (sure and x >= self.limits[k])):
                return k
        return 0


class AlongTheRoad(Manoeuvre):
    def hold(self, s: Any) -> float:
        return float(self.p.speed_hold_s if s.accel_source == 2 else self.p.hold_s)


class HarshBraking(AlongTheRoad):
    kind = "harsh_braking"

    def x(self, s: Any) -> float:
        return -float(s.accel)

    def confirmed(self, s: Any) -> bool:
        hidden = s.accel_source == 2 and "held" in s.quality
        return not hidden and bool(s.raw["brake_pedal"] >= self.p.pedal_pct or s.raw["abs_active"] == 1)


class HarshAcceleration(AlongTheRoad):
    kind = "harsh_acceleration"

    def sets_off(self, s: Any) -> bool:
        borne_out = s.accel_source != 2 or s.raw["ignition"] == 1
        return bool(s.v < self.p.min_speed and borne_out and not s.quality & {"stale", "from_position"})

    def x(self, s: Any) -> float:
        return float(s.accel)


class HarshCornering(Manoeuvre):
    kind = "harsh_cornering"

    def x(self, s: Any) -> float:
        return abs(s.lateral)

    def source(self, s: Any) -> int:
        return 1 if not missing(s.raw["accel_lat"]) else 3 if s.accel_source == 3 else 2

    def confirmed(self, s: Any) -> bool:
        return bool(s.raw["abs_active"] == 1 or s.raw["esc_active"] == 1)

    def turns(self, s: Any) -> bool:
        yaw_known = not missing(s.raw["yaw_rate"])
        return not yaw_known or abs(self.turned) >= self.p.turn_deg or span(self.since[1], s.t) >= self.p.turn_s


class HarshManoeuvre(Manoeuvre):
    kind = "harsh_manoeuvre"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(p, log)
        self.aside = self.aside_t = self.held = NEVER

    def take(self, s: Any) -> None:
        if not missing(s.horizontal) and s.accel_source == 3 and missing(s.accel):
            self.step_aside(s)
        super().take(s)

    def step_aside(self, s: Any) -> None:
        p, y = self.p, abs(s.lateral)
        if y < p.clear_share * p.level1 or (self.aside_t is not NEVER and span(self.aside_t, s.t) > p.link_s):
            self.aside = NEVER
        if self.aside is NEVER and y >= p.level1:
            self.aside = s.t
        if self.aside is not NEVER:
            self.aside_t = s.t
            if span(self.aside, s.t) >= p.hold_s:
                self.held = s.t

    def x(self, s: Any) -> float:
        unseen = missing(s.v) or bool(s.quality & {"stale", "from_position"})
        free = self.held is NEVER or span(self.held, s.t) > self.p.merge_s
        return float(s.horizontal) if missing(s.accel) and missing(s.lateral) and unseen and free else NAN

    def source(self, s: Any) -> int:
        return 3

    def fast(self, s: Any) -> bool:
        return "jump" not in s.quality if missing(s.v) else bool(s.v >= self.p.min_speed)

    def confirmed(self, s: Any) -> bool:
        return bool(s.raw["abs_active"] == 1 or s.raw["esc_active"] == 1)
