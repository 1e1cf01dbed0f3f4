"""Paging: whom an alert calls, when, and what waits for the morning: pure functions of the record and a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from streams.alert_rules import PRIORITIES, AlertRule
from streams.desk.decisions import OPEN, Said

Row = dict[str, Any]

LATE_S = 900.0  # Traccar: an alarm that is older when it is heard of is no news
PAGED, HELD, TOLD = "paged", "held", "told"
ALWAYS = "critical"  # goes through at night, whatever its kind and whatever a fleet says
_STEP = re.compile(r"(\d+(?:\.\d+)?)([mh])(?::(\S+))?")
_UNITS = {"m": 60.0, "h": 3600.0}


class Step(NamedTuple):
    """Who is called when nobody has acknowledged a page after so long."""

    after_s: float
    target: str  # empty: whoever is on duty


@dataclass(frozen=True)
class Paging:
    """When somebody is paged. Times of day are those of the fleet."""

    late_s: float = LATE_S
    quiet: tuple[time, time] | None = None  # from, to
    morning: time = time(6)
    escalation: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)  # by priority
    wakes: str = ALWAYS  # lowest priority that calls in spite of quiet hours

    @property
    def longest_s(self) -> float:
        """After this long nothing escalates any more."""
        return max((step.after_s for steps in self.escalation.values() for step in steps), default=0.0)


class Due(NamedTuple):
    """A page, or the decision not to page."""

    step: str
    outcome: str  # PAGED, HELD
    why: str
    target: str
    at: float


class Moment(NamedTuple):
    """What holds for an alert at an instant."""

    now: float
    late: bool = False  # what was last heard of it is old
    quiet: bool = False  # night in its fleet
    shelved: bool = False
    lasts: bool = True  # it goes on
    news: bool = True  # something has just been heard of it; else only time has passed
    reached: bool = True  # there is a channel that calls people


def due(alert: Row, said: Said, told: Sequence[Row], rule: AlertRule, paging: Paging, at: Moment) -> list[Due]:
    """What has fallen due for an alert; ``told`` are the notices about it so far.

    Once a priority, somebody is paged. What speaks against it is on record once, and as soon as nothing does any more
    while the matter goes on, or has begun anew, somebody is paged. While it is shelved nothing is decided.
    """
    if said.state != OPEN or at.shelved:
        return []
    return _raised(alert, told, rule, paging, at) or _escalated(told, rule, paging, at)


def is_late(evidence: float, now: float, paging: Paging) -> bool:
    """Whether what was last heard of an alert is too old to page anybody."""
    return now - evidence > paging.late_s


def is_quiet(now: float, zone: str, paging: Paging) -> bool:
    """Whether it is night in a fleet."""
    if paging.quiet is None:
        return False
    start, end = paging.quiet
    local = local_time(now, zone).time()
    return start <= local < end if start <= end else local >= start or local < end


def morning_of(now: float, zone: str, paging: Paging) -> datetime:
    """The last time the morning list fell due in a fleet."""
    local = local_time(now, zone)
    today = local.replace(hour=paging.morning.hour, minute=paging.morning.minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def local_time(now: float, zone: str) -> datetime:
    """An instant on a fleet's clock."""
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))


def steps(said: str) -> tuple[Step, ...]:
    """``10m 30m:head@example.org 2h`` as steps; raises ``ValueError``."""
    found = []
    for word in said.split():
        step = _STEP.fullmatch(word)
        if step is None:
            raise ValueError(
                f"{word!r} is no step: expected a delay and perhaps whom, as in 10m or 2h:head@example.org"
            )
        found.append(Step(float(step[1]) * _UNITS[step[2]], step[3] or ""))
    if found != sorted(found, key=lambda step: step.after_s):
        raise ValueError(f"{said!r}: steps come in order of their delays")
    return tuple(found)


def clock_time(said: str) -> time:
    """``22:00`` as a time of day; raises ``ValueError``."""
    try:
        return datetime.strptime(said, "%H:%M").time()
    except ValueError:
        raise ValueError(f"{said!r} is no time of day, expected as in 22:00") from None


def _raised(alert: Row, told: Sequence[Row], rule: AlertRule, paging: Paging, at: Moment) -> list[Due]:
    priority = alert["priority"]
    decided = [row for row in told if PRIORITIES.index(row["priority"]) <= PRIORITIES.index(priority)]
    if not rule.pages_at(priority, alert["driver_id"]) or any(row["outcome"] == PAGED for row in decided):
        return []
    why, held = _against(priority, rule, paging, at), [row["seen"] for row in decided if row["outcome"] == HELD]
    if held and (why or not (at.lasts or (at.news and alert["last_start"] > max(held)))):
        return []
    return [Due(f"{priority} held", HELD, why, "", at.now) if why else Due(priority, PAGED, "", "", at.now)]


def _against(priority: str, rule: AlertRule, paging: Paging, at: Moment) -> str:
    """What speaks against a page; empty: nothing does."""
    if at.late:
        return "late"
    if at.quiet and not _wakes(priority, rule, paging):
        return "quiet"
    return "" if at.reached else "no channel"


def _wakes(priority: str, rule: AlertRule, paging: Paging) -> bool:
    return rule.at_night or PRIORITIES.index(priority) <= PRIORITIES.index(paging.wakes)


def _escalated(told: Sequence[Row], rule: AlertRule, paging: Paging, at: Moment) -> list[Due]:
    found = []
    names = {row["step"] for row in told}
    for page in told:
        if page["outcome"] != PAGED or page["step"] != page["priority"]:
            continue
        if not at.reached or (at.quiet and not _wakes(page["priority"], rule, paging)):
            continue
        for number, step in enumerate(paging.escalation.get(page["priority"], ()), 1):
            name, when = f"{page['priority']}+{number}", page["at"] + step.after_s
            if when <= at.now and name not in names:
                found.append(Due(name, PAGED, "not acknowledged", step.target, when))
    return found
