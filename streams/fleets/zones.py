"""Zones: what a registry knows of places and routes, by period; surroundings makes it columns that kernels read."""

from typing import NamedTuple

ALLOWED, FORBIDDEN, SITE, CUSTOMER, STOP = 1, 2, 3, 4, 5  # Batch.near_kind; STOP: planned on the vehicle's route
KINDS = {"allowed": ALLOWED, "forbidden": FORBIDDEN, "site": SITE, "customer": CUSTOMER}
NO_ROUTE, NO_STOPS, NOWHERE = -1, -2, -3  # Batch.route: none assigned; nor any place to stand known; nor any place


class Zone(NamedTuple):
    """An area of a fleet, while it holds."""

    id: str
    kind: int  # of KINDS
    shape: str  # as streams.fleets.geometry.area reads it
    start: float  # UTC epoch s
    end: float  # excluded


class Route(NamedTuple):
    """A route a vehicle is assigned to, while that holds."""

    id: str
    line: str  # as streams.fleets.geometry.line reads it
    width: float  # m to each side that still belong to it
    stops: tuple[str, ...]  # ids of the zones where a stop is planned
    start: float  # UTC epoch s
    end: float  # excluded
