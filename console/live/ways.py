"""Ways: where a fleet has driven, put together from its trips: the roads it uses, though no map of streets is there."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

Line = npt.NDArray[np.float64]  # (n, 2) degrees, longitude first; a row of NaN where nobody knows the way
Box = tuple[float, float, float, float]  # degrees: west, south, east, north
Asked = tuple[str, float]  # a trip, and when it ended: one that was reckoned anew may have become longer

FINEST = 0.0005  # degrees: 55 m; what lies in one square of it is one place
COARSER = (FINEST, 0.002, 0.008, 0.032, 0.128)
GAP_S = 60.0  # longer without a position: nobody knows the way
JUMP = 0.05  # degrees between two positions that no road joins
MOST_LINES = 2_000  # of trips, kept
NONE: Line = np.empty((0, 2))


class Network(NamedTuple):
    """Places, and which of them are joined by how many drives."""

    res: float  # degrees: a side of the square whose positions are one place
    places: Line
    joined: npt.NDArray[np.int64]  # (m, 3): a place, another, drives


def line(found: pl.DataFrame) -> Line:
    """The way of a trip, a position a square; ``found`` has ``t`` (s), ``lat_deg`` and ``lon_deg``."""
    if not {"t", "lat_deg", "lon_deg"} <= set(found.columns):
        return NONE
    t, lat, lon = found.select("t", "lat_deg", "lon_deg").drop_nans().drop_nulls().to_numpy().T
    if not len(t):
        return NONE
    squares = np.floor(np.stack([lon, lat]) / FINEST)
    lost = (np.diff(t) > GAP_S) | (np.abs(np.diff(lon)) > JUMP) | (np.abs(np.diff(lat)) > JUMP)
    kept = np.concatenate([[True], (np.diff(squares) != 0).any(axis=0) | lost])
    broken = np.flatnonzero(np.concatenate([[False], lost])[kept])
    return np.insert(np.stack([lon, lat], axis=1)[kept], broken, np.nan, axis=0)


def network(lines: Iterable[Line], box: Box, most: int) -> Network:
    """Lines within ``box`` as one, as fine as ``most`` joints allow; each line counts once for a joint."""
    all_of = [one for one in (_within(each, box) for each in lines) if len(one)]
    for res in COARSER:
        made = _joined(all_of, res)
        if len(made.joined) <= most:
            break
    return made if len(made.joined) <= most else made._replace(joined=_used(made.joined, most))


class Ways:
    """The lines of trips, each read once; the latest asked for are kept. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[Asked, Line] = OrderedDict()

    def of(self, wanted: Iterable[Asked], read: Callable[[str], Line], at_once: int) -> tuple[list[Line], int]:
        """The lines of trips, of those not yet known the first ``at_once``; how many are left."""
        wanted = list(wanted)
        unknown = [one for one in wanted if one not in self._lines]
        for one in unknown[:at_once]:
            self._keep(one, read(one[0]))
        with self._lock:
            return [self._lines[one] for one in wanted if one in self._lines], len(unknown[at_once:])

    def _keep(self, one: Asked, way: Line) -> None:
        with self._lock:
            self._lines[one] = way
            while len(self._lines) > MOST_LINES:
                self._lines.popitem(last=False)


def _within(way: Line, box: Box) -> Line:
    """A line without what lies outside; where it leaves it is broken."""
    west, south, east, north = box
    lon, lat = way.T
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.where(inside[:, None], way, np.nan) if inside.any() else NONE


def _joined(lines: list[Line], res: float) -> Network:
    """Squares of ``res`` that lines pass, as the mean of their positions, and the joints between them."""
    if not lines:
        return Network(res, NONE, np.empty((0, 3), np.int64))
    points = np.concatenate(lines)
    known = ~np.isnan(points[:, 0])
    squares, at = np.unique(np.floor(points[known] / res), axis=0, return_inverse=True)
    sums = np.stack([np.bincount(at, points[known, k], len(squares)) for k in (0, 1)], axis=1)
    places = sums.astype(np.float64) / np.bincount(at, minlength=len(squares))[:, None]
    place = np.full(len(points), -1)
    place[known] = at
    drive = np.repeat(np.arange(len(lines)), [len(one) for one in lines])
    pairs = np.sort(np.stack([place[:-1], place[1:]], axis=1), axis=1)
    meant = (pairs[:, 0] >= 0) & (pairs[:, 0] != pairs[:, 1]) & (drive[:-1] == drive[1:])
    once = np.unique(np.column_stack([pairs, drive[:-1]])[meant], axis=0)
    joints, drives = np.unique(once[:, :2], axis=0, return_counts=True)
    return Network(res, places, np.column_stack([joints, drives]).astype(np.int64))


def _used(joined: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    """The joints driven most."""
    return joined[np.sort(np.argsort(-joined[:, 2], kind="stable")[:most])]
