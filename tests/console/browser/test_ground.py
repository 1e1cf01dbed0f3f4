"""A map without streets has a net of degrees and the roads that the fleet has driven; with streets it needs neither."""

import pytest

pytestmark = pytest.mark.stack

SETTLED = """const map = await new Promise((done) => {
  const look = () => {
    const map = globalThis.tripmeterMap;
    map?.getLayer('ways') ? done(map) : requestAnimationFrame(look);
  };
  look();
});"""
ROADS = f"""{SETTLED}
const found = () => map.queryRenderedFeatures({{ layers: ['ways'] }});
while (!found().length) await new Promise((done) => map.once('idle', done));
return {{ often: Math.max(...found().map((one) => one.properties.often)), order: map.getLayersOrder() }};"""
DEGREES = f"""{SETTLED}
map.jumpTo({{ center: given, zoom: 9 }});
await new Promise((done) => map.once('idle', done));
return [...new Set(map.queryRenderedFeatures({{ layers: ['net-said'] }}).map((one) => one.properties.said))];"""


def test_the_fleets_own_roads_lie_under_names_and_vehicles(tab):
    one = tab("manager")
    one.go("/")
    seen = one.run(ROADS)
    order = seen["order"]
    assert (
        order.index("land") < order.index("net") < order.index("ways") < order.index("cities") < order.index("vehicles")
    )


def test_what_is_driven_meanwhile_is_asked_for_again_until_the_map_is_gone(tab):
    one, asked = tab("manager"), []
    one.page.clock.install()
    one.page.on("request", lambda request: asked.append(request.url) if "/ways" in request.url else None)
    one.go("/")
    one.run(ROADS)
    before = len(asked)
    with one.page.expect_response(lambda answer: "/ways" in answer.url):
        one.page.clock.run_for(30_000)
    assert len(asked) == before + 1
    one.go("/trips")
    one.page.locator("tbody tr").first.wait_for()
    one.page.clock.run_for(90_000)
    assert len(asked) == before + 1


def test_roads_stay_when_the_theme_turns(tab):
    one = tab("manager")
    one.go("/")
    one.run(ROADS)
    one.run("const { turn } = await at('lib/theme.js'); turn();")
    assert one.run(ROADS)["order"].count("ways") == 1


def test_a_drive_alone_has_them_too(tab, house):
    one = tab("admin")
    one.go(f"/trips/{house.ids['trips']}")
    order = one.run(ROADS)["order"]
    assert order.index("ways") < order.index("way")


def test_lines_say_their_degrees(tab):
    one = tab("manager")
    one.go("/")
    north, south = (set(one.run(DEGREES, list(centre))) for centre in ((9.0, 48.5), (-58.4, -34.6)))
    assert north
    assert {text[-1] for text in north} == {"E", "N"}
    assert {text[-1] for text in south} == {"W", "S"}


def test_a_net_has_some_lines_whatever_is_seen(tab):
    one = tab("manager")
    one.go("/")
    make = "const { net } = await at('map/net.js'); return net(given).features.map((one) => one.properties.said);"
    assert one.run(make, [-1.2, 50.9, 1.3, 52.1]) == [
        "1.0° W",
        "0.5° W",
        "0.0°",
        "0.5° E",
        "1.0° E",
        "51.0° N",
        "51.5° N",
        "52.0° N",
    ]
    assert one.run(make, [8.99, 48.49, 9.03, 48.51]) == [
        "8.99° E",
        "9.00° E",
        "9.01° E",
        "9.02° E",
        "9.03° E",
        "48.49° N",
        "48.50° N",
        "48.51° N",
    ]
    for side in (360, 100, 7, 1, 0.1, 0.04):
        assert 3 <= len([said for said in one.run(make, [0, 0, side, side]) if said[-1] != "N"]) <= 14


def test_places_and_how_often_they_were_joined_become_lines(tab):
    one = tab("viewer")
    one.go("/trips")
    given = {"lon": [9, 9.1, 9.2], "lat": [48, 48, 48], "joined": [0, 1, 1, 1, 2, 12]}
    found = one.run("const { roads } = await at('map/ground.js'); return roads(given);", given)
    assert [part["geometry"]["coordinates"] for part in found["features"]] == [
        [[[9, 48], [9.1, 48]]],
        [],
        [[[9.1, 48], [9.2, 48]]],
    ]
