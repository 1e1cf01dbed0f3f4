"""Files: ways with their tags out of GeoJSON and OpenStreetMap XML, which is streamed and may be compressed."""

import bz2
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import msgspec

from streams.roads import tags
from streams.roads.errors import RoadsError
from streams.roads.table import Table, Way, table

Progress = Callable[[int, int], None]  # bytes read, bytes in all
Points = list[tuple[float, float]]  # longitude, latitude
Tagged = tuple[Points, Mapping[str, str]]

CHUNK = 1 << 20
PBF = "convert it first, for example: osmium tags-filter region.osm.pbf w/highway -o region.osm.bz2"
KNOWN = "expected .geojson, .json, .osm, .osm.gz or .osm.bz2"


@dataclass
class Report:
    """How many ways were read and taken, and what of them was left out, by reason."""

    ways: int = 0
    taken: int = 0
    ignored: Counter[str] = field(default_factory=Counter)


def read(paths: Sequence[Path], report: Report, progress: Progress = lambda _done, _total: None) -> Table:
    """The roads of all files as one table; raises ``RoadsError`` if a file cannot be read or holds no road."""
    ways: list[Way] = []
    for path in paths:
        before = len(ways)
        for points, said in _tagged(path, report, progress):
            report.ways += 1
            road = tags.road(said, report.ignored)
            if road is not None:
                ways.append(Way(road, points))
                report.taken += 1
        if len(ways) == before:
            raise RoadsError(
                f"{path}: no road in it: expected lines with a highway tag (motorway to residential); "
                + (f"{report.ways} ways were left out" if report.ways else "there is no line at all")
            )
    return table(ways)


def _tagged(path: Path, report: Report, progress: Progress) -> Iterator[Tagged]:
    name = path.name.lower()
    if not path.is_file():
        raise RoadsError(f"{path}: no such file")
    if name.endswith(".pbf"):
        raise RoadsError(f"{path}: the binary format of OpenStreetMap is not read; {PBF}")
    if name.endswith((".geojson", ".json")):
        return _geojson(path, report)
    if name.endswith((".osm", ".osm.gz", ".osm.bz2", ".xml")):
        return _osm(path, report, progress)
    raise RoadsError(f"{path}: not a format of roads; {KNOWN}")


def _geojson(path: Path, report: Report) -> Iterator[Tagged]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise RoadsError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        raise RoadsError(f"{path}: expected a GeoJSON FeatureCollection, an object with a list of features")
    for k, feature in enumerate(found["features"]):
        where = f"{path}: features[{k}]"
        if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
            raise RoadsError(f"{where}: expected a feature with a geometry")
        said = {str(key): _text(value) for key, value in (feature.get("properties") or {}).items() if value is not None}
        for line in _lines(feature["geometry"], where, report):
            yield line, said


def _text(value: Any) -> str:
    """A property as a tag: 50.0 is "50", true "yes"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(geometry: Mapping[str, Any], where: str, report: Report) -> Iterator[Points]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("LineString", "MultiLineString"):
        report.ignored[f"{kind}: not a line"] += 1
        return
    lines: list[Any] = [coordinates] if kind == "LineString" else coordinates or []
    for line in lines:
        try:
            points = [(float(point[0]), float(point[1])) for point in line]
        except (TypeError, ValueError, IndexError) as error:
            raise RoadsError(f"{where}: expected a list of [longitude, latitude]") from error
        for lon, lat in points:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise RoadsError(
                    f"{where}: [{lon:g}, {lat:g}] is no place; expected [longitude, latitude] in WGS 84 degrees"
                )
        yield points


def _osm(path: Path, report: Report, progress: Progress) -> Iterator[Tagged]:
    """Two readings: the ways that are roads, then the nodes they need; so that no node more is held in memory."""
    ways = _Ways()
    _parse(path, ways, progress)
    nodes = _Nodes({node for refs, _ in ways.found for node in refs})
    _parse(path, nodes, progress)
    for refs, said in ways.found:
        points = [nodes.found[node] for node in refs if node in nodes.found]
        if len(points) < len(refs):
            report.ignored["nodes outside the extract: the rest of the way was taken"] += 1
        if len(points) > 1:
            yield points, said


class _Ways:
    """Collects ways that have a highway tag, with the numbers of their nodes."""

    def __init__(self) -> None:
        self.found: list[tuple[list[int], dict[str, str]]] = []
        self._refs: list[int] | None = None
        self._tags: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "way":
            self._refs, self._tags = [], {}
        elif self._refs is not None and name == "nd":
            self._refs.append(int(attributes["ref"]))
        elif self._refs is not None and name == "tag":
            self._tags[attributes["k"]] = attributes["v"]

    def end(self, name: str) -> None:
        if name == "way" and self._refs is not None:
            if "highway" in self._tags:
                self.found.append((self._refs, self._tags))
            self._refs = None


class _Nodes:
    """Collects the places of the nodes wanted."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted = wanted
        self.found: dict[int, tuple[float, float]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "node" and int(attributes["id"]) in self.wanted:
            self.found[int(attributes["id"])] = float(attributes["lon"]), float(attributes["lat"])

    def end(self, _name: str) -> None:
        """Nothing to do."""


def _parse(path: Path, into: _Ways | _Nodes, progress: Progress) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = into.start, into.end
    total = path.stat().st_size
    try:
        with path.open("rb") as raw, _unpacked(raw, path.name.lower()) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk)
                progress(raw.tell(), total)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise RoadsError(
            f"{path}: line {error.lineno}: not well-formed XML ({expat.errors.messages[error.code]})"
        ) from error
    except (OSError, EOFError, KeyError, ValueError) as error:
        raise RoadsError(f"{path}: line {parser.CurrentLineNumber}: not OpenStreetMap XML ({error!r})") from error


def _unpacked(raw: IO[bytes], name: str) -> Any:
    if name.endswith(".gz"):
        return gzip.open(raw)
    return bz2.open(raw) if name.endswith(".bz2") else raw
