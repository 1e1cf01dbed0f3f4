"""Roads: a seeded network of streets, rural roads and motorways around a real city."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import NamedTuple

import networkx as nx  # type: ignore[import-untyped]
import numpy as np

from simulator.regions import Region
from simulator.terrain import Terrain, terrain

STREET, AVENUE, RURAL, MOTORWAY = range(4)
LIMITS = {STREET: (30, 30, 50), AVENUE: (50, 50, 60), RURAL: (70, 80, 100), MOTORWAY: (100, 120, 130)}  # km/h, drawn

CYCLES = (60.0, 75.0, 90.0)  # s; RiLSA 2015: 30 to 90, 120 at most
DETOUR = 4_000.0  # m by which another way is longer
EARTH = 6_371_008.8  # m, mean radius
BLOCK = 200.0  # m, of the squares within which houses are alike
OPEN = 1.0  # rank of roads without houses


class Bend(NamedTuple):
    """An S in a road, two mirrored pairs of arcs that begin ``offset`` after its first node."""

    offset: float  # m along the chord
    radius: float  # m
    angle: float  # rad, of each of the four arcs
    side: float  # +1 begins to the left


@dataclass(frozen=True)
class Roads:
    """A graph whose nodes carry ``x``, ``y`` (m east and north of the city), ``z`` (m above the sea) and ``signals``;
    edges ``road``, ``limit`` (m/s), ``length`` (m), ``seconds``, ``bends`` and ``built`` (rank of how high and close
    the houses beside it are, 0 highest, 1 none), one for each direction that may be driven. They lie on ``ground``.

    Nodes with signals have ``cycle`` (s) and ``phase`` (s at which it turns red for who comes from west or east).
    """

    region: Region
    graph: nx.DiGraph
    city: list[int]  # nodes of the town
    country: list[int]  # nodes outside
    exits: list[int]  # far ends of the motorways
    ground: Terrain

    def path(self, a: int, b: int) -> list[int]:
        """Nodes of the quickest way from ``a`` to ``b``."""
        return list(nx.bidirectional_dijkstra(self.graph, a, b, weight="seconds")[1])

    def detour(self, way: list[int]) -> list[int] | None:
        """Another way to the same place, over a node that makes it longer by some km, as little as can be."""
        ways = []
        for via in (*self.city[::5], *self.country):
            if via not in way:
                first, second = self.path(way[0], via), self.path(via, way[-1])
                if first[-2] != second[1]:  # no turning round on the spot
                    ways.append(first + second[1:])
        least = self.length(way) + DETOUR
        fit = [one for one in ways if self.length(one) > least]
        return min(fit or ways, key=self.length, default=None)

    def length(self, nodes: list[int]) -> float:
        """m of a way."""
        return float(sum(self.graph.edges[edge]["length"] for edge in pairwise(nodes)))

    def seconds(self, nodes: list[int], top: float) -> float:
        """How long that takes at the limits, or at ``top`` m/s where they allow more."""
        edges = (self.graph.edges[edge] for edge in pairwise(nodes))
        return float(sum(edge["length"] / min(edge["limit"], top) for edge in edges))

    def degrees(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude of places ``x`` east and ``y`` north of the city's centre."""
        lat = self.region.lat + np.degrees(y / EARTH)
        return lat, self.region.lon + np.degrees(x / (EARTH * cos(radians(self.region.lat))))


def generate(region: Region, rng: np.random.Generator) -> Roads:
    """The network of a region: a town's grid, roads between villages, two motorways."""
    graph = nx.DiGraph()
    city = _grid(graph, rng, count=13, spacing=450.0, jitter=70.0, road=_town_road, keep=0.92)
    country = _grid(graph, rng, count=9, spacing=7_000.0, jitter=900.0, road=lambda *_: RURAL, keep=0.85)
    exits = []
    for east in (True, False):
        line = _motorway(graph, rng, east)
        exits += [_terminal(graph, rng, line[0]), _terminal(graph, rng, line[-1])]
        _join(graph, rng, line[2:-2:2], country, 9_000.0)
    corners = [city[0], city[12], city[-13], city[-1], city[6], city[-7], city[78], city[90]]
    _join(graph, rng, corners, country, 9_000.0)
    whole = max(nx.strongly_connected_components(graph), key=len)
    graph.remove_nodes_from([node for node in graph if node not in whole])
    _signals(graph, rng)
    city, country, exits = ([n for n in nodes if n in whole] for nodes in (city, country, exits))
    return _grounded(region, graph, city, country, exits, rng)


