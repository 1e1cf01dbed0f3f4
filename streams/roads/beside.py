"""Beside: for each position of a batch the roads within reach; a question to a tree of pieces, without any memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from devices.samples import Floats, Ints
from streams.fleets.batch import ROADSIDE, Batch
from streams.fleets.fleet import FleetColumns
from streams.fleets.positions import EARTH_M
from streams.roads.table import Table, ends, touching

KMH = 1 / 3.6
FURTHEST = 85.0  # degrees of latitude a Mercator map shows
EXACT = 1000.0  # distances in whole mm: the same however the rows were packed


@dataclass(frozen=True)
class Pair:
    """Positions and pieces near each other, row by row."""

    row: Ints  # of the batch
    piece: Ints
    ended: Ints  # 1 where the nearest point is an end of the stretch
    away: Floats  # m
    north: Floats  # unit vector as drawn, of the nearest segment
    east: Floats


class Roads:
    """A set of roads to ask; ``reach`` is how far beside a position they matter, m."""

    def __init__(self, table: Table, reach: float) -> None:
        self.table, self.reach, self.digest = table, reach, table.digest
        x, y = _mercator(table.lat, table.lon)
        owner = np.repeat(np.arange(table.kind.size), np.diff(table.bounds))
        self._tree = shapely.STRtree(shapely.linestrings(x, y, indices=owner))
        self._start = np.column_stack([x, y])
        step = np.diff(self._start, axis=0, append=self._start[-1:])
        length = np.hypot(step[:, 0], step[:, 1])
        self._step, self._square = step, np.where(length > 0, length**2, 1.0)
        self._unit = np.round(step / np.where(length > 0, length, 1.0)[:, None], 6)
        self._touching_bounds, self._touching = touching(table)
        self._ends = ends(table)

    def beside(self, batch: Batch, fleet: FleetColumns) -> Batch:
        """``batch`` with its road columns filled."""
        pairs = self._pairs(batch)
        near = np.concatenate([self._near(batch, fleet, pairs, way) for way in (0, 1)])
        row = np.concatenate([pairs.row[self._open(pairs, way)] for way in (0, 1)])
        order = np.lexsort((near["limit"], near["stretch"], near["away"], row))
        bounds = np.searchsorted(row[order], np.arange(batch.t.size + 1)).astype(np.int64)
        batch = batch._replace(road_bounds=bounds, roads=near[order])
        return batch._replace(touching_bounds=self._touching_bounds, touching=self._touching)

    def _pairs(self, batch: Batch) -> Pair:
        """Every position with each piece in reach, and the nearest segment of it."""
        lat, lon = batch.lat, batch.lon
        known = np.flatnonzero((np.abs(lat) < FURTHEST) & ~np.isnan(lon))
        scale = np.cos(np.radians(lat[known]))
        x, y = _mercator(lat[known], lon[known])
        tree: Any = self._tree
        k, piece = tree.query(shapely.points(x, y), predicate="dwithin", distance=self.reach / scale)
        segments = np.diff(self.table.bounds)[piece] - 1
        which = np.repeat(np.arange(k.size), segments)
        first = np.cumsum(segments) - segments
        segment = self.table.bounds[piece][which] + np.arange(which.size) - first[which]
        along, away = self._foot(x[k][which], y[k][which], segment)
        away *= scale[k][which]
        away = np.floor(away * EXACT + 0.5) / EXACT
        nearest = np.minimum.reduceat(away, first) if k.size else away
        ties = np.flatnonzero(away == nearest[which])  # sorting them would take twice as long as the tree
        chosen = ties[np.append(True, np.diff(which[ties]) != 0)] if k.size else ties
        segment, along = segment[chosen], along[chosen]
        ended = (self._ends[segment] & (along == 0.0)) | (self._ends[segment + 1] & (along == 1.0))
        north, east = self._unit[segment, 1], self._unit[segment, 0]
        return Pair(known[k], piece, ended.astype(np.int64), away[chosen], north, east)

    def _foot(self, x: Floats, y: Floats, segment: Ints) -> tuple[Floats, Floats]:
        """Share of each segment at which it is nearest, and how far away that is on the map."""
        step = self._step[segment]
        dx, dy = x - self._start[segment, 0], y - self._start[segment, 1]
        along = np.clip((dx * step[:, 0] + dy * step[:, 1]) / self._square[segment], 0.0, 1.0)
        return along, np.sqrt((dx - along * step[:, 0]) ** 2 + (dy - along * step[:, 1]) ** 2)

    def _open(self, pairs: Pair, way: int) -> npt.NDArray[np.bool_]:
        """Which pairs may be driven as drawn (``way`` 0), or against it (1)."""
        return np.asarray(self.table.oneway[pairs.piece] != (1 if way else -1))

    def _near(self, batch: Batch, fleet: FleetColumns, pairs: Pair, way: int) -> npt.NDArray[np.void]:
        """ROADSIDE rows of the pairs that may be driven that way."""
        may = self._open(pairs, way)
        row, piece = pairs.row[may], pairs.piece[may]
        slot = np.repeat(batch.slots, np.diff(batch.bounds))[row]
        klass = fleet.klass[slot]
        limit = self.table.limits[piece, way, klass].copy()
        at_night = self.table.night[piece, klass]
        timed = np.flatnonzero(~np.isnan(at_night))
        if timed.size:
            minute = _minute(fleet, slot[timed], batch.t[row[timed]])
            start, end = self.table.hours[piece[timed]].T
            holds = np.where(start < end, (start <= minute) & (minute < end), (minute >= start) | (minute < end))
            limit[timed[holds]] = at_night[timed[holds]]
        near = np.empty(row.size, ROADSIDE)
        near["stretch"], near["kind"] = self.table.stretch[piece], self.table.kind[piece]
        near["ended"], near["away"] = pairs.ended[may], pairs.away[may]
        near["north"], near["east"] = (side[may] * (-1.0 if way else 1.0) for side in (pairs.north, pairs.east))
        near["limit"] = limit * KMH
        return near


def _mercator(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Metres on a map that keeps angles; a metre on the ground at ``lat`` is 1 / cos(lat) of them."""
    y: Any = EARTH_M * np.arcsinh(np.tan(np.radians(lat)))
    return EARTH_M * np.radians(lon), y


def _minute(fleet: FleetColumns, slot: Ints, t: Floats) -> Ints:
    """Minute of the local day at ``t``, in the time zone of each vehicle's fleet."""
    zone, local = fleet.zone[slot], t.copy()
    for one in np.unique(zone):
        rows, span = zone == one, slice(fleet.zone_bounds[one], fleet.zone_bounds[one + 1])
        last = np.searchsorted(fleet.zone_from[span], t[rows], "right") - 1
        offsets = fleet.zone_offset[span]
        local[rows] += np.where(last >= 0, offsets[np.maximum(last, 0)], 0.0) if offsets.size else 0.0
    return np.asarray(local % 86_400 // 60, np.int64)
