"""OpenStreetMap's own XML is driven like GeoJSON, and nobody drives against a one-way street."""

import gzip
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from simulator import extracts, maps
from simulator.extracts import Extract, MapError
from simulator.regions import REGIONS
from simulator.roads import AVENUE, STREET, Roads

STEP = 0.003  # degrees
Ways = list[tuple[list[int], dict[str, str]]]
SQUARE: Ways = [  # 1-2-3-4 around, 2-3 only down, 1-4 both ways, and a roundabout's quarter
    ([1, 2], {"highway": "residential"}),
    ([2, 3], {"highway": "residential", "oneway": "yes"}),
    ([4, 3], {"highway": "tertiary", "oneway": "-1", "maxspeed": "40"}),
    ([4, 1], {"highway": "residential", "oneway": "no"}),
    ([5, 6], {"highway": "footway"}),
]


def osm(ways: Ways, lights: tuple[int, ...] = ()) -> str:
    """Nodes 1, 2 above, 4, 3 below; 9 is in no way."""
    places = {1: (0, 1), 2: (1, 1), 3: (1, 0), 4: (0, 0), 5: (3, 3), 6: (4, 3), 9: (7, 7)}
    nodes = ""
    for node, (x, y) in places.items():
        tag = '<tag k="highway" v="traffic_signals"/>' if node in lights else '<tag k="name" v="a &amp; b"/>'
        nodes += f'<node id="{node}" lat="{48.5 + STEP * y}" lon="{9.0 + STEP * x}">{tag}</node>\n'
    lines = ""
    for number, (refs, tags) in enumerate(ways):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inside += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines += f'<way id="{number}">{inside}</way>\n'
    relation = '<relation id="1"><member type="way" ref="0"/><tag k="highway" v="primary"/></relation>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">{nodes}{lines}{relation}</osm>'


def write(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def driven(path: Path) -> Roads:
    return maps.read(path, REGIONS["karlsruhe"], np.random.default_rng(1))


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz", "town.xml"])
def test_ways_that_are_roads_and_their_lights_are_read(tmp_path: Path, name: str) -> None:
    found = extracts.read(write(tmp_path / name, osm(SQUARE, lights=(2, 9))))
    assert [tags for tags, _ in found.lines] == [tags for _, tags in SQUARE]
    assert found.lines[0][1] == [(9.0, 48.503), (9.003, 48.503)]
    assert found.lights == {(9.003, 48.503)}


def test_a_way_that_leaves_the_extract_is_taken_as_far_as_it_is_known(tmp_path: Path) -> None:
    found = extracts.read(write(tmp_path / "a.osm", osm([([1, 2, 77, 3], {"highway": "residential"})])))
    assert len(found.lines[0][1]) == 3


def test_one_way_streets_are_driven_one_way(tmp_path: Path) -> None:
    roads = driven(write(tmp_path / "a.osm", osm(SQUARE)))
    assert len(roads.graph) == 4 and nx.is_strongly_connected(roads.graph)
    at = {(round(data["x"] > 0), round(data["y"] > 0)): node for node, data in roads.graph.nodes(data=True)}
    north_east, south_east = at[1, 1], at[1, 0]
    assert roads.path(north_east, south_east) == [north_east, south_east]
    assert len(roads.path(south_east, north_east)) == 4
    kinds = {
        (roads.graph.edges[edge]["road"], round(3.6 * roads.graph.edges[edge]["limit"])) for edge in roads.graph.edges
    }
    assert kinds == {(STREET, 30), (AVENUE, 40)}
    for a in roads.graph:
        for b in set(roads.graph) - {a}:
            assert all(roads.graph.has_edge(*step) for step in pairwise(roads.path(a, b)))


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({"highway": "motorway"}, {(0, 1)}),
        ({"highway": "motorway", "oneway": "no"}, {(0, 1), (1, 0)}),
        ({"highway": "tertiary", "junction": "roundabout"}, {(0, 1)}),
        ({"highway": "tertiary", "oneway": "reverse"}, {(1, 0)}),
        ({"highway": "tertiary", "oneway": True}, {(0, 1)}),
        ({"highway": "tertiary", "oneway": "alternating"}, {(0, 1), (1, 0)}),
    ],
)
def test_which_way_a_road_may_be_driven(tags: dict[str, Any], directions: set[tuple[int, int]]) -> None:
    (way,) = maps._ways(Extract([(tags, [(9.0, 48.0), (9.1, 48.0)])], set()))
    assert directions == {ends for ends, barred in (((0, 1), -1), ((1, 0), 1)) if way.direction != barred}


@pytest.mark.parametrize(
    "text", ["", "no xml", "<osm><node id='1'/>", "<osm><way><nd/></way></osm>", osm(SQUARE)[:900]]
)
def test_what_is_no_map_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(MapError, match=r"a\.osm"):
        driven(write(tmp_path / "a.osm", text))


def test_a_broken_archive_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.gz", osm(SQUARE))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(MapError, match=r"a\.osm\.gz"):
        driven(path)
