"""Roads: docs/roads.md, to the letter, by looking at every segment of the map for every sample."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from .positions import DEGREE
from .words import NAN, NEVER, milliseconds, missing, span

Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True)
class Line:
    """A road of the map: its points, class, limit in km/h whichever way, and whether it is driven as drawn only."""

    points: tuple[Point, ...]
    road_class: int
    limit: float
    oneway: bool = False


class Beside(NamedTuple):
    away: float
    north: float
    east: float
    line: Line
    stretch: int
    ended: bool


class Map:
    """Lines joined to stretches."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.stretch = list(range(len(lines)))
        for _ in lines:
            for a, one in enumerate(lines):
                for b, other in enumerate(lines):
                    alike = (one.road_class, one.limit) == (other.road_class, other.limit)
                    if alike and set(one.points) & set(other.points):
                        self.stretch[a] = self.stretch[b] = min(self.stretch[a], self.stretch[b])

    def meet(self, one: int, other: int) -> bool:
        """Whether two stretches share a point."""
        points: list[set[Point]] = [set(), set()]
        for line, stretch in zip(self.lines, self.stretch, strict=True):
            for k, wanted in enumerate((one, other)):
                points[k] |= set(line.points) if stretch == wanted else set()
        return one != other and bool(points[0] & points[1])

    def end(self, line: int, point: Point) -> bool:
        """Whether a point of a line, its first or last, is on no other line of its stretch."""
        ends = (self.lines[line].points[0], self.lines[line].points[-1])
        others = [k for k, stretch in enumerate(self.stretch) if stretch == self.stretch[line] and k != line]
        return point in ends and not any(point in self.lines[k].points for k in others)

    def beside(self, here: Point) -> list[Beside]:
        found = []
        for k, line in enumerate(self.lines):
            away, north, east, foot = min(
                (segment(here, a, b) for a, b in zip(line.points, line.points[1:], strict=False)),
                key=lambda one: one[0],
            )
            ended = foot is not None and self.end(k, foot)
            if away <= 60:
                found += [
                    Beside(away, way * north, way * east, line, self.stretch[k], ended)
                    for way in ((1,) if line.oneway else (1, -1))
                ]
        return sorted(found, key=lambda one: (one.away, one.stretch))


def segment(here: Point, a: Point, b: Point) -> tuple[float, float, float, Point | None]:
    """(metres away to whole mm, unit vector north and east, the end it is nearest to if that is an end)."""
    shrunk = math.cos(math.radians(here[0]))
    ahead = (b[0] - a[0]) * DEGREE, (b[1] - a[1]) * DEGREE * shrunk
    to = (here[0] - a[0]) * DEGREE, (here[1] - a[1]) * DEGREE * shrunk
    length = math.hypot(*ahead)
    along = max(0.0, min(1.0, (to[0] * ahead[0] + to[1] * ahead[1]) / length**2))
    away = math.hypot(to[0] - along * ahead[0], to[1] - along * ahead[1])
    end = a if along == 0 else b if along == 1 else None
    return math.floor(away * 1000 + 0.5) / 1000, ahead[0] / length, ahead[1] / length, end


class Roads:
    """The pass that chooses; adds ``road_limit`` (m/s, missing if none) and ``road_class`` to each sample."""

    def __init__(self, p: Any, known: Map | None) -> None:
        self.p, self.map = p, known
        self.road: int | None = None
        self.road_t = self.fix_t = NEVER
        self.fix = (0, 0)
        self.doubt = 0

    def take(self, s: Any) -> None:
        s.road_limit, s.road_class = NAN, 0
        if self.map is None or s.quality & {"no_fix", "bad_fix"} or s.raw["gnss_accuracy"] > self.p.road_accuracy_m:
            return
        here = (s.raw["lat"], s.raw["lon"])
        fix = (math.floor(here[0] / 1e-7 + 0.5), math.floor(here[1] / 1e-7 + 0.5))
        if self.fix_t is not NEVER and fix == self.fix:
            if s.moving == 0:
                self.fix_t = self.road_t = s.t
            return
        long_ago = self.fix_t is NEVER or span(self.fix_t, s.t) > self.p.road_keep_s
        fresh = long_ago or "relocated" in s.quality
        course = self.course(s, here, fix, fresh)
        near = self.map.beside(here)
        likely = [one for one in near if self.likely(one, course)]
        if fresh or self.road_t is NEVER or span(self.road_t, s.t) > self.p.road_keep_s:
            self.road, self.doubt = None, 0
        if self.road is not None:
            self.judge(near, likely, s)
        self.fix, self.fix_t = fix, s.t
        self.choose(likely, s)

    def course(self, s: Any, here: Point, fix: tuple[int, int], fresh: bool) -> tuple[float, float] | None:
        if s.raw["heading"] == s.raw["heading"] and s.v >= self.p.road_heading:
            return math.cos(math.radians(s.raw["heading"])), math.sin(math.radians(s.raw["heading"]))
        if fresh:
            return None
        shrunk = math.cos(((math.floor(here[0] * 100) + 0.5) / 100) * math.pi / 180)
        north, east = ((now - then) * 1e-7 * DEGREE for now, then in zip(fix, self.fix, strict=True))
        away = math.hypot(north, east * shrunk)
        return (north / away, east * shrunk / away) if away >= self.p.road_direction_m else None

    def likely(self, one: Beside, course: tuple[float, float] | None) -> bool:
        if one.away > (self.p.road_m if one.ended else self.p.road_clear_m):
            return False
        apart = 1.0 if course is None else one.north * course[0] + one.east * course[1]
        return apart >= math.cos(math.radians(self.p.road_heading_deg))

    def judge(self, near: list[Beside], likely: list[Beside], s: Any) -> None:
        assert self.map is not None
        a = [one.away for one in near if one.stretch == self.road]
        b = [one.away for one in likely if one.stretch != self.road and not self.map.meet(self.road, one.stretch)]
        if not a:
            self.road = None
        if not a or not b:
            self.doubt = 0
            return
        accuracy = s.raw["gnss_accuracy"]
        error = self.p.road_error_m if missing(accuracy) else max(self.p.road_error_m, accuracy)
        said = max(-8.0, min(8.0, (min(a) ** 2 - min(b) ** 2) / (2 * error**2)))
        said *= min(milliseconds(self.fix_t, s.t) / 1000, 1)
        self.doubt = max(0, self.doubt + math.trunc(said * 100))
        if self.doubt >= self.p.road_doubt * 100:
            self.road, self.doubt = None, 0

    def choose(self, likely: list[Beside], s: Any) -> None:
        assert self.map is not None
        if self.road is not None:
            likely = [one for one in likely if one.stretch == self.road or self.map.meet(self.road, one.stretch)]
        if not likely or likely[0].away > self.p.road_m:
            return
        best = likely[0]
        if {one.line.limit for one in likely} == {best.line.limit}:
            s.road_limit = best.line.limit / 3.6
        if {one.line.road_class for one in likely} == {best.line.road_class}:
            s.road_class = best.line.road_class
        running = {one.stretch for one in likely if not one.ended}
        self.road = best.stretch if not running else running.pop() if len(running) == 1 else None
        self.road_t = s.t
