"""Every screen, in both languages and themes, wide and narrow: whole, accessible, and alone with its own server."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from streams.words import catalogue

from .conftest import AXE, own, picture, screens

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("posted")]  # so that a screen of an entry has one

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "console" / "static"
WORDS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
MARKED = re.compile(r"⟦[^⟦⟧]*⟧|\+[0-9a-f]{8}\b")  # from the catalogue; the hash in the name of a tariff
# what no catalogue has: names, kinds of file, units, and how numbers and dates are written in Chinese
NAMES = """Tripmeter CSV XLSX PARQUET GPX HTML JSON UTC EUR CNY English 简体中文 年 月 日 km kPa min
GeoNames CC BY Natural Earth"""
# ids, logins and names that people have given, of files, and where somebody signed in from
HOUSE = """Fleet North South north south plan Ann Anna Bo Europe Berlin standard china tripmeter frequency flat area
holdout json parquet admin manager viewer yard other driver underwriter actuary testclient"""
KINDS = ("js", ".css", ".json")
# each screen by whoever is shown it; in both themes
ROLES = {"viewer": ("en", "dark"), "manager": ("zh-CN", "light"), "driver": ("zh-CN", "light"),
         "underwriter": ("en", "dark"), "actuary": ("zh-CN", "light")}  # fmt: skip
OTHER = {"light": "dark", "dark": "light"}
SHOWN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [document.title];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if ((node.nodeType === 1 ? node : node.parentElement).closest('code, pre, script, style, noscript')) continue;
    if (node.nodeType === 1) {
      found.push(...['aria-label', 'title', 'placeholder', 'alt'].map((name) => node.getAttribute(name)));
    } else found.push(node.data);
  }
  return found.filter(Boolean);
}"""
FOUND = """async (rules) => {
  const found = await axe.run(document, { resultTypes: ['violations'], ...(rules.length && { runOnly: rules }) });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ').slice(0, 300)}`);
}"""


@pytest.fixture(scope="module", autouse=True)
def objected(house):
    """A driver has objected to something."""
    client = house.client("driver")
    alert = client.get("/api/v1/alerts", params={"limit": 1}).json()["items"][0]["alert_id"]
    assert client.post("/api/v1/objections", json={"alert_id": alert, "note": "Ann"}).status_code == 200


def faults(page, *rules):
    """What axe finds, of these rules or of all; it is put in by the debugger, for the page's own policy forbids it."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    return page.evaluate(FOUND, rules)


def in_both_themes(one, name, theme):
    """What axe finds on a screen; in the other theme only what has to do with colours can be otherwise."""
    found = []
    for scheme, rules in ((theme, ()), (OTHER[theme], ("color-contrast", "link-in-text-block"))):
        one.page.emulate_media(color_scheme=scheme)
        found += [f"{name} {scheme} {fault}" for fault in faults(one.page, *rules)]
        picture(one.page, f"{name} {scheme}")
    one.page.emulate_media(color_scheme=theme)
    return found


@pytest.mark.parametrize("locale, theme", [("en", "light"), ("zh-CN", "dark")])
def test_no_screen_shuts_anybody_out(tab, table, locale, theme):
    found = []
    for one, route in screens(tab, table, locale=locale, color_scheme=theme, reduced_motion="reduce"):
        found += in_both_themes(one, f"{route} {locale}", theme)
    assert found == []


def test_the_sign_in_page_shuts_nobody_out(tab):
    one = tab("")
    one.expected = ("401",)
    one.page.goto(one.url)
    one.page.get_by_role("button", name="Sign in").wait_for()
    assert faults(one.page) == []


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_screen(tab, table, width):
    shown = screens(tab, table, viewport={"width": width, "height": 800})
    assert [route for one, route in shown if one.page.evaluate("document.documentElement.scrollWidth") > width] == []


@pytest.mark.parametrize("login", ROLES)
def test_nor_does_any_that_a_role_is_shown(tab, house, login):
    locale, theme = ROLES[login]
    found = []
    for one, route in own(tab, house, login, locale=locale, color_scheme=theme, reduced_motion="reduce"):
        found += in_both_themes(one, f"{login} {route} {locale}", theme)
    assert found == []


def test_every_word_on_a_chinese_screen_is_the_catalogues_or_a_name(tab, table):
    names = f"{NAMES} {HOUSE}".split()
    strange, known = {}, {*names, *[name.title() for name in HOUSE.split()]}
    for one, route in screens(marking(tab), table, locale="zh-CN"):
        left = {word for text in one.page.evaluate(SHOWN) for word in unmarked(text)} - known
        strange |= {route: sorted(left)} if left else {}
    assert strange == {}


def marking(tab):
    """Opens tabs in which whatever comes from the catalogue stands between marks."""
    marked = {key: f"⟦{text}⟧" for key, text in catalogue("zh-CN").items()}

    def opened(login, **more):
        one = tab(login, **more)
        one.page.route(re.compile("/i18n/.*zh-CN.json"), lambda route: route.fulfill(json=marked))
        return one

    return opened


def unmarked(text):
    """Words of a text that stand outside all marks."""
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return set(WORDS.findall(text))


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
    parts = {
        kind: [answer.body() for url, answer in came if "/static/" in url and url.endswith(kind)] for kind in KINDS
    }
    sizes = {kind: sum(len(gzip.compress(body)) for body in bodies) for kind, bodies in parts.items()}
    assert sizes[".json"] < 20_000  # the words
    assert sizes["js"] + sizes[".css"] < 58_500
