"""Speeding, after docs/detectors.md."""

import math
from typing import Any

from .episode import Episode, Log, begin
from .words import GRACE, NEVER, span


class Speeding:
    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.over, self.level, self.end, self.before = 0, 0, 0.0, 0.0
        self.since: dict[int, float | None] = {}
        self.episode: Episode = None  # type: ignore[assignment]

    def take(self, s: Any) -> None:
        p = self.p
        e = s.v - s.limit
        start = p.tolerance + GRACE
        clear = max(start - p.clear, GRACE)
        if self.over == 1 and (e <= clear or span(self.end, s.t) > p.link_s):
            self.over = 0
        if self.level > 0 and self.over == 0 and span(self.end, s.t) > p.merge_s:
            self.episode.tell(self.log, self.end)
            self.level = 0
        if self.over == 0 and e > start:
            self.over, self.before = 1, 0.0
            self.since = {2: NEVER, 3: NEVER}
            if self.level == 0:
                self.episode = begin("speeding", s, 0.0, s.limit_source)
                self.episode.over = dict.fromkeys(("0_10", "10_20", "20_30", "30"), 0.0)
        if self.over == 0 or not e > clear:
            return
        self.end = s.t
        self.episode.peak = max(self.episode.peak, min(e, self.before) * 3.6)
        self.before = e
        self.episode.quality |= s.quality
        if s.limit_source != 3:  # a limit assumed for the class is none that was posted
            for top, name in ((10, "0_10"), (20, "10_20"), (30, "20_30"), (math.inf, "30")):
                if e <= top / 3.6 + GRACE:
                    self.episode.over[name] += math.floor(s.step * 10_000 + 0.5) / 1e7
                    break
        most = {
            1: p.tolerance,
            2: max(p.tolerance, p.level2, p.level2_share * s.limit),
            3: max(p.tolerance, p.level3, p.level3_share * s.limit),
        }
        reached = self.held(e + GRACE, most, s.t)
        if reached > self.level:
            self.level = self.episode.level = reached
            self.episode.threshold = (s.limit + most[reached]) * 3.6
            self.episode.peak = max(self.episode.peak, most[reached] * 3.6)
            self.episode.tell(self.log)

    def held(self, e: float, most: dict[int, float], t: float) -> int:
        """The highest level that has lasted long enough."""
        for level, since in self.since.items():
            if since is NEVER:
                self.since[level] = t if e >= most[level] else NEVER
            elif e < most[level] - self.p.clear:
                self.since[level] = NEVER
        begun = {1: self.episode.start, **self.since}
        return max((n for n, t0 in begun.items() if t0 is not NEVER and span(t0, t) >= self.p.hold_s), default=0)
