"""Limits: how long one may drive until which rest, in which days or at night, as data."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal, NamedTuple

ESTIMATE = "Estimated from motion and driver assignment; not a tachograph record."
SELDOM = "The device reports seldom: stops may have been longer than they seemed, so it is less urgent for it."
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
WINDOW_S = 28 * DAY  # driving older than this plays no part
BREAKS = ("continuous_driving", "night_continuous")

Counts = Literal["driving", "elapsed", "duty"]
Clock = Literal["utc", "fleet"]


@dataclass(frozen=True)
class Rest:
    """Off the wheel so long starts a count afresh."""

    full_s: float
    split: tuple[float, float] | None = None  # or a pause of the first length, later one of the second
    reduced_s: float = 0.0  # or this much, ``reduced_times`` times until a rest of ``renew_s``
    reduced_times: int = 0
    renew_s: float = 0.0


@dataclass(frozen=True)
class Calendar:
    """Days or weeks counted together, the current one the last of them."""

    days: int  # of a period: 1, or 7 from Monday on
    periods: int
    clock: Clock


@dataclass(frozen=True)
class Limit:
    """One limit: what is counted since when, and how much of it is allowed.

    Levels: 1 ``notice_s`` before the limit, 2 at the limit, 3 ``severe_s`` beyond it. A count equal to the
    threshold has not passed it. Without ``calendar`` and ``rolling_s`` the count runs from rest to rest.
    """

    kind: str
    source: str
    most_s: float
    notice_s: float
    severe_s: float
    counts: Counts = "driving"  # elapsed: shorter stops count as well; duty: standing with the ignition on does
    rest: Rest | None = None
    extended_s: float = 0.0  # allowed instead ``extended_times`` a week, Monday to Sunday UTC
    extended_times: int = 0
    within_s: float = 0.0  # the rest must be over so long after the last one: less the shortest rest is the limit
    calendar: Calendar | None = None
    rolling_s: float = 0.0  # counted is the driving of the last so many seconds
    night: tuple[float, float] | None = None  # only driving between these local hours counts
    passenger: bool = False  # only driving of vehicles that carry passengers counts
    off_s: float = 0.0  # duty: a stop this long is off duty, whatever the engine does


@dataclass(frozen=True)
class HoursRules:
    """Limits that hold together, one of a kind."""

    name: str
    limits: tuple[Limit, ...]
    title: str = field(default="", compare=False)

    @cached_property
    def versions(self) -> dict[str, str]:
        """By kind, the name of exactly these values."""
        return {one.kind: blake2b(repr(astuple(one)).encode(), digest_size=6).hexdigest() for one in self.limits}

    @property
    def on_duty(self) -> bool:
        """Whether standing with the ignition on counts for any of them."""
        return any(one.counts == "duty" for one in self.limits)

    def off_duty(self, seconds: float) -> "HoursRules":
        """The same with stops of so many s off duty; 0: driving alone is seen."""
        limits = (replace(one, off_s=seconds) if one.counts == "duty" else one for one in self.limits)
        return replace(self, limits=tuple(limits))

    def breaks(self) -> "HoursRules":
        """Only its limits on breaks: those of days and weeks say nothing of a vehicle that several people drive."""
        return replace(self, limits=tuple(one for one in self.limits if one.kind in BREAKS))

    def noticed(self, notices: dict[str, float]) -> "HoursRules":
        """The same with another notice (s) for some kinds."""
        limits = (replace(one, notice_s=notices.get(one.kind, one.notice_s)) for one in self.limits)
        return replace(self, limits=tuple(limits))


class RuleBook(NamedTuple):
    """Which rules hold: one set for all fleets, or by the jurisdiction of each."""

    otherwise: HoursRules
    by_jurisdiction: Mapping[str, HoursRules] = MappingProxyType({})
    unassigned: str = "all"  # of a vehicle whose driver is unknown: all limits, or those on breaks
    said: str = "{}"  # settings it is made of that are not as shipped, JSON: part of a rule set's name

    def of(self, jurisdiction: str, assigned: bool) -> HoursRules:
        """Those of a fleet, for a driver or for a vehicle whose driver is unknown."""
        rules = self.by_jurisdiction.get(jurisdiction, self.otherwise)
        return rules if assigned or self.unassigned == "all" else rules.breaks()


KINDS = {  # event kind -> what it means
    "continuous_driving": "driving without a sufficient break",
    "daily_driving": "driving between two long rests, or within a day",
    "duty_window": "driving on so late after the last long rest that the next one comes too late",
    "night_continuous": "driving at night without a sufficient break",
    "weekly_driving": "driving within a week",
    "fortnight_driving": "driving within two weeks",
    "weekly_rest": "driving on so late after the last weekly rest that the next one comes too late",
}
