"""Surroundings: which zones lie near each sample, how far off its route it is; by batch, remembering nothing."""

from typing import NamedTuple

import numpy as np

from devices.samples import Floats, Ints
from streams.fleets.batch import Batch
from streams.fleets.fleet import Fleet
from streams.fleets.geometry import Areas, Places, astray, places
from streams.fleets.zones import ALLOWED, CUSTOMER, NO_ROUTE, NO_STOPS, NOWHERE, SITE, STOP

REACH = 100.0  # m: a position further out is out, however poor it may be (condition refuses poorer ones)


class Map(NamedTuple):
    """The zones of a fleet, in order of id: that is the order in which kernels meet them."""

    areas: Areas
    number: Ints  # (z,) zone number
    kind: Ints
    start: Floats
    end: Floats
    known: tuple[tuple[float, float], ...]  # periods in which there is a place where one may stand


def surround(batch: Batch, fleet: Fleet) -> Batch:
    """``batch`` with its columns of zones and routes; the very same where no vehicle of the fleet has any."""
    if not fleet.placed:
        return batch
    vehicles = [v for v, slot in enumerate(batch.slots.tolist()) if slot in fleet.placed]
    if not vehicles:
        return batch
    columns = _Columns(batch, vehicles)
    for alike in _alike(batch, fleet, vehicles).values():
        columns.look_around(fleet, alike)
    for vehicle in vehicles:
        columns.follow_routes(fleet, vehicle)
    return columns.into(batch)


def _alike(batch: Batch, fleet: Fleet, vehicles: list[int]) -> dict[tuple[str, int], list[int]]:
    """Vehicles by the zones they share."""
    groups: dict[tuple[str, int], list[int]] = {}
    for vehicle in vehicles:
        slot = int(batch.slots[vehicle])
        zones = fleet.placed[slot].zones
        if zones:
            groups.setdefault((fleet.vehicles[slot][0], id(zones)), []).append(vehicle)
    return groups


def _map(fleet: Fleet, slot: int) -> Map:
    """The map of a vehicle's zones, drawn once until the registry changes."""
    zones, fleet_id = fleet.placed[slot].zones, fleet.vehicles[slot][0]
    key = (fleet_id, id(zones))
    if key not in fleet.maps:
        ordered = tuple(sorted(zones, key=lambda zone: (zone.id, zone.start)))
        numbers = np.array([fleet.zone_number((fleet_id, zone.id)) for zone in ordered], np.int64)
        kinds = np.array([zone.kind for zone in ordered], np.int64)
        starts, ends = (np.array([zone[k] for zone in ordered]) for k in (3, 4))
        known = tuple({(zone.start, zone.end) for zone in ordered if zone.kind in (SITE, CUSTOMER)})
        areas = Areas([zone.shape for zone in ordered])
        fleet.maps[key] = zones, Map(areas, numbers, kinds, starts, ends, known)
    return fleet.maps[key][1]  # type: ignore[no-any-return]


class _Columns:
    """The columns as they are being filled; what is known of positions is known of ``rows``, by ascending row."""

    def __init__(self, batch: Batch, vehicles: list[int]) -> None:
        self.batch = batch
        rows = np.concatenate([np.arange(*batch.bounds[[v, v + 1]]) for v in vehicles])
        there, self.at = places(batch.lat[rows], batch.lon[rows])
        self.rows = rows[there]
        self.ends = np.searchsorted(self.rows, batch.bounds)  # of each vehicle among them
        self.route, self.astray = batch.route.copy(), batch.astray.copy()
        self.allowed, self.beyond = batch.allowed.copy(), batch.beyond.copy()
        self.near: list[tuple[Ints, Ints, Ints, Ints, Floats]] = []  # row, rank, zone number, kind, depth

    def look_around(self, fleet: Fleet, vehicles: list[int]) -> None:
        """Fill in what lies near the rows of ``vehicles``, which share their zones."""
        chart = _map(fleet, int(self.batch.slots[vehicles[0]]))
        self._know(chart, np.concatenate([np.arange(*self.batch.bounds[[v, v + 1]]) for v in vehicles]))
        chosen = np.concatenate([np.arange(*self.ends[[v, v + 1]]) for v in vehicles])
        if not chosen.size:
            return
        rows, at = self.rows[chosen], self._at(chosen)
        row, zone, depth = chart.areas.near(at, REACH)
        t = self.batch.t[rows[row]]
        holds = (chart.start[zone] <= t) & (t < chart.end[zone])
        row, zone = rows[row[holds]], zone[holds]
        self.near.append((row, zone, chart.number[zone], chart.kind[zone], depth[holds]))
        for one in np.flatnonzero(chart.kind == ALLOWED).tolist():
            self._allow(chart, one, rows, at)

    def _at(self, chosen: Ints) -> Places:
        return Places(self.at.points[chosen], self.at.scale[chosen])

    def _know(self, chart: Map, rows: Ints) -> None:
        """Note when the fleet names a place where one may stand."""
        self.route[rows] = NO_STOPS
        t = self.batch.t[rows]
        for start, end in chart.known:
            self.route[rows[(start <= t) & (t < end)]] = NO_ROUTE

    def _allow(self, chart: Map, zone: int, rows: Ints, at: Places) -> None:
        """Take in an allowed zone: what counts is the nearest."""
        t, away = self.batch.t[rows], -chart.areas.depth(at, zone)
        nearer = ~(self.beyond[rows] <= away) & (chart.start[zone] <= t) & (t < chart.end[zone])
        self.allowed[rows[nearer]], self.beyond[rows[nearer]] = chart.number[zone], away[nearer]

    def follow_routes(self, fleet: Fleet, vehicle: int) -> None:
        """Fill in how far a vehicle is off the routes it is assigned to; their stops are planned to it."""
        slot, (first, last) = int(self.batch.slots[vehicle]), self.batch.bounds[[vehicle, vehicle + 1]]
        fleet_id, t, route = fleet.vehicles[slot][0], self.batch.t[first:last], self.route[first:last]
        if fleet.placed[slot].routes:
            route[route == NOWHERE] = NO_STOPS
        for way in fleet.placed[slot].routes:
            if way.end <= t[0] or t[-1] < way.start:
                continue
            route[(way.start <= t) & (t < way.end)] = fleet.zone_number((fleet_id, way.id))
            chosen = np.arange(*self.ends[[vehicle, vehicle + 1]])
            when = self.batch.t[self.rows[chosen]]
            chosen = chosen[(way.start <= when) & (when < way.end)]
            self.astray[self.rows[chosen]] = astray(self._at(chosen), way.line, way.width)
            stops = [fleet.zone_number((fleet_id, stop)) for stop in way.stops]
            for row, _, zone, kind, _ in self.near if stops and chosen.size else ():
                mine = (row >= self.rows[chosen[0]]) & (row <= self.rows[chosen[-1]])
                kind[mine & np.isin(zone, stops)] = STOP

    def into(self, batch: Batch) -> Batch:
        """The batch with the columns, what is near a row in order of the zones' ids."""
        nothing = (*(np.empty(0, np.int64),) * 4, np.empty(0))
        row, rank, zone, kind, depth = (np.concatenate(parts) for parts in zip(nothing, *self.near, strict=True))
        order = np.lexsort((rank, row))
        bounds = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=batch.t.size))])
        return batch._replace(
            near_bounds=bounds,
            near_zone=zone[order],
            near_kind=kind[order],
            near_depth=depth[order],
            route=self.route,
            astray=self.astray,
            allowed=self.allowed,
            beyond=self.beyond,
        )
