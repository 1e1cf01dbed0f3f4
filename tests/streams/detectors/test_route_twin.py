"""Routes and places once more, slowly, from the words of docs/detectors/route.md; both must tell the same."""

import math
from types import SimpleNamespace

import pytest

from streams.detectors import (
    DETECTORS,
    arrival,
    geofence,
    idling,
    ignition_off_movement,
    route_deviation,
    tow,
    unplanned_stop,
)
from streams.fleets.zones import ALLOWED, CUSTOMER, FORBIDDEN, SITE, STOP
from streams.kernels.params import CLOSE, OPEN, RAISE
from streams.kernels.quality import BAD_FIX, FROM_POSITION, GAP, NO_FIX, RELOCATED

ROOMS = (arrival, geofence, idling, ignition_off_movement, route_deviation, tow, unplanned_stop)
LIMITS = {room.DETECTOR.kind: {param.name: param.by_class()[0] for param in room.PARAMS} for room in ROOMS}
PLACES = (SITE, CUSTOMER, STOP)


def span(a, b):
    return math.floor((b - a) * 1000 + 0.5) / 1000


def samples(batch):
    """Each sample with what the page speaks of."""
    names = ("t", "v", "lat", "lon", "quality", "gnss_accuracy", "ignition", "engine_rpm", "beyond", "allowed")
    names += ("moving", "step", "route", "astray", "daypart")
    for i in range(batch.t.size):
        row = SimpleNamespace(**{name: getattr(batch, name)[i] for name in names})
        near = range(batch.near_bounds[i], batch.near_bounds[i + 1])
        row.near = [(batch.near_zone[j], batch.near_kind[j], batch.near_depth[j]) for j in near]
        row.good = not math.isnan(row.lat + row.lon) and not row.quality & (NO_FIX | BAD_FIX)
        yield row


def drove(s, p):
    if math.isnan(s.v) or s.quality & GAP:
        return 1
    if s.v < p["standing_kmh"]:
        return 0
    return 1 if s.quality & FROM_POSITION else 2


def sure(count, drove, seconds, p):
    if drove == 2:
        return count >= p["fixes"] and seconds >= p["hold_s"]
    return drove == 1 and count >= p["doubt_fixes"] and seconds >= p["doubt_s"]


def geofences(batch, p):
    fix, lately, places, told = 0.0, 0, [None, None], []
    for s in samples(batch):
        now, here = drove(s, p), s.lat * 1000 + s.lon
        if not s.good or (here == fix and now != 0):
            lately = max(lately, now)
            continue
        d = max(now, 1 if fix == 0 else lately)
        fix, lately = here, now
        margin = min(s.gnss_accuracy if s.gnss_accuracy > p["border_m"] else p["border_m"], 100.0)
        for k, place in enumerate(places):
            if place and not step(place, depth_of(s, place), margin, d, s, p, told):
                places[k] = None
        wanted = [(zone, FORBIDDEN, depth) for zone, kind, depth in s.near if kind == FORBIDDEN and depth >= margin]
        watched = [(place.zone, place.kind) for place in places if place]
        wanted = [one for one in wanted if one[:2] not in watched]
        if s.beyond >= margin and ALLOWED not in [kind for _, kind in watched]:
            wanted.append((s.allowed, ALLOWED, s.beyond))
        for zone, kind, depth in wanted:
            if None in places:
                new = SimpleNamespace(zone=zone, kind=kind, start=s.t, end=s.t, peak=depth, level=0, count=1, drove=d)
                places[places.index(None)] = new
    return told


def depth_of(s, place):
    if place.kind == ALLOWED:
        return s.beyond if s.allowed >= 0 else -math.inf
    return next((depth for zone, _, depth in s.near if zone == place.zone), -200.0)


