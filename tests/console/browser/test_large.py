"""A fleet of ten thousand on the live map: what a second of it asks of the page, and what of its main thread."""

import base64

import numpy as np
import pytest

from .placed import ROW, placed

pytestmark = pytest.mark.stack

MANY, SECONDS = 10_000, 8
NAMES = [f"a/M{k:05d}" for k in range(MANY)]
LAYOUTS, NODES = 4, 50  # at most, of a second; nodes that come, of all seconds
BUSY_S = 0.1  # CPU of the main thread, of a second: a tenth
# a second as the stream tells it, until it is drawn
SECOND = """const { unpacked } = await at('lib/rows.js');
const fleet = await at('lib/fleet.js');
fleet.positions.read(unpacked(given), null);
fleet.tick.value += 1;
for (let k = 0; k < 3; k++) await new Promise(requestAnimationFrame);"""


def rows(second):
    """Where everybody is: each a little further than the second before."""
    rng, found = np.random.default_rng(1), np.zeros(MANY, ROW)
    found["lon"], found["lat"] = (
        rng.integers(7_000_000, 14_000_000, MANY) + 200 * second,
        rng.integers(47_000_000, 54_000_000, MANY),
    )
    found["heading"], found["speed"] = rng.integers(0, 36_000, MANY), rng.integers(0, 900, MANY)
    found["status"] = np.random.default_rng(second).choice(5, MANY, p=(0.2, 0.6, 0.1, 0.08, 0.02))
    return found


@pytest.fixture
def many(tab):
    """A live map of all of them, on which nothing moves by itself."""
    one = tab("manager")
    placed(one.page, NAMES, rows(0))
    one.go("/")
    one.page.locator(".tiles", has_text=f"{MANY:,}").wait_for()
    one.page.locator("canvas.maplibregl-canvas").wait_for()
    one.run("(await at('lib/stream.js')).hold(true);")  # what the service tells is of other vehicles
    return one


def spent(one, **how):
    """What the browser has counted of the page before the first of some seconds, and after each."""
    debugger = one.page.context.new_cdp_session(one.page)
    debugger.send("Performance.enable", how)

    def metrics():
        return {each["name"]: each["value"] for each in debugger.send("Performance.getMetrics")["metrics"]}

    found = [metrics()]
    for second in range(1, SECONDS):
        one.run(SECOND, base64.b64encode(rows(second).tobytes()).decode())
        found.append(metrics())
    return {name: np.diff([each[name] for each in found]) for name in found[0]}


def test_a_second_of_ten_thousand_vehicles_lays_out_little_and_makes_nothing_anew(many):
    grown = spent(many)
    assert np.median(grown["LayoutCount"]) <= LAYOUTS
    assert grown["Nodes"][2:].sum() <= NODES
    assert many.page.locator(".tiles").locator("*").count() < 100  # nothing is drawn a vehicle each but on the canvas


def test_it_takes_less_than_a_tenth_of_the_main_thread_where_no_graphics_card_is(many):
    assert np.median(spent(many, timeDomain="threadTicks")["TaskDuration"]) < BUSY_S
