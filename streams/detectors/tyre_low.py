"""Tyre low: pressure below the placard, both brought to 20 °C where the tyre's temperature is known."""

from math import floor, isnan
from typing import Any

import numpy as np

from devices.signals import WHEELS
from streams.compiled import inner, kernel
from streams.detectors.base import CLOSE, OPEN, RAISE, Detector, Param, emit
from streams.quality import UNCOMPENSATED
from streams.spans import span
from streams.tyres import first_swap, next_swap, swaps_at

AGAIN = -1  # memory of ``before``: the reading before was above the clearing line
MOST = 300.0  # %, fits the memory of a peak

PARAMS = (
    Param("level1_pct", 10.0, "ours: advisory, half of UN R141"),
    Param("level2_pct", 20.0, "UN R141: warn 20 % below"),
    Param("level3_pct", 25.0, "FMVSS 138 and JT/T 1429: 25 % below the placard"),
    Param("clear_pct", 5.0, "ours: half of level 1"),
    Param("unknown_pct", 10.0, "ours: added to level 1 without a temperature; 230 kPa read 19.7 % low at -20 °C"),
    Param("hold_s", 60.0, "ours: two readings a minute apart; UN R141 allows 10 minutes for a puncture"),
)

STATE = np.dtype(
    [
        ("start", "f8", WHEELS),  # t of the first low reading; 0 none
        ("peak", "i2", WHEELS),  # hundredths of a percent below the placard
        ("level", "i1", WHEELS),  # 0 not told
        ("before", "i1", WHEELS),  # level of the reading before
    ]
)


@inner
def rung(p: Any, deficit: float, temp: float) -> int:
    """Level of a deficit in percent; without a temperature level 1 alone may be no more than the cold."""
    first = p["level1_pct"] + (p["unknown_pct"] if isnan(temp) else 0.0)
    return int(deficit >= first) + int(deficit >= p["level2_pct"]) + int(deficit >= p["level3_pct"])


@inner
def edge(p: Any, level: int) -> Any:
    """Percent at which a level begins."""
    return p["level3_pct"] if level >= 3 else p["level2_pct"] if level == 2 else p["level1_pct"]


@inner
def tell(batch: Any, i: int, changes: Any, op: int, kind: int, slot: int, wheel: int, memory: Any, p: Any) -> Any:
    """Emit a wheel's episode as it stands; driver, speed and place are those of row ``i``, which caused it."""
    row = emit(changes, op, kind, slot, wheel, memory["start"][wheel])
    level = int(memory["level"][wheel])
    row["driver"], row["level"], row["source"], row["quality"] = batch.driver[i], level, 0, batch.quality[i]
    row["end"], row["peak"], row["threshold"] = np.nan, memory["peak"][wheel] / 100.0, edge(p, level)
    row["speed"], row["lat"], row["lon"] = batch.v[i], batch.lat[i], batch.lon[i]
    return row


@inner
def weigh(memory: Any, wheel: int, deficit: float, temp: float, t: float, p: Any) -> int:
    """Take in a reading of a wheel; the level it confirms, 0 none, ``AGAIN`` when it ends the episode."""
    reached, before, told = rung(p, deficit, temp), int(memory["before"][wheel]), int(memory["level"][wheel])
    if told > 0 and deficit < p["clear_pct"]:
        memory["before"][wheel] = AGAIN
        return AGAIN if before == AGAIN else 0
    memory["before"][wheel] = reached
    if told == 0 and reached == 0:
        memory["start"][wheel] = 0.0
        return 0
    before = max(before, 0)
    if memory["start"][wheel] == 0.0:
        memory["start"][wheel], memory["peak"][wheel] = t, 0
    # one wild reading counts no further than the rung above the reading before
    counted = min(deficit, MOST if before == 3 else edge(p, before + 1))
    memory["peak"][wheel] = max(int(memory["peak"][wheel]), floor(counted * 100.0 + 0.5))
    return min(reached, before) if told > 0 or span(memory["start"][wheel], t) >= p["hold_s"] else 0


@inner
def end(batch: Any, i: int, changes: Any, kind: int, slot: int, wheel: int, memory: Any, p: Any) -> Any:
    """End a wheel's episode at row ``i``."""
    row = tell(batch, i, changes, CLOSE, kind, slot, wheel, memory, p)
    row["end"] = batch.t[i]
    memory["start"][wheel], memory["level"][wheel], memory["before"][wheel] = 0.0, 0, 0
    return row


@inner
def release(
    batch: Any,
    vehicle: int,
    until: float,
    changes: Any,
    kind: int,
    fleet: Any,
    slot: int,
    memory: Any,
    p: Any,
    edge: float,
) -> Any:
    """Forget the wheels that went with a trailer at ``edge`` or later, up to ``until``, as ``wheels.release`` does."""
    i = batch.bounds[vehicle]
    while edge <= until:
        while batch.t[i] < edge:
            i += 1
        for wheel in range(WHEELS):
            if memory["start"][wheel] != 0.0 and swaps_at(fleet, slot, wheel, edge):
                if memory["level"][wheel] > 0:
                    end(batch, i, changes, kind, slot, wheel, memory, p)
                memory["start"][wheel], memory["before"][wheel] = 0.0, 0
        edge = next_swap(fleet, slot, edge)
    return edge


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel's cold pressure below its placard; the peak is how far below, in percent."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel, i = batch.tyre_t[j], batch.tyre_wheel[j], batch.tyre_row[j]
            edge = release(batch, vehicle, t, changes, kind, fleet, slot, memory, p, edge)
            if isnan(batch.tyre_pressure[j]) or not batch.tyre_placard[j] > 0.0:
                continue
            deficit = (1.0 - batch.tyre_cold[j] / batch.tyre_placard[j]) * 100.0
            confirmed = weigh(memory, wheel, deficit, batch.tyre_temp[j], t, p)
            told = int(memory["level"][wheel])
            if confirmed == AGAIN:
                row = end(batch, i, changes, kind, slot, wheel, memory, p)
            elif confirmed > told:
                memory["level"][wheel] = confirmed
                row = tell(batch, i, changes, RAISE if told else OPEN, kind, slot, wheel, memory, p)
            else:
                continue
            if isnan(batch.tyre_temp[j]):
                row["quality"] |= UNCOMPENSATED
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, slot, memory, p, edge)


DETECTOR = Detector(
    "tyre_low",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre has lost pressure against its placard.",
)