def step(place, depth, margin, d, s, p, told):
    """Whether the place stays in use."""
    place.drove = max(place.drove, d)
    if place.level == 0 and depth < margin:
        return depth >= 0
    place.count += 1
    if depth <= -margin:
        if sure(place.count, place.drove, span(place.end, s.t), p):
            told.append((CLOSE, place.zone, place.start, place.end, place.level, place.peak))
            return False
        return True
    place.end, place.peak = s.t, max(place.peak, depth)
    lasted = span(place.start, s.t)
    if place.level == 0 and not sure(place.count, place.drove, lasted, p):
        return True
    place.count, place.drove = 0, d
    reached = 3 if lasted >= p["level3_s"] else 2 if lasted >= p["level2_s"] else 1
    if reached > place.level:
        told.append((RAISE if place.level else OPEN, place.zone, place.start, None, reached, place.peak))
        place.level = reached
    return True


def idlings(batch, p):
    engine, start, end, level, told = "unknown", None, None, 0, []
    for s in samples(batch):
        gap = bool(s.quality & GAP)
        engine = turned("unknown" if gap else engine, s.ignition, s.engine_rpm)
        if start and (gap or engine != "on" or s.v >= p["standing_kmh"]):
            if level:
                told.append((CLOSE, -1, start, end, level, span(start, end) / 60))
            start, level = None, 0
        if engine == "on" and s.v < p["standing_kmh"]:
            start, end = start or s.t, s.t
            reached = sum(span(start, s.t) >= p[f"level{k}_s"] for k in (1, 2, 3))
            if reached > level:
                told.append((RAISE if level else OPEN, -1, start, None, reached, span(start, s.t) / 60))
                level = reached
    return told


def turned(engine, ignition, rpm):
    if rpm >= 400:
        return "on"
    if rpm < 400:
        return "off" if ignition == 0 or (engine == "off" and ignition != 1) else "stalled"
    if ignition == 0:
        return "off"
    if ignition == 1:
        return "stalled" if engine == "stalled" else "on"
    return engine


def metres(lat, lon, to_lat, to_lon):
    """The distance of conditioning's pass 4."""
    degree, shrunk = 6_371_008.8 * math.pi / 180, math.cos((math.floor(to_lat * 100) + 0.5) / 100 * math.pi / 180)
    return math.hypot((to_lat - lat) * degree, (to_lon - lon) * shrunk * degree)


def margin_of(s, border):
    return min(s.gnss_accuracy if s.gnss_accuracy > border else border, 100.0)


def arrivals(batch, p):
    armed, at, told = False, None, []
    for s in samples(batch):
        armed = armed or s.moving == 1
        standing = s.v < p["standing_kmh"]
        if at is None:
            inside = [(depth, zone) for zone, kind, depth in s.near if kind in PLACES and depth >= 0]
            if armed and s.good and standing and inside:
                zone = max(inside, key=lambda one: one[0])[1]
                at = SimpleNamespace(zone=zone, start=s.t, end=s.t, level=0, count=1, drove=0)
            continue
        if not s.good:
            at.drove = max(at.drove, drove(s, p)) if at.level else at.drove
            continue
        depth = next((depth for zone, _, depth in s.near if zone == at.zone), -200.0)
        if at.level == 0 and (depth < 0 or s.v >= p["standing_kmh"]):
            at = None
        elif at.level == 0:
            at.count, at.end = at.count + 1, s.t
            if at.count >= p["doubt_fixes"] and span(at.start, s.t) >= p["stand_s"]:
                armed, at.count, at.drove, at.level = False, 0, 0, 1
                told.append((OPEN, at.zone, at.start, None, 1, span(at.start, at.end) / 60))
        elif depth > -margin_of(s, p["border_m"]):
            at.count, at.drove, at.end = 0, drove(s, p), s.t
        else:
            at.count, at.drove = at.count + 1, max(at.drove, drove(s, p))
            if sure(at.count, at.drove, span(at.end, s.t), p):
                told.append((CLOSE, at.zone, at.start, at.end, 1, span(at.start, at.end) / 60))
                at = None
    return told


