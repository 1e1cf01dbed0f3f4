"""Fitted: a scenario's events as they fit their vehicles - of which wheel, and none of a vehicle that is not there."""

from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np

from simulator.ailments import AILMENTS
from simulator.flaws import FLAWED
from simulator.lasting import couples, second, swaps
from simulator.placed import Placed, PlacingError
from simulator.tyres import TRAILER
from simulator.vehicles import Vehicle

WHEELED = ("puncture", *FLAWED)
ONCE = ("joins", "leaves")


def fitted(events: Sequence[Placed], vehicles: Sequence[Vehicle], seed: int) -> tuple[Placed, ...]:
    """The same events, each that is about a wheel with the one it is about; raises ``PlacingError``."""
    for event in events:
        if event.vehicle >= len(vehicles):
            raise PlacingError(f"there is no vehicle {event.vehicle + 1}; the fleet has {len(vehicles)}")
        vehicle = vehicles[event.vehicle]
        if event.kind in AILMENTS and vehicle.kind.name not in AILMENTS[event.kind].classes:
            raise PlacingError(f"{event.name}: {vehicle.vehicle_id} has no brakes that work by air")
        _there(event, [one for one in events if one.vehicle == event.vehicle], vehicle.vehicle_id)
    return tuple(_aimed(event, vehicles[event.vehicle], events, seed) for event in events)


def _there(event: Placed, own: Sequence[Placed], vehicle_id: str) -> None:
    """Who has left, or is yet to join, is told nothing; but what is wrong when it joins may have begun before."""
    for other in own:
        if other is event or other.kind not in ONCE:
            continue
        if other.kind == event.kind:
            raise PlacingError(f"{event.name}: {vehicle_id} {event.kind} twice, expected once")
        if other.kind == "leaves" and event.moment >= other.moment:
            raise PlacingError(f"{event.name}: {vehicle_id} has left by then; see {other.name}")
        if other.kind == "joins" and event.kind not in (*FLAWED, *AILMENTS) and event.ends < other.moment:
            raise PlacingError(f"{event.name}: {vehicle_id} has not joined by then; see {other.name}")


def _aimed(event: Placed, vehicle: Vehicle, events: Sequence[Placed], seed: int) -> Placed:
    """With its wheel: the one that is told, if there is one, else one of the vehicle's own, drawn."""
    if event.kind not in WHEELED:
        return event
    pairs = event.kind == "dual_imbalance"
    own = [name for name, _ in vehicle.kind.tyres]
    pulled = TRAILER if couples(vehicle) else ()
    fit = [name for name in (*own, *pulled) if not pairs or len(name) > 2]
    if not fit:
        raise PlacingError(f"{event.name}: {vehicle.vehicle_id} has no tyres in pairs")
    wheel = event.options.get("wheel")
    if wheel is None:
        chance = np.random.default_rng([seed, 23, event.vehicle, event.day, int(event.at), crc32(event.kind.encode())])
        usual = [name for name in fit if name in own and (not pairs or name.endswith("I"))]
        wheel = usual[int(chance.integers(len(usual)))]
    if wheel not in fit:
        what = "no wheel of a pair is" if pairs else "no wheel is"
        raise PlacingError(f"{event.name}: {what} called {wheel!r}; {vehicle.vehicle_id} has {', '.join(fit)}")
    of = {"trailer": _pulled(event, events, seed)} if wheel in TRAILER else {}
    return replace(event, options={**event.options, "wheel": wheel, **of})


def _pulled(event: Placed, events: Sequence[Placed], seed: int) -> str:
    """Name of the trailer that is pulled at an event, if each is changed as soon as it is ordered."""
    own = swaps(events, event.vehicle)
    orders = [one for one in events if (one.kind, one.vehicle, one.day) == ("trailer_swap", event.vehicle, event.day)]
    turned = second(seed, event.vehicle, event.day, own) + sum(one.at < event.at for one in orders)
    return "AB"[turned % 2]
