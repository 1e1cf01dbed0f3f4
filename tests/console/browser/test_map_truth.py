"""What is drawn is where it is: land, water and vehicles by the colours of their pixels, over tiles too."""

import base64
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from ..archives import picture
from .conftest import Served, Tab, signed_in, watch
from .placed import ROW, placed

pytestmark = pytest.mark.stack

# in each part of the world: Eurasia's land, on whose ring a map may fail, and lakes too
GROUND = {
    "land": [(10.0, 51.0), (-100.0, 40.0), (60.0, 56.0), (100.0, 62.0), (120.0, -25.0), (20.0, 5.0)],
    "sea": [(-40.0, 30.0), (80.0, -20.0), (-95.0, -15.0)],
    "water": [(-87.5, 47.7), (33.0, -1.0)],
}
WORLD = ((10.0, 20.0), 1)  # a view of all of these
ALERT, GREEN = 4, (32, 128, 64)  # a status; the colour of all tiles
# a vehicle and where Chinese maps have it, by the published example of the conversion
BEIJING, THERE = (116.404, 39.915), (116.41024449916938, 39.91640428150164)
# what the map has at some places (longitude, latitude), when it is still: pixels of itself
AT = """const map = await new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    map?.getLayer('vehicles') ? done(map) : requestAnimationFrame(look);
  };
  look();
});
map.jumpTo({ center: given.centre, zoom: given.zoom });
await new Promise((done) => { map.once('idle', done); map.triggerRepaint(); });
for (let k = 0; k < 3; k++) await new Promise(requestAnimationFrame);
return given.places.map((place) => { const { x, y } = map.project(place); return [Math.round(x), Math.round(y)]; });"""
PIXELS = """const image = new Image();
image.src = `data:image/png;base64,${given.png}`;
await image.decode();
const canvas = new OffscreenCanvas(image.width, image.height);
const drawing = canvas.getContext('2d', { willReadFrequently: true });
drawing.drawImage(image, 0, 0);
const { STATUS, LAND } = await at('map/palette.js');
const pixels = ([x, y]) => [...drawing.getImageData(x - 1, y - 1, 3, 3).data];
const seen = given.places.map(pixels);
return [seen, STATUS, LAND];"""


def seen(one, centre, zoom, places):
    """The most frequent colour around each of some places, and the palette."""
    spots = one.run(AT, {"centre": centre, "zoom": zoom, "places": places})
    png = base64.b64encode(one.page.locator(".map").screenshot()).decode()
    found, *palette = one.run(PIXELS, {"png": png, "places": spots})
    return [most(np.reshape(one, (-1, 4))[:, :3].tolist()) for one in found], *palette


def most(pixels):
    return Counter(map(tuple, pixels)).most_common(1)[0][0]


def colour(written):
    return tuple(int(written[k : k + 2], 16) for k in (1, 3, 5))


def one_at(lon, lat):
    """A vehicle with an alert."""
    return np.array([(round(lon * 1e6), round(lat * 1e6), 0, 0, ALERT, 0, 1)], ROW)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_land_is_land_and_water_is_water_all_over_the_world(tab, theme):
    one = tab("manager", color_scheme=theme)
    one.go("/")
    wanted = [(name, place) for name, places in GROUND.items() for place in places]
    found, _, known = seen(one, *WORLD, [place for _, place in wanted])
    for (name, place), pixel in zip(wanted, found, strict=True):
        assert pixel == pytest.approx(colour(known[theme][name]), abs=3), (place, name)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_vehicle_is_drawn_where_it_is_in_the_colour_of_its_status(tab, theme):
    one = tab("manager", color_scheme=theme)
    placed(one.page, ["a/V0"], one_at(9.1, 48.6))
    one.go("/")
    (here, beside), status, land = seen(one, (9.1, 48.6), 12, [(9.1, 48.6), (9.13, 48.6)])
    assert here == pytest.approx(colour(status[theme]["alert"]), abs=3)
    assert beside == pytest.approx(colour(land[theme]["land"]), abs=3)


@contextmanager
def drawn_with(chromium, house, **said) -> Iterator[Tab]:
    """A manager before a console whose map is configured so."""
    config = house.world.config
    served = Served(replace(house, world=replace(house.world, config=replace(config, map=replace(config.map, **said)))))
    one = Tab(signed_in(chromium, served.url, "manager").new_page(), served.url)
    watch(one)
    yield one
    one.page.context.close()
    served.stop()
    assert one.unexpected() == []


@pytest.mark.parametrize(("borders", "drawn"), [("none", False), ("natural-earth", True)])
def test_borders_are_drawn_only_where_somebody_has_decided_whose(chromium, house, borders, drawn):
    with drawn_with(chromium, house, borders=borders) as one:
        one.go("/")
        seen(one, (10.0, 51.0), 4, [])
        found = one.page.evaluate("globalThis.tripmeterMap.queryRenderedFeatures().map((one) => one.layer.id)")
        assert "land" in found
        assert ("borders" in found) == drawn


@pytest.fixture
def tiles() -> Iterator[tuple[str, list[str]]]:
    """The address of tiles of one colour at another host, and what was asked for there."""
    asked: list[str] = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(picture())

        def log_message(self, *_said: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("datum", "place", "elsewhere"), [("gcj02", THERE, BEIJING), ("wgs84", BEIJING, THERE)])
def test_tiles_of_an_address_lie_below_and_chinese_ones_have_vehicles_where_they_have_roads(
    chromium, house, tiles, datum, place, elsewhere
):
    address, asked = tiles
    with drawn_with(chromium, house, tiles=f"{address}/{{z}}/{{x}}/{{y}}.png", datum=datum) as one:
        one.expected = (f"foreign request: {address}/",)  # to that host, and to no other
        placed(one.page, ["a/V0"], one_at(*BEIJING))
        one.go("/")
        (here, there), status, _ = seen(one, BEIJING, 15, [place, elsewhere])
        assert here == pytest.approx(colour(status["light"]["alert"]), abs=3)
        assert there == GREEN
        kept = one.run("return (await (await fetch('/api/v1/vehicles')).json()).items.length;")
        assert kept == 2  # of the record nothing is moved or lost
    assert asked
    assert all(len(path.removesuffix(".png").split("/")) == 4 for path in asked)
