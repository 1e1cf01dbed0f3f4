"""Drives to draw: batches with the derived columns given by hand, and folds run over them, compiled or plain."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from devices.signals import WHEELS
from streams.detectors.base import Changes
from streams.fleets.batch import (
    DERIVED_FLOATS,
    DERIVED_INTS,
    DERIVED_TYRES,
    NEAR,
    SAID,
    SAID_TYRES,
    SURROUNDINGS,
    Batch,
    _nowhere,
    no_roads,
)
from streams.fleets.fleet import FleetColumns
from streams.kernels.params import thresholds
from streams.kernels.quality import GAP

from .filed import Filed
from .house import House
from .insured import river_of

GAP_S = 200.0  # as condition has it
START = 1_750_000_000.0  # 2025-06-15 15:06:40 UTC
SLOTS = 4


def conditioned(t: Any, v: Any = 0.0, slot: int = 1, **columns: Any) -> Batch:
    """One vehicle's samples as condition would leave them: moving above 3 km/h, steps by the mean of two speeds."""
    t = np.asarray(t, float)
    n = t.size
    v = np.broadcast_to(np.asarray(v, float), n).copy()
    dt = np.diff(t, prepend=np.nan)
    gap = dt > GAP_S
    mean = np.nan_to_num((v + np.concatenate([v[:1], v[:-1]])) / 2)
    derived = {
        "dt": dt,
        "v": v,
        "accel": np.zeros(n),
        "step": np.where(gap | np.isnan(dt), 0.0, mean * np.nan_to_num(dt)),
        "moving": np.where(np.isnan(v), -1, v > 3 / 3.6),
        "driver": -1,
        "accel_source": 2,
        "limit_source": 0,
        "road_class": 0,
        "daypart": 0,
        "quality": gap * GAP,
    }
    said = {name: columns.pop(name, np.nan) for name in SAID}
    filled = {name: columns.pop(name, derived.get(name, np.nan)) for name in (*DERIVED_FLOATS, *DERIVED_INTS)}
    tyre_t = np.asarray(columns.pop("tyre_t", []), float)
    said_driver = np.array(np.broadcast_to(np.asarray(columns.pop("said_driver", -1), np.int64), n))
    assert not columns, f"no such columns: {columns}"
    floats = {k: np.array(np.broadcast_to(np.asarray(filled[k], float), n)) for k in DERIVED_FLOATS}
    ints = {k: np.array(np.broadcast_to(np.asarray(filled[k], np.int64), n)) for k in DERIVED_INTS}
    return Batch(
        slots=np.array([slot]),
        bounds=np.array([0, n]),
        t=t,
        said_driver=said_driver,
        **{k: np.array(np.broadcast_to(np.asarray(c, float), n)) for k, c in said.items()},
        tyre_bounds=np.array([0, tyre_t.size]),
        tyre_wheel=np.zeros(tyre_t.size, np.int64),
        tyre_t=tyre_t,
        tyre_pressure=np.full(tyre_t.size, 800.0),
        tyre_temp=np.full(tyre_t.size, 20.0),
        **floats,
        **ints,
        **_nowhere(n),
        **no_roads(),
        **{name: np.full(tyre_t.size, np.nan) for name in DERIVED_TYRES[2:]},
        tyre_row=np.searchsorted(t, tyre_t),
        tyre_then_leapt=np.zeros(tyre_t.size, np.int64),
    )


def part(batch: Batch, first: int, last: int) -> Batch:
    """Rows ``first`` to ``last`` of a one-vehicle batch."""
    columns = {
        name: getattr(batch, name)[first:last]
        for name in ("t", "said_driver", *SAID, *DERIVED_FLOATS, *DERIVED_INTS, *SURROUNDINGS)
    }
    edges = batch.near_bounds[first : last + 1]
    columns |= {name: getattr(batch, name)[edges[0] : edges[-1]] for name in NEAR}
    columns["near_bounds"] = edges - edges[0]
    low = np.searchsorted(batch.tyre_t, columns["t"][0]) if columns["t"].size else 0
    high = np.searchsorted(batch.tyre_t, columns["t"][-1], "right") if columns["t"].size else 0
    tyres = {name: getattr(batch, name)[low:high].copy() for name in (*SAID_TYRES, *DERIVED_TYRES)}
    bounds = {"bounds": np.array([0, last - first]), "tyre_bounds": np.array([0, high - low])}
    return batch._replace(**bounds, **columns, **tyres, **_roads(batch, first, last))


