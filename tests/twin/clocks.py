"""Clock faults, after docs/detectors/devices.md: from what arrived when, all at once."""

from collections import defaultdict
from typing import Any

from .twin import identify

DAY, HOUR, WEEKS = 86_400.0, 3_600.0, 1_024 * 7 * 86_400.0
YEAR_2000, YEAR_2100 = 946_684_800.0, 4_102_444_800.0
AHEAD = 300.0

Vehicle = tuple[str, str]


def offset(first: float, last: float, arrival: float) -> float | None:
    """Seconds a payload's clock was ahead; None: nothing is wrong with it."""
    for times in (1, 2):
        if arrival - 7 * DAY <= last + times * WEEKS <= arrival + AHEAD:
            return -times * WEEKS
    if last > arrival + AHEAD:
        return min(last, YEAR_2100) - arrival
    return max(first, 0.0) - arrival if first < YEAR_2000 else None


def clock_faults(payloads: list[tuple[Vehicle, float, float, float]]) -> list[dict[str, Any]]:
    """Events of payloads (vehicle, first, last, arrival)."""
    days: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    for vehicle, first, last, arrival in payloads:
        ahead = offset(first, last, arrival)
        if ahead is not None:
            days[vehicle, arrival // DAY].append((arrival, ahead))
    return [row(vehicle, some) for (vehicle, _), some in days.items()]


def row(vehicle: Vehicle, some: list[tuple[float, float]]) -> dict[str, Any]:
    start, worst = min(some)[0], max((ahead for _, ahead in some), key=lambda ahead: (abs(ahead), ahead))
    return {
        "event_id": identify(vehicle, "clock_fault", "", start),
        "driver_id": None,
        "kind": "clock_fault",
        "subject": "",
        "start": start,
        "end": max(some)[0],
        "level": 2 if abs(worst) >= HOUR else 1,
        "peak": worst / HOUR,
        "threshold": None,
        "source": "derived",
    }
