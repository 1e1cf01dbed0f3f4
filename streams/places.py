"""Places: which positions to believe, speed from them where none is measured, moving or not, and the way driven."""

from math import cos, floor, isnan, nan, pi, sqrt
from typing import Any

from streams.compiled import kernel
from streams.quality import BAD_FIX, FROM_POSITION, GAP, JUMP, NO_FIX, RELOCATED

METRES = 6371008.8 * pi / 180  # one degree of latitude
AGREEING = 3  # fixes refused in a row that agree with each other are believed
UNKNOWN, STANDING, MOVING = 0, 1, 2  # memory of moving; Batch.moving is one less


@kernel
def shrink(band: float) -> float:
    """Length of a degree of longitude over one of latitude, in hundredth-of-a-degree bands: the cosine is slow."""
    return cos((band + 0.5) / 100.0 * pi / 180.0)


@kernel
def distance(lat: float, lon: float, to_lat: float, to_lon: float, shrunk: float) -> float:
    """Metres between two positions, flat between them: within 0.1 % up to 20 km."""
    east = to_lon - lon
    if east > 180.0:
        east -= 360.0
    elif east < -180.0:
        east += 360.0
    east *= shrunk
    north = to_lat - lat
    return METRES * sqrt(north * north + east * east)


@kernel
def follow_fixes(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Write NO_FIX, BAD_FIX, RELOCATED, and in step, for the next two passes, the metres since the previous sample."""
    lat, lon, fix_t = memory["lat"], memory["lon"], memory["fix_t"]
    bad_lat, bad_lon, bad_t, bad = memory["bad_lat"], memory["bad_lon"], memory["bad_t"], int(memory["bad"])
    top, slack, worst = p["max_speed_kmh"], p["fix_slack_m"], p["max_accuracy_m"]
    band, shrunk = nan, nan
    for i in range(first, last):
        t, to_lat, to_lon = batch.t[i], batch.lat[i], batch.lon[i]
        batch.step[i] = nan
        if isnan(to_lat + to_lon) or (to_lat == 0.0 and to_lon == 0.0) or batch.gnss_accuracy[i] > worst:
            batch.quality[i] |= NO_FIX
            continue
        if floor(to_lat * 100.0) != band:
            band = floor(to_lat * 100.0)
            shrunk = shrink(band)
        if fix_t > 0.0:
            hop = distance(lat, lon, to_lat, to_lon, shrunk)
            if hop > top * (t - fix_t) + slack:
                reach = distance(bad_lat, bad_lon, to_lat, to_lon, shrunk)
                bad = bad + 1 if bad > 0 and reach <= top * (t - bad_t) + slack else 1
                bad_lat, bad_lon, bad_t = to_lat, to_lon, t
                if bad < AGREEING:
                    batch.quality[i] |= BAD_FIX
                    continue
                batch.quality[i] |= RELOCATED
            elif t - fix_t == batch.dt[i]:
                batch.step[i] = hop
        lat, lon, fix_t, bad = to_lat, to_lon, t, 0
    memory["lat"], memory["lon"], memory["fix_t"] = lat, lon, fix_t
    memory["bad_lat"], memory["bad_lon"], memory["bad_t"], memory["bad"] = bad_lat, bad_lon, bad_t, bad


@kernel
def follow_places(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Where no speed is measured write v from places, fixes a radius apart, and in step the metres between them."""
    lat, lon, place_t, place_v = memory["place_lat"], memory["place_lon"], memory["place_t"], memory["place_v"]
    seen_t, outside = memory["seen_t"], int(memory["outside"])
    radius, span_s, carry_s, on, off = (
        p["radius_m"],
        p["place_span_s"],
        p["carry_s"],
        p["moving_kmh"],
        p["standing_kmh"],
    )
    for i in range(first, last):
        t, bits = batch.t[i], batch.quality[i]
        good = bits & (NO_FIX | BAD_FIX) == 0
        if bits & (GAP | RELOCATED):
            place_t = 0.0
        if good:
            seen_t = t
        if bits & JUMP or not isnan(batch.v[i]):  # measured: a place is only kept ready
            lat, lon, place_t, outside = batch.lat[i], batch.lon[i], t if good else 0.0, 0
            place_v = batch.v[i]
            continue
        batch.step[i] = 0.0
        if good and place_t == 0.0:
            lat, lon, place_t, place_v, outside = batch.lat[i], batch.lon[i], t, nan, 0
        elif good:
            away = distance(lat, lon, batch.lat[i], batch.lon[i], shrink(floor(batch.lat[i] * 100.0)))
            around = max(radius, 3.0 * batch.gnss_accuracy[i]) if batch.gnss_accuracy[i] > 0.0 else radius
            outside = min(outside + 1, 2) if away > around else 0
            if t - place_t >= span_s and outside > 0 and (outside == 2 or place_v >= on or away > 4.0 * around):
                place_v = away / (t - place_t)
                if place_v >= off:
                    batch.step[i] = away
                lat, lon, place_t, outside = batch.lat[i], batch.lon[i], t, 0
        if place_t > 0.0 and t - seen_t <= carry_s:
            stay = seen_t - place_t
            if stay > 0.0 and radius / stay < off:
                batch.v[i] = 0.0
            elif stay > 0.0:
                batch.v[i] = min(radius / stay, place_v) if not isnan(place_v) else nan
            else:
                batch.v[i] = place_v
            if not isnan(batch.v[i]):
                batch.quality[i] |= FROM_POSITION
    memory["place_lat"], memory["place_lon"], memory["place_t"], memory["place_v"] = lat, lon, place_t, place_v
    memory["seen_t"], memory["outside"] = seen_t, outside


@kernel
def follow_steps(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Write moving and step, from v and the metres the passes before left in step."""
    v_before, v_t, moving = memory["v"], memory["v_t"], int(memory["moving"])
    on, off, short_s, gap_s, hop_m = p["moving_kmh"], p["standing_kmh"], p["short_s"], p["gap_s"], p["hop_m"]
    for i in range(first, last):
        t, v, hop, dt, bits = batch.t[i], batch.v[i], batch.step[i], batch.dt[i], batch.quality[i]
        placed = bits & FROM_POSITION != 0
        if bits & GAP:
            v_t, moving = 0.0, UNKNOWN
        moved = moving == MOVING
        if v >= on:
            moving = MOVING
        elif v < off or (v < on and moving == UNKNOWN):
            moving = STANDING
        elif isnan(v) and bits & JUMP == 0:
            moving = UNKNOWN
        hopped = not placed and short_s < dt <= gap_s and hop > hop_m and hop >= on * dt
        moved = moved or moving == MOVING or hopped
        batch.moving[i] = 1 if hopped else moving - 1
        if placed:
            v_before, v_t = v, t
            continue
        span = t - v_t
        step = 0.0
        if not isnan(v):
            if moved and v_t > 0.0 and span <= gap_s:
                step = hop if span > short_s and span == dt and not isnan(hop) else 0.5 * (v_before + v) * span
            v_before, v_t = v, t
        batch.step[i] = step
    memory["v"], memory["v_t"], memory["moving"] = v_before, v_t, moving
