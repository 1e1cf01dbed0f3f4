"""Lasting: what a scenario's events leave for the days after them - flaws, other drivers, trailers, no device."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from simulator import flaws
from simulator.absences import Absence, absence
from simulator.placed import Placed
from simulator.trailers import changed
from simulator.tyres import Flaw
from simulator.vehicles import Vehicle

Begins = Callable[[int], float]  # UTC epoch s at which a day's window begins


def earlier(events: Iterable[Placed], day: int, begins: Begins) -> dict[int, list[Flaw | Absence]]:
    """What goes on on a day of what began on days before it, by vehicle."""
    found: dict[int, list[Flaw | Absence]] = {}
    before = [event for event in events if event.day < day]
    for event in before:
        left = _left(event, day - event.day, begins(day) - begins(event.day))
        if left and not any(_changes(one, event) for one in before):
            found.setdefault(event.vehicle, []).append(left)
    return found


def _changes(one: Placed, other: Placed) -> bool:
    """Whether a puncture brings another tyre in place of one with which something else was wrong."""
    same = one.vehicle == other.vehicle and all(
        one.options.get(name) == other.options.get(name) for name in ("wheel", "trailer")
    )
    air = other.kind in ("leak", "dual_imbalance")
    return same and air and one.kind == "puncture" and one.moment > other.moment


def _left(event: Placed, days: int, since: float) -> Flaw | Absence | None:
    if event.kind in flaws.FLAWED:
        return flaws.later(event.kind, event.at, event.options, days, since)
    if event.kind == "unplugged":
        kind, start, end = absence(event.kind, event.at, event.options)
        return Absence(kind, start - since, end - since) if end > since else None
    return None


def relief(events: Iterable[Placed], vehicle: int, day: int) -> int:
    """Which of a vehicle's two reliefs drives in the morning, since a day before; 0 its own driver does."""
    own = [one for one in events if one.vehicle == vehicle and one.kind == "driver_swap" and one.day < day]
    taken: list[tuple[Placed, int]] = []
    for swap in sorted(own, key=lambda one: one.moment):
        taken.append((swap, takes_over(_drives(taken, swap.day))))
    return _drives(taken, day)


def takes_over(now: int) -> int:
    """Which relief drives after a swap, ``now`` being who does before it: never the same."""
    return 2 if now == 1 else 1


def _drives(taken: Sequence[tuple[Placed, int]], day: int) -> int:
    """Who drives on a day after those swaps: whoever took over last of those whose days are not over."""
    lasts = (n for one, n in reversed(taken) if day == one.day or day < one.day + float(one.options.get("days", 1.0)))
    return next(lasts, 0)


def swaps(events: Iterable[Placed], vehicle: int) -> list[int]:
    """Days on which a vehicle is told to pull another trailer, each as often as it is told to."""
    return [event.day for event in events if event.vehicle == vehicle and event.kind == "trailer_swap"]


def couples(vehicle: Vehicle) -> bool:
    """Whether it pulls a trailer, as a lorry of a long haul does."""
    return vehicle.kind.name == "truck" and vehicle.work == "haul"


def second(seed: int, vehicle: int, day: int, swaps: Iterable[int]) -> bool:
    """Whether a lorry sets out with the second of its trailers; ``swaps`` are days of orders to change them."""
    return changed(np.random.default_rng([seed, 21, vehicle]), day, list(swaps))
