"""Drawn: drives at random, as each fold is to see them, and what its rows are."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from streams.journeys import activity, exposure, trips
from streams.kernels.quality import BAD_FIX, FROM_POSITION, GAP

KMH = 1 / 3.6
SPEEDS = st.sampled_from([0.0, 0.0, 5.0, 9.0, 50.0, 90.0, np.nan])  # km/h
IGNITION = st.sampled_from([np.nan, np.nan, 0.0, 1.0])
DRIVER = st.sampled_from([-1, 1, 1, 1, 2])
ADVANCE = st.sampled_from([np.nan, np.nan, 100.0, 1000.0, 100_000.0, -5.0])  # m on the odometer


def _drives(dt: list[float], *more: Any, most: int = 40) -> Any:
    """Legs: s, km/h, ``more``, and how often."""
    often = st.sampled_from([1, 1, 8])
    return st.lists(st.tuples(st.sampled_from(dt), SPEEDS, *more, often), min_size=1, max_size=most)


def _columns(kit: Any, legs: Any) -> Any:
    """t, and each column of the legs."""
    rows = [leg[:-1] for leg in legs for _ in range(leg[-1])]
    dt, *rest = (np.array(column) for column in zip(*rows, strict=True))
    return kit.start + np.cumsum(dt), dt, *rest


def _active(kit: Any, legs: Any, slot: int = 1) -> Any:
    t, _, kmh, ignition, driver = _columns(kit, legs)
    return kit.conditioned(t, kmh * KMH, slot=slot, ignition=ignition, driver=driver)


def _travelled(kit: Any, legs: Any, slot: int = 1) -> Any:
    t, dt, kmh, ignition = _columns(kit, legs)
    quality = GAP * (dt > 200) + FROM_POSITION * (t % 3 == 0) + BAD_FIX * (t % 11 == 0)
    return kit.conditioned(t, kmh * KMH, slot=slot, ignition=ignition, lat=t % 7, lon=t % 5, quality=quality)


def _exposed(kit: Any, legs: Any, slot: int = 1) -> Any:
    t, _, kmh, driver, advance = _columns(kit, legs)
    odometer = np.where(np.isnan(advance), np.nan, 1e8 + np.cumsum(np.nan_to_num(advance)))
    known = {"limit": 15.0, "limit_source": 1, "ignition": 1.0, "odometer": odometer, "tyre_t": t[::9]}
    return kit.conditioned(t, kmh * KMH, slot=slot, driver=driver, daypart=t.astype(int) % 6, **known)


class Fold(NamedTuple):
    """A fold, and drives for it."""

    room: ModuleType
    row: np.dtype[np.void]
    drives: Any
    batch: Callable[..., Any]  # of (kit, legs, slot=1)


ACTIVITY = Fold(
    activity, activity.INTERVAL, _drives([1.0, 1.0, 5.0, 30.0, 110.0, 250.0, 400.0], IGNITION, DRIVER), _active
)
TRIPS = Fold(trips, trips.TRIP, _drives([1.0, 1.0, 5.0, 30.0, 150.0, 250.0, 2000.0], IGNITION), _travelled)
EXPOSURE = Fold(
    exposure,
    exposure.SEGMENT,
    _drives([1.0, 1.0, 10.0, 150.0, 250.0, 7 * 3600.0, 30 * 3600.0], DRIVER, ADVANCE, most=30),
    _exposed,
)
