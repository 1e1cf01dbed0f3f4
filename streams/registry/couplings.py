"""Couplings: which of the axles a tractor reports are a trailer's, from when to when, and what they should hold."""

from collections.abc import Callable, Mapping

import numpy as np

from devices.samples import Floats
from devices.signals import AXLES, WHEELS, axle_of
from streams.fleets.fleet import Coupled
from streams.registry.book import Registry
from streams.registry.periods import Fleets, seconds
from streams.registry.rows import Coupling, Trailer

Key = tuple[str, str]  # fleet, vehicle
BEHIND = 2  # axles of a tractor without a tyre plan


def couplings(
    registry: Registry, fleets: Fleets, plans: Mapping[str, Floats], plan: Callable[[str, str, float], Floats | None]
) -> dict[Key, list[Coupled]]:
    """The trailers of each tractor, ascending; ``plans`` by id, ``plan`` of a vehicle at an instant; (WHEELS,) kPa."""
    trailers = {(row.fleet_id, row.trailer_id): row for row in registry.of(Trailer)}
    found: dict[Key, list[Coupled]] = {}
    for row in registry.of(Coupling):
        fleet_id = fleets.fleet_of(row)
        trailer = trailers.get((fleet_id, row.trailer))
        first, last = seconds(row, fleets)
        axle = _axles(plan(fleet_id, row.tractor, first)) if row.first_axle is None else row.first_axle - 1
        end, placard = _shifted(plans.get(trailer.tyre_plan) if trailer else None, axle)
        one = Coupled(first, last, row.trailer, axle, end, placard)
        found.setdefault((fleet_id, row.tractor), []).append(one)
    return {key: sorted(some, key=lambda one: one[:4]) for key, some in found.items()}


def _axles(plan: Floats | None) -> int:
    """How many axles a plan has."""
    return BEHIND if plan is None else axle_of(int(np.flatnonzero(~np.isnan(plan))[-1])) + 1


def _shifted(plan: Floats | None, axle: int) -> tuple[int, Floats | None]:
    """The axle after a trailer's last, and its plan by the tractor's wheels, if its first axle is ``axle`` there."""
    if plan is None:
        return AXLES, None
    wheels, first = np.full(WHEELS, np.nan), axle * (WHEELS // AXLES)
    wheels[first:] = plan[: WHEELS - first]
    return min(axle + _axles(plan), AXLES), wheels
