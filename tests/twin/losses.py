"""Rapid loss and sensors of tyres, after docs/detectors/tyres.md."""

import math
from typing import Any

from .episode import Log
from .readings import Followed, Reading, Wheels, brought, hundredths, tenths
from .trips import measured
from .words import NAN, missing, span

BURST, STEADY, PUNCTURE = 1, 2, 3
SILENT, STUCK, LEAPING = 0, 1, 2
PLACES = ("L", "LI", "RI", "R")
ALL = ""  # in place of a wheel: every one of the vehicle


class TyreRapidLoss(Wheels):
    kind = "tyre_rapid_loss"

    def lost(self, r: Reading, since: Reading) -> tuple[float, float]:
        """(kPa, share in per cent)."""
        fall, base = since.pressure - r.pressure, since.pressure
        if not missing(r.temp) and not missing(since.temp):
            base = brought(since.pressure, since.temp)
            fall = min(fall, base - r.cold)
        return fall, fall / base * 100 if base > 0 else NAN

    def weigh(self, s: Any, r: Reading) -> None:
        p, then = self.p, r.then
        if missing(r.pressure) or then is None:
            return
        one = self.places.get(r.wheel)
        if one is None:
            apart = span(then.t, r.t)
            if then.leapt or apart > p.puncture_s or not self.lost(r, then)[1] * 60 >= p.least_pct * apart:
                return
            one = self.begin(r.wheel, then.t, 0)
            if one is None:
                return
            one.since, one.bare = then, missing(then.temp)
        one.bare |= missing(r.temp)
        self.watch(s, r, one)

    def watch(self, s: Any, r: Reading, one: Followed) -> None:
        p = self.p
        one.left = 0
        fall, share = self.lost(r, one.since)
        seconds = span(one.start, r.t)
        slow = not share * 60 >= p.least_pct * seconds
        if one.level > 0 and (slow or 2 * round(hundredths(share) * 100) < round(one.peak * 100)):
            if one.before == -1:
                self.tell(s, r.wheel, one, end=s.t)
                del self.places[r.wheel]
            else:
                one.before = -1
            return
        if slow:
            del self.places[r.wheel]
            return
        if one.level == 0 and one.before == 0:
            self.meet(one, fall, share, seconds)
            return
        if one.level == 0 and not (share >= one.peak + p.further_pct or share >= p.gone_pct):
            return
        one.peak = max(one.peak, hundredths(share))
        self.reach(s, r.wheel, one)

    def reach(self, s: Any, wheel: str, one: Followed) -> None:
        one.before = 1
        level = 3 if s.v > self.p.speed else 2
        if level > one.level:
            one.level = level
            self.tell(s, wheel, one)

    def take(self, s: Any) -> None:
        super().take(s)
        if s.moving == 1 and measured(s) and s.dt > 0:
            for wheel, one in self.places.items():
                self.wait(s, wheel, one)

    def wait(self, s: Any, wheel: str, one: Followed) -> None:
        """Silence after more than half is gone."""
        if one.left > 0:
            one.left = max(one.left - math.floor(s.dt * 1000 + 0.5), 1)
            if one.left == 1:
                self.reach(s, wheel, one)
                one.left = 0 if one.level == 3 else 1

    def meet(self, one: Followed, fall: float, share: float, seconds: float) -> None:
        p = self.p
        steady = p.rate_pct * seconds / 60
        if fall >= p.burst_kpa and seconds <= p.burst_s:
            one.source, asked = BURST, p.burst_kpa / fall * share
        elif share >= p.puncture_pct and seconds <= p.puncture_s:
            one.source, asked = PUNCTURE, p.puncture_pct
        elif seconds >= p.rate_s and share >= steady:
            one.source, asked = STEADY, steady
        else:
            return
        one.before, one.peak, one.threshold = 1, hundredths(share), hundredths(asked)
        if share >= p.gone_pct:
            one.left = math.floor(max(p.silent_s, 2 * seconds) * 1000 + 0.5)


class TyreSensor(Wheels):
    kind = "tyre_sensor"

    def __init__(self, p: Any, log: Log, placard: dict[str, float]) -> None:
        super().__init__(p, log)
        self.placard = placard
        self.clock = self.due = 0.0
        self.heard: dict[str, int] = {}
        self.changed: dict[str, int] = {}
        self.leaps: dict[str, float] = {}

    def take(self, s: Any) -> None:
        if self.due > 0 and s.moving == 1 and measured(s):
            self.clock += s.dt
        now = math.floor(self.clock) + 1
        for r in s.readings:
            if not missing(r.pressure):
                self.listen(s, r, now)
        if self.clock >= self.due > 0:
            self.look(s)

    def listen(self, s: Any, r: Reading, now: int) -> None:
        p, wheel = self.p, r.wheel
        if self.end(s, ALL, SILENT):
            self.heard = dict.fromkeys(self.heard, now)
        self.end(s, wheel, SILENT)
        self.heard[wheel] = now
        soon = self.clock + p.silent_s
        self.due = min(self.due, soon) if self.due > 0 else soon
        if missing(r.temp) or r.then is None or (tenths(r.pressure), tenths(r.temp)) != (r.then.pressure, r.then.temp):
            self.changed[wheel] = now
            self.end(s, wheel, STUCK)
        elif now - self.changed.get(wheel, 0) >= p.stuck_s:
            self.open(s, wheel, STUCK, (now - self.changed.get(wheel, 0)) / 60, p.stuck_s / 60)
        leapt = r.then is not None and r.pressure > r.then.pressure * (1 + p.leap_pct / 100)
        leapt = leapt and span(r.then.t, r.t) <= p.leap_s
        leaps = self.leaps.get(wheel, 0)
        self.leaps[wheel] = leaps = min(leaps + p.calm, 255) if leapt else max(leaps - 1, 0)
        if leaps > (p.leaps - 1) * p.calm:
            self.open(s, wheel, LEAPING, leaps / p.calm, p.leaps)
        elif leaps == 0:
            self.end(s, wheel, LEAPING)

    def look(self, s: Any) -> None:
        limit = self.p.silent_s
        wanted = {w: self.clock - (now - 1) for w, now in self.heard.items() if self.placard.get(w, NAN) > 0}
        silent = [wheel for wheel, seconds in wanted.items() if seconds >= limit]
        self.due = min((self.heard[w] - 1 + limit for w in wanted if w not in silent), default=math.inf)
        about = (limit / 60, limit / 60)
        if len(silent) == len(wanted) >= 2:
            self.open(s, ALL, SILENT, *about)
        else:
            for wheel in sorted(silent, key=lambda wheel: (wheel[:1], PLACES.index(wheel[1:]))):
                self.open(s, wheel, SILENT, *about)

    def open(self, s: Any, wheel: str, source: int, peak: float, threshold: float) -> None:
        if wheel in self.places:
            return
        one = self.begin(wheel, s.t, source)
        if one is not None:
            one.peak, one.threshold, one.level = hundredths(peak), hundredths(threshold), 1
            self.tell(s, wheel, one)

    def end(self, s: Any, wheel: str, source: int) -> bool:
        one = self.places.get(wheel)
        if one is None or one.source != source:
            return False
        self.tell(s, wheel, one, end=s.t)
        del self.places[wheel]
        return True