def assembled(
    region: Region,
    places: list[tuple[float, float]],
    edges: dict[tuple[int, int], tuple[int, float]],
    lights: set[int],
    rng: np.random.Generator,
) -> Roads:
    """The largest part in which every place can be reached from every other, of roads from place to place (m east and
    north), as they may be driven: class and limit (m/s) each. ``lights`` are places with signals; if none is said,
    avenues that cross have them.
    """
    graph = nx.DiGraph()
    for x, y in places:
        _node(graph, x, y)
    for (a, b), (road, limit) in edges.items():
        chord = float(np.hypot(places[b][0] - places[a][0], places[b][1] - places[a][1]))
        graph.add_edge(a, b, road=road, limit=limit, length=chord, seconds=chord / limit, bends=())
    graph.remove_nodes_from(set(graph) - max(nx.strongly_connected_components(graph), key=len))
    _signals(graph, rng, lights)
    meeting = {node: meet(graph, node) for node in graph}
    stops = [node for node in graph if len(meeting[node]) != 2] or list(graph)
    town = [node for node in stops if {STREET, AVENUE} & set(meeting[node])] or stops
    outside = [node for node in stops if RURAL in meeting[node]] or town
    ends = {end(stops, key=lambda node: graph.nodes[node][axis]): None for axis in "xy" for end in (min, max)}
    return _grounded(region, graph, town, outside, list(ends), rng)


def meet(graph: nx.DiGraph, node: int) -> list[int]:
    """Classes of the roads that meet at a node, each once, whichever ways it may be driven."""
    beside = dict.fromkeys((*graph.successors(node), *graph.predecessors(node)))
    return [graph.edges[(node, to) if graph.has_edge(node, to) else (to, node)]["road"] for to in beside]


def _grounded(
    region: Region, graph: nx.DiGraph, city: list[int], country: list[int], exits: list[int], rng: np.random.Generator
) -> Roads:
    """The network laid on hills."""
    ground = terrain(region.altitude, region.steepest, rng)
    for node in graph.nodes.values():
        node["z"] = float(ground.elevation(node["x"], node["y"]))
    _houses(graph, rng)
    return Roads(region, graph, city, country, exits, ground)


