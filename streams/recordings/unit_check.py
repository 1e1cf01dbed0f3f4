"""Unit check: positions that say a vehicle drove 1.6 or 0.45 times its reported speed name another unit."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Ints, Samples
from streams.recordings.units import UNITS

DAY_S = 86_400.0
SPACING_S = 5.0  # denser recordings are thinned to this: the check then costs a tenth of reading them
WINDOW_S = 50.0  # long enough for a receiver that repeats its position for 20 s
GAP_S = 300.0  # what happened in a longer gap nobody knows
LEAST_M, LEAST_SPEED, MOST_SPEED = 200.0, 1.0, 60.0  # of a window that counts; m, m/s: below noise, beyond a jump
LEAST_WINDOWS = 12
NEAR = 1.25  # units within this factor of the ratio are named
EARTH_M = 6_371_008.8


class UnitFinding(NamedTuple):
    """One vehicle's day, or a whole fleet's (``vehicle_id`` empty), whose speeds are not in the unit that was said."""

    fleet_id: str
    vehicle_id: str
    day: str  # UTC
    ratio: float  # driven by positions / by reported speed, median
    windows: int
    stated: str
    looks_like: str  # "mph", "mph or knots"

    def __str__(self) -> str:
        whose = f"vehicle {self.vehicle_id}" if self.vehicle_id else f"all vehicles of fleet {self.fleet_id}"
        return (
            f"speed of {whose} on {self.day} looks like {self.looks_like}, not {self.stated}: positions say "
            f"{self.ratio:.2f} times the reported speed ({self.windows} windows)"
        )


class UnitCheck:
    """Gathers the ratios of all samples read; ``stated`` is the unit in which the recording is said to be."""

    def __init__(self, stated: str = "km/h") -> None:
        self.stated = stated
        self._ratios: dict[tuple[str, str, int], list[Floats]] = {}

    def add(self, samples: Samples) -> None:
        """Take in samples; those without position or speed say nothing."""
        if not {"speed", "lat", "lon"} <= set(samples.columns):
            return
        vehicle, day, ratio = ratios(samples)
        key = vehicle * 1_000_000 + day
        order = np.argsort(key, kind="stable")
        edges = np.flatnonzero(np.diff(key[order], prepend=-1))
        for rows in np.split(order, edges[1:]) if order.size else []:
            fleet_id, vehicle_id = samples.vehicles[vehicle[rows[0]]]
            self._ratios.setdefault((fleet_id, vehicle_id, int(day[rows[0]])), []).append(ratio[rows])

    def findings(self) -> list[UnitFinding]:
        """What is beyond doubt: fleets' days first, then vehicles' days."""
        days: dict[tuple[str, str, int], list[Floats]] = {}
        for (fleet_id, _, day), found in self._ratios.items():
            days.setdefault((fleet_id, "", day), []).extend(found)
        rows = sorted([*days.items(), *self._ratios.items()], key=lambda row: (row[0][0], row[0][1] != "", row[0]))
        findings = [self._finding(key, np.concatenate(found)) for key, found in rows]
        return [finding for finding in findings if finding is not None]

    def _finding(self, key: tuple[str, str, int], ratio: Floats) -> UnitFinding | None:
        """A finding where even the edge of the median's 95 % interval lies nearer to another unit than to this one."""
        n = ratio.size
        if n < LEAST_WINDOWS:
            return None
        ratio = np.sort(ratio)
        margin = 0.98 * np.sqrt(n)
        low, high = ratio[int(max(n / 2 - margin, 0))], ratio[int(min(n / 2 + margin, n - 1))]
        median = float(np.median(ratio))
        others = {name: UNITS[name].scale / UNITS[self.stated].scale for name in ("km/h", "mph", "m/s", "knots")}
        edge = float(high if median < 1 else low)
        near = [name for name, factor in others.items() if _nearer(edge, factor) and 1 / NEAR < median / factor < NEAR]
        if not near:
            return None
        day = datetime.fromtimestamp(key[2] * DAY_S, UTC).date().isoformat()
        near.sort(key=lambda name: abs(math.log(median / others[name])))
        return UnitFinding(key[0], key[1], day, median, n, self.stated, " or ".join(near))


