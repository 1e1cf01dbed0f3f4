"""Table: roads as columns, in pieces of a few hundred metres, joined to stretches of one class and one limit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from devices.samples import Floats, Ints
from streams.fleets.positions import EARTH_M
from streams.kernels.params import CLASSES
from streams.roads.errors import RoadsError
from streams.roads.tags import DIRECTIONS, Road

FILE = "roads.parquet"  # in the data folder
PIECE = 16  # pieces have at most so many segments: a short box in the tree, and few segments to look at
PRECISION = 1e7  # points that agree to 1e-7 degrees, 1 cm, are one


class Way(NamedTuple):
    """A road and its points (longitude, latitude)."""

    road: Road
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Table:
    """A row a piece; points of piece k are rows ``bounds[k]`` to ``bounds[k + 1]`` of ``lat`` and ``lon``."""

    kind: Ints  # (W,) tags.KINDS
    oneway: Ints  # (W,) 0 both ways, 1 as drawn, -1 against it
    limits: Floats  # (W, 2, classes) km/h forward and backward; inf none, NaN not known
    night: Floats  # (W, classes) km/h between the hours; NaN as by day
    hours: Ints  # (W, 2) from and to, minutes of the local day; 0, 0 never
    stretch: Ints  # (W,) number of the connected road of one class and limit
    bounds: Ints  # (W + 1,)
    lat: Floats  # (P,) degrees
    lon: Floats

    @property
    def digest(self) -> str:
        """Eight characters that name this very set of roads."""
        sha = hashlib.sha256()
        for column in fields(self):
            sha.update(np.ascontiguousarray(getattr(self, column.name)).tobytes())
        return sha.hexdigest()[:8]

    def metres(self) -> Floats:
        """(W,) length of each piece."""
        lat, lon = np.radians(self.lat), np.radians(self.lon)
        north, east = np.diff(lat), np.diff(lon) * np.cos((lat[1:] + lat[:-1]) / 2)
        step = np.hypot(north, east) * EARTH_M
        step[self.bounds[1:-1] - 1] = 0.0  # from the end of a piece to the start of the next
        return np.add.reduceat(np.append(step, 0.0), self.bounds[:-1])


def table(ways: Iterable[Way]) -> Table:
    """The table of ``ways``: cut to pieces, and pieces that meet and are alike joined to stretches."""
    roads: list[Road] = []
    pieces: list[Floats] = []
    for way in ways:
        points = np.round(np.array(way.points, np.float64).reshape(-1, 2) * PRECISION) / PRECISION
        moved = np.ones(len(points), bool)
        moved[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
        points = points[moved]
        for start in range(0, len(points) - 1, PIECE):
            roads.append(way.road)
            pieces.append(points[start : start + PIECE + 1])
    night = [road.night.kmh if road.night else (np.nan,) * len(CLASSES) for road in roads]
    hours = [(road.night.start, road.night.end) if road.night else (0, 0) for road in roads]
    every = np.concatenate(pieces) if pieces else np.empty((0, 2))
    bounds = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    return Table(
        np.array([road.kind for road in roads], np.int64),
        np.array([road.oneway for road in roads], np.int64),
        np.array([road.limits for road in roads], np.float64).reshape(-1, 2, len(CLASSES)),
        np.array(night, np.float64).reshape(-1, len(CLASSES)),
        np.array(hours, np.int64).reshape(-1, 2),
        _stretches(roads, bounds, nodes(every[:, 1], every[:, 0])),
        bounds,
        every[:, 1].copy(),
        every[:, 0].copy(),
    )


def nodes(lat: Floats, lon: Floats) -> Ints:
    """(P,) a number a place: points that are one have the same."""
    keys = np.round(lat * PRECISION).astype(np.int64) * 4_000_000_000 + np.round(lon * PRECISION).astype(np.int64)
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _stretches(roads: Sequence[Road], bounds: Ints, node: Ints) -> Ints:
    """(W,) number of each piece's stretch: pieces alike that share a point, joined by union and find."""
    parent = list(range(len(roads)))

    def root(piece: int) -> int:
        while parent[piece] != piece:
            parent[piece] = parent[parent[piece]]
            piece = parent[piece]
        return piece

    first: dict[tuple[str, int], int] = {}
    for piece, one in enumerate(roads):
        alike = repr((one.kind, one.limits, one.night))  # as text: NaN is not equal to itself
        for point in node[bounds[piece] : bounds[piece + 1]].tolist():
            other = root(first.setdefault((alike, point), piece))
            parent[root(piece)] = other
    roots = np.array([root(piece) for piece in range(len(roads))], np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def touching(roads: Table) -> tuple[Ints, Ints]:
    """(bounds, stretches that meet each stretch, ascending), without itself."""
    node = nodes(roads.lat, roads.lon)
    stretch = np.repeat(roads.stretch, np.diff(roads.bounds))
    pairs = np.unique(np.column_stack([node, stretch]), axis=0)
    met: list[Ints] = [np.empty((0, 2), np.int64)]
    apart = 1
    while (same := pairs[apart:, 0] == pairs[:-apart, 0]).any():
        met.append(np.column_stack([pairs[:-apart, 1][same], pairs[apart:, 1][same]]))
        apart += 1
    both = np.concatenate([*met, *[one[:, ::-1] for one in met]])
    both = np.unique(both, axis=0)
    count = int(roads.stretch.max(initial=-1)) + 1
    return np.searchsorted(both[:, 0], np.arange(count + 1)).astype(np.int64), both[:, 1].copy()


def ends(roads: Table) -> npt.NDArray[np.bool_]:
    """(P,) which points are ends of their stretch: first or last of a piece, and of no other piece of the stretch."""
    stretch = np.repeat(roads.stretch, np.diff(roads.bounds))
    pairs = np.column_stack([nodes(roads.lat, roads.lon), stretch])
    _, which, times = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    edge = np.zeros(roads.lat.size, bool)
    edge[roads.bounds[:-1]] = edge[roads.bounds[1:] - 1] = True
    return np.asarray(edge & (times[which] == 1))


def save(roads: Table, path: Path) -> None:
    """Write the roads to a Parquet file, limits in km/h by direction and vehicle class."""
    columns: dict[str, object] = {"class": roads.kind, "oneway": roads.oneway, "stretch": roads.stretch}
    for d, direction in enumerate(DIRECTIONS):
        columns |= {f"{direction}_{klass}_kmh": roads.limits[:, d, k] for k, klass in enumerate(CLASSES)}
    columns |= {f"night_{klass}_kmh": roads.night[:, k] for k, klass in enumerate(CLASSES)}
    columns |= {"night_from_min": roads.hours[:, 0], "night_to_min": roads.hours[:, 1]}
    points = pl.DataFrame({"piece": np.repeat(np.arange(roads.kind.size), np.diff(roads.bounds))}).with_columns(
        lat_deg=pl.Series(roads.lat), lon_deg=pl.Series(roads.lon)
    )
    lines = points.group_by("piece", maintain_order=True).agg("lat_deg", "lon_deg").drop("piece")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    pl.concat([pl.DataFrame(columns), lines], how="horizontal").write_parquet(fresh)
    fresh.replace(path)  # whoever reads meanwhile reads the old or the new, whole


def keep(roads: Table, folder: Path) -> Path:
    """Make the roads those of a data folder; beside them it keeps all it ever had, by which the past was judged."""
    save(roads, kept(folder, roads.digest))
    save(roads, folder / FILE)
    return folder / FILE


def kept(folder: Path, digest: str) -> Path:
    """Where a data folder keeps the roads of this digest."""
    return folder / "roads" / f"{digest}.parquet"


def load(path: Path) -> Table:
    """The roads of a file that ``save`` has written."""
    try:
        frame = pl.read_parquet(path)
        by_class = [[f"{d}_{klass}_kmh" for klass in CLASSES] for d in (*DIRECTIONS, "night")]
        forward, backward, night = (frame.select(names).to_numpy() for names in by_class)
        lengths = frame["lat_deg"].list.len().to_numpy()
        return Table(
            frame["class"].to_numpy().astype(np.int64),
            frame["oneway"].to_numpy().astype(np.int64),
            np.stack([forward, backward], axis=1).astype(np.float64),
            np.ascontiguousarray(night, np.float64),
            frame.select("night_from_min", "night_to_min").to_numpy().astype(np.int64),
            frame["stretch"].to_numpy().astype(np.int64),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            frame["lat_deg"].explode().to_numpy().astype(np.float64),
            frame["lon_deg"].explode().to_numpy().astype(np.float64),
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        why = str(error).partition("\n")[0]
        raise RoadsError(f"{path}: not roads that 'tripmeter roads import' has written ({why}); import them") from error
