"""Maps: the roads of a GeoJSON extract of OpenStreetMap, in place of generated ones."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from simulator.roads import AVENUE, EARTH, MOTORWAY, RURAL, STREET, Region, Roads, assembled

LIMITS = {  # class and km/h where nothing is tagged; ours, the usual ones of Germany
    "motorway": (MOTORWAY, 130.0),
    "trunk": (MOTORWAY, 100.0),
    "primary": (RURAL, 100.0),
    "secondary": (RURAL, 100.0),
    "tertiary": (AVENUE, 50.0),
    "unclassified": (AVENUE, 50.0),
    "residential": (STREET, 30.0),
    "living_street": (STREET, 10.0),
}
TOWN_KMH = 60.0  # up to which a primary or secondary road is one in a town; ours
NONE_KMH = 130.0  # where a limit of "none" is tagged: what is recommended there
NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h)?")
MILE = 1.609344
LEAST = 2.0  # m; nearer points are one

Point = tuple[float, float]


class MapError(ValueError):
    """An extract that cannot be driven on: which file, what was found, what was expected."""


class Way(NamedTuple):
    """A line of the extract, longitude and latitude of its points."""

    road: int
    limit: float  # m/s
    line: list[Point]


def read(path: Path, region: Region, rng: np.random.Generator) -> Roads:
    """The largest part of an extract that hangs together, with the climate of ``region``; every way is open both ways.

    Raises ``MapError``.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        ways, lights = list(_ways(told)), set(_lights(told))
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MapError(f"{path}: {error!r}; expected a GeoJSON FeatureCollection") from None
    if not ways:
        raise MapError(f"{path}: no road; expected LineStrings with OpenStreetMap's highway as a property")
    lon, lat = np.concatenate([way.line for way in ways]).mean(axis=0)
    here = region._replace(lat=float(lat), lon=float(lon))
    numbers: dict[Point, int] = {}
    edges: dict[tuple[int, int], Way] = {}
    for way in ways:
        for a, b in pairwise(_thinned(way.line, here)):
            ends = numbers.setdefault(a, len(numbers)), numbers.setdefault(b, len(numbers))
            edges[min(ends), max(ends)] = way
    places = [_metres(point, here) for point in numbers]
    said = {number for point, number in numbers.items() if point in lights}
    return assembled(here, places, {ends: (way.road, way.limit) for ends, way in edges.items()}, said, rng)


def _ways(told: Mapping[str, Any]) -> Iterator[Way]:
    for feature in told["features"]:
        shape, tags = feature["geometry"] or {}, feature["properties"] or {}
        base = str(tags.get("highway", "")).removesuffix("_link")
        if base not in LIMITS:
            continue
        road, limit = LIMITS[base]
        limit = _kmh(str(tags.get("maxspeed", "")), limit)
        if road == RURAL and limit <= TOWN_KMH:
            road = AVENUE
        for line in _lines(shape):
            yield Way(road, limit / 3.6, [_point(place) for place in line])


def _lines(shape: Mapping[str, Any]) -> list[Any]:
    kind = shape.get("type")
    if kind == "LineString":
        return [shape["coordinates"]]
    return list(shape["coordinates"]) if kind == "MultiLineString" else []


def _lights(told: Mapping[str, Any]) -> Iterator[Point]:
    for feature in told["features"]:
        if (feature["properties"] or {}).get("highway") == "traffic_signals" and feature["geometry"]["type"] == "Point":
            yield _point(feature["geometry"]["coordinates"])


def _point(place: Any) -> Point:
    return round(float(place[0]), 7), round(float(place[1]), 7)


def _kmh(said: str, usual: float) -> float:
    """A limit as tagged, else the usual one."""
    number = NUMBER.fullmatch(said.strip())
    if number and float(number[1]) > 0:
        return float(number[1]) * (MILE if number[2] == "mph" else 1.0)
    return NONE_KMH if said == "none" else usual


def _metres(point: Point, region: Region) -> Point:
    """m east and north of the middle."""
    east = radians(point[0] - region.lon) * EARTH * cos(radians(region.lat))
    return east, radians(point[1] - region.lat) * EARTH


def _thinned(line: list[Point], region: Region) -> list[Point]:
    """A line without points that lie on the one before; its ends stay, where other lines join."""
    kept = [line[0]]
    for point in line[1:]:
        (x, y), (east, north) = _metres(kept[-1], region), _metres(point, region)
        if hypot(east - x, north - y) >= LEAST:
            kept.append(point)
        elif point == line[-1] and len(kept) > 1:
            kept[-1] = point
    return kept
