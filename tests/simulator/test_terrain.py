"""The ground is smooth, seeded, and nowhere steeper than said; a way round comes back as high as it began."""

from itertools import pairwise

import numpy as np
import pytest

from simulator.motion import KNOT
from simulator.regions import REGIONS
from simulator.roads import Roads, generate
from simulator.routes import slopes, trace
from simulator.terrain import terrain


@pytest.fixture(scope="module", params=REGIONS)
def roads(request: pytest.FixtureRequest) -> Roads:
    return generate(REGIONS[request.param], np.random.default_rng(1))


def test_the_same_seed_gives_the_same_ground() -> None:
    x, y = np.random.default_rng(0).uniform(-5e4, 5e4, (2, 100))
    one, again, other = (terrain(0.0, 0.05, np.random.default_rng(seed)).elevation(x, y) for seed in (1, 1, 2))
    assert (one == again).all() and not np.allclose(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_nowhere_is_steeper_than_said(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground, (x, y), toward = terrain(0.0, 0.05, rng), rng.uniform(-1e5, 1e5, (2, 5_000)), rng.uniform(0, 7, 5_000)
    rise = ground.elevation(x + np.cos(toward), y + np.sin(toward)) - ground.elevation(x, y)
    assert np.abs(rise).max() <= 0.05
    assert np.abs(rise).mean() > 0.003


def test_climbs_around_a_loop_cancel(roads: Roads) -> None:
    """Over three ways, out and back by others, node by node and along the road."""
    a, b, c = roads.city[0], roads.country[0], roads.exits[1]
    loop = [*roads.path(a, b), *roads.path(b, c)[1:], *roads.path(c, a)[1:]]
    z = [roads.graph.nodes[node]["z"] for node in loop]
    assert sum(after - before for before, after in pairwise(z)) == pytest.approx(0, abs=1e-9)
    pieces = trace(roads, loop)
    climbed = KNOT * float(slopes(roads, pieces, KNOT).sum())
    assert climbed == pytest.approx(0, abs=1.0)  # the last knot ends where the way does


def test_a_way_climbs_what_lies_between_its_ends(roads: Roads) -> None:
    way = roads.path(roads.city[3], roads.country[5])
    rise = roads.graph.nodes[way[-1]]["z"] - roads.graph.nodes[way[0]]["z"]
    assert KNOT * slopes(roads, trace(roads, way), KNOT).sum() == pytest.approx(rise, abs=1.0)


def test_the_way_back_climbs_what_the_way_there_fell(roads: Roads) -> None:
    way = roads.path(roads.city[3], roads.exits[0])
    there, back = (KNOT * slopes(roads, trace(roads, one), KNOT).sum() for one in (way, way[::-1]))
    assert there == pytest.approx(-back, abs=2.0)
