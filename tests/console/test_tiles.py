"""A map of streets in one file: parts of it for who is signed in; a file that is not there stops the start."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.tiles import check
from streams.layers import ConfigError

from .archives import archive

API = "/api/v1"


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


def test_a_file_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(ConfigError, match=r"map\.tiles"):
        check(str(tmp_path / "town.pmtiles"))
    check("https://tiles.example/{z}/{x}/{y}.png")
    check("")
