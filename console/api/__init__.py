"""API: the endpoints, a file a subject; ``ENDPOINTS`` lists all of them, in order."""

from console.api import alerts, live, session
from console.endpoint import Endpoint

PREFIX = "/api/v1"

ENDPOINTS: tuple[Endpoint, ...] = (*session.ENDPOINTS, *live.ENDPOINTS, *alerts.ENDPOINTS)
