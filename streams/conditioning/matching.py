"""Matching: which of the roads beside a position is driven on, by distance, heading and continuity; none in doubt."""

from math import cos, floor, inf, isnan, nan, pi, sin, sqrt
from typing import Any

from compiled.kernels import inner
from streams.conditioning.motion import MS
from streams.conditioning.places import shrink
from streams.kernels.quality import BAD_FIX, NO_FIX, RELOCATED

RADIANS = pi / 180
UNIT = 1e-7  # degrees of a remembered position
UNIT_M = 6371008.8 * RADIANS * UNIT
CAREFUL = 8.0  # most that one position may say for or against a road
CERTAIN = 1e6  # more than any doubt
NONE_YET = -2
MOST = 30_000  # a doubt in hundredths that fits into two bytes


@inner
def course(batch: Any, i: int, north: float, east: float, p: Any) -> Any:
    """Unit vector (north, east) the vehicle moves along: its heading, else the metres since its last position."""
    if not isnan(batch.heading[i]) and batch.v[i] >= p["road_heading_kmh"]:
        return cos(batch.heading[i] * RADIANS), sin(batch.heading[i] * RADIANS)
    away = sqrt(north * north + east * east)
    if away >= p["road_direction_m"]:
        return north / away, east / away
    return 0.0, 0.0


@inner
def meets(batch: Any, stretch: int, other: int) -> bool:
    """Whether one can drive from a stretch onto another."""
    low, high = batch.touching_bounds[stretch], batch.touching_bounds[stretch + 1]
    while low < high:
        middle = (low + high) // 2
        if batch.touching[middle] < other:
            low = middle + 1
        else:
            high = middle
    return bool(low < batch.touching_bounds[stretch + 1] and batch.touching[low] == other)


@inner
def believable(batch: Any, k: int, north: float, east: float, road: int, p: Any) -> bool:
    """Whether the road in row ``k`` may be driven along this course, and reached from ``road`` (0: from anywhere)."""
    row = batch.roads[k]
    if row["away"] > (p["road_m"] if row["ended"] == 1 else p["road_clear_m"]):
        return False
    if (north != 0.0 or east != 0.0) and row["north"] * north + row["east"] * east < cos(p["road_heading_deg"]):
        return False
    return bool(road == 0 or row["stretch"] == road - 1 or meets(batch, road - 1, row["stretch"]))


@inner
def nearest(batch: Any, i: int, north: float, east: float, road: int, p: Any) -> Any:
    """Of the believable roads (row of the nearest, -1 none; whether all have one limit; one class; the only one).

    The only one is the stretch that all are of, but for those that end or begin here; -1 if there are several.
    """
    best, away = -1, inf
    for k in range(batch.road_bounds[i], batch.road_bounds[i + 1]):
        if batch.roads[k]["away"] < away and believable(batch, k, north, east, road, p):
            best, away = k, batch.roads[k]["away"]
    same_limit, same_class, only = True, True, NONE_YET
    if best >= 0:
        one = batch.roads[best]
        for k in range(batch.road_bounds[i], batch.road_bounds[i + 1]):
            if not believable(batch, k, north, east, road, p):
                continue
            other = batch.roads[k]
            unknown = isnan(one["limit"]) and isnan(other["limit"])
            same_limit = same_limit and (one["limit"] == other["limit"] or unknown)
            same_class = same_class and one["kind"] == other["kind"]
            if other["ended"] == 0:
                only = other["stretch"] if only == NONE_YET or only == other["stretch"] else -1
        only = one["stretch"] if only == NONE_YET else only
    return best, same_limit, same_class, only


@inner
def evidence(batch: Any, i: int, north: float, east: float, road: int, p: Any) -> float:
    """Log-likelihood this position adds for a road that does not meet ``road``; certain if ``road`` is out of sight."""
    own, other = inf, inf
    for k in range(batch.road_bounds[i], batch.road_bounds[i + 1]):
        row = batch.roads[k]
        if row["stretch"] == road - 1:
            own = min(own, row["away"])
        elif believable(batch, k, north, east, 0, p) and not meets(batch, road - 1, row["stretch"]):
            other = min(other, row["away"])
    if own == inf:
        return CERTAIN
    if other == inf:
        return -CERTAIN
    error = max(p["road_error_m"], batch.gnss_accuracy[i]) if batch.gnss_accuracy[i] > 0.0 else p["road_error_m"]
    said = (own * own - other * other) / (2.0 * error * error)
    return float(min(max(said, -CAREFUL), CAREFUL))


@inner
def follow_roads(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write road_class, and in limit that of the road (NaN none), where a fresh position leaves no doubt."""
    stretches = batch.touching_bounds.size - 1
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        lat, lon, fix_t = int(memory["road_lat"]), int(memory["road_lon"]), memory["road_fix_t"]
        road, road_t, doubt = int(memory["road"]), memory["road_t"], int(memory["road_doubt"])
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            batch.limit[i], batch.road_class[i] = nan, 0
            bits, t = batch.quality[i], floor(batch.t[i] * MS + 0.5)
            if bits & (NO_FIX | BAD_FIX) or batch.gnss_accuracy[i] > p["road_accuracy_m"]:
                continue
            to_lat, to_lon = floor(batch.lat[i] / UNIT + 0.5), floor(batch.lon[i] / UNIT + 0.5)
            if fix_t > 0.0 and to_lat == lat and to_lon == lon:  # held: it says where the vehicle was, not where it is
                if batch.moving[i] == 0:
                    fix_t, road_t = t, t
                continue
            fresh = fix_t == 0.0 or t - fix_t > p["road_keep_s"] * MS or bits & RELOCATED
            scale = shrink(floor(batch.lat[i] * 100.0))
            north, east = (0.0, 0.0) if fresh else ((to_lat - lat) * UNIT_M, (to_lon - lon) * UNIT_M * scale)
            north, east = course(batch, i, north, east, p)
            if fresh or road > stretches or t - road_t > p["road_keep_s"] * MS:
                road, doubt = 0, 0
            if road > 0:
                said = evidence(batch, i, north, east, road, p) * min((t - fix_t) / MS, 1.0)
                doubt = min(max(0, doubt + int(said * 100.0)), MOST)
                if doubt >= p["road_doubt"] * 100.0:
                    road, doubt = 0, 0
            lat, lon, fix_t = to_lat, to_lon, t
            best, same_limit, same_class, only = nearest(batch, i, north, east, road, p)
            if best < 0 or batch.roads[best]["away"] > p["road_m"]:
                continue
            batch.limit[i] = batch.roads[best]["limit"] if same_limit else nan
            batch.road_class[i] = batch.roads[best]["kind"] if same_class else 0
            road, road_t = only + 1, t
        memory["road_lat"], memory["road_lon"], memory["road_fix_t"] = lat, lon, fix_t
        memory["road"], memory["road_t"], memory["road_doubt"] = road, road_t, doubt
