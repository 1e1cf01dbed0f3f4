"""Places of a registry: what is refused, and what the river gets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.fleets.fleet import Known
from streams.fleets.followed import differs_since, said
from streams.fleets.zones import FORBIDDEN, SITE
from streams.registry import Roster, check, load

SQUARE = '"POLYGON((9 48, 9.01 48, 9.01 48.01, 9 48))"'
FILES = {
    "geofences.csv": "geofence_id,fleet_id,kind,shape,lat_deg,lon_deg,radius_m,from,to\n"
    f"port,north,forbidden,{SQUARE},,,,2026-01-05,2026-02-01\n"
    "shop,north,customer,,48.1,9.1,80,,\n",
    "routes.csv": 'route_id,fleet_id,line,width_m,to\nA,north,"LINESTRING(9 48, 9 49)",250,2026-06-01\n',
    "route_stops.csv": "route_id,geofence_id\nA,shop\n",
    "route_assignments.csv": "vehicle_id,route_id,from,to\ntruck-1,A,2026-05-01T06:00,2026-07-01\n",
}


def put(folder: Path, **changes: str) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(changes.get(name.removesuffix(".csv"), text), "utf-8")
    return folder


def utc(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


def test_the_river_gets_zones_and_routes(good: Path) -> None:
    known = Roster(load(put(good))).known("north", "truck-1")
    assert {zone.id: zone.kind for zone in known.zones} == {"yard": SITE, "port": FORBIDDEN, "shop": 4}
    (port,) = [zone for zone in known.zones if zone.id == "port"]
    assert (port.start, port.end) == (utc(2026, 1, 4, 23), utc(2026, 1, 31, 23))
    (route,) = known.routes
    assert (route.id, route.width, route.stops) == ("A", 250.0, ("shop",))
    assert (route.start, route.end) == (utc(2026, 5, 1, 4), utc(2026, 5, 31, 22))
    assert Roster(load(good)).known("north", "van-1").routes == ()
    assert Roster(load(good)).known("south", "van-1").zones == ()


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("geofences", "geofence_id,fleet_id,kind\nx,north,customer\n", "column shape: is missing; draw a shape, or"),
        ("geofences", f"geofence_id,fleet_id,kind,shape,radius_m\nx,north,site,{SQUARE},5\n", "not both"),
        ("geofences", "geofence_id,fleet_id,kind,shape\nx,north,site,POINT(1 2)\n", "column shape: is a Point"),
        ("geofences", "geofence_id,fleet_id,kind,lat_deg,lon_deg,radius_m\nx,north,site,91,9,5\n", "latitude between"),
        ("geofences", "geofence_id,fleet_id,kind,lat_deg,lon_deg,radius_m\nyard,north,site,9,9,5\n", "is also a site"),
        ("geofences", "geofence_id,fleet_id,kind,lat_deg,lon_deg,radius_m\nx,north,siet,9,9,5\n", "use one of allowed"),
        ("routes", 'route_id,fleet_id,line,width_m\nA,north,"LINESTRING(9 48, 9 49)",0\n', "column width_m: is 0"),
        ("routes", f"route_id,fleet_id,line,width_m\nA,north,{SQUARE},9\n", "column line: is a Polygon"),
        ("routes", 'route_id,fleet_id,line,width_m\nA,south,"LINESTRING(9 48, 9 49)",9\n', "belongs to fleet 'south'"),
        ("route_stops", "route_id,geofence_id\nA,pier\n", "'pier' is not in geofences"),
        ("route_assignments", "vehicle_id,route_id\ntruck-1,B\n", "'B' is not in routes"),
    ],
)
def test_what_cannot_be_is_refused_in_words(good: Path, file: str, text: str, complaint: str) -> None:
    _, problems = check(put(good, **{file: text}))
    assert any(complaint in str(problem) for problem in problems), problems


def test_a_place_that_changes_settles_again_from_when_it_holds(good: Path) -> None:
    before = Roster(load(put(good))).known("north", "truck-1")
    later = FILES["geofences.csv"].replace("2026-02-01", "2026-01-20")
    after = Roster(load(put(good, geofences=later))).known("north", "truck-1")
    assert differs_since(said(before), said(after)) == utc(2026, 1, 19, 23)
    moved = FILES["geofences.csv"].replace("9.01 48.01", "9.01 48.02")
    assert differs_since(said(before), said(Roster(load(put(good, geofences=moved))).known("north", "truck-1"))) == utc(
        2026, 1, 4, 23
    )
    assert differs_since(said(before), said(Known())) == float("-inf")
