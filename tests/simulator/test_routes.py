"""Routes hang together: each piece begins where the one before ended, heading the same way."""

import numpy as np
import pytest

from simulator.regions import REGIONS
from simulator.roads import Roads, generate
from simulator.routes import PIECE, TIGHTEST, place, trace


@pytest.fixture(scope="module")
def roads() -> Roads:
    return generate(REGIONS["karlsruhe"], np.random.default_rng(1))


def ends(pieces: np.ndarray) -> tuple[np.ndarray, ...]:
    return place(pieces, np.arange(len(pieces)), pieces["length"])


@pytest.mark.parametrize("k", range(0, 160, 8))
def test_pieces_join(roads: Roads, k: int) -> None:
    pieces = trace(roads, roads.path(roads.city[k], (roads.exits + roads.country)[k % 60]))
    x, y, heading = ends(pieces)
    gaps = np.hypot(x[:-1] - pieces["x"][1:], y[:-1] - pieces["y"][1:])
    turns = np.abs((heading[:-1] - pieces["heading"][1:] + np.pi) % (2 * np.pi) - np.pi)
    assert turns.max() < 0.02
    assert np.sort(gaps)[-1] < 2 * TIGHTEST  # only at the sharpest junctions
    assert np.quantile(gaps, 0.9) < 0.5


def test_a_route_runs_from_its_first_node_to_its_last(roads: Roads) -> None:
    way = roads.path(roads.city[3], roads.country[5])
    pieces = trace(roads, way)
    x, y, _ = ends(pieces)
    first, last = roads.graph.nodes[way[0]], roads.graph.nodes[way[-1]]
    assert (pieces["x"][0], pieces["y"][0]) == pytest.approx((first["x"], first["y"]))
    assert np.hypot(x[-1] - last["x"], y[-1] - last["y"]) < 1.0


def test_the_way_back_is_as_long(roads: Roads) -> None:
    way = roads.path(roads.city[3], roads.exits[1])
    there, back = trace(roads, way), trace(roads, way[::-1])
    assert there["length"].sum() == pytest.approx(back["length"].sum(), rel=1e-6)


def test_halfway_round_a_quarter_circle() -> None:
    pieces = np.zeros(1, PIECE)
    pieces["length"], pieces["curvature"] = 50 * np.pi, 0.01
    x, y, heading = place(pieces, np.array([0]), np.array([50 * np.pi]))
    assert (x[0], y[0], heading[0]) == pytest.approx((100.0, 100.0, np.pi / 2))