def summary(findings: Iterable[UnitFinding]) -> list[str]:
    """A sentence a finding, but one for all vehicles of a fleet's day that is a finding itself."""
    rows = list(findings)
    fleets = {(row.fleet_id, row.day) for row in rows if not row.vehicle_id}
    count = Counter((row.fleet_id, row.day) for row in rows if row.vehicle_id)
    told = [row for row in rows if not row.vehicle_id or (row.fleet_id, row.day) not in fleets]
    return [
        f"{row}; {count[row.fleet_id, row.day]} vehicles by themselves show it" if not row.vehicle_id else str(row)
        for row in told
    ]


def _nearer(edge: float, factor: float) -> bool:
    """Whether ``edge`` lies nearer to ``factor`` than to 1; factors near 1 cannot be told from winding roads."""
    return abs(math.log(factor)) > math.log(1.35) and abs(math.log(edge / factor)) < abs(math.log(edge))


def ratios(samples: Samples) -> tuple[Ints, Ints, Floats]:
    """Vehicle, UTC day and driven-by-positions over driven-by-speed of every window that counts.

    The path between two positions is longer than the chord, so true units give 0.85 to 1.
    """
    vehicle, t, speed, lat, lon = _thinned(samples)
    if t.size < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    dt = np.diff(t)
    cut = np.append(True, (np.diff(vehicle) != 0) | (dt > GAP_S))
    step = np.append(0.0, np.where(cut[1:], 0.0, (speed[1:] + speed[:-1]) / 2 * dt))
    run, driven = np.cumsum(cut), np.cumsum(step)
    anchors = np.flatnonzero(np.append(True, np.diff(np.floor(t / WINDOW_S)) != 0) | cut)
    a, b = anchors[:-1], anchors[1:]
    a, b = a[run[a] == run[b]], b[run[a] == run[b]]
    chord = _distance(lat[a], lon[a], lat[b], lon[b])
    reported, lasted = driven[b] - driven[a], t[b] - t[a]
    counts = (chord > LEAST_M) & (chord < MOST_SPEED * lasted) & (reported > LEAST_SPEED * lasted)
    a = a[counts]
    return vehicle[a], (t[a] // DAY_S).astype(np.int64), chord[counts] / reported[counts]


def _thinned(samples: Samples) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Rows with speed and position, a vehicle at a time, ascending, each instant once, at ``SPACING_S`` or wider."""
    head = slice(0, 10_000)
    same = np.diff(samples.vehicle[head]) == 0
    spacing = (
        float(np.median(np.abs(np.diff(samples.t[head])[same]))) if same.sum() > 0.9 * same.size > 0 else SPACING_S
    )
    every = slice(None, None, max(int(SPACING_S / max(spacing, 1e-3)), 1))
    vehicle, t = samples.vehicle[every], samples.t[every]
    speed, lat, lon = (samples.columns[name][every] for name in ("speed", "lat", "lon"))
    rows = np.flatnonzero(~(np.isnan(speed) | np.isnan(lat) | np.isnan(lon)))
    if not _ascending(vehicle[rows], t[rows]):
        rows = rows[np.lexsort((t[rows], vehicle[rows]))]
        rows = rows[np.append(True, (np.diff(vehicle[rows]) != 0) | (np.diff(t[rows]) > 0))[: rows.size]]
    return vehicle[rows], t[rows], speed[rows], lat[rows], lon[rows]


def _ascending(vehicle: Ints, t: Floats) -> bool:
    ok: npt.NDArray[np.bool_] = (np.diff(vehicle) > 0) | ((np.diff(vehicle) == 0) & (np.diff(t) > 0))
    return bool(ok.all())


def _distance(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Metres between positions a few km apart."""
    east = np.radians(to_lon - lon) * np.cos(np.radians((lat + to_lat) / 2))
    metres: Floats = EARTH_M * np.hypot(np.radians(to_lat - lat), east)
    return metres
