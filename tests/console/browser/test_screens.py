"""Every screen, in both languages and themes, wide and narrow: whole, accessible, and alone with its own server."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import AXE

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "console" / "static"
FLEET = (
    "/",
    "/alerts",
    "/today",
    "/tasks",
    "/trips",
    "/drivers",
    "/hours",
    "/tyres",
    "/devices",
    "/assignments",
    "/report",
    "/settings",
)
PRICING = ("/portfolio", "/fleets", "/premiums", "/factors", "/lift", "/tariffs", "/disputes", "/ledger", "/runs")
SYSTEM = ("/health", "/quarantine", "/registry", "/users", "/audit")
FOUND = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ').slice(0, 300)}`);
}"""


@pytest.fixture
def routes(house):
    """All screens, and one of each thing that has a screen of its own."""
    return (
        *FLEET,
        *PRICING,
        *SYSTEM,
        "/?view=table",
        "/?vehicle=a/V1",
        f"/alerts/{house.ids['alerts']}",
        f"/trips/{house.ids['trips']}",
        f"/drivers/{house.names['driver']}",
        f"/tyres?vehicle={house.names['vehicle']}",
        f"/premiums/{house.names['vehicle']}",
        "/factors/vehicle_age?cover=own_damage",
        f"/fleets/{house.names['fleet']}?years=3",
    )


def faults(page):
    """What axe finds; it is put in by the debugger, for the page's own policy forbids it."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    return page.evaluate(FOUND)


@pytest.mark.parametrize("locale, theme", [("en", "light"), ("en", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")])
def test_no_screen_shuts_anybody_out(tab, routes, locale, theme):
    one = tab("admin", locale=locale, color_scheme=theme, reduced_motion="reduce")
    found = {}
    for route in routes:
        one.go(route)
        one.page.locator("p.waiting").first.wait_for(state="detached")
        found |= {f"{route} {fault}": True for fault in faults(one.page)}
    assert list(found) == []


def test_the_sign_in_page_shuts_nobody_out(tab):
    one = tab("")
    one.expected = ("401",)
    one.page.goto(one.url)
    one.page.get_by_role("button", name="Sign in").wait_for()
    assert faults(one.page) == []


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_screen(tab, routes, width):
    one = tab("admin", viewport={"width": width, "height": 800})
    wide = []
    for route in routes:
        one.go(route)
        one.page.locator("p.waiting").first.wait_for(state="detached")
        wide += [route] if one.page.evaluate("document.documentElement.scrollWidth") > width else []
    assert wide == []


def test_no_language_leaks_into_a_screen(tab, routes):
    one = tab("admin", locale="zh-CN")
    english = json.loads((STATIC / "i18n" / "en.json").read_text("utf-8"))
    words = {text for text in english.values() if re.fullmatch(r"[A-Z][a-z]+( [a-z]+)+", text)}
    for route in routes:
        one.go(route)
        one.page.locator("p.waiting").first.wait_for(state="detached")
        shown = one.page.locator("body").inner_text().splitlines()
        assert words.intersection(shown) == set(), route


def test_the_modules_keep_to_their_types():
    compiler = ROOT / ".stack" / "npm" / "node_modules" / "typescript" / "bin" / "tsc"
    node = shutil.which("node") or "node"
    done = subprocess.run([node, compiler, "-p", Path(__file__).parent], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_first_page_is_small(tab):
    one = tab("admin")
    sizes = {}
    one.page.on("response", lambda answer: sizes.setdefault(answer.url, answer))
    one.go("/?view=table")
    one.page.locator("table").first.wait_for()
    came = list(sizes.items())  # more comes while bodies are asked for
    scripts = [answer.body() for url, answer in came if "/static/" in url and url.endswith(("js", "css"))]
    assert sum(len(gzip.compress(body)) for body in scripts) < 60_000
