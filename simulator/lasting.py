"""Lasting: what a scenario's events leave for the days after them - flaws, other drivers, trailers, no device."""

from collections.abc import Callable, Iterable

from simulator import flaws
from simulator.absences import Absence, absence
from simulator.placed import Placed
from simulator.tyres import Flaw
from simulator.vehicles import Vehicle

Begins = Callable[[int], float]  # UTC epoch s at which a day's window begins


def earlier(events: Iterable[Placed], day: int, begins: Begins) -> dict[int, list[Flaw | Absence]]:
    """What goes on on a day of what began on days before it, by vehicle."""
    found: dict[int, list[Flaw | Absence]] = {}
    for event in events:
        left = _left(event, day - event.day, begins(day) - begins(event.day)) if event.day < day else None
        if left:
            found.setdefault(event.vehicle, []).append(left)
    return found


def _left(event: Placed, days: int, since: float) -> Flaw | Absence | None:
    if event.kind in flaws.FLAWED:
        return flaws.later(event.kind, event.at, event.options, days, since)
    if event.kind == "unplugged":
        kind, start, end = absence(event.kind, event.at, event.options)
        return Absence(kind, start - since, end - since) if end > since else None
    return None


def relieved(events: Iterable[Placed], vehicle: int, day: int) -> bool:
    """Whether a relief drives all day, since a day before."""
    swaps = (event for event in events if event.vehicle == vehicle and event.kind == "driver_swap")
    return any(event.day < day < event.day + float(event.options.get("days", 1.0)) for event in swaps)


def swaps(events: Iterable[Placed], vehicle: int) -> set[int]:
    """Days on which a vehicle is told to pull another trailer."""
    return {event.day for event in events if event.vehicle == vehicle and event.kind == "trailer_swap"}


def couples(vehicle: Vehicle, swaps: set[int], day: float = float("inf")) -> bool:
    """Whether it pulls a trailer on a day: on a long haul always, another lorry since it was first told to."""
    return vehicle.kind.name == "truck" and (vehicle.work == "haul" or any(one <= day for one in swaps))