def deviations(batch, p):
    out, fix, told = None, None, []
    for s in samples(batch):
        if out is None and not (s.route >= 0 and s.astray >= p["level1_m"]):
            continue
        if out and (s.route != out.route or (out.level == 0 and s.quality & GAP)):
            if out.level:
                told.append((CLOSE, out.route, out.start, out.end, out.level, out.peak))
            out = None
        here = s.lat * 1000 + s.lon
        if out:
            out.driven += s.step
        if s.route < 0 or not s.good or (out and here == fix):
            continue
        fix = here
        if out is None:
            if s.astray >= margin_of(s, p["level1_m"]):
                out = SimpleNamespace(route=s.route, start=s.t, end=s.t, peak=s.astray, level=0, count=1, driven=0.0)
        elif s.astray > 0:
            out.count, out.end, out.peak = out.count + 1 if out.level == 0 else 0, s.t, max(out.peak, s.astray)
            far = out.count >= p["fixes"] and out.driven >= p["driven_m"] and span(out.start, s.t) >= p["hold_s"]
            reached = 1 + (out.peak >= p["level2_m"]) + (out.peak >= p["level3_m"])
            if (out.level or far) and reached > out.level:
                told.append((RAISE if out.level else OPEN, out.route, out.start, None, reached, out.peak))
                out.level = reached
        elif out.level == 0:
            out = None
        else:
            out.count += 1
            if out.count > 1 and span(out.end, s.t) >= p["back_s"]:
                told.append((CLOSE, out.route, out.start, out.end, out.level, out.peak))
                out = None
    return told


def stops(batch, p):
    driven, at, told = 0.0, None, []
    for s in samples(batch):
        driven += s.step
        standing, judged = s.v < p["standing_kmh"], s.route >= -1
        if at is None and (not standing or driven < p["driven_m"] or not judged):
            continue
        if at:
            there = s.good and metres(at.lat, at.lon, s.lat, s.lon) <= p["same_m"]
            moves = s.moving == 1 if at.level else s.v >= p["standing_kmh"]
            if not judged or (s.quality & GAP and not there) or moves:
                if at.level:
                    told.append((CLOSE, -1, at.start, at.end, at.level, span(at.start, at.end) / 60))
                at = None
        level = at.level if at else 0
        if level == 0 and s.good and any(kind in PLACES for _, kind, _ in s.near):
            at, driven = None, 0.0 if standing else driven
        elif standing and at is None:
            if s.good and driven >= p["driven_m"] and judged:
                at = SimpleNamespace(start=s.t, end=s.t, lat=s.lat, lon=s.lon, level=0)
        elif standing:
            at.end, rung = s.t, 1 if s.route < 0 else 3 if s.daypart == 1 else 2
            if span(at.start, s.t) >= p["stand_s"] and rung > at.level:
                told.append((RAISE if at.level else OPEN, -1, at.start, None, rung, span(at.start, s.t) / 60))
                at.level, driven = rung, 0.0
    return told


