"""API: the endpoints, a file a subject; ``ENDPOINTS`` lists all of them, in order."""

from console.api import (
    alerts,
    devices,
    disputes,
    drivers,
    factors,
    fleets,
    heat,
    hours,
    ledger,
    live,
    people,
    portfolio,
    pricing,
    quarantine,
    registry,
    reports,
    session,
    system,
    tariffs,
    trips,
    tyres,
    work,
    zones,
)
from console.endpoint import Endpoint
from console.exports import exported

PREFIX = "/api/v1"

LISTS: tuple[Endpoint, ...] = (
    *live.LISTS,
    *alerts.LISTS,
    *work.LISTS,
    *trips.LISTS,
    *drivers.LISTS,
    *tyres.LISTS,
    *hours.LISTS,
    *devices.LISTS,
    *pricing.LISTS,
    *ledger.LISTS,
    *disputes.LISTS,
    *system.LISTS,
)  # each can be had as a file too

ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS,
    *LISTS,
    *live.ENDPOINTS,
    *heat.ENDPOINTS,
    *zones.ENDPOINTS,
    *alerts.ENDPOINTS,
    *work.ENDPOINTS,
    *trips.ENDPOINTS,
    *drivers.ENDPOINTS,
    *tyres.ENDPOINTS,
    *pricing.ENDPOINTS,
    *portfolio.ENDPOINTS,
    *factors.ENDPOINTS,
    *tariffs.ENDPOINTS,
    *reports.ENDPOINTS,
    *fleets.ENDPOINTS,
    *ledger.ENDPOINTS,
    *disputes.ENDPOINTS,
    *quarantine.ENDPOINTS,
    *registry.ENDPOINTS,
    *people.ENDPOINTS,
    *system.ENDPOINTS,
    *exported(LISTS),
)
