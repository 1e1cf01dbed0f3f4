"""Folds: what trips, activity and exposure agree on: what is driving, how rows go out.

Kernels called once a sample take numbers and records, never the batch: its 40 arrays cost 1 us a call.
"""

from typing import Any

from compiled.kernels import kernel
from streams.kernels.ignition import ON
from streams.kernels.params import Param

NONE, TRIED, UNDER_WAY = 0, 1, 2  # nothing; movement that may be noise or a walk; driving beyond doubt

START = Param(
    "start_kmh", 8.0, "Samsara: a trip starts at 5 mph; people in the GOAL traces walk at up to 7 km/h", 1 / 3.6
)
PROOF_M = Param("proof_m", 200.0, "Traccar: shortest trip of its newer logic")
PROOF_S = Param("proof_s", 90.0, "200 m at 8 km/h")
PROOF_SAMPLES = Param("proof_samples", 3.0, "ours: one displaced position makes two fast samples")


@kernel
def is_driving(moving: int, v: float, ignition: int, start: float) -> bool:
    """Whether the vehicle drives at a sample; unless the ignition is on, a slow mover may be someone walking."""
    return moving == 1 and (ignition == ON or v >= start)


@kernel
def is_over(s: Any, p: Any, t: float, dt: float) -> bool:
    """Whether driving ended before ``t``: a silence, or a stand long enough."""
    over: bool = dt > p["gap_s"] or (s["standing"] == 1 and t - s["stand"] >= p["stop_s"])
    return over


@kernel
def judge(metres: float, seconds: float, fast: int, driving: bool, p: Any) -> int:
    """What movement so far amounts to: driving once it is far and fast enough, nothing if it was slow too long."""
    brisk = metres >= p["start_kmh"] * seconds
    if brisk and driving and metres >= p["proof_m"] and fast >= p["proof_samples"]:
        return UNDER_WAY
    return TRIED if brisk or seconds <= p["proof_s"] else NONE


@kernel
def write(out: Any, record: Any, op: int) -> None:
    """Copy ``record`` to the next row of ``out``; beyond its room only the count goes on."""
    n = out.count[0]
    out.count[0] = n + 1
    k = min(n, out.rows.size - 1)
    out.rows[k] = record
    out.rows[k]["op"] = op
