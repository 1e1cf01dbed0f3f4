"""Maps: the roads of an extract of OpenStreetMap, in place of generated ones."""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulator import extracts
from simulator.extracts import Extract, MapError, Point, Tags
from simulator.regions import Region
from simulator.roads import AVENUE, EARTH, MOTORWAY, RURAL, STREET, Roads, assembled

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
ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}

__all__ = ["MapError", "read"]


class Way(NamedTuple):
    """A line of the extract, longitude and latitude of its points."""

    road: int
    limit: float  # m/s
    direction: int  # 1 as drawn, -1 against it, 0 both
    line: list[Point]


def read(path: Path, region: Region, rng: np.random.Generator) -> Roads:
    """The largest part of an extract that hangs together as its ways may be driven, with the climate of ``region``.

    Raises ``MapError``.
    """
    extract = extracts.read(path)
    ways = list(_ways(extract))
    if not ways:
        raise MapError(f"{path}: no road; expected lines with OpenStreetMap's highway as a tag")
    lon, lat = np.concatenate([way.line for way in ways]).mean(axis=0)
    here = region._replace(lat=float(lat), lon=float(lon))
    numbers: dict[Point, int] = {}
    edges: dict[tuple[int, int], tuple[int, float]] = {}
    for way in ways:
        for a, b in pairwise(_thinned(way.line, here)):
            ends = numbers.setdefault(a, len(numbers)), numbers.setdefault(b, len(numbers))
            if way.direction >= 0:
                edges[ends] = way.road, way.limit
            if way.direction <= 0:
                edges[ends[::-1]] = way.road, way.limit
    places = [_metres(point, here) for point in numbers]
    said = {number for point, number in numbers.items() if point in extract.lights}
    return assembled(here, places, edges, said, rng)


def _ways(extract: Extract) -> Iterator[Way]:
    for tags, line in extract.lines:
        base = str(tags.get("highway", "")).removesuffix("_link")
        if base not in LIMITS or len(line) < 2:
            continue
        road, limit = LIMITS[base]
        limit = _kmh(str(tags.get("maxspeed", "")), limit)
        if road == RURAL and limit <= TOWN_KMH:
            road = AVENUE
        yield Way(road, limit / 3.6, _direction(tags), line)


def _direction(tags: Tags) -> int:
    """As tagged, else as a motorway and a roundabout imply it."""
    said = str(tags.get("oneway", "")).lower()
    if said in ONEWAY:
        return ONEWAY[said]
    return int(tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular"))


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
