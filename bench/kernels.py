"""Kernels: ns a sample of each link of the chain, beside plain NumPy for the simplest of them and copying columns."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench import drives
from bench.measure import Result, interleaved
from devices.signals import WHEELS
from streams.detectors.base import Changes
from streams.fleets.batch import DERIVED_FLOATS, DERIVED_INTS, SAID, Batch, assemble
from streams.fleets.fleet import Fleet, FleetColumns, Known
from streams.kernels.params import thresholds
from streams.pipeline import chain
from streams.pipeline.chain import LINKS, STATE, Rooms

LAYOUTS = {"1 vehicle x 1,000,000": (1, 1_000_000), "10,000 vehicles x 100": (10_000, 100)}
QUICK = {"1 vehicle x 100,000": (1, 100_000), "1,000 vehicles x 100": (1_000, 100)}
REST = ("changes", "trips", "intervals", "segments", "points")
DERIVED = (*DERIVED_FLOATS, *DERIVED_INTS)
BRAKE = 0.35 * 9.80665  # m/s², of the plain NumPy version


class Anyone:
    """Every vehicle is a car with a tyre plan."""

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return Known(placard=np.full(WHEELS, 240.0))


def brakes(speed: Any, t: Any) -> Any:
    """Harsh braking as one would write it in NumPy: where a deceleration beyond a limit begins. No gaps, no noise."""
    hard = np.diff(speed) <= -BRAKE * np.diff(t)
    return np.flatnonzero(hard[1:] & ~hard[:-1])


def measure(vehicles: int, each: int, repeats: int) -> Result:
    """ns a sample of every link, of the chain in one call, and of what they are compared with."""
    samples = drives.samples(vehicles, each)
    fleet = Fleet(Anyone())
    batch = assemble(samples, fleet.slots(samples.vehicles), np.empty(0, np.int64))[0]
    columns, state = fleet.columns(), np.zeros(vehicles + 1, STATE)
    works = _links(batch, columns, state, Rooms(batch.t.size // 4 + 1024))
    works["numpy brakes"] = lambda: brakes(batch.speed, batch.t)
    whole = [column for name, column in zip(batch._fields, batch, strict=True) if name in (*SAID, *DERIVED)]
    works |= {"one column": _copies(whole[:1]), "every column": _copies(whole)}
    blank = state.view(np.uint8)
    found = interleaved(works, repeats, lambda: blank.fill(0))  # every run is of vehicles never seen
    return {name: spent.cpu / batch.t.size * 1e9 for name, spent in found.items()}


def _links(batch: Batch, fleet: FleetColumns, state: Any, rooms: Rooms) -> dict[str, Callable[[], object]]:
    params = tuple(thresholds(of_link) for of_link in chain.PARAMS.values())
    outs: dict[str, Changes] = dict(zip(REST, rooms.outs, strict=True))
    works: dict[str, Callable[[], object]] = {}
    for k, link in enumerate(LINKS):
        rest = [int(word) if word.isdigit() else outs[word] for word in link.rest.split(", ") if word]

        def work(k: int = k, kernel: Any = link.kernel, name: str = link.name, rest: list[Any] = rest) -> None:
            rooms.emptied()
            kernel(batch, fleet, state[name], params[k], *rest)

        works[link.name] = work
    works["chain"] = lambda: chain.run(batch, fleet, state, params, rooms)
    return works


def _copies(columns: list[Any]) -> Callable[[], object]:
    """Reading and writing each of the columns once."""
    pairs = [(column, np.empty_like(column)) for column in columns]

    def go() -> None:
        for column, copy in pairs:
            np.copyto(copy, column)

    return go


def run(quick: bool = False) -> Result:
    """Every layout."""
    return {name: measure(*shape, 3 if quick else 11) for name, shape in (QUICK if quick else LAYOUTS).items()}
