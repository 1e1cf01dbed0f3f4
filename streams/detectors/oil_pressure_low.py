"""Oil pressure low: less than the engine needs at the speed it turns."""

from math import isnan, nan
from typing import Any

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.watch import BELOW, NOTHING, RUNNING_RPM, STATE, holds, tell, weigh
from streams.kernels.params import Param

PARAMS = (
    Param(
        "level1_pct",
        115.0,
        "ours: little above the least; Freightliner has Cummins warn at 103 and 241 kPa, 149 and 116 %",
    ),
    Param("level2_pct", 100.0, "Cummins B series manual: the least allowed"),
    Param("level3_pct", 50.0, "ours: half of the least allowed"),
    Param("clear_pct", 130.0, "ours: 15 % above level 1"),
    Param("idle_rpm", 700.0, "ours: where diesel engines idle"),
    Param("idle_kpa", 69.0, "Cummins B series manual: at low idle at least 10 psi"),
    Param("rated_rpm", 2000.0, "ours: 10 psi per 1000 rpm up to here, as mechanics reckon"),
    Param("rated_kpa", 207.0, "Cummins B series manual: at rated speed at least 30 psi"),
    *holds(10.0, "ours: pressure is there 5 s after the start (John Deere 4045 manual), twice that"),
)


@inner
def share(pressure: float, rpm: float, p: Any) -> Any:
    """Oil pressure in percent of the least allowed at ``rpm``; NaN unless the engine is known to run."""
    if not rpm >= RUNNING_RPM:
        return nan
    at = min(max((rpm - p["idle_rpm"]) / (p["rated_rpm"] - p["idle_rpm"]), 0.0), 1.0)
    return pressure * 100.0 / (p["idle_kpa"] + at * (p["rated_kpa"] - p["idle_kpa"]))


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``oil_pressure`` too low for ``engine_rpm``; the peak is the lowest share of the least allowed."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_pct"], p["level2_pct"], p["level3_pct"], p["clear_pct"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = share(batch.oil_pressure[i], batch.engine_rpm[i], p)
            if isnan(value) or (memory["start"] == 0.0 and not value <= limits[0]):
                continue
            counts, before = True, int(memory["level"])
            op = weigh(memory, batch.t[i], value, counts, batch.quality[i], BELOW, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "oil_pressure_low",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The engine ran with less oil pressure than it needs.",
)
