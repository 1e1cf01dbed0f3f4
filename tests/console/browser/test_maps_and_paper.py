"""A map of streets out of a file with a fleet's areas over it, and the report of the fleet on its way to paper."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ..archives import VECTOR, archive, streets
from ..conftest import House
from .conftest import Served

pytestmark = pytest.mark.stack

AREA = {"geofence_id": "old", "fleet_id": "a", "name": "Old yard", "kind": "forbidden"}
LAID = """() => new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    const there = map?.getLayer('vehicles') && map.getLayer('zones') && map.getLayer('heat') && map.areTilesLoaded();
    there ? done(map.getLayersOrder()) : requestAnimationFrame(look);
  };
  look();
})"""

LAYERS = """() => new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    map?.getLayer('vehicles') ? done(map.getLayersOrder()) : requestAnimationFrame(look);
  };
  look();
})"""


# over the motorway, when all is drawn: what is to be seen there
DRAWN = """const map = await new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    map?.getLayer('vehicles') ? done(map) : requestAnimationFrame(look);
  };
  look();
});
map.jumpTo({ center: [90, 66.51326], zoom: 14 });
await new Promise((done) => map.once('idle', done));
const found = map.queryRenderedFeatures();
const each = (of) => [...new Set(found.map(of).filter(Boolean))];
return { layers: each((one) => one.layer.id), names: each((one) => one.properties.name) };"""
# the colours of a picture, as texts
PIXELS = """const image = new Image();
image.src = `data:image/png;base64,${given}`;
await image.decode();
const canvas = new OffscreenCanvas(image.width, image.height);
canvas.getContext('2d').drawImage(image, 0, 0);
const flat = canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data;
const found = new Set();
for (let k = 0; k < flat.length; k += 4) found.add(`${flat[k]} ${flat[k + 1]} ${flat[k + 2]}`);
return [...found];"""
SEA, ROAD = "188 210 226", "185 196 204"  # as map/palette.js has them


@pytest.fixture(scope="module")
def served(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The console of the house with a map out of a file."""
    path, config = tmp_path_factory.mktemp("tiles") / "town.pmtiles", house.world.config
    path.write_bytes(archive())
    world = replace(house.world, config=replace(config, map=replace(config.map, tiles=str(path))))
    found = Served(replace(house, world=world))
    yield found
    found.stop()


def test_streets_come_out_of_a_file_and_areas_and_events_lie_over_them(tab, house):
    circle = {"lat_deg": "48.5", "lon_deg": "9.0", "radius_m": "5000"}
    assert house.client("admin").post("/api/v1/registry/geofences", json={"cells": AREA | circle}).status_code == 200
    one = tab("manager")
    with one.page.expect_response(lambda answer: answer.url.endswith("/map.pmtiles") and answer.status == 206):
        one.go("/")
    one.page.get_by_role("button", name="Areas").click()
    one.page.get_by_role("button", name="Events of a day").click()
    layers = one.page.evaluate(LAID)
    assert layers.index("tiles") < layers.index("zones") < layers.index("heat")
    one.page.get_by_label("Language").select_option("zh-CN")  # a new style: what lay over the old one lies over it too
    assert set(one.page.evaluate(LAID)) == set(layers)
    one.page.get_by_role("button", name="表格").click()
    one.page.locator("th", has_text="Old yard").wait_for()
    one.page.get_by_role("button", name="一天内的事件").click()
    one.page.locator("section h2", has_text="一天内的事件").wait_for(state="detached")


def test_a_damaged_file_of_streets_is_told_and_the_packages_own_map_is_drawn(tab, served, spoiled):
    one = tab("manager")
    one.go("/")
    one.page.get_by_text("The streets that map.tiles names cannot be read").wait_for()
    assert "land" in one.page.evaluate(LAYERS)
    assert one.page.get_by_text("no WebGL").count() == 0


def test_streets_of_a_vector_file_are_drawn_in_their_colours_and_named(tab, vectors):
    one = tab("manager")
    one.go("/")
    found = one.run(DRAWN)
    assert {"earth", "water", "road-highway", "name-places"} <= set(found["layers"])
    assert found["names"] == ["Middletown"]
    map_ = one.page.locator(".map")
    seen = one.run(PIXELS, base64.b64encode(map_.screenshot()).decode())
    assert SEA in seen and ROAD in seen


@pytest.fixture
def vectors(served):
    """The file has lines and areas for the while of a test."""
    yield from instead(served, archive(streets(), VECTOR))


def instead(served, other):
    """The file is another for a while."""
    path = Path(served.house.world.config.map.tiles)
    whole = path.read_bytes()
    path.write_bytes(other)
    yield
    path.write_bytes(whole)


@pytest.fixture
def spoiled(served):
    """The file is another for the while of a test."""
    yield from instead(served, b"not a map" + archive()[9:])


def test_a_report_is_read_on_the_screen_and_printed_from_a_page_of_its_own(tab):
    one = tab("manager")
    one.go("/report?from=2024-10-01&to=2024-10-14")
    one.page.locator("h2", has_text="Worst vehicles").wait_for()
    assert one.page.locator("table").count() >= 2
    with one.page.context.expect_page() as opened:
        one.page.get_by_role("link", name="Open to print").click()
    sheet = opened.value
    sheet.locator("h1", has_text="Fleet report: a").wait_for()
    assert sheet.locator("h2").count() == 8
    printed = sheet.pdf(prefer_css_page_size=True)
    boxes = {tuple(float(n) for n in found.split()) for found in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)}
    assert {(round(box[2]), round(box[3])) for box in boxes} == {(595, 842)}
