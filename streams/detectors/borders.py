"""Borders: when a vehicle is taken to have crossed one, whatever its receiver claims; geofence and arrival share it."""

from math import isnan
from typing import Any

from compiled.kernels import inner
from streams.fleets.surroundings import REACH
from streams.kernels.params import Param
from streams.kernels.quality import BAD_FIX, FROM_POSITION, GAP, NO_FIX

STOOD, PERHAPS, DROVE = 0, 1, 2  # what is known of the vehicle around a fix: a standing vehicle crosses no border
FAR = -2.0 * REACH  # m inside a zone that is not near
MOST = 100  # fixes, fits the memory of a count

CROSSING = (
    Param("border_m", 30.0, "ours: receivers in cities err by 10 to 30 m"),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
    Param("fixes", 2.0, "ours: one fix proves nothing; receivers 200 m off claim 1.7 m (Tracelet 268)"),
    Param("hold_s", 10.0, "ours: reflections between houses last seconds"),
    Param("doubt_fixes", 3.0, "ours: where only positions say that the vehicle drove, they must agree for longer"),
    Param("doubt_s", 60.0, "ours: where only positions say that the vehicle drove, they must agree for longer"),
)


@inner
def is_good(lat: float, lon: float, quality: int) -> Any:
    """Whether a sample has a position to believe."""
    return not isnan(lat + lon) and quality & (NO_FIX | BAD_FIX) == 0


@inner
def whether_driving(v: float, quality: int, standing: float) -> int:
    """STOOD or DROVE where the speed is measured; PERHAPS where it is not, is made from positions, or after a gap."""
    if isnan(v) or quality & GAP:
        return PERHAPS
    if v < standing:
        return STOOD
    return PERHAPS if quality & FROM_POSITION else DROVE


@inner
def far_beyond(accuracy: float, border: float) -> float:
    """How far beyond a border a fix of this accuracy must be to lie beyond it; what is not known claims nothing."""
    return min(max(accuracy, border), REACH) if accuracy > border else min(border, REACH)


@inner
def depth_in(batch: Any, i: int, zone: int) -> float:
    """How deep row ``i`` is inside a zone, m; negative outside."""
    for j in range(batch.near_bounds[i], batch.near_bounds[i + 1]):
        if batch.near_zone[j] == zone:
            depth: float = batch.near_depth[j]
            return depth
    return FAR


@inner
def is_sure(fixes: int, drove: int, seconds: float, p: Any) -> Any:
    """Whether so many fixes in a row beyond a border, over so long, are a crossing."""
    if drove == DROVE:
        return fixes >= p["fixes"] and seconds >= p["hold_s"]
    return drove == PERHAPS and fixes >= p["doubt_fixes"] and seconds >= p["doubt_s"]
