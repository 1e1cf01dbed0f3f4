"""Context: the speed limit that holds, who drives, and whether it is night; the last pass of condition."""

from math import floor, inf, isnan
from typing import Any

from streams.compiled import inner

DAY = 86400.0
DAWN, DUSK = 5 * 3600.0, 22 * 3600.0  # night is from 22:00 to 05:00, local time
FROM_DEVICE, FROM_CLASS = 1, 3  # Batch.limit_source


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
def night_at(fleet: Any, slot: int, t: float) -> Any:
    """(1 at night, when to ask again) in the time zone of the vehicle's fleet; UTC before its first offset."""
    zone = fleet.zone[slot]
    low, high = fleet.zone_bounds[zone], fleet.zone_bounds[zone + 1]
    row = last_before(fleet.zone_from, low, high, t)
    offset = fleet.zone_offset[row] if row >= low else 0.0
    until = fleet.zone_from[row + 1] if row + 1 < high else inf
    midnight = floor((t + offset) / DAY) * DAY
    clock = t + offset - midnight
    change = DAWN if clock < DAWN else DUSK if clock < DUSK else DAY + DAWN
    return int(clock < DAWN or clock >= DUSK), min(until, midnight + change - offset)


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
def follow_context(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write limit, limit_source, driver and night."""
    for vehicle in range(part[0], part[1]):
        slot = batch.slots[vehicle]
        said, class_limit = int(state[slot]["said"]), params[fleet.klass[slot]]["limit_kmh"]
        night, assigned = 0, -1
        night_until = assigned_until = -inf
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, posted, named = batch.t[i], batch.speed_limit[i], batch.said_driver[i]
            if t >= night_until:
                night, night_until = night_at(fleet, slot, t)
            if t >= assigned_until:
                assigned, assigned_until = assigned_at(fleet, slot, t)
            if named != -1:
                said = named + 1 if named >= 0 else -1
            batch.night[i] = night
            batch.driver[i] = assigned if said == 0 else max(said - 1, -1)
            if batch.ignition[i] == 0.0:
                said = 0
            batch.limit[i] = class_limit if isnan(posted) else posted
            batch.limit_source[i] = FROM_DEVICE if not isnan(posted) else 0 if isnan(class_limit) else FROM_CLASS
        state[slot]["said"] = said
