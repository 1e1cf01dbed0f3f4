"""The roads of an extract are driven as they lie, with the limits they are tagged with."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from simulator import maps
from simulator.cli import main
from simulator.maps import MapError
from simulator.placed import Placed, PlacingError
from simulator.regions import REGIONS
from simulator.roads import AVENUE, MOTORWAY, RURAL, STREET, Roads
from simulator.roster import roster
from simulator.routes import SIGNALS, trace
from simulator.traffic import Traffic, Window

LAT, LON, METRE = 48.5, 9.05, 180 / np.pi / 6_371_008.8  # Tübingen
START = 1_762_923_600.0


def place(x: float, y: float) -> list[float]:
    return [LON + x * METRE / np.cos(np.radians(LAT)), LAT + y * METRE]


def way(*points: tuple[float, float], **tags: Any) -> dict[str, Any]:
    shape = {"type": "LineString", "coordinates": [place(*point) for point in points]}
    return {"type": "Feature", "geometry": shape, "properties": tags}


def town() -> list[dict[str, Any]]:
    """Streets every 300 m, a road out of town, and a motorway."""
    lines = [300.0 * k for k in range(-4, 5)]
    rows = [way(*((x, y) for x in lines), highway="residential") for y in lines if y]
    columns = [way(*((x, y) for y in lines), highway="tertiary", maxspeed="50") for x in lines]
    out = [way(*((x, 40 * np.sin((x - 1_200) / 300)) for x in np.arange(1_200.0, 9_000.0, 60.0)), highway="secondary")]
    main_street = way(*((x, 0.0) for x in lines), highway="primary", maxspeed="30 mph")
    end = out[0]["geometry"]["coordinates"][-1]
    fast = way(highway="motorway", maxspeed="none", oneway="no")
    fast["geometry"]["coordinates"] = [end, place(30_000.0, 9_000.0)]
    return [*rows, *columns, *out, main_street, fast]


def write(folder: Path, features: list[dict[str, Any]]) -> Path:
    path = folder / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    island = way((0.0, 50_000.0), (500.0, 50_000.0), highway="residential")
    light = {"type": "Feature", "properties": {"highway": "traffic_signals"}}
    light["geometry"] = {"type": "Point", "coordinates": place(300.0, 0.0)}
    path_ = way((0.0, 0.0), (1.0, 900.0), highway="footway")
    return write(tmp_path_factory.mktemp("map"), [*town(), island, light, path_])


@pytest.fixture(scope="module")
def roads(path: Path) -> Roads:
    return maps.read(path, REGIONS["karlsruhe"], np.random.default_rng(1))


def test_what_hangs_together_is_driven_and_lies_where_it_lies(roads: Roads) -> None:
    assert nx.is_strongly_connected(roads.graph)
    x, y = (np.array([roads.graph.nodes[node][axis] for node in roads.graph]) for axis in "xy")
    lat, lon = roads.degrees(x, y)
    assert (lat.min(), lon.min()) == pytest.approx((place(0, -1_200)[1], place(-1_200, 0)[0]), abs=1e-4)
    assert lat.max() < place(0, 20_000.0)[1]


def test_classes_and_limits_are_those_tagged(roads: Roads) -> None:
    found = {(data["road"], round(3.6 * data["limit"], 1)) for _, _, data in roads.graph.edges(data=True)}
    assert found == {(STREET, 30.0), (AVENUE, 50.0), (AVENUE, 48.3), (RURAL, 100.0), (MOTORWAY, 130.0)}


def test_lights_are_those_of_the_map(roads: Roads) -> None:
    (node,) = (node for node, data in roads.graph.nodes(data=True) if data["signals"])
    near = sorted(roads.graph.neighbors(node))
    gates = [trace(roads, [a, node, b])["gate"] for a in near for b in near if a != b]
    assert all(SIGNALS in gate for gate in gates)


def test_a_winding_road_is_as_long_as_its_points_say(roads: Roads) -> None:
    way_out = roads.path(roads.city[0], max(roads.graph, key=lambda node: roads.graph.nodes[node]["x"]))
    pieces = trace(roads, way_out)
    assert pieces["length"].sum() == pytest.approx(roads.length(way_out), rel=0.03)
    assert (np.abs(pieces["curvature"]) > 0).any()


def test_a_fleet_drives_on_it(path: Path) -> None:
    traffic = Traffic(replace(roster(6, seed=3), extract=path), Window(START, 1.0))
    for vehicle, report in zip(traffic.roster.vehicles, traffic.reports(), strict=True):
        assert report.evening.odometer > vehicle.odometer + 200
        rows = report.recording
        assert rows["lat_deg"].is_between(*(place(0, y)[1] for y in (-1_300.0, 9_100.0))).all()
        north, east = np.diff(rows["lat_deg"]) / METRE, np.diff(rows["lon_deg"]) / METRE * np.cos(np.radians(LAT))
        one = (np.diff(rows["t"]) == 1.0) & (rows["speed_kmh"].to_numpy()[1:] > 18)
        error = np.hypot(north, east)[one] - rows["speed_kmh"].to_numpy()[1:][one] / 3.6
        assert np.quantile(np.abs(error), 0.95) < 3.0


def test_another_way_on_a_map_that_has_one_road_is_an_error(tmp_path: Path) -> None:
    lone = write(tmp_path, [way(*((150.0 * k, 30.0 * (k % 3)) for k in range(40)), highway="tertiary")])
    fleet = Traffic(replace(roster(1, seed=3), extract=lone), Window(START, 1.0))
    (report,) = fleet.reports()
    assert report.sheet.filter(kind="trip").height
    with pytest.raises(PlacingError, match=r"route_deviation: VAN-001 has no other way to go there"):
        _ = replace(fleet, events=(Placed("route_deviation", 0, 60.0),)).arranged


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"features": []}', '{"features": [{"geometry": 3}]}'])
def test_what_is_no_map_is_said(tmp_path: Path, text: str) -> None:
    broken = tmp_path / "map.geojson"
    broken.write_text(text)
    with pytest.raises(MapError, match=r"map\.geojson"):
        maps.read(broken, REGIONS["karlsruhe"], np.random.default_rng(1))


def test_on_the_command_line(path: Path, tmp_path: Path) -> None:
    words = ["record", str(tmp_path / "day.parquet"), "--vehicles", "1", "--hours", "0.2", "--json", "--roads"]
    done = CliRunner().invoke(main, [*words, str(path)])
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(tmp_path / "day.parquet")["lon_deg"].mean() == pytest.approx(LON, abs=0.5)
    lost = CliRunner().invoke(main, [*words, str(tmp_path / "nowhere.geojson")])
    assert lost.exit_code == 1 and "nowhere.geojson" in lost.output
