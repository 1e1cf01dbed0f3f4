"""Routes: a way through the roads as straight pieces and arcs, each with its place, heading and limit."""

from itertools import pairwise
from math import atan2, cos, pi, sin, tan
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.roads import AVENUE, MOTORWAY, RURAL, STREET, Roads, meet

Records = npt.NDArray[np.void]

OPEN_ROAD, SIGNALS, GIVE_WAY = range(3)

PIECE = np.dtype(
    [
        ("length", "f8"),  # m
        ("curvature", "f8"),  # 1/m, + left
        ("limit", "f8"),  # m/s, posted
        ("road", "i8"),  # roads.STREET ...
        ("edge", "i8"),  # running number of the road it lies on, within the route
        ("gate", "i8"),  # what waits at its end: OPEN_ROAD, SIGNALS, GIVE_WAY
        ("cycle", "f8"),  # s of the light at its end; 0 none
        ("phase", "f8"),  # s at which that turns red
        ("x", "f8"),  # m east and north, of its beginning
        ("y", "f8"),
        ("heading", "f8"),  # rad, counter-clockwise from east, at its beginning
        ("built", "f8"),  # rank of how high and close the houses beside it are, 0 highest, 1 none
    ]
)

TURN_RADIUS = {STREET: 9.0, AVENUE: 14.0, RURAL: 30.0, MOTORWAY: 90.0}  # m, at a junction
THROUGH_RADIUS = {STREET: 60.0, AVENUE: 120.0, RURAL: 260.0, MOTORWAY: 1_200.0}  # m, where the road goes on
TIGHTEST = 6.0  # m; where two roads meet more sharply than this allows, the way jumps across by up to twice as much
THROUGH = 0.7  # rad; a smaller change of heading on the same class of road is no turn


class _Pen:
    """Draws pieces one after the other from where it stands."""

    def __init__(self, edge: int) -> None:
        self.rows: list[tuple[float, ...]] = []
        self.edge, self.x, self.y, self.heading, self.built = edge, 0.0, 0.0, 0.0, 1.0

    def move(self, x: float, y: float, heading: float) -> None:
        self.x, self.y, self.heading = x, y, heading

    def draw(self, length: float, curvature: float, limit: float, road: int) -> None:
        if length < 0.5:
            return
        here = self.x, self.y, self.heading
        self.rows.append((length, curvature, limit, road, self.edge, OPEN_ROAD, 0.0, 0.0, *here, self.built))
        turned = self.heading + curvature * length
        if curvature:
            self.x += (sin(turned) - sin(self.heading)) / curvature
            self.y += (cos(self.heading) - cos(turned)) / curvature
        else:
            self.x += length * cos(turned)
            self.y += length * sin(turned)
        self.heading = turned

    def gate(self, kind: int, light: tuple[float, float]) -> None:
        if self.rows:
            row = self.rows[-1]
            self.rows[-1] = (*row[:5], kind, *light, *row[8:])


def trace(roads: Roads, nodes: list[int], edge: int = 0) -> Records:
    """(n,) PIECE of the way over ``nodes``; ``edge`` numbers its first road."""
    pen = _Pen(edge)
    corners = [(0.0, 0.0, 0.0), *(_corner(roads, *three) for three in zip(nodes, nodes[1:], nodes[2:], strict=False))]
    corners.append((0.0, 0.0, 0.0))
    for k, (a, b) in enumerate(pairwise(nodes)):
        pen.built = roads.graph.edges[a, b]["built"]
        _road(pen, roads, a, b, corners[k][0], corners[k + 1][0])
        tangent, radius, turn = corners[k + 1]
        if k + 2 < len(nodes):
            pen.gate(_gate(roads, b, turn), _light(roads, a, b))
        if tangent:
            data = roads.graph.edges[a, b]
            pen.draw(radius * abs(turn), (1 if turn > 0 else -1) / radius, data["limit"], data["road"])
        pen.edge += 1
    return np.array(pen.rows, PIECE)


def _heading(roads: Roads, a: int, b: int) -> float:
    here, there = roads.graph.nodes[a], roads.graph.nodes[b]
    return atan2(there["y"] - here["y"], there["x"] - here["x"])


