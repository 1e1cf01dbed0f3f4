"""For who sees colours otherwise, or wants nothing to move: nothing is told by colour alone."""

import base64
from itertools import combinations

import numpy as np
import pytest

pytestmark = pytest.mark.stack

PRIORITIES = ("critical", "major", "minor", "warning", "info")
STATUSES = ("moving", "idle", "parked", "silent", "alert")
SIGHTS = ("achromatopsia", "protanopia", "deuteranopia", "tritanopia")
ALIKE = 0.8  # of what two shapes cover between them they share so much at most
PLAIN, READABLE = 3.0, 4.5  # contrast of a shape, and of text; WCAG 2.2
BADGES = """const box = document.createElement('p');
box.id = 'badges';
box.innerHTML = given.map((name) => `<span class="priority ${name}">${name}</span>`).join(' ');
document.body.append(box);"""
PIXELS = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  return [image.height, ...canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data];
}"""


@pytest.fixture
def seen(chromium):
    """The pixels (rows, columns, 3) of an element, as light from 0 to 1; a page without a policy takes it apart."""
    page = chromium.new_page()

    def look(locator):
        high, *flat = page.evaluate(PIXELS, base64.b64encode(locator.screenshot()).decode())
        return (np.array(flat, float).reshape(high, -1, 4)[..., :3] / 255) ** 2.2

    yield look
    page.close()


def light(pixels):
    return pixels @ (0.2126, 0.7152, 0.0722)


def contrast(pixels):
    """Of the lightest and the darkest within, away from the edges."""
    high, wide = (side // 8 for side in pixels.shape[:2])
    found = light(pixels[high:-high, wide:-wide])
    return (found.max() + 0.05) / (found.min() + 0.05)


def covered(pixels):
    """Which pixels are not the ground, which is in the corner."""
    found = light(pixels)
    return np.abs(found - found[0, 0]) > 0.5 * np.abs(found - found[0, 0]).max()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_status_is_told_by_its_shape_and_a_priority_by_its_word(tab, seen, theme):
    one = tab("manager", color_scheme=theme, device_scale_factor=3, viewport={"width": 800, "height": 500})
    one.go("/?view=table")
    one.page.locator(".tile").first.wait_for()
    debugger = one.page.context.new_cdp_session(one.page)
    shapes = {}
    for sight in SIGHTS:
        debugger.send("Emulation.setEmulatedVisionDeficiency", {"type": sight})
        shapes[sight] = {name: seen(one.page.locator(f".tile.{name} .shape")) for name in STATUSES}
        assert [name for name, pixels in shapes[sight].items() if contrast(pixels) < PLAIN] == [], sight
    grey = shapes["achromatopsia"]
    assert max(np.ptp(pixels, axis=2).max() for pixels in grey.values()) < 0.02  # it is in force
    high, wide = np.min([pixels.shape[:2] for pixels in grey.values()], axis=0)
    for a, b in combinations([covered(pixels[:high, :wide]) for pixels in grey.values()], 2):
        assert (a & b).sum() / (a | b).sum() < ALIKE
    one.run(BADGES, list(PRIORITIES))
    for sight in SIGHTS:
        debugger.send("Emulation.setEmulatedVisionDeficiency", {"type": sight})
        for name in PRIORITIES:
            assert contrast(seen(one.page.locator(f"#badges .{name}"))) >= READABLE, (sight, name)


def test_every_priority_and_status_has_a_word_of_its_own(tab):
    one = tab("manager")
    one.go("/alerts")
    shown = one.page.locator("[data-alert]")
    shown.first.wait_for()
    words = one.page.locator("[data-alert] .priority").all_inner_texts()
    assert len(words) == shown.count()
    assert all(words)


def test_who_wants_nothing_to_move_is_shown_nothing_that_does(tab, house):
    one = tab("admin", reduced_motion="reduce")
    for route in ("/", "/alerts", f"/trips/{house.ids['trips']}"):
        one.go(route)
        one.page.locator("p.waiting").first.wait_for(state="detached")
        assert one.page.evaluate("document.getAnimations().length") == 0, route
    assert one.page.get_by_label("Moment of the trip").get_attribute("value") in ("0", None)
