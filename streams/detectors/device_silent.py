"""Device silent: nothing heard for longer than a vehicle in its state says nothing; known once it speaks again."""

from typing import Any

import numpy as np

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.episode import EPISODE, begin, tell
from streams.kernels.ignition import ON, ignition_after, is_measured
from streams.kernels.params import CLOSE, OPEN, Param
from streams.kernels.spans import span

HOUR = 3600.0
PARKED, AWAKE = 0, 1  # source: what the vehicle was when it was last heard

PARAMS = (
    Param(
        "level1_parked_h", 25.0, "ours: a parked tracker says once a day that it lives, and may be an hour late", HOUR
    ),
    Param("level2_awake_h", 0.5, "ours: under way trackers speak every minute or so; half an hour is no tunnel", HOUR),
    Param("level3_awake_h", 2.0, "traccar issues: 'offline for more than 2 h' is the rule people ask for", HOUR),
)

STATE = np.dtype([("ignition", "i1"), ("episode", EPISODE)])  # the episode is the silence that may have begun


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Silences from the last sample before to the first after; the peak is their length, in hours."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode, ignition = memory["episode"], int(memory["ignition"])
        least = min(p["level1_parked_h"], p["level2_awake_h"], p["level3_awake_h"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            heard = episode["start"] if i == batch.bounds[vehicle] else batch.t[i - 1]
            silence = span(heard, batch.t[i]) if heard > 0.0 else 0.0
            if silence >= least:
                if i > batch.bounds[vehicle]:
                    begin(episode, batch, i - 1, awake_after(ignition, batch.moving[i - 1]), 0.0)
                level, threshold = level_of(int(episode["source"]), silence, p)
                if level > 0:
                    episode["level"], episode["quality"], episode["peak"] = level, batch.quality[i], silence / HOUR
                    tell(changes, OPEN, kind, slot, -1, episode, threshold / HOUR)
                    tell(changes, CLOSE, kind, slot, -1, episode, threshold / HOUR)["end"] = batch.t[i]
            ignition = ignition_after(ignition, batch.ignition[i], is_measured(batch.dt[i], batch.quality[i]))
        last = batch.bounds[vehicle + 1] - 1
        if last >= batch.bounds[vehicle]:
            begin(episode, batch, last, awake_after(ignition, batch.moving[last]), 0.0)
        memory["ignition"] = ignition


@kernel
def awake_after(ignition: int, moving: int) -> int:
    """What a vehicle was at a sample: under way with the ignition on or moving, else parked."""
    return AWAKE if moving == 1 or ignition == ON else PARKED


@kernel
def level_of(source: int, silence: float, p: Any) -> Any:
    """Level of a silence in seconds, 0 none, and the threshold of it."""
    if source == AWAKE and silence >= p["level3_awake_h"]:
        return 3, p["level3_awake_h"]
    if source == AWAKE and silence >= p["level2_awake_h"]:
        return 2, p["level2_awake_h"]
    return int(silence >= p["level1_parked_h"]), p["level1_parked_h"]


DETECTOR = Detector(
    "device_silent",
    unit="h",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The device said nothing for longer than it should.",
    sources=("parked", "under_way"),
)
