"""Promised: rows of the answer sheet for what a scenario placed and nothing else tells, however little it came to."""

from collections.abc import Iterator

import numpy as np

from simulator.answers import Fact, during, graded
from simulator.arranged import Arranged, Sudden
from simulator.hours import LONG, driven
from simulator.manoeuvres import BRAKING, SWERVING
from simulator.motion import Records
from simulator.sudden import DROP, swerved
from simulator.tracks import Track
from simulator.ways import Way, along, passed


def promised(arranged: Arranged, whole: Track, own: Records) -> list[Fact]:
    """All of them; ``whole`` is the day once a second, ``own`` are the vehicle's manoeuvres."""
    reliefs = zip(arranged.relieved, arranged.shift.orders.reliefs, strict=True)
    return [
        *(_at("driver_swap", at, f"{relief.driver_id} takes over") for at, (_, relief) in reliefs),
        *(_at("trailer_swap", at, "another trailer") for at in arranged.swapped),
        *(_deviation(way, whole) for way in arranged.ways),
        *_absences(arranged, whole),
        *(fact for kind in arranged.long for fact in _long(kind, arranged, during(whole, arranged.insured))),
        *(fact for one in arranged.sudden for fact in _soft(one, arranged, whole, own)),
    ]


def _at(kind: str, at: float, cause: str) -> Fact:
    return Fact(kind, 0, at, at, 0.0, "", 0.0, 0.0, cause)


def _deviation(way: Way, whole: Track) -> Fact:
    """From where it leaves its way until it is on it again; the peak is m from it where it is furthest."""
    x, y = along(way.planned)
    during = (whole.t >= way.left) & (whole.t <= way.met)
    places = zip(whole.x[during][::10], whole.y[during][::10], strict=True)
    away = max((float(np.hypot(x - east, y - north).min()) for east, north in places), default=0.0)
    return Fact("route_deviation", 2, way.left, way.met, away, "m", 0.0, 0.0, "took another way")


def _long(kind: str, arranged: Arranged, there: Track) -> Iterator[Fact]:
    """A day at the wheel as it was ordered, whatever the law says to it, of who drove it; the peak is h of driving."""
    cause = "no break" if kind == "no_break" else "long day"
    for who, start, end, hours in driven(kind, there.t, there.speed > 0, arranged.whose.turns()):
        if hours > LONG[kind]:
            yield Fact(kind, 0, start, end, hours, "h", LONG[kind], 0.0, cause, driver=who)


def _absences(arranged: Arranged, whole: Track) -> Iterator[Fact]:
    """Joining, leaving and pulled out, with the km that nobody saw."""
    for kind, start, end in arranged.absences:
        span = max(start, 0.0), min(end, float(whole.t[-1]))
        during = (whole.t >= span[0]) & (whole.t <= span[1])
        km = float(np.ptp(whole.distance[during])) / 1_000 if during.any() else 0.0
        told = span if kind == "unplugged" else (span[kind == "joins"],) * 2
        yield Fact(kind, 0, *told, km, "km", 0.0, 0.0, "unseen")


def _soft(one: Sudden, arranged: Arranged, whole: Track, own: Records) -> Iterator[Fact]:
    """An ordered braking or swerve that is not on the sheet by itself, because it was too soft for that."""
    kind = arranged.shift.vehicle.kind
    if one.kind == "lane_change":
        for row in swerved(own, one.at):
            level, mark = graded(kind, SWERVING, float(row["peak"]))
            span, peak, speed = (float(row["start"]), float(row["end"])), float(row["peak"]), float(row["speed"])
            if not level:
                yield Fact(one.kind, 0, *span, peak, "m/s²", mark, speed, "swerved around somebody")
        return
    start = passed(whole.distance, one.at)
    first = int(np.searchsorted(whole.t, start, side="right"))
    slow = whole.speed[first + 1 :] <= (1 - DROP) * whole.speed[first - 1]
    over = np.flatnonzero(slow | (whole.accel[first + 1 :] >= 0))
    last = first + 1 + int(over[0]) if over.size else len(whole.t) - 1
    level, mark = graded(kind, BRAKING, peak := float(-whole.accel[first : last + 1].min(initial=0.0)))
    told = own[(own["kind"] == BRAKING) & (own["start"] >= start - 1.0) & (own["start"] <= whole.t[last])]
    if not told.size:
        speed = float(np.interp(start, whole.t, whole.speed))
        yield Fact(one.kind, level, start, float(whole.t[last]), peak, "m/s²", mark, speed, "someone ahead braked")
