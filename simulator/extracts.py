"""Extracts: the lines and traffic lights of a piece of OpenStreetMap, from GeoJSON or from its own XML."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

Point = tuple[float, float]
Tags = Mapping[str, Any]

XML = (".osm", ".osm.gz", ".xml")
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zlib.error, expat.ExpatError)


class MapError(ValueError):
    """An extract that cannot be driven on: which file, what was found, what was expected."""


class Extract(NamedTuple):
    """Lines with their tags, and where lights stand; a point is longitude and latitude."""

    lines: list[tuple[Tags, list[Point]]]
    lights: set[Point]


def read(path: Path) -> Extract:
    """A file by its ending: ``.osm``, ``.osm.gz`` and ``.xml``, else GeoJSON; raises ``MapError``."""
    xml = path.name.lower().endswith(XML)
    try:
        return _xml(path) if xml else _geojson(json.loads(path.read_text("utf-8")))
    except BROKEN as error:
        wanted = "OpenStreetMap's XML" if xml else "a GeoJSON FeatureCollection"
        raise MapError(f"{path}: {error!r}; expected {wanted}") from None


def _geojson(told: Mapping[str, Any]) -> Extract:
    lines: list[tuple[Tags, list[Point]]] = []
    lights = set()
    for feature in told["features"]:
        shape, tags = feature["geometry"] or {}, feature["properties"] or {}
        if shape.get("type") == "Point" and tags.get("highway") == "traffic_signals":
            lights.add(_point(*shape["coordinates"][:2]))
        lines += [(tags, [_point(*place[:2]) for place in line]) for line in _lines(shape)]
    return Extract(lines, lights)


def _lines(shape: Mapping[str, Any]) -> list[Any]:
    kind = shape.get("type")
    if kind == "LineString":
        return [shape["coordinates"]]
    return list(shape["coordinates"]) if kind == "MultiLineString" else []


def _point(lon: Any, lat: Any) -> Point:
    return round(float(lon), 7), round(float(lat), 7)


def _xml(path: Path) -> Extract:
    """Read twice: ways, then the nodes they need, so that no other node is held in memory."""
    ways = _Ways()
    _parse(path, ways)
    nodes = _Nodes({ref for _, refs in ways.found for ref in refs})
    _parse(path, nodes)
    return Extract([(tags, list(_known(refs, nodes.places))) for tags, refs in ways.found], nodes.lights)


def _known(refs: list[str], places: Mapping[str, Point]) -> Iterator[Point]:
    """The places of nodes; those outside the extract are left out."""
    return (places[ref] for ref in refs if ref in places)


class _Ways:
    """Collects ways that have a highway, with the numbers of their nodes."""

    def __init__(self) -> None:
        self.found: list[tuple[dict[str, str], list[str]]] = []
        self._within = False
        self._tags: dict[str, str] = {}
        self._refs: list[str] = []

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "way":
            self._within, self._tags, self._refs = True, {}, []
        elif self._within and name == "nd":
            self._refs.append(said["ref"])
        elif self._within and name == "tag":
            self._tags[said["k"]] = said["v"]

    def end(self, name: str) -> None:
        if name == "way":
            self._within = False
            if "highway" in self._tags:
                self.found.append((self._tags, self._refs))


class _Nodes:
    """Collects the places of nodes that are needed, and which of them are lights."""

    def __init__(self, needed: set[str]) -> None:
        self.places: dict[str, Point] = {}
        self.lights: set[Point] = set()
        self._needed, self._here = needed, ""

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "node":
            self._here = said["id"] if said["id"] in self._needed else ""
            if self._here:
                self.places[self._here] = _point(said["lon"], said["lat"])
        elif name == "tag" and self._here and (said["k"], said["v"]) == ("highway", "traffic_signals"):
            self.lights.add(self.places[self._here])

    def end(self, name: str) -> None:
        if name == "node":
            self._here = ""


def _parse(path: Path, into: _Ways | _Nodes) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = into.start, into.end
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        parser.ParseFile(file)
