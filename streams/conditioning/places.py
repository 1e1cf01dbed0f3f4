"""Places: which positions to believe, speed from them where none is measured, moving or not, and the way driven."""

from math import cos, floor, isnan, nan, pi, sqrt
from typing import Any

from compiled.kernels import inner
from streams.conditioning.motion import MS
from streams.kernels.quality import BAD_FIX, FROM_POSITION, GAP, JUMP, NO_FIX, RELOCATED

DEGREE = 6371008.8 * pi / 180  # m of latitude
AGREEING = 3  # fixes refused in a row that agree with each other are believed
UNKNOWN, STANDING, MOVING = 0, 1, 2  # memory of moving; Batch.moving is one less


@inner
def shrink(band: float) -> float:
    """A degree of longitude over one of latitude, in the middle of a band of a hundredth of a degree."""
    return cos((band + 0.5) / 100.0 * pi / 180.0)


@inner
def apart(lat: float, lon: float, to_lat: float, to_lon: float, shrunk: float) -> float:
    """Squared metres between two positions, flat between them: the distance is right to 0.1 % up to 20 km."""
    north, east = to_lat - lat, to_lon - lon
    if east > 180.0:
        east -= 360.0
    elif east < -180.0:
        east += 360.0
    north, east = north * DEGREE, east * shrunk * DEGREE
    return north * north + east * east


@inner
def reachable(square: float, span: float, p: Any) -> bool:
    """Whether so many squared metres can lie between two fixes ``span`` ms apart."""
    reach: float = p["max_speed_kmh"] * span + p["fix_slack_m"] * MS
    return square * (MS * MS) <= reach * reach


