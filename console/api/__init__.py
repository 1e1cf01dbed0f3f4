"""API: the endpoints, a file a subject; ``ENDPOINTS`` lists all of them, in order."""

from console.api import alerts, devices, drivers, hours, live, session, trips, tyres, work
from console.endpoint import Endpoint

PREFIX = "/api/v1"

ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS,
    *live.ENDPOINTS,
    *alerts.ENDPOINTS,
    *work.ENDPOINTS,
    *trips.ENDPOINTS,
    *drivers.ENDPOINTS,
    *tyres.ENDPOINTS,
    *hours.ENDPOINTS,
    *devices.ENDPOINTS,
)
