"""What the map is made of: areas as long as the registry says, streets out of a file, for who may see them."""

from dataclasses import replace

import numpy as np
import pytest
from starlette.testclient import TestClient

from console.api.zones import outline
from console.app import create_app
from console.tiles import check
from streams.layers import ConfigError

from .archives import archive

API = "/api/v1"
SQUARE = "POLYGON((9.1 48.7, 9.2 48.7, 9.2 48.8, 9.1 48.8, 9.1 48.7))"
OURS = {
    "yard": {"kind": "forbidden", "shape": SQUARE, "name": "Old yard"},
    "quarry": {"kind": "customer", "lat_deg": "48.5", "lon_deg": "9.0", "radius_m": "500"},
    "past": {"kind": "allowed", "shape": SQUARE, "from": "2020-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z"},
}


@pytest.fixture
def drawn(house):
    """Three areas of fleet a, of which one holds no more."""
    admin, keys = house.client("admin"), []
    for name, cells in OURS.items():
        answer = admin.post(f"{API}/registry/geofences", json={"cells": {"geofence_id": name, "fleet_id": "a"} | cells})
        assert answer.status_code == 200, answer.text
        keys.append(answer.json()[0]["key"])
    yield
    for key in keys:
        assert admin.post(f"{API}/registry/geofences/remove", json={"key": key}).status_code == 200


@pytest.mark.usefixtures("drawn")
def test_areas_that_hold_are_seen_by_who_sees_the_fleet(house):
    found = {one["id"]: one for one in house.client("viewer").get(f"{API}/zones").json()}
    assert {name: (one["kind"], one["name"]) for name, one in found.items()} == {
        "yard": ("forbidden", "Old yard"),
        "quarry": ("customer", ""),
    }
    assert {one["until"] for one in found.values()} == {None}
    assert house.client("yard").get(f"{API}/zones").json() == []  # of one site only
    assert house.client("other").get(f"{API}/zones").json() == []


def test_a_polygon_comes_back_as_it_was_written_and_a_circle_is_round():
    square = outline(SQUARE)
    assert square["type"] == "Polygon"
    assert sorted(square["coordinates"][0][:4]) == [[9.1, 48.7], [9.1, 48.8], [9.2, 48.7], [9.2, 48.8]]
    circle = np.array(outline("circle 48.5 9.0 500.0")["coordinates"][0])
    away = np.hypot((circle[:, 0] - 9.0) * np.cos(np.radians(48.5)), circle[:, 1] - 48.5) * 111_195
    assert np.abs(away - 500).max() < 1.0


@pytest.fixture
def streets(house, tmp_path):
    """A client of a console whose map is a file."""
    path = tmp_path / "town.pmtiles"
    path.write_bytes(archive())
    config = house.world.config
    world = replace(house.world, config=replace(config, map=replace(config.map, tiles=str(path))))
    client = TestClient(create_app(world), base_url="http://console")
    client.cookies = house.client("viewer").cookies
    return client


def test_a_browser_is_given_the_parts_it_asks_for(streets):
    tiles = streets.get(f"{API}/meta").json()["tiles"]
    assert (tiles["url"], tiles["borders"], tiles["datum"]) == ("/map.pmtiles", "none", "wgs84")
    whole = archive()
    part = streets.get(tiles["url"], headers={"Range": "bytes=0-126"})
    assert (part.status_code, part.content) == (206, whole[:127])
    assert part.headers["content-range"] == f"bytes 0-126/{len(whole)}"
    assert "content-encoding" not in part.headers
    assert streets.get(tiles["url"], headers={"Range": "bytes=9999999-"}).status_code == 416


def test_nobody_else_is_and_where_there_is_none_there_is_no_such_address(streets, house):
    streets.cookies.clear()
    assert streets.get("/map.pmtiles").status_code == 401
    assert "html" in house.client("viewer").get("/map.pmtiles").headers["content-type"]  # the shell's own page


def test_a_file_that_is_not_there_or_none_of_its_kind_is_told_at_the_start(tmp_path):
    path = tmp_path / "town.pmtiles"
    with pytest.raises(ConfigError, match=r"map\.tiles .* cannot be read"):
        check(str(path))
    path.write_bytes(b"not a map")
    with pytest.raises(ConfigError, match=r"map\.tiles .* no PMTiles archive"):
        check(str(path))
    path.write_bytes(archive())
    check(str(path))
    check("https://tiles.example/{z}/{x}/{y}.png")
    check("")
