"""Idling: the engine runs and the vehicle stands."""

from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.ignition import ON, engine_after
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import GAP
from streams.kernels.spans import span

PARAMS = (
    Param("level1_s", 300.0, "nmfta long idle and Digital Matter: 300 s"),
    Param("level2_s", 900.0, "ours: three times as long"),
    Param("level3_s", 3600.0, "ours: an hour burns 2 to 4 l of diesel"),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("engine", "i1"),
        ("idles", "i1"),  # 1 from the first sample standing with the engine on
    ]
)


@inner
def limit_of(p: Any, level: int) -> Any:
    """s at which a level begins."""
    return p["level3_s"] if level == 3 else p["level2_s"] if level == 2 else p["level1_s"]


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Stretches of standing with the engine on; the peak is how long, in min."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode, standing = memory["episode"], p["standing_kmh"]
        engine, idles, level = int(memory["engine"]), int(memory["idles"]), int(episode["level"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            v, gap = batch.v[i], batch.quality[i] & GAP
            engine = engine_after(engine, batch.ignition[i], batch.engine_rpm[i], gap > 0)
            if idles == 1 and (gap or engine != ON or v >= standing):
                if level > 0:
                    tell(changes, CLOSE, kind, slot, -1, episode, limit_of(p, level) / 60.0)["end"] = episode["end"]
                idles, level, episode["level"] = 0, 0, 0
            if engine != ON or not v < standing:
                continue
            if idles == 0:
                begin(episode, batch, i, 0, 0.0)
                idles = 1
            lasted = span(episode["start"], batch.t[i])
            episode["end"], episode["peak"] = batch.t[i], lasted / 60.0
            episode["quality"] |= batch.quality[i]
            reached = int(lasted >= p["level1_s"]) + int(lasted >= p["level2_s"]) + int(lasted >= p["level3_s"])
            if reached > level:
                op = RAISE if level > 0 else OPEN
                episode["level"] = level = reached
                tell(changes, op, kind, slot, -1, episode, limit_of(p, level) / 60.0)
        memory["engine"], memory["idles"] = engine, idles


DETECTOR = Detector(
    "idling",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The engine ran while the vehicle stood.",
)
