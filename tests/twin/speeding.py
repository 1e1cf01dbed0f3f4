"""Speeding, after docs/detectors.md."""

from typing import Any

from .episode import Episode, Log, begin
from .words import GRACE, span


class Speeding:
    def __init__(self, p: Any, log: Log) -> None:
        self.p, self.log = p, log
        self.over, self.level, self.end = 0, 0, 0.0
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
            self.over = 1
            if self.level == 0:
                self.episode = begin("speeding", s, 0.0, s.limit_source)
        if self.over == 0 or not e > clear:
            return
        self.end = s.t
        self.episode.peak = max(self.episode.peak, e * 3.6)
        self.episode.quality |= s.quality
        most = {
            1: p.tolerance,
            2: max(p.tolerance, p.level2, p.level2_share * s.limit),
            3: max(p.tolerance, p.level3, p.level3_share * s.limit),
        }
        reached = 3 if e + GRACE >= most[3] else 2 if e + GRACE >= most[2] else 1
        if reached > self.level and span(self.episode.start, s.t) >= p.hold_s:
            self.level = self.episode.level = reached
            self.episode.threshold = (s.limit + most[reached]) * 3.6
            self.episode.tell(self.log)
