"""Air brakes: what is in a lorry's tanks, what brakes hold with it, and the springs that grip where it is missing."""

from typing import Any

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from simulator.engines import turning

Floats = npt.NDArray[np.float64]

USED = 70.0  # kPa a full application takes: chambers of a twelfth of the tanks' volume (FMVSS 121 S5.1.2.1)
PUMPS = 3.0  # kPa/s at 1,500 1/min; FMVSS 121 S5.1.1 wants 4.1 at full speed
CUT_IN, CUT_OUT = 760.0, 900.0  # kPa of the governor; FMCSA CDL manual: about 100 and 125 psi, makers' in Europe more
ESCAPES = 0.008  # 1/s of the air, through the worst leak, more than the compressor gives a lorry that drives; ours
MORNING = CUT_OUT - 40.0  # kPa over a night without a leak; ours
PRESSED = 0.4  # m/s² from which on a foot is on the brake; ours
ENOUGH = 650.0  # kPa with which brakes hold all they can: UN R13 has 650 to 850 at a trailer's coupling
FREE, GRIPS = (
    400.0,
    250.0,
)  # kPa at which springs begin to grip, and at which they grip with all they have; makers' data
HOLDS = 0.18  # of the greatest weight, the slope on which they hold it: UN R13, Annex 4, 2.3.1


def morning(leak: float, seconds: float) -> float:
    """kPa that a night of so many ``seconds`` leaves where the ``leak`` (0 to 1) has come so far."""
    return float(MORNING * np.exp(-ESCAPES * leak * seconds))


def held(brakes: float, air: Floats) -> Floats:
    """N of ``brakes`` that a pedal can ask for at ``air`` kPa, those of brakes without it (NaN) at any."""
    return np.asarray(brakes * np.clip(np.nan_to_num(air, nan=ENOUGH) / ENOUGH, 1e-3, 1.0))


@kernel
def grasp(s: Any, mover: Any) -> None:
    """What brakes hold at most with the air there is, and with how much of it springs brake by themselves."""
    s["brakes"] = mover["brakes"]
    if mover["springs"] > 0.0:
        s["springs"] = mover["springs"] * min(max((FREE - s["air"]) / (FREE - GRIPS), 0.0), 1.0)
        s["brakes"] = max(mover["brakes"] * min(s["air"] / ENOUGH, 1.0), s["springs"])


@kernel
def breathe(s: Any, mover: Any, mass: float, leak: float, runs: bool) -> None:
    """A second of the air in the tanks: brakes take it, a ``leak`` (0 to 1) loses it, the compressor brings it."""
    if mover["springs"] == 0.0:
        return
    effort = min(-s["accel"] * mass / mover["brakes"], 1.0) if s["accel"] < -PRESSED else 0.0
    air = s["air"] - USED * max(effort - s["pressed"], 0.0) - ESCAPES * leak * s["air"]
    s["pressed"] = effort
    s["pumping"] = 1 if air < CUT_IN or (s["pumping"] == 1 and air < CUT_OUT) else 0
    if runs and s["pumping"] == 1:
        air += PUMPS * turning(mover["idles"], mover["least"], mover["geared"], s["speed"]) / 1_500.0
    s["air"] = max(air, 0.0)
    grasp(s, mover)
