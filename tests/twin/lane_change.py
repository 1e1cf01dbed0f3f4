"""Lane change, after docs/detectors/manoeuvres.md."""

from typing import Any

from .episode import Episode, Log, begin
from .words import NEVER, missing, span


class LaneChange:
    """Two pushes, to one side and back."""

    kind = "lane_change"

    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.since, self.last, self.end = NEVER, NEVER, 0.0
        self.side = self.pushes = 0
        self.turned = 0.0
        self.episode: Episode = None  # type: ignore[assignment]

    def take(self, s: Any) -> None:
        y, yaw, enough = s.lateral, s.raw["yaw_rate"], self.p.back_share * self.p.level1
        if (self.since is not NEVER or self.pushes) and span(self.last, s.t) > self.p.link_s:
            if self.since is not NEVER and self.over():
                self.tell()
            self.since, self.pushes = NEVER, 0
        if missing(y) or missing(yaw):
            return
        if self.since is NEVER and self.pushes == 0:
            if abs(y) < enough:
                return
        else:
            self.turned += yaw * span(self.last, s.t)
            self.go_on(s, y, self.p.clear_share * enough)
        if self.since is NEVER and self.pushes >= 0 and abs(y) >= enough:
            self.start(s, y)
        if self.since is not NEVER:
            self.episode.peak = max(self.episode.peak, abs(y))
            self.episode.quality |= s.quality
        self.last = s.t

    def go_on(self, s: Any, y: float, clear: float) -> None:
        p = self.p
        if self.since is not NEVER and y * self.side < clear and self.over():
            self.tell()
            return
        if self.pushes == -1:
            self.pushes = 0 if abs(y) < clear else -1
        elif abs(self.turned) > p.most_deg or span(self.episode.start, s.t) > p.within_s:
            self.since, self.pushes = NEVER, -1
        elif self.since is NEVER and span(self.end, s.t) > p.back_s:
            self.pushes = 0

    def over(self) -> bool:
        """The push that went on is over; whether it was the second."""
        if span(self.since, self.last) >= self.p.hold_s:
            self.end, self.pushes = self.last, self.pushes + 1
        elif self.pushes == 1:
            self.side = -self.side
        self.since = NEVER
        return self.pushes == 2

    def start(self, s: Any, y: float) -> None:
        side = 1 if y > 0 else -1
        fast = s.accel_source == 3 and "jump" not in s.quality if missing(s.v) else s.v >= self.p.min_speed
        if self.pushes == 1 and side != self.side:
            self.since, self.side = s.t, side
        elif fast:
            source = 1 if not missing(s.raw["accel_lat"]) else 3 if s.accel_source == 3 else 2
            self.episode = begin(self.kind, s, abs(y), source)
            self.since, self.side, self.pushes, self.turned = s.t, side, 0, 0.0

    def tell(self) -> None:
        self.pushes, one = 0, self.episode
        limits = (self.p.level1, self.p.level2, self.p.level3)
        one.level = sum(one.peak >= limit for limit in limits)
        if one.level and abs(self.turned) <= self.p.net_deg:
            one.threshold = limits[one.level - 1]
            one.tell(self.log, self.end)
