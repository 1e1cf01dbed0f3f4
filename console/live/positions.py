"""Positions: a vehicle as 16 bytes - where, which way, how fast, how it is - for a map that shows ten thousand."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from devices.samples import Floats
from streams.alert_rules import PRIORITIES
from streams.ids import digest
from streams.pipeline.fixes import Fixes

ROW = np.dtype(  # little-endian
    [
        ("lon", "<i4"),  # degrees * 1e6; NOWHERE: no fix yet
        ("lat", "<i4"),
        ("heading", "<u2"),  # degrees * 100 clockwise from north; 65535 not known
        ("speed", "<u2"),  # km/h * 10; 65535 not known
        ("status", "u1"),  # NAMES
        ("risk", "u1"),  # worst open alert: 0 none, 1 info, 2 warning, 3 minor, 4 major, 5 critical
        ("age", "<u2"),  # s since the fix; 65535 long ago or never
    ]
)
NAMES = ("parked", "moving", "idle", "silent", "alert")
PARKED, MOVING, IDLE, SILENT, ALERT = range(5)
NOWHERE = -(2**31)
UNKNOWN = 65_535
SILENT_S = 60.0
OFF = 1  # of the ignition
MOVING_MPS = 3 / 3.6
TURNED_M = 8.0  # between two fixes that tell a direction: a receiver's error
DEGREE_M = 111_195.0
RISK = {name: len(PRIORITIES) - rank for rank, name in enumerate(PRIORITIES)}

Key = tuple[str, str]


class Frame(NamedTuple):
    """All vehicles at one moment."""

    vehicles: Sequence[Key]
    rows: npt.NDArray[np.void]  # (n,) ROW
    places: Mapping[Key, int]  # of a vehicle's row


class Tracker:
    """Makes frames of fixes, with the heading from where a vehicle was before.

    ``fed``: time goes by with a feed, perhaps a thousand times as fast; ages are then those of our own clock.
    """

    def __init__(self, fed: bool) -> None:
        self._fed, self._vehicles = fed, list[Key]()
        self._index: dict[Key, int] = {}
        self._lat, self._lon, self._heading = (np.full(0, np.nan) for _ in range(3))
        self._heard, self._since = np.full(0, np.nan), np.full(0, np.nan)

    def frame(self, fixes: Fixes, known: Sequence[Key], risk: Mapping[Key, int], now: float) -> Frame:
        """Vehicles with a fix or in the registry (``known``), ``risk`` being those with open alerts."""
        self._grow([*fixes.vehicles, *known])
        at = np.array([self._index[one] for one in fixes.vehicles], np.int64)
        lat, lon, fix_t, speed, heard, ignition = (self._spread(at, column) for column in fixes[1:])
        self._turn(lat, lon)
        ages = self._ages(heard, now)
        rows = np.zeros(len(self._vehicles), ROW)
        rows["lat"], rows["lon"] = _micro(lat), _micro(lon)
        rows["heading"] = _scaled(self._heading, 100.0)
        rows["speed"] = _scaled(speed * 3.6, 10.0)
        rows["status"] = _status(speed, ages, ignition)
        rows["age"] = _scaled(ages if self._fed else now - fix_t, 1.0)
        for key, worst in risk.items():
            if key in self._index:
                rows["risk"][self._index[key]] = worst
        rows["status"][rows["risk"] >= RISK["major"]] = ALERT
        return Frame(self._vehicles, rows, self._index)

    def _grow(self, vehicles: Sequence[Key]) -> None:
        new = [one for one in dict.fromkeys(vehicles) if one not in self._index]
        if not new:
            return
        for one in new:
            self._index[one] = len(self._vehicles)
            self._vehicles.append(one)
        more = np.full(len(new), np.nan)
        self._lat, self._lon, self._heading, self._heard, self._since = (
            np.concatenate([column, more]) for column in (self._lat, self._lon, self._heading, self._heard, self._since)
        )

    def _spread(self, at: npt.NDArray[np.int64], column: Floats) -> Floats:
        found = np.full(len(self._vehicles), np.nan)
        found[at] = column
        return found

    def _turn(self, lat: Floats, lon: Floats) -> None:
        """The way each has gone since it was last far enough away."""
        north = (lat - self._lat) * DEGREE_M
        east = (lon - self._lon) * DEGREE_M * np.cos(np.radians(lat))
        far = np.hypot(north, east) >= TURNED_M
        self._heading[far] = np.degrees(np.arctan2(east[far], north[far])) % 360.0
        fresh = far | np.isnan(self._lat)
        self._lat[fresh], self._lon[fresh] = lat[fresh], lon[fresh]

    def _ages(self, heard: Floats, now: float) -> Floats:
        """Seconds since each was heard of."""
        if not self._fed:
            return now - heard
        moved = (heard != self._heard) & ~np.isnan(heard)
        self._heard[moved], self._since[moved] = heard[moved], time.monotonic()
        return time.monotonic() - self._since


def order(vehicles: Sequence[Key]) -> str:
    """Names an order of vehicles: rows of two frames with the same name are of the same vehicles."""
    return digest("\x1f".join("/".join(one) for one in vehicles).encode()).hex()[:16]


def _status(speed: Floats, ages: Floats, ignition: Floats) -> npt.NDArray[np.uint8]:
    """Silent is who moved when last heard of, or was never heard of; who stands and is switched off may be silent."""
    moving, quiet = speed > MOVING_MPS, ~(ages <= SILENT_S)
    standing = np.where((ignition == OFF) | quiet, PARKED, IDLE)
    found = np.where(moving, np.where(quiet, SILENT, MOVING), standing)
    return np.where(np.isnan(ages), SILENT, found).astype(np.uint8)


def _micro(degrees: Floats) -> npt.NDArray[np.int32]:
    known = ~np.isnan(degrees)
    return np.where(known, np.round(np.where(known, degrees, 0.0) * 1e6), NOWHERE).astype(np.int32)


def _scaled(values: Floats, scale: float) -> npt.NDArray[np.uint16]:
    known = ~np.isnan(values)
    bounded = np.clip(np.where(known, values, 0.0) * scale, 0, UNKNOWN - 1)
    return np.where(known, np.round(bounded), UNKNOWN).astype(np.uint16)
