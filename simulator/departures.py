"""Departures: other drivers, trailers and ways from the next stop on, and when they came to pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from simulator.arranged import Arranged, Step, Tools
from simulator.drivers import Driver
from simulator.motion import Motion
from simulator.orders import Orders
from simulator.placed import Placed, PlacingError
from simulator.shifts import Shift
from simulator.ways import Way, parting, passed


def departs(event: Placed, day: Arranged, motion: Motion, tools: Tools) -> Step:
    """From the first stop that it leaves at or after an event it is another way, driver or trailer."""
    shift, orders = day.shift, day.shift.orders
    leg = _leg(event, shift, motion)
    relief = tools.relieving(orders.reliefs[-1][1] if orders.reliefs else shift.driver)
    at = departure(shift, motion, leg)
    swapped = (*day.swapped, at) if event.kind == "trailer_swap" else day.swapped
    try:
        plan = tools.plan(ORDERING[event.kind](orders, leg, relief))
    except PlacingError as error:
        raise PlacingError(f"{event.name}: {error}") from None
    return Step(at, replace(day, plan=plan, swapped=swapped))


def _leg(event: Placed, shift: Shift, motion: Motion) -> int:
    """Number of the first leg that begins at or after an event."""
    name = f"{event.name}: {shift.vehicle.vehicle_id}"
    if event.kind == "trailer_swap" and not shift.orders.trailers:
        raise PlacingError(f"{name} pulls no trailer; a lorry of a long haul does")
    for leg in range(1, len(shift.stops)):
        if event.at <= departure(shift, motion, leg) < motion.speed.shape[1]:
            if leg in ORDERED[event.kind](shift.orders):
                raise PlacingError(f"{name} departs only once after this and the {event.kind} before it")
            return leg
    raise PlacingError(f"{name} departs from nowhere after that")


def departure(shift: Shift, motion: Motion, leg: int) -> float:
    """s at which it leaves the stop before ``leg``; NaN it does not."""
    last = shift.stops[leg - 1] - 1
    return float(motion.reached[last] + shift.legs["wait"][last])


def way(shift: Shift, motion: Motion, leg: int, planned: np.ndarray) -> Way:
    """Of a leg, where it parts from the plan; the window ends what does not."""
    first, last = shift.stops[leg - 1], shift.stops[leg]
    together, again = parting(planned, shift.pieces[first:last])
    ends, distance = np.cumsum(shift.pieces["length"]), motion.distance[0]
    departed, arrived = departure(shift, motion, leg), float(motion.reached[last - 1])
    left, met = passed(distance, ends[first - 1] + together), passed(distance, ends[last - 1] - again)
    met, arrived = (len(distance) if np.isnan(one) else one for one in (met, arrived))
    return Way(planned, departed, max(left, departed), min(met, arrived), arrived)


ORDERING: Mapping[str, Callable[[Orders, int, Driver], Orders]] = {
    "route_deviation": lambda orders, leg, _: orders._replace(detours=(*orders.detours, leg)),
    "driver_swap": lambda orders, leg, relief: orders._replace(reliefs=(*orders.reliefs, (leg, relief))),
    "trailer_swap": lambda orders, leg, _: orders._replace(changes=(*orders.changes, leg)),
}
ORDERED: Mapping[str, Callable[[Orders], Sequence[int]]] = {
    "route_deviation": lambda orders: orders.detours,
    "driver_swap": lambda orders: [leg for leg, _ in orders.reliefs],
    "trailer_swap": lambda orders: orders.changes,
}
