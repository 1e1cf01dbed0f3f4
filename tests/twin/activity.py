"""Activity: intervals of driving and idling, after docs/trips.md."""

from dataclasses import dataclass
from typing import Any

from .trips import Ignition, Stand, Trial, is_driving, is_fast, measured
from .words import span


@dataclass
class Interval:
    activity: str
    driver: str | None
    start: float
    end: float
    trial: Trial | None = None  # None once proven
    status: str = "open"
    sparse: bool = False
    named: bool = False  # its driver, by the device
    goes_on: bool = False  # after one of another driver by assignment


def is_another(one: Interval, s: Any) -> bool:
    """Whether by the device somebody else drives."""
    return bool(s.named != one.named or (s.named and s.driver != one.driver))


class Activity:
    def __init__(self, p: Any) -> None:
        self.p, self.ignition, self.stand = p, Ignition(), Stand(p)
        self.before = 0.0
        self.drive: Interval | None = None
        self.idle: Interval | None = None
        self.closed: list[Interval] = []

    def take(self, s: Any) -> None:
        switched_off = self.ignition.on is False
        ignition = self.ignition.take(s)
        driving = is_driving(s, ignition, self.p)
        idling = s.moving == 0 and ignition is True
        stand = self.stand.since
        over, light = self.stand.over(s, driving), False
        if self.drive and driving and stand == self.before and not switched_off:  # a single standing report
            slow = span(stand, s.t) <= 2 * span(self.drive.end, stand)
            if slow and over and not s.dt > self.p.gap_s:
                over, light = False, not is_another(self.drive, s)
        self.end_drive(s, driving, over)
        if self.drive and light:
            self.drive.sparse = True
        if self.idle and (not idling or not measured(s) or is_another(self.idle, s)):
            self.write(self.idle)
            self.idle = None
        elif self.idle:
            self.idle = self.reassigned(self.idle, s)
        if self.drive is None and driving:
            start = self.before if measured(s) else s.t
            self.drive = Interval("drive", s.driver, start, start, Trial(self.p, start), named=s.named)
        if self.drive:
            self.go_on(self.drive, s, driving, ignition)
        if idling:
            self.idle = self.idle or Interval("idle", s.driver, s.t, s.t, named=s.named)
            self.idle.end = s.t
        self.before = s.t

    def end_drive(self, s: Any, driving: bool, over: bool) -> None:
        if self.drive is None:
            return
        if not over and not is_another(self.drive, s):
            self.drive = self.reassigned(self.drive, s)
            return
        under_way = self.drive.trial is None
        self.write(self.drive)
        handed_over = not over and under_way and driving and measured(s)
        self.drive = Interval("drive", s.driver, self.before, self.before, named=s.named) if handed_over else None

    def reassigned(self, one: Interval, s: Any) -> Interval:
        """The same with whoever is assigned now; of what can be told already the rest is another interval."""
        if s.driver != one.driver and self.told(one):
            self.write(one)
            return Interval(one.activity, s.driver, one.end, one.end, goes_on=True)
        one.driver = s.driver
        return one

    def go_on(self, drive: Interval, s: Any, driving: bool, ignition: bool | None) -> None:
        if driving:
            drive.end = s.t
        if drive.trial:
            verdict = drive.trial.verdict(s, driving, is_fast(s, self.p))
            if verdict == "proven" or (driving and ignition is True):
                drive.trial = None
            elif verdict == "given up":
                self.drive = None

    def write(self, interval: Interval) -> None:
        if self.told(interval):
            interval.status = "closed"
            self.closed.append(interval)

    def told(self, interval: Interval) -> bool:
        lasted = interval.activity == "drive" or interval.goes_on
        lasted = lasted or span(interval.start, interval.end) >= self.p.stop_s
        return interval.trial is None and lasted and interval.end > interval.start

    def found(self) -> list[Interval]:
        """All that is written, what is open as far as it has come."""
        return self.closed + [one for one in (self.drive, self.idle) if one and self.told(one)]