def _corner(roads: Roads, a: int, b: int, c: int) -> tuple[float, float, float]:
    """Tangent length and radius of the arc at ``b``, and how far it turns; zeros where the way is straight."""
    turn = (_heading(roads, b, c) - _heading(roads, a, b) + pi) % (2 * pi) - pi
    if abs(turn) < 0.01:
        return 0.0, 0.0, 0.0
    before, after = roads.graph.edges[a, b], roads.graph.edges[b, c]
    through = abs(turn) < THROUGH and before["road"] == after["road"]
    radii = THROUGH_RADIUS if through else TURN_RADIUS
    room = min(70.0, 0.45 * before["length"], 0.45 * after["length"])
    half = tan(abs(turn) / 2)
    radius = max(min(max(radii[before["road"]], radii[after["road"]]), room / half), TIGHTEST)
    return min(radius * half, room), radius, turn


def _road(pen: _Pen, roads: Roads, a: int, b: int, begin: float, end: float) -> None:
    """The road from ``a`` to ``b`` without its first ``begin`` and last ``end`` metres."""
    data, start, heading = roads.graph.edges[a, b], roads.graph.nodes[a], _heading(roads, a, b)
    limit, road = data["limit"], data["road"]
    at = begin
    for offset, radius, angle, side in _bends(data, a < b):
        pen.move(start["x"] + at * cos(heading), start["y"] + at * sin(heading), heading)
        pen.draw(offset - at, 0.0, limit, road)
        for turn in (side, -side, -side, side):
            pen.draw(radius * angle, turn / radius, limit, road)
        at = offset + 4 * radius * sin(angle)
    pen.move(start["x"] + at * cos(heading), start["y"] + at * sin(heading), heading)
    pen.draw(data["length"] - end - at, 0.0, limit, road)


def _bends(data: dict[str, Any], forward: bool) -> list[tuple[float, float, float, float]]:
    """Bends of a road as met in the direction driven; from the far end they come mirrored and in reverse."""
    bends = [tuple(bend) for bend in data["bends"]]
    if forward:
        return bends
    length: float = data["length"]
    return [(length - o - 4 * r * sin(angle), r, angle, -side) for o, r, angle, side in reversed(bends)]


def _gate(roads: Roads, node: int, turn: float) -> int:
    """What a driver may have to wait for at a node."""
    kinds = meet(roads.graph, node)
    if roads.graph.nodes[node]["signals"]:
        return SIGNALS
    return GIVE_WAY if abs(turn) > THROUGH and len(kinds) > 2 and MOTORWAY not in kinds else OPEN_ROAD


def _light(roads: Roads, a: int, b: int) -> tuple[float, float]:
    """Cycle of the light at ``b``, and when it turns red for who comes from ``a``; across, half a cycle later."""
    node = roads.graph.nodes[b]
    if not node["signals"]:
        return 0.0, 0.0
    along = abs(cos(_heading(roads, a, b))) > abs(sin(_heading(roads, a, b)))
    return node["cycle"], node["phase"] + (0.0 if along else node["cycle"] / 2)


def slopes(roads: Roads, pieces: Records, knot: float) -> npt.NDArray[np.float64]:
    """Slope, m a metre of map, of each ``knot`` metres of a way that lies on the ground; the last one's is begun."""
    ends = np.cumsum(pieces["length"])
    at = knot * np.arange(int(ends[-1] / knot) + 2)
    index = np.minimum(np.searchsorted(ends, at, side="right"), len(pieces) - 1)
    x, y, _ = place(pieces, index, np.minimum(at, ends[-1]) - ends[index] + pieces["length"][index])
    return np.diff(roads.ground.elevation(x, y)) / knot


def place(pieces: Records, index: npt.NDArray[np.int64], into: npt.NDArray[np.float64]) -> tuple[np.ndarray, ...]:
    """x, y and heading (rad) at ``into`` metres after the beginning of each piece ``index``."""
    here = pieces[index]
    heading, curvature = here["heading"], here["curvature"]
    turned = heading + curvature * into
    straight = curvature == 0
    k = np.where(straight, 1.0, curvature)
    x = np.where(straight, into * np.cos(heading), (np.sin(turned) - np.sin(heading)) / k)
    y = np.where(straight, into * np.sin(heading), (np.cos(heading) - np.cos(turned)) / k)
    return here["x"] + x, here["y"] + y, turned
