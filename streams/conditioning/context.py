"""Context: the speed limit that holds, who drives, and what part of the day it is; the last pass of condition."""

from math import floor, inf, isnan, nan
from typing import Any

from compiled.kernels import inner

DAY = 86400.0
HOUR = 3600.0
NIGHT = 1  # Batch.daypart; 2 to 5 are the parts that follow, 0 is none told
ENDS = (5 * HOUR, 9 * HOUR, 16 * HOUR, 19 * HOUR, 22 * HOUR, 29 * HOUR)  # of the parts by local time, the last tomorrow
NOT_KNOWN, FROM_DEVICE, FROM_ROAD, FROM_CLASS, OWN = range(5)  # Batch.limit_source
MOTORWAY, RURAL = 1, 2  # Batch.road_class


@inner
def last_before(times: Any, low: int, high: int, t: float) -> int:
    """Last row in [low, high) whose time is <= t, ``low - 1`` if none; times ascend."""
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= t:
            low = middle + 1
        else:
            high = middle
    return low - 1


@inner
def daypart_at(fleet: Any, slot: int, t: float) -> Any:
    """(part of the day, when to ask again) in the time zone of the vehicle's fleet; UTC before its first offset."""
    zone = fleet.zone[slot]
    low, high = fleet.zone_bounds[zone], fleet.zone_bounds[zone + 1]
    row = last_before(fleet.zone_from, low, high, t)
    offset = fleet.zone_offset[row] if row >= low else 0.0
    until = fleet.zone_from[row + 1] if row + 1 < high else inf
    midnight, part = floor((t + offset) / DAY) * DAY, 0
    while t + offset - midnight >= ENDS[part]:
        part += 1
    return NIGHT + part % 5, min(until, midnight + ENDS[part] - offset)


@inner
def assigned_at(fleet: Any, slot: int, t: float) -> Any:
    """(driver the registry assigned, -1 none; when to ask again); of two assignments the later start counts."""
    low, high = fleet.assigned_bounds[slot], fleet.assigned_bounds[slot + 1]
    row = last_before(fleet.assigned_from, low, high, t)
    until = fleet.assigned_from[row + 1] if row + 1 < high else inf
    if row < low or t >= fleet.assigned_to[row]:
        return -1, until
    return fleet.assigned_driver[row], min(until, fleet.assigned_to[row])


@inner
def own_limit(road_class: int, p: Any) -> float:
    """m/s beyond which this class may not drive on such a road, whatever is posted; NaN none."""
    own: float = p["own_kmh"]
    there = p["own_motorway_kmh"] if road_class == MOTORWAY else p["own_rural_kmh"] if road_class == RURAL else nan
    return own if isnan(there) or there > own else there


@inner
def limit_at(posted: float, road: float, own: float, assumed: float) -> Any:
    """(the limit that holds, m/s, its source): the device's, else the road's, else the class's; none above its own."""
    limit, source = (posted, FROM_DEVICE) if not isnan(posted) else (road, FROM_ROAD)
    if isnan(limit):
        limit, source = assumed, FROM_CLASS
    if own < limit or isnan(limit):
        limit, source = own, FROM_CLASS if source == FROM_CLASS else OWN
    return limit, NOT_KNOWN if isnan(limit) else source


@inner
def follow_context(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write limit, limit_source, driver and daypart, and of whom the device named how long that holds.

    ``limit`` holds the road's until then, if roads are known.
    """
    mapped = batch.road_bounds.size > batch.t.size
    for vehicle in range(part[0], part[1]):
        slot = batch.slots[vehicle]
        said, p = int(state[slot]["said"]), params[fleet.klass[slot]]
        own = own_limit(0, p)
        part_of_day, assigned = 0, -1
        part_until = assigned_until = -inf
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, posted, named = batch.t[i], batch.speed_limit[i], batch.said_driver[i]
            if t >= part_until:
                part_of_day, part_until = daypart_at(fleet, slot, t)
            if t >= assigned_until:
                assigned, assigned_until = assigned_at(fleet, slot, t)
            if named != -1:
                said = named + 1 if named >= 0 else -1
            batch.daypart[i] = part_of_day
            batch.driver[i] = assigned if said == 0 else max(said - 1, -1)
            batch.said_driver[i] = -2 if said < 0 else said - 1  # the same again, should the batch be run again
            if batch.ignition[i] == 0.0:
                said = 0
            road = nan
            if mapped:
                road, own = batch.limit[i], own_limit(batch.road_class[i], p)
            else:
                batch.road_class[i] = 0
            batch.limit[i], batch.limit_source[i] = limit_at(posted, road, own, p["limit_kmh"])
        state[slot]["said"] = said