def _houses(graph: nx.DiGraph, rng: np.random.Generator) -> None:
    """How high and close houses stand beside each street of a town: for good, and alike for both ways along it."""
    ranks: dict[tuple[float, ...], float] = {}
    for a, b, road in graph.edges(data=True):
        middle = ((graph.nodes[a][axis] + graph.nodes[b][axis]) / 2 for axis in "xy")
        rank = ranks.setdefault(tuple(at // BLOCK for at in middle), float(rng.random()))
        road["built"] = rank if road["road"] in (STREET, AVENUE) else OPEN


def _town_road(row: int, column: int, along: str) -> int:
    """Every third line of the town's grid is an avenue."""
    return AVENUE if (row if along == "x" else column) % 3 == 0 else STREET


def _node(graph: nx.DiGraph, x: float, y: float) -> int:
    graph.add_node(len(graph), x=x, y=y, signals=False)
    return len(graph) - 1


def _link(graph: nx.DiGraph, rng: np.random.Generator, a: int, b: int, road: int) -> None:
    """Join two nodes by a road; its bends belong to the lower node's end."""
    dx, dy = graph.nodes[b]["x"] - graph.nodes[a]["x"], graph.nodes[b]["y"] - graph.nodes[a]["y"]
    chord = float(np.hypot(dx, dy))
    limit = float(rng.choice(LIMITS[road])) / 3.6
    bends = _bends(rng, chord) if road == RURAL else ()
    for ends in ((a, b), (b, a)):
        graph.add_edge(*ends, road=road, limit=limit, length=chord, seconds=chord / limit, bends=bends)


def _bends(rng: np.random.Generator, chord: float) -> tuple[Bend, ...]:
    """A few S-bends, one in each stretch of about 1.5 km that has room for it."""
    count = int(chord / 1_500.0)
    bends = []
    for k in range(count):
        radius, angle = float(rng.uniform(70, 320)), float(rng.uniform(0.3, 0.8))
        room = chord / count - 4 * radius * np.sin(angle) - 150.0
        if room > 0:
            offset = k * chord / count + 75.0 + float(rng.uniform(0, room))
            bends.append(Bend(offset, radius, angle, float(rng.choice((-1, 1)))))
    return tuple(bends)


def _grid(
    graph: nx.DiGraph,
    rng: np.random.Generator,
    count: int,
    spacing: float,
    jitter: float,
    road: Callable[[int, int, str], int],
    keep: float,
) -> list[int]:
    """A square grid around the centre with its nodes shaken and some of its roads left out; its nodes by row."""
    places = (np.mgrid[:count, :count] - (count - 1) / 2) * spacing + rng.normal(0, jitter, (2, count, count))
    nodes = [_node(graph, float(x), float(y)) for y, x in places.reshape(2, -1).T]
    for k, here in enumerate(nodes):
        row, column = divmod(k, count)
        for along, there in (("x", k + 1 if column + 1 < count else None), ("y", k + count)):
            if there is None or there >= len(nodes):
                continue
            kind = road(row, column, along)
            if kind == AVENUE or rng.random() < keep:
                _link(graph, rng, here, nodes[there], kind)
    return nodes


def _motorway(graph: nx.DiGraph, rng: np.random.Generator, east: bool) -> list[int]:
    """A motorway of 200 km past the town, its exits 8 km apart; its nodes in order."""
    along = np.arange(-100_000.0, 100_001.0, 8_000.0)
    across = 4_500.0 + np.cumsum(rng.normal(0, 350.0, along.size))
    places = zip(along, across, strict=True) if east else zip(-across, along, strict=True)
    nodes = [_node(graph, float(x), float(y)) for x, y in places]
    for a, b in pairwise(nodes):
        _link(graph, rng, a, b, MOTORWAY)
    return nodes


def _terminal(graph: nx.DiGraph, rng: np.random.Generator, end: int) -> int:
    """A place 1.5 km off the end of a motorway."""
    x, y = rng.normal(0, 1_100.0, 2)
    node = _node(graph, graph.nodes[end]["x"] + float(x), graph.nodes[end]["y"] + float(y))
    _link(graph, rng, end, node, RURAL)
    return node


def _join(graph: nx.DiGraph, rng: np.random.Generator, nodes: list[int], others: list[int], reach: float) -> None:
    """A rural road from each of ``nodes`` to the nearest of ``others`` within ``reach``."""
    place = {n: np.array((graph.nodes[n]["x"], graph.nodes[n]["y"])) for n in (*nodes, *others)}
    for node in nodes:
        near = min(others, key=lambda other: float(np.linalg.norm(place[other] - place[node])))
        if np.linalg.norm(place[near] - place[node]) < reach:
            _link(graph, rng, node, near, RURAL)


def _signals(graph: nx.DiGraph, rng: np.random.Generator, said: Container[int] = ()) -> None:
    """Traffic lights where they are said to be, else where two avenues cross."""
    for node in graph:
        graph.nodes[node]["signals"] = node in said if said else meet(graph, node).count(AVENUE) >= 3
        if graph.nodes[node]["signals"]:
            cycle = float(rng.choice(CYCLES))
            graph.nodes[node].update(cycle=cycle, phase=float(rng.uniform(0, cycle)))
