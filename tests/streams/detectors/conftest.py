"""Roads for detectors: small drives drawn by hand and recordings, through the real conditioning and kernels."""

import runpy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from devices.samples import Samples, TyreReadings
from streams.conditioning.condition import PARAMS, STATE, condition
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE, Changes
from streams.fleets.batch import Batch, assemble
from streams.fleets.fleet import Fleet, Known
from streams.fleets.surroundings import surround
from streams.kernels.params import OPEN, Records, thresholds

START = 1_750_000_000.0
ROUGH = runpy.run_path(str(Path(__file__).parent / "rough.py"))


class Driven(NamedTuple):
    """What came of a drive."""

    batch: Batch
    changes: dict[str, Records]  # by kind

    def episodes(self, kind: str) -> list[Any]:
        """Each episode's last change, in order of start; its ``end`` is NaN while it lasts."""
        last = {(c["slot"], c["subject"], c["start"]): c for c in self.changes[kind]}
        return sorted(last.values(), key=lambda c: (c["slot"], c["start"]))

    def opened(self, kind: str) -> int:
        return int((self.changes[kind]["op"] == OPEN).sum())

    @property
    def km(self) -> float:
        return float(self.batch.step.sum()) / 1000

    @property
    def harsh(self) -> int:
        return sum(self.opened(kind) for kind in self.changes if kind.startswith("harsh"))


class Told:
    """A registry that knows zones and routes of every vehicle."""

    def __init__(self, zones: Any = (), routes: Any = ()) -> None:
        self.all = Known(zones=tuple(zones), routes=tuple(routes))

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return self.all


class Road(NamedTuple):
    """The tools, for tests."""

    start: float
    drive: Callable[..., Driven]
    recorded: Callable[..., Driven]
    told: type[Told]
    rough: dict[str, Any]


def run(
    samples: Samples,
    klass: str = "car",
    placard: float = 800.0,
    source: Any = None,
    trailers: Any = (),
    **overrides: dict[str, float],
) -> Driven:
    """Samples through condition and all detectors; ``speeding={"tolerance_kmh": 0.0}`` overrides, in kernel units.

    ``trailers`` as rough.fleet has them.
    """
    slots = np.arange(len(samples.vehicles))
    known = Fleet(source or Told())
    known.slots(samples.vehicles)
    known.columns()
    batch = surround(assemble(samples, slots, np.arange(len(samples.drivers)))[0], known)
    fleet = ROUGH["fleet"](slots.size, klass, placard, trailers)
    condition(
        batch, fleet, ROUGH["states"](STATE, slots.size), _set(thresholds(PARAMS), overrides.get("condition", {}))
    )
    found = {}
    for kind, detector in enumerate(DETECTORS):
        params = _set(detector.thresholds(), overrides.get(detector.kind, {}))
        changes = Changes(np.zeros(20_000, CHANGE), np.zeros(1, np.int64))
        detector.kernel(batch, fleet, ROUGH["states"](detector.state, slots.size), params, kind, changes)
        found[detector.kind] = changes.rows[: changes.count[0]]
    return Driven(batch, found)


def _set(rows: Records, overrides: dict[str, float]) -> Records:
    for name, value in overrides.items():
        rows[name] = value
    return rows


def drive(t: Any = None, hz: float = 1.0, tyres: Any = (), settings: Any = None, **columns: Any) -> Driven:
    """One vehicle; ``t`` in s from the start (else ``hz``), columns in SI, ``tyres`` rows of (wheel, t, kPa, °C)."""
    size = max(np.size(column) for column in columns.values())
    t = START + (np.arange(size) / hz if t is None else np.asarray(t, float))
    t = np.floor(t * 1000 + 0.5) / 1000
    said = {name: np.array(np.broadcast_to(np.asarray(c, float), t.size)) for name, c in columns.items()}
    wheel, when, pressure, temp = np.array(tyres, float).reshape(-1, 4).T
    readings = TyreReadings(np.zeros(when.size, np.int64), wheel.astype(np.int64), START + when, pressure, temp)
    return run(Samples([("f", "v")], np.zeros(t.size, np.int64), t, said, tyres=readings), **settings or {})


def recorded(vehicles: Any, t: Any, settings: Any = None, **columns: Any) -> Driven:
    """A recording of several vehicles (slots in the order of their sorted names); ``t`` epoch s or naive datetimes."""
    names, vehicle = np.unique(np.asarray(vehicles).astype(str), return_inverse=True)
    t = np.asarray(t)
    t = t.astype("datetime64[ms]").astype(np.int64) / 1000 if t.dtype.kind == "M" else t.astype(float)
    said = {name: np.array(column, float) for name, column in columns.items()}
    return run(
        Samples([("f", n) for n in names.tolist()], vehicle, np.floor(t * 1000 + 0.5) / 1000, said), **settings or {}
    )


@pytest.fixture(scope="session")
def road() -> Road:
    """Tools to drive."""
    return Road(START, drive, recorded, Told, ROUGH)


@pytest.fixture(scope="session")
def at() -> Callable[[str], float]:
    """UTC epoch s of an ISO time."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
