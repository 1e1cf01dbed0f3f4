"""Times: instants as people and browsers write them, to UTC epoch seconds."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from console.gate.problems import Problem
from streams.words import say

Instant = Annotated[str, msgspec.Meta(description="UTC, ISO 8601 (2026-11-26T08:00:00Z or a day), or epoch seconds")]

LATEST = 253_402_300_800.0  # the year 10000


def seconds(text: str) -> float | None:
    """UTC epoch seconds; without an offset it is UTC; None: nothing was said."""
    if not text:
        return None
    try:
        said = float(text)
    except ValueError:
        return _moment(text)
    if not 0.0 <= said < LATEST:
        raise Problem(422, "invalid", say("no_time", value=repr(text)))
    return said


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise Problem(422, "invalid", say("no_time", value=repr(text))) from error


def ending(text: str, zone: ZoneInfo) -> float | None:
    """The same of an end: a day is meant whole, to its last second where ``zone`` is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return seconds(text)
    over = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    return over.timestamp() - 1.0


def at(text: str, otherwise: float) -> float:
    """The same, ``otherwise`` where nothing is said."""
    found = seconds(text)
    return otherwise if found is None else found
