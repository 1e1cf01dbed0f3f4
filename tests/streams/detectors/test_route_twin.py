"""Geofence and idling once more, slowly, from the words of docs/detectors/route.md; both must tell the same."""

import math
from types import SimpleNamespace

import pytest

from streams.detectors import DETECTORS, geofence, idling
from streams.detectors.base import CLOSE, OPEN, RAISE
from streams.quality import BAD_FIX, FROM_POSITION, GAP, NO_FIX
from streams.zones import ALLOWED, FORBIDDEN

LIMITS = {d.DETECTOR.kind: {param.name: param.by_class()[0] for param in d.PARAMS} for d in (geofence, idling)}


def span(a, b):
    return math.floor((b - a) * 1000 + 0.5) / 1000


def samples(batch):
    """Each sample with what the page speaks of."""
    names = ("t", "v", "lat", "lon", "quality", "gnss_accuracy", "ignition", "engine_rpm", "beyond", "allowed")
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


@pytest.mark.parametrize(("kind", "twin"), [("geofence", geofences), ("idling", idlings)])
def test_the_page_says_it_to_the_letter(road, kind, twin):
    number = [detector.kind for detector in DETECTORS].index(kind)
    told = 0
    for seed in range(40):
        batch, changes = road.rough["detect"](road.rough["errand"](seed))
        ours = [
            (c["op"], c["subject"], c["start"], None if math.isnan(c["end"]) else c["end"], c["level"], c["peak"])
            for c in changes[changes["kind"] == number]
        ]
        assert twin(batch, LIMITS[kind]) == ours
        told += len(ours)
    assert told > 50
