"""Time zones: from which instant on which offset holds, as columns that kernels read."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE_YEARS = (1990, 2060)


@lru_cache
def offsets(zone: str) -> tuple[list[float], list[float]]:
    """UTC instants from which an offset holds in a time zone, and the offsets (s), for ``ZONE_YEARS``."""
    info = ZoneInfo(zone)
    day, end = datetime(ZONE_YEARS[0], 1, 1, tzinfo=UTC), datetime(ZONE_YEARS[1], 1, 1, tzinfo=UTC)
    starts, values = [float("-inf")], [_offset(day, info)]
    while day < end:
        after = day + timedelta(days=1)
        if _offset(after, info) != values[-1]:
            change = _change(day, after, info)
            starts.append(change.timestamp())
            values.append(_offset(change, info))
            after = max(after, change)
        day = after
    return starts, values


def _offset(instant: datetime, info: ZoneInfo) -> float:
    offset = instant.astimezone(info).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()


def _change(before: datetime, after: datetime, info: ZoneInfo) -> datetime:
    """First whole second in (before, after] with another offset than ``before``, by bisection."""
    low, high = before, after
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(middle, info) == _offset(before, info):
            low = middle
        else:
            high = middle
    return high
