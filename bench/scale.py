"""Scale: what a sample costs from a thousand vehicles to a million, and what a vehicle's state takes."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import drives
from bench.kernels import Anyone
from bench.measure import Result
from devices.samples import Ints, Samples
from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet
from streams.kernels.params import thresholds
from streams.pipeline import chain
from streams.pipeline.chain import STATE, Rooms

SIZES = (1_000, 10_000, 100_000, 1_000_000)
EACH = 10  # samples of a vehicle in a batch
BATCH = 10_000  # vehicles in a batch
LEAST = 200_000  # vehicles looked at, over and over if there are fewer
PHASES = 4_096  # different journeys
SPARE = 1.5  # times what the states take must be free
ORDERS = ("grouped", "shuffled", "interleaved")


class Everybody:
    """Fleet, state and batches of so many vehicles."""

    def __init__(self, count: int) -> None:
        self.count, self.turn = count, 0
        fleet = Fleet(Anyone())
        fleet.slots([("bench", f"v{k}") for k in range(count)])
        self.columns, self.state = fleet.columns(), np.zeros(count + 1, STATE)
        self.params = tuple(thresholds(of_link) for of_link in chain.PARAMS.values())
        self.rooms = Rooms(BATCH * EACH // 4 + 1_024)
        self.way = drives.journey(PHASES + 1_000)

    def spent(self, order: str) -> float:
        """CPU ns a sample of a round in which everybody speaks once: from a table of samples to findings."""
        rng, cpu, samples = np.random.default_rng(self.turn), 0.0, 0
        for slots in self._batches(rng, order):
            said = self._said(slots, order, rng)
            began = time.process_time()
            batch = assemble(said, slots, np.empty(0, np.int64))[0]
            chain.run(batch, self.columns, self.state, self.params, self.rooms)
            cpu, samples = cpu + time.process_time() - began, samples + said.t.size
        self.turn += 1
        return 1e9 * cpu / samples

    def _batches(self, rng: np.random.Generator, order: str) -> Iterator[Ints]:
        slots = np.arange(self.count) if order == "grouped" else rng.permutation(self.count)
        for k in range(0, self.count, BATCH):
            yield slots[k : k + BATCH]

    def _said(self, slots: Ints, order: str, rng: np.random.Generator) -> Samples:
        """Ten seconds of each, at 1 Hz."""
        vehicle, tick = np.repeat(np.arange(slots.size), EACH), np.tile(np.arange(EACH), slots.size)
        if order == "interleaved":  # second by second, as they would arrive one by one
            turn = np.lexsort((rng.permutation(vehicle.size), tick))
            vehicle, tick = vehicle[turn], tick[turn]
        at = slots[vehicle] * 37 % PHASES + (self.turn * EACH + tick) % 1_000
        t = drives.START + self.turn * EACH + tick
        columns = {"speed": self.way.speed, "lat": self.way.lat, "lon": self.way.lon}
        said: dict[str, Any] = {name: column[at] for name, column in columns.items()}
        who = [("bench", "v")] * slots.size
        return Samples(who, vehicle, t, said | {"ignition": np.ones(t.size)})


def measured(count: int) -> Result:
    """The cheapest of some rounds in each order, in turn, after one that nobody had been seen before."""
    everybody = Everybody(count)
    first = everybody.spent("grouped")
    rounds = max(1, min(20, LEAST // count))
    found = {order: min(everybody.spent(order) for _ in range(rounds)) for order in ORDERS}
    return {"vehicles": count, "ns_sample": {"first seen": first, **found}, "state_mb": everybody.state.nbytes / 1e6}


def available() -> float:
    """Bytes of memory that are free."""
    path = Path("/proc/meminfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return max((1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")), default=0.0)


def run(quick: bool = False) -> Result:
    """Every size that memory has room for."""
    found: Result = {"state_bytes": STATE.itemsize, "sizes": [], "no_room": []}
    for count in (100, 1_000) if quick else SIZES:
        if available() < SPARE * count * STATE.itemsize:
            found["no_room"].append(count)
        else:
            found["sizes"].append(measured(count))
    return found
