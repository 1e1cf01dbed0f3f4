"""Zones over HTTP: a fleet's areas - where it may be, where it may not, its sites and customers - as outlines."""

import math
from typing import Any

from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import SEEING
from console.said import moment
from streams.fleets.geometry import EARTH, RADIANS, area
from streams.fleets.zones import KINDS
from streams.registry import places
from streams.registry.periods import Fleets
from streams.registry.rows import Geofence, Site

KIND = {number: name for name, number in KINDS.items()}
DIGITS = 6  # of a degree: a decimetre


class Zone(Shape):
    """An area, as long as it holds."""

    id: str
    fleet_id: str
    name: str
    kind: str  # allowed, forbidden, site, customer
    until: str | None  # null: until further notice
    geometry: dict[str, Any]  # GeoJSON, WGS 84


def listed(ask: Ask) -> list[Zone]:
    """Areas that hold now, of fleets of which all is seen."""
    registry = ask.world.known.registry
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
    names = {row.geofence_id: row.name for row in registry.of(Geofence)} | {
        row.site_id: row.name for row in registry.of(Site)
    }
    found = []
    for fleet_id, zones in sorted(places.zones(registry, Fleets(registry)).items()):
        for one in zones if ask.scope.fleet(fleet_id) else ():
            if one.start <= now < one.end:
                until = moment(one.end) if math.isfinite(one.end) else None
                same = {"id": one.id, "fleet_id": fleet_id, "name": names.get(one.id, ""), "kind": KIND[one.kind]}
                found.append(Zone(**same, until=until, geometry=outline(one.shape)))
    return found


def outline(text: str) -> dict[str, Any]:
    """The GeoJSON of an area as the registry has it: a polygon in WKT or GeoJSON, or a circle."""
    shape = area(text).__geo_interface__
    return {"type": shape["type"], "coordinates": _degrees(shape["coordinates"])}


def _degrees(part: Any) -> Any:
    """Places on the map as longitude and latitude, however deep they are nested."""
    if isinstance(part[0], float):
        return [
            round(part[0] / EARTH / RADIANS, DIGITS),
            round(math.atan(math.sinh(part[1] / EARTH)) / RADIANS, DIGITS),
        ]
    return [_degrees(one) for one in part]


ENDPOINTS = (Endpoint("GET", "/zones", listed, "live", "Areas that hold now", SEEING, list[Zone], places=True),)
