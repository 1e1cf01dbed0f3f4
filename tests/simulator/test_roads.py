"""The network: seeded, connected, near its city."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from simulator.regions import REGIONS
from simulator.roads import AVENUE, MOTORWAY, OPEN, STREET, Roads, generate


@pytest.fixture(scope="module")
def roads() -> Roads:
    return generate(REGIONS["karlsruhe"], np.random.default_rng(1))


def test_the_same_seed_gives_the_same_roads(roads: Roads) -> None:
    again = generate(REGIONS["karlsruhe"], np.random.default_rng(1))
    other = generate(REGIONS["karlsruhe"], np.random.default_rng(2))
    assert nx.utils.graphs_equal(roads.graph, again.graph)
    assert not nx.utils.graphs_equal(roads.graph, other.graph)


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize("seed", range(5))
def test_every_place_can_be_reached(name: str, seed: int) -> None:
    roads = generate(REGIONS[name], np.random.default_rng(seed))
    assert nx.is_strongly_connected(roads.graph)
    assert roads.city and roads.country and len(roads.exits) == 4


def test_the_way_to_an_exit_takes_the_motorway(roads: Roads) -> None:
    way = roads.path(roads.city[0], roads.exits[0])
    kinds = [roads.graph.edges[edge]["road"] for edge in pairwise(way)]
    assert MOTORWAY in kinds
    assert roads.seconds(way, top=10.0) > roads.seconds(way, top=30.0)


def test_the_town_lies_where_the_city_is(roads: Roads) -> None:
    x, y = (np.array([roads.graph.nodes[n][axis] for n in roads.city]) for axis in "xy")
    lat, lon = roads.degrees(x, y)
    assert np.abs(lat - 49.0094).max() < 0.05
    assert np.abs(lon - 8.4044).max() < 0.06


def test_a_degree_of_latitude_is_111_km(roads: Roads) -> None:
    lat, _ = roads.degrees(np.zeros(2), np.array([0.0, 111_195.0]))
    assert lat[1] - lat[0] == pytest.approx(1.0, abs=1e-4)


def test_houses_stand_beside_streets_of_a_town_and_nowhere_else(roads: Roads) -> None:
    for a, b, data in roads.graph.edges(data=True):
        assert (data["built"] < OPEN) == (data["road"] in (STREET, AVENUE))
        assert roads.graph.edges[b, a]["built"] == data["built"]
    built = [data["built"] for _, _, data in roads.graph.edges(data=True) if data["built"] < OPEN]
    assert np.mean(np.array(built) < 0.2) == pytest.approx(0.2, abs=0.08)
