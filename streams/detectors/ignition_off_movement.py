"""Movement with the ignition off: a parked vehicle rolls, by the speed it measures itself."""

from math import isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.borders import MOST
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.ignition import OFF, ON, engine_after
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import FROM_POSITION, GAP
from streams.kernels.spans import span

PARAMS = (
    Param("level2_kmh", 8.0, "Samsara: a trip starts at 5 mph", 1 / 3.6),
    Param("level3_kmh", 30.0, "ours: faster than anybody pushes it", 1 / 3.6),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
    Param("settle_s", 30.0, "ours: who switches off while rolling out stands by then"),
    Param("samples", 3.0, "ours: one speed proves nothing, and an ignition may be told late"),
    Param("hold_s", 10.0, "ours: one speed proves nothing, and an ignition may be told late"),
    Param("rest_s", 60.0, "ours: come to rest"),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("stood", "f8"),  # t of the first sample standing switched off; 0 none
        ("engine", "i1"),
        ("wired", "i1"),  # 1 once the engine or ignition has been heard to be on
        ("parked", "i1"),  # 1 once it has stood for settle_s
        ("samples", "i1"),  # in a row that roll
    ]
)


@inner
def roll(memory: Any, t: float, v: float, quality: int, p: Any) -> int:
    """Take in a speed of a parked vehicle; the level reached, 0 none, -1 come to rest."""
    episode = memory["episode"]
    if v < p["level2_kmh"]:
        if episode["level"] == 0:
            memory["samples"] = 0
        elif span(episode["end"], t) >= p["rest_s"]:
            return -1
        return 0
    memory["samples"] = min(int(memory["samples"]) + 1, MOST)
    episode["end"], episode["peak"] = t, max(episode["peak"], v * 3.6)
    episode["quality"] |= quality
    if episode["level"] == 0 and (memory["samples"] < p["samples"] or span(episode["start"], t) < p["hold_s"]):
        return 0
    return 2 + int(episode["peak"] >= p["level3_kmh"] * 3.6)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Rolling of a parked vehicle; the peak is how fast, in km/h."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        engine, wired = int(memory["engine"]), int(memory["wired"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            bits = batch.quality[i]
            engine = engine_after(engine, batch.ignition[i], batch.engine_rpm[i], bits & GAP > 0)
            wired = max(wired, int(engine >= ON))
            if engine != OFF and memory["stood"] == 0.0:
                continue
            t, v, level, off = batch.t[i], batch.v[i], int(episode["level"]), engine == OFF and wired == 1
            if not off or bits & GAP:
                if level > 0:
                    tell(changes, CLOSE, kind, slot, -1, episode, p["level2_kmh"] * 3.6)["end"] = episode["end"]
                episode["level"], memory["stood"], memory["parked"], memory["samples"] = 0, 0.0, 0, 0
                level = 0
            if not off or isnan(v) or bits & FROM_POSITION:
                continue
            if memory["parked"] == 0:
                if v >= p["standing_kmh"]:
                    memory["stood"] = 0.0
                elif memory["stood"] == 0.0:
                    memory["stood"] = t
                memory["parked"] = int(memory["stood"] > 0.0 and span(memory["stood"], t) >= p["settle_s"])
                continue
            if memory["samples"] == 0 and v >= p["level2_kmh"]:
                begin(episode, batch, i, 0, 0.0)
            if memory["samples"] == 0 and v < p["level2_kmh"]:
                continue
            reached = roll(memory, t, v, bits, p)
            if reached == -1:
                tell(changes, CLOSE, kind, slot, -1, episode, p["level2_kmh"] * 3.6)["end"] = episode["end"]
                episode["level"], memory["samples"] = 0, 0
            elif reached > level:
                episode["level"] = reached
                limit = p["level3_kmh"] if reached == 3 else p["level2_kmh"]
                tell(changes, RAISE if level > 0 else OPEN, kind, slot, -1, episode, limit * 3.6)
        memory["engine"], memory["wired"] = engine, wired


DETECTOR = Detector(
    "ignition_off_movement",
    unit="km/h",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The parked vehicle rolled with its ignition off.",
)
