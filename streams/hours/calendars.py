"""Calendars: days, weeks and nights by a local clock, as instants in whole ms of UTC."""

from collections.abc import Iterator
from functools import lru_cache

from streams.fleets.time_zones import offsets

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONDAY = 3  # days from 1970-01-01, a Thursday, back to a Monday
AHEAD_MS = 14 * HOUR_MS  # no local clock is further ahead of UTC
NEVER_MS = 10**15


@lru_cache(maxsize=100_000)
def first(shown: int, zone: str) -> int:
    """First instant at which the local clock shows ``shown`` or later: where it leaps over it, that of the leap."""
    starts, values = _offsets(zone)
    shows = (max(start, shown - offset) for start, offset in zip(starts, values, strict=True))
    return next(at for at, end in zip(shows, [*starts[1:], NEVER_MS], strict=True) if at < end)


def day(at: int, zone: str) -> int:
    """Number of the local day of an instant, 0 being 1970-01-01; it begins when the clock first shows its midnight."""
    number = (at + AHEAD_MS) // DAY_MS + 1
    while first(number * DAY_MS, zone) > at:
        number -= 1
    return number


def period(at: int, days: int, zone: str) -> tuple[int, int]:
    """Number of the local day (``days`` 1) or week (7, from Monday on) of an instant, and where the next one begins."""
    number = day(at, zone)
    if days == 1:
        return number, first((number + 1) * DAY_MS, zone)
    week = (number + MONDAY) // days
    return week, first(((week + 1) * days - MONDAY) * DAY_MS, zone)


def nights(start: int, end: int, hours: tuple[float, float], zone: str) -> Iterator[tuple[int, int]]:
    """The parts of a span that lie at night, between two local ``hours`` of which the second is the next day's."""
    for number in range(day(start, zone) - 1, day(end, zone) + 1):
        begins = first(number * DAY_MS + round(hours[0] * HOUR_MS), zone)
        ends = first((number + 1) * DAY_MS + round(hours[1] * HOUR_MS), zone)
        if max(start, begins) < min(end, ends):
            yield max(start, begins), min(end, ends)


@lru_cache
def _offsets(zone: str) -> tuple[list[int], list[int]]:
    starts, values = offsets(zone)
    return [round(max(start, -1e11) * 1000) for start in starts], [round(value * 1000) for value in values]