def tows(batch, p):
    engine, wired, left, rolled, away, told = "unknown", False, None, 0, None, []
    for s in samples(batch):
        engine = turned("unknown" if s.quality & GAP else engine, s.ignition, s.engine_rpm)
        wired = wired or engine in ("on", "stalled")
        off = engine == "off" and wired
        if off and left and rolled < 2 and not math.isnan(s.v) and not s.quality & FROM_POSITION:
            rolled = rolled + 1 if s.v >= p["rolling_kmh"] else 0
        if not off or s.quality & (GAP | RELOCATED) or rolled == 2:
            if away and away.level:
                told.append((CLOSE, -1, away.start, away.end, away.level, away.peak))
            away = None
            if not (off and rolled == 2):
                left, rolled = None, 0
        if not off or rolled == 2 or not s.good:
            continue
        if left is None:
            left = None if s.v >= p["standing_kmh"] else (s.lat, s.lon)
            continue
        if away is None:
            if metres(*left, s.lat, s.lon) < p["level2_m"]:
                continue
            away = SimpleNamespace(start=s.t, end=s.t, at=left, peak=0.0, level=0, count=0, fix=0.0)
        far, here = metres(*away.at, s.lat, s.lon), s.lat * 1000 + s.lon
        if away.level == 0 and far < p["level2_m"]:
            left, away = away.at, None
            continue
        away.count, away.fix = away.count + (here != away.fix), here
        if metres(*left, s.lat, s.lon) >= p["moves_m"]:
            left, away.end = (s.lat, s.lon), s.t
        away.peak, reached = max(away.peak, far), 2 + (max(away.peak, far) >= p["level3_m"])
        if away.level == 0 and (away.count < p["fixes"] or span(away.start, s.t) < p["hold_s"]):
            continue
        if away.level and span(away.end, s.t) >= p["rest_s"]:
            told.append((CLOSE, -1, away.start, away.end, away.level, away.peak))
            left, away = (s.lat, s.lon), None
        elif reached > away.level:
            told.append((RAISE if away.level else OPEN, -1, away.start, None, reached, away.peak))
            away.level = reached
    return told


def rollings(batch, p):
    engine, wired, stood, parked, at, told = "unknown", False, None, False, None, []
    for s in samples(batch):
        engine = turned("unknown" if s.quality & GAP else engine, s.ignition, s.engine_rpm)
        wired = wired or engine in ("on", "stalled")
        off = engine == "off" and wired
        if not off or s.quality & GAP:
            if at and at.level:
                told.append((CLOSE, -1, at.start, at.end, at.level, at.peak))
            stood, parked, at = None, False, None
        if not off or math.isnan(s.v) or s.quality & FROM_POSITION:
            continue
        if not parked:
            stood = None if s.v >= p["standing_kmh"] else stood or s.t
            parked = stood is not None and span(stood, s.t) >= p["settle_s"]
            continue
        rolls = s.v >= p["level2_kmh"]
        if at is None and rolls:
            at = SimpleNamespace(start=s.t, end=s.t, peak=0.0, level=0, count=0)
        if at and rolls:
            at.count, at.end, at.peak = at.count + 1, s.t, max(at.peak, s.v * 3.6)
            held = at.count >= p["samples"] and span(at.start, s.t) >= p["hold_s"]
            reached = 2 + (at.peak >= p["level3_kmh"] * 3.6)
            if (at.level or held) and reached > at.level:
                told.append((RAISE if at.level else OPEN, -1, at.start, None, reached, at.peak))
                at.level = reached
        elif at and at.level and span(at.end, s.t) >= p["rest_s"]:
            told.append((CLOSE, -1, at.start, at.end, at.level, at.peak))
            at = None
        elif at and at.level == 0:
            at = None
    return told


TWINS = {
    "arrival": arrivals,
    "geofence": geofences,
    "idling": idlings,
    "ignition_off_movement": rollings,
    "route_deviation": deviations,
    "tow": tows,
    "unplanned_stop": stops,
}


@pytest.mark.parametrize("kind", TWINS)
def test_the_page_says_it_to_the_letter(road, kind):
    number = [detector.kind for detector in DETECTORS].index(kind)
    told = 0
    for seed in range(60):
        batch, changes = road.rough["detect"](road.rough["errand"](seed))
        ours = [
            (c["op"], c["subject"], c["start"], None if math.isnan(c["end"]) else c["end"], c["level"], c["peak"])
            for c in changes[changes["kind"] == number]
        ]
        twins = TWINS[kind](batch, LIMITS[kind])
        assert [one[:5] for one in twins] == [one[:5] for one in ours]
        assert [one[5] for one in twins] == pytest.approx([one[5] for one in ours], abs=1e-6)
        told += len(ours)
    assert told >= 10