def _roads(batch: Batch, first: int, last: int) -> dict[str, Any]:
    if batch.road_bounds.size == 1:
        return {}
    bounds = batch.road_bounds[first : last + 1]
    return {"road_bounds": bounds - bounds[0], "roads": batch.roads[bounds[0] : bounds[-1]]}


def together(batches: Sequence[Batch]) -> Batch:
    """Batches of different vehicles as one."""

    def bounds(name: str) -> Any:
        return np.cumsum([0, *[getattr(b, name)[-1] for b in batches]])

    joined = {name: np.concatenate([getattr(b, name) for b in batches]) for name in Batch._fields}
    size = joined["t"].size
    edges = {"bounds": bounds("bounds"), "tyre_bounds": bounds("tyre_bounds")}
    return Batch(**joined | edges | _nowhere(size) | no_roads())


def plain(function: Any) -> Callable[..., Any]:
    """A kernel and all it calls as ordinary Python."""
    source = function.py_func
    world = {
        k: plain(g) if hasattr(g, "py_func") and k in source.__code__.co_names else g
        for k, g in source.__globals__.items()
    }
    return FunctionType(source.__code__, world, source.__name__, source.__defaults__)


def fleet() -> FleetColumns:
    """Cars without assignments, in UTC."""
    none, zero = np.empty(0), np.zeros(SLOTS, np.int64)
    placard = np.full((SLOTS, WHEELS), np.nan)
    bounds = np.zeros(SLOTS + 1, np.int64)
    numbers = none.astype(np.int64)
    return FleetColumns(
        *(zero, placard, zero, np.zeros(2, np.int64), none, none, bounds, none, none, numbers),
        *(bounds, none, none, numbers, numbers, np.empty((0, WHEELS))),
    )


class Folded(NamedTuple):
    """What a fold wrote, and the state it left, by slot."""

    rows: Any
    state: Any


def run_fold(room: ModuleType, dtype: Any, *batches: Batch, state: Any = None, compiled: bool = True) -> Folded:
    """Run ``room.fold`` over ``batches`` in turn; the state lies strided inside a wider row, as in the chain."""
    wide = np.zeros(SLOTS, [("before", "i8"), ("state", room.STATE), ("after", "f8")])
    if state is not None:
        wide["state"] = state
    out = Changes(np.zeros(1000, dtype), np.zeros(1, np.int64))
    function = room.fold if compiled else plain(room.fold)
    for batch in batches:
        function(batch, fleet(), wide["state"], thresholds(room.PARAMS), out)
    return Folded(out.rows[: out.count[0]].copy(), wide["state"].copy())


class Kit(NamedTuple):
    """The tools above, for tests."""

    start: float
    conditioned: Callable[..., Batch]
    part: Callable[..., Batch]
    together: Callable[..., Batch]
    run: Callable[..., Folded]
    plain: Callable[..., Any]


@pytest.fixture(scope="session")
def kit() -> Kit:
    """Tools for folds over conditioned batches."""
    return Kit(START, conditioned, part, together, run_fold, plain)


@pytest.fixture
def house(tmp_path: Path, rivers: ModuleType) -> House:
    """Stores that outlive their workers: tests/streams/house.py."""
    return House(tmp_path, rivers.judged())


@pytest.fixture(scope="session")
def insured(rivers: ModuleType) -> Callable[[Path, Any], Any]:
    """``insured(folder, rules)``: a river of an insured fleet, tests/streams/insured.py."""
    return partial(river_of, rivers)


@pytest.fixture
def filed() -> Filed:
    """Files tariffs: written and signed."""
    return Filed()
