"""Geometry: the areas and lines of a registry on a flat map, and how far positions are from them, in metres.

The map is Mercator's: it keeps angles, so that near a place a distance is the map's times the cosine of the latitude.
Every position is treated by itself: neither its neighbours nor where a batch was cut can change a bit of the answer.
"""

from functools import lru_cache
from math import asinh, cos, floor, isnan, nan, pi, tan
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, STRtree

from compiled.kernels import kernel
from devices.samples import Floats, Ints

EARTH = 6_371_008.8  # m, mean radius
RADIANS = pi / 180
MOST_LAT = 85.0  # Mercator's map ends there
AREAS, LINES = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString")
CIRCLE = "circle"
QUARTER = 32  # sides of a quarter circle: right to 0.03 % of the radius


class ShapeError(Exception):
    """A shape that cannot be used: what was found, and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}; {todo}")
        self.what, self.todo = what, todo


class Places(NamedTuple):
    """Positions on the map; ``scale`` turns its lengths into metres there."""

    points: npt.NDArray[Any]  # (n,) shapely points
    scale: Floats  # (n,)


def circle(lat: float, lon: float, radius: float) -> str:
    """The text of an area that reaches ``radius`` m around a place."""
    return f"{CIRCLE} {lat!r} {lon!r} {radius!r}"


@lru_cache(maxsize=100_000)
def area(text: str) -> Geometry:
    """The area, on the map, that a polygon in WKT or GeoJSON or the text of a circle describes."""
    if text.startswith(CIRCLE):
        lat, lon, radius = (float(word) for word in text.split()[1:])
        centre = _mapped(shapely.Point(lon, lat))
        return shapely.buffer(centre, radius / cos(lat * RADIANS), quad_segs=QUARTER)
    return _mapped(_shape(text, AREAS, "POLYGON((9.1 48.7, 9.2 48.7, 9.2 48.8, 9.1 48.7))"))


@lru_cache(maxsize=10_000)
def line(text: str) -> Geometry:
    """The line, on the map, that a line in WKT or GeoJSON describes."""
    return _mapped(_shape(text, LINES, "LINESTRING(9.1 48.7, 9.2 48.8)"))


def _shape(text: str, types: tuple[str, ...], example: str) -> Geometry:
    todo = f"write WKT like {example} or the same as GeoJSON, longitude first"
    try:
        shape = shapely.from_geojson(text) if text.lstrip().startswith("{") else shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise ShapeError(f"cannot be read ({str(error).splitlines()[0]})", todo) from error
    if shape is None or shape.geom_type not in types:
        raise ShapeError(f"is a {shape.geom_type if shape is not None else 'nothing'}", todo)
    shape = shapely.force_2d(shape)
    if shape.is_empty:
        raise ShapeError("is empty", todo)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -MOST_LAT <= south <= north <= MOST_LAT):
        what = f"reaches from longitude {west:g} to {east:g} and latitude {south:g} to {north:g}"
        raise ShapeError(what, "write degrees, longitude first, latitudes up to 85")
    if east - west > 180:
        raise ShapeError(f"reaches from longitude {west:g} to {east:g}", "cut it in two at 180 degrees")
    if not shape.is_valid:
        raise ShapeError(f"is no proper shape ({shapely.is_valid_reason(shape)})", "draw it without crossings")
    return shape


def _mapped(shape: Geometry) -> Geometry:
    def onto(lon_lat: Floats) -> Floats:
        x, y, _ = _project(np.ascontiguousarray(lon_lat[:, 1]), np.ascontiguousarray(lon_lat[:, 0]))
        return np.column_stack([x, y])

    return shapely.transform(shape, onto)


@kernel
def _project(lat: Any, lon: Any) -> Any:
    """Where positions lie on the map, m, and its scale there; one by one, as numpy's vectors may round differently."""
    x, y, scale = np.empty(lat.size), np.empty(lat.size), np.empty(lat.size)
    for i in range(lat.size):
        if isnan(lat[i] + lon[i]) or lat[i] > MOST_LAT or lat[i] < -MOST_LAT:
            x[i], y[i], scale[i] = nan, nan, nan
        else:
            x[i], y[i] = lon[i] * RADIANS * EARTH, asinh(tan(lat[i] * RADIANS)) * EARTH
            scale[i] = cos(lat[i] * RADIANS)
    return x, y, scale


@kernel
def _rounded(metres: Any) -> Any:
    """Whole centimetres: what is finer is the library's own."""
    out = np.empty(metres.size)
    for i in range(metres.size):
        out[i] = floor(metres[i] * 100.0 + 0.5) / 100.0
    return out


def places(lat: Floats, lon: Floats) -> tuple[Ints, Places]:
    """Rows whose position lies on the map, and where."""
    x, y, scale = _project(lat, lon)
    rows = np.flatnonzero(~np.isnan(scale))
    return rows, Places(shapely.points(x[rows], y[rows]), scale[rows])


class Areas:
    """Areas of a fleet, arranged so that those near a position are found quickly."""

    def __init__(self, texts: list[str]) -> None:
        self._areas = np.array([area(text) for text in texts], object)
        self._edges = shapely.boundary(self._areas)
        shapely.prepare(self._areas)
        self._tree = STRtree(self._areas)

    def near(self, at: Places, reach: float) -> tuple[Ints, Ints, Floats]:
        """Pairs of a row of ``at`` and an area within ``reach`` m of it, and how deep inside (negative: outside), m."""
        row, number = self._tree.query(at.points, predicate="dwithin", distance=reach / at.scale)
        return row, number, self._depth(at, row, number)

    def depth(self, at: Places, number: int) -> Floats:
        """How deep inside one area each row is, m; negative outside."""
        return self._depth(at, np.arange(at.scale.size), np.full(at.scale.size, number))

    def _depth(self, at: Places, row: Ints, number: Ints) -> Floats:
        points = at.points[row]
        away = shapely.distance(self._edges[number], points) * at.scale[row]
        return np.asarray(_rounded(np.where(shapely.covers(self._areas[number], points), away, -away)))


def astray(at: Places, text: str, width: float) -> Floats:
    """How far beyond ``width`` m from a line each row is, m; negative within."""
    return np.asarray(_rounded(shapely.distance(line(text), at.points) * at.scale - width))
