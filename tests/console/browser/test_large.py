"""A fleet of ten thousand on the live map: what a second of it asks of the page; how long it takes, the bench says."""

import base64
import json
import struct

import numpy as np
import pytest

pytestmark = pytest.mark.stack

MANY, SECONDS = 10_000, 8
ROW = np.dtype(
    [
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("heading", "<u2"),
        ("speed", "<u2"),
        ("status", "u1"),
        ("risk", "u1"),
        ("age", "<u2"),
    ]
)
LAYOUTS, NODES = 4, 50  # at most, of a second; nodes that come, of all seconds
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
    return found.tobytes()


def frame():
    head = json.dumps({"roster": "many", "ids": [f"a/M{k:05d}" for k in range(MANY)]}).encode()
    return struct.pack("<I", len(head)) + head + rows(0)


def test_a_second_of_ten_thousand_vehicles_lays_out_little_and_makes_nothing_anew(tab):
    one = tab("manager")
    one.page.route(
        "**/positions.bin", lambda route: route.fulfill(body=frame(), content_type="application/octet-stream")
    )
    one.go("/")
    one.page.locator(".tiles", has_text=f"{MANY:,}").wait_for()
    one.page.locator("canvas.maplibregl-canvas").wait_for()
    one.run("(await at('lib/stream.js')).hold(true);")  # what the service tells is of other vehicles
    debugger = one.page.context.new_cdp_session(one.page)
    debugger.send("Performance.enable")

    def metrics():
        return {each["name"]: each["value"] for each in debugger.send("Performance.getMetrics")["metrics"]}

    spent = [metrics()]
    for second in range(1, SECONDS):
        one.run(SECOND, base64.b64encode(rows(second)).decode())
        spent.append(metrics())
    grown = {name: np.diff([each[name] for each in spent]) for name in ("LayoutCount", "Nodes")}
    assert np.median(grown["LayoutCount"]) <= LAYOUTS
    assert grown["Nodes"][2:].sum() <= NODES
    assert one.page.locator(".tiles").locator("*").count() < 100  # nothing is drawn a vehicle each but on the canvas