@inner
def follow_fixes(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write NO_FIX, BAD_FIX, RELOCATED, and in step, for later passes, the metres since a sample over short_s ago."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        lat, lon, fix_t, seen_t = memory["lat"], memory["lon"], memory["fix_t"], memory["seen_t"]
        bad, band, shrunk = int(memory["bad"]), nan, nan
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, to_lat, to_lon = floor(batch.t[i] * MS + 0.5), batch.lat[i], batch.lon[i]
            batch.step[i] = nan
            if (
                isnan(to_lat + to_lon)
                or (to_lat == 0.0 and to_lon == 0.0)
                or batch.gnss_accuracy[i] > p["max_accuracy_m"]
            ):
                batch.quality[i] |= NO_FIX
                continue
            late = batch.dt[i] > p["short_s"] and t - seen_t == floor(batch.dt[i] * MS + 0.5)
            if seen_t > 0.0 and to_lat == lat and to_lon == lon:
                batch.step[i] = 0.0 if late else nan
            elif seen_t > 0.0:
                if floor(to_lat * 100.0) != band:
                    band = floor(to_lat * 100.0)
                    shrunk = shrink(band)  # kept for the band: the cosine is slow
                square = apart(lat, lon, to_lat, to_lon, shrunk)
                near = square <= p["fix_slack_m"] * p["fix_slack_m"]
                if not near and not reachable(square, max(t - seen_t, min(t - fix_t, p["stuck_s"] * MS)), p):
                    detour = apart(memory["bad_lat"], memory["bad_lon"], to_lat, to_lon, shrunk)
                    bad = bad + 1 if bad > 0 and reachable(detour, t - memory["bad_t"], p) else 1
                    memory["bad_lat"], memory["bad_lon"], memory["bad_t"] = to_lat, to_lon, t
                    if bad < AGREEING:
                        batch.quality[i] |= BAD_FIX
                        continue
                    batch.quality[i] |= RELOCATED
                elif late:
                    batch.step[i] = sqrt(square)
            if seen_t == 0.0 or to_lat != lat or to_lon != lon:
                lat, lon, fix_t = to_lat, to_lon, t
            seen_t, bad = t, 0
        memory["lat"], memory["lon"], memory["fix_t"], memory["bad"] = lat, lon, fix_t, bad


@inner
def speed_between(place_v: float, stay: float, radius: float, standing: float) -> float:
    """Speed ``stay`` ms after a place was reached with ``place_v``, the vehicle being still within its radius."""
    if stay <= 0.0:
        return place_v
    most = radius * MS / stay
    if most < standing:
        return 0.0
    return nan if isnan(place_v) else min(place_v, most)


@inner
def follow_places(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Where no speed is measured write v from places, fixes a radius apart, and in step the metres between them."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        lat, lon, place_t, place_v = memory["place_lat"], memory["place_lon"], memory["place_t"], memory["place_v"]
        seen_t, outside = memory["seen_t"], int(memory["outside"])
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, v, bits = floor(batch.t[i] * MS + 0.5), batch.v[i], batch.quality[i]
            good = bits & (NO_FIX | BAD_FIX) == 0
            seen_t = t if good else seen_t
            place_t = 0.0 if bits & (GAP | RELOCATED) else place_t
            if bits & JUMP or not isnan(v):  # measured: a place is only kept ready
                lat, lon, place_t, place_v, outside = batch.lat[i], batch.lon[i], t if good else 0.0, v, 0
                continue
            batch.step[i] = 0.0
            if good and place_t == 0.0:
                lat, lon, place_t, place_v, outside = batch.lat[i], batch.lon[i], t, nan, 0
            elif good:
                away = sqrt(apart(lat, lon, batch.lat[i], batch.lon[i], shrink(floor(batch.lat[i] * 100.0))))
                doubt = 3.0 * batch.gnss_accuracy[i]
                radius = doubt if doubt > p["radius_m"] else p["radius_m"]
                outside = min(outside + 1, 2) if away > radius else 0
                sure = outside == 2 or place_v >= p["moving_kmh"] or away > 4.0 * radius
                if outside > 0 and sure and t - place_t >= p["place_span_s"] * MS:
                    place_v = away * MS / (t - place_t)
                    batch.step[i] = away if place_v >= p["standing_kmh"] else 0.0
                    lat, lon, place_t, outside = batch.lat[i], batch.lon[i], t, 0
            if place_t > 0.0 and t - seen_t <= p["carry_s"] * MS:
                batch.v[i] = speed_between(place_v, seen_t - place_t, p["radius_m"], p["standing_kmh"])
                batch.quality[i] |= 0 if isnan(batch.v[i]) else FROM_POSITION
        memory["place_lat"], memory["place_lon"], memory["place_t"], memory["place_v"] = lat, lon, place_t, place_v
        memory["seen_t"], memory["outside"] = seen_t, outside


@inner
def follow_steps(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write moving and step, from v and the metres the passes before left in step."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        before, v_t, moving = memory["v"], memory["v_t"], int(memory["moving"])
        on, off, short_s, gap_s = p["moving_kmh"], p["standing_kmh"], p["short_s"], p["gap_s"]
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, v, dt, bits = floor(batch.t[i] * MS + 0.5), batch.v[i], batch.dt[i], batch.quality[i]
            if bits & GAP:
                v_t, moving = 0.0, UNKNOWN
            moved = moving == MOVING
            if isnan(v):
                moving = moving if bits & JUMP else UNKNOWN
            elif v >= on:
                moving = MOVING
            elif v < off or moving == UNKNOWN:
                moving = STANDING
            hop = batch.step[i]
            hopped = bits & FROM_POSITION == 0 and short_s < dt <= gap_s and hop > p["hop_m"] and hop >= on * dt
            batch.moving[i] = 1 if hopped else moving - 1
            if bits & FROM_POSITION == 0:
                span, batch.step[i] = t - v_t, 0.0
                if v_t > 0.0 and not isnan(v) and (moved or moving == MOVING or hopped) and span <= gap_s * MS:
                    late = span > short_s * MS and not isnan(hop) and span == floor(dt * MS + 0.5)
                    batch.step[i] = hop if late else (before + v) * span / (2.0 * MS)
            if not isnan(v):
                before, v_t = v, t
        memory["v"], memory["v_t"], memory["moving"] = before, v_t, moving
