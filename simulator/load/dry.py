"""Dry: how fast the simulator alone drives a fleet and makes its payloads, sending none."""

import time
from typing import Any

import numpy as np

from simulator.load import bodies
from simulator.load.herd import advance, herd

CPU_S = 2.0  # for so long


def made(vehicles: int, samples: int, batch: float, codec: str) -> dict[str, Any]:
    """Samples a second of one core: the fleet advanced, its payloads written and cut into bytes."""
    state, layout = herd(vehicles, 7, 0), bodies.layout(codec, samples, "dry")
    columns = np.empty((len(bodies.FIELDS), vehicles, samples))
    dt, rounds, size, begun = batch / samples, 0, 0, 0.0
    while rounds < 2 or time.process_time() < begun + CPU_S:
        if rounds == 1:
            begun = time.process_time()  # what is compiled is compiled
        advance(state, rounds * samples, rounds * batch, dt, columns)
        t = np.tile(1.7e9 + rounds * batch + dt * np.arange(samples, dtype=np.float64), (vehicles, 1))
        size = max(len(row.tobytes()) for row in layout.write(rounds, t, columns))
        rounds += 1
    cpu = time.process_time() - begun
    made = (rounds - 1) * vehicles
    return {
        "vehicles": vehicles,
        "codec": codec,
        "payload_bytes": size,
        "samples_per_second_and_core": round(made * samples / cpu),
        "payloads_per_second_and_core": round(made / cpu),
    }
