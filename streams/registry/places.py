"""Places: sites, geofences and routes of a registry; what is wrong with them, and what they are for the river."""

from collections.abc import Iterator

from streams.fleets.geometry import MOST_LAT, ShapeError, area, circle, line
from streams.fleets.zones import KINDS, SITE, Route, Zone
from streams.registry.base import Row
from streams.registry.book import Registry
from streams.registry.periods import Fleets, seconds
from streams.registry.rows import Geofence, RouteAssignment, RouteRow, RouteStop, Site
from streams.words import Said, say

Complaint = tuple[str, Said, Said]  # column, what, what to do
RADIUS_M = 100.0  # of a site that says where it is but not how far it reaches


def complaints(registry: Registry, fleets: Fleets, row: Row) -> Iterator[Complaint]:
    """What is wrong with a row of sites, geofences, routes, their stops or assignments."""
    if isinstance(row, Site):
        yield from _circle(row)
    if isinstance(row, Geofence):
        yield from _geofence(row)
        if row.geofence_id in registry.rows["sites"]:
            yield "geofence_id", say("also_site", value=repr(row.geofence_id)), say("own_id")
    if isinstance(row, RouteRow):
        yield from _drawn("line", row.line)
        if not row.width_m > 0:
            yield "width_m", say("is", value=f"{row.width_m:g}"), say("route_width")
    if isinstance(row, RouteStop):
        yield from _same_fleet(registry, "geofences", row.geofence_id, _fleet_of(registry, "routes", row.route_id))
    if isinstance(row, RouteAssignment):
        yield from _same_fleet(registry, "routes", row.route_id, fleets.fleet_of(row))


def _geofence(row: Geofence) -> Iterator[Complaint]:
    said = [value for value in (row.lat_deg, row.lon_deg, row.radius_m) if value is not None]
    if row.shape and said:
        yield "shape", say("beside_circle"), say("shape_or_circle")
    elif row.shape:
        yield from _drawn("shape", row.shape)
    elif len(said) < 3:
        yield "shape", say("missing"), say("draw")
    else:
        yield from _circle(row)


def _circle(row: Site | Geofence) -> Iterator[Complaint]:
    lat, lon, radius = row.lat_deg, row.lon_deg, row.radius_m
    if (lat is None) != (lon is None):
        yield "lat_deg" if lat is None else "lon_deg", say("missing"), say("both_degrees")
    if lat is not None and not -MOST_LAT <= lat <= MOST_LAT:
        yield "lat_deg", say("is", value=f"{lat:g}"), say("latitude")
    if lon is not None and not -180 <= lon <= 180:
        yield "lon_deg", say("is", value=f"{lon:g}"), say("longitude")
    if radius is not None and not 0 < radius <= 1_000_000:
        yield "radius_m", say("is", value=f"{radius:g}"), say("radius")


def _drawn(column: str, text: str) -> Iterator[Complaint]:
    try:
        line(text) if column == "line" else area(text)
    except ShapeError as error:
        yield column, say("shape", why=error.what), say("shape_todo", todo=error.todo)


def _fleet_of(registry: Registry, kind: str, name: str) -> str:
    return next((str(getattr(row, "fleet_id", "")) for row in registry.find(kind, name)), "")


def _same_fleet(registry: Registry, kind: str, name: str, fleet_id: str) -> Iterator[Complaint]:
    """A complaint if what is named belongs to another fleet; whether it exists at all is looked at elsewhere."""
    other = _fleet_of(registry, kind, name)
    if other and fleet_id and other != fleet_id:
        column = "geofence_id" if kind == "geofences" else "route_id"
        yield column, say("others", value=repr(name), other=repr(other)), say("of_fleet", fleet=repr(fleet_id))


def zones(registry: Registry, fleets: Fleets) -> dict[str, tuple[Zone, ...]]:
    """The zones of each fleet: its geofences, and sites that say where they are."""
    found: dict[str, list[Zone]] = {}
    for site in registry.of(Site):
        if site.lat_deg is not None and site.lon_deg is not None:
            shape = circle(site.lat_deg, site.lon_deg, site.radius_m or RADIUS_M)
            found.setdefault(site.fleet_id, []).append(Zone(site.site_id, SITE, shape, float("-inf"), float("inf")))
    for row in registry.of(Geofence):
        lat, lon, radius = row.lat_deg, row.lon_deg, row.radius_m
        drawn = row.shape if lat is None or lon is None or radius is None else circle(lat, lon, radius)
        zone = Zone(row.geofence_id, KINDS[row.kind], drawn, *seconds(row, fleets))
        found.setdefault(row.fleet_id, []).append(zone)
    return {fleet_id: tuple(some) for fleet_id, some in found.items()}


def routes(registry: Registry, fleets: Fleets) -> dict[tuple[str, str], tuple[Route, ...]]:
    """The routes each (fleet, vehicle) is assigned to, while both the route and the assignment hold."""
    found: dict[tuple[str, str], list[Route]] = {}
    stops: dict[str, list[str]] = {}
    for stop in registry.of(RouteStop):
        stops.setdefault(stop.route_id, []).append(stop.geofence_id)
    ways: dict[str, list[RouteRow]] = {}
    for way in registry.of(RouteRow):
        ways.setdefault(way.route_id, []).append(way)
    for row in registry.of(RouteAssignment):
        first, last = seconds(row, fleets)
        for way in ways.get(row.route_id, ()):
            since, until = seconds(way, fleets)
            start, end = max(first, since), min(last, until)
            if start < end:
                route = Route(way.route_id, way.line, way.width_m, tuple(stops.get(way.route_id, ())), start, end)
                found.setdefault((fleets.fleet_of(row), row.vehicle_id), []).append(route)
    return {vehicle: tuple(sorted(some, key=lambda route: route.start)) for vehicle, some in found.items()}
