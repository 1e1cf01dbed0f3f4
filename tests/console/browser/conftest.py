"""A real Chromium before a real console; whatever a page complains of, or asks another machine for, is a failure."""

import re
import shutil
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from console.app import create_app

from ..conftest import WORD, House

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "build" / "screens"  # for whoever looks at them: of every screen, and of what failed
AXE = ROOT / ".stack" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
FAILED = pytest.StashKey[bool]()
HARMLESS = ("GPU stall due to ReadPixels",)
# loads one of our modules in a page: await at(NAME)
LOAD = "const at = (name) => import(document.querySelector('script[type=module]').src.replace('main.js', name));"
# until a screen has had all it waits for, for some frames
CALM = """for (let calm = 0, all = 0; calm < 6 && all < 1000; all++) {
  await new Promise(requestAnimationFrame);
  calm = document.querySelector('p.waiting') ? 0 : calm + 1;
}"""
SCREENS = """const { ROOMS } = await at('views/index.js');
return ROOMS().flatMap((room) => room.screens).map((one) => [one.path, Boolean(one.one)]);"""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, which drives Debian's own Chromium; while it is open, this thread has an event loop."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests of a module; each page has a profile of its own."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


class Served:
    """The console of a house behind a real port, that can be taken away and put back."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        app = create_app(self.house.world)
        self.hub = app.state.hub
        settings = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1)
        self._server, listening = uvicorn.Server(settings), socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """End all connections, as a line that breaks does."""
        for one in list(self._server.server_state.connections):
            one.loop.call_soon_threadsafe(one.transport.abort)

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def served(house: House) -> Iterator[Served]:
    found = Served(house)
    yield found
    found.stop()


@dataclass
class Tab:
    """A page, who is signed in at it, and what it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()  # parts of complaints that the test is about

    def go(self, route: str) -> None:
        """Show a screen, and wait until it has its heading."""
        self.page.goto(f"{self.url}/#{route}")
        self.page.locator("h1").first.wait_for(state="attached")

    def await_focus(self, alert: str) -> None:
        """Wait until this alert has the focus."""
        self.page.locator(f'[data-alert="{alert}"]:focus').wait_for()

    def run(self, body: str, given: Any = None) -> Any:
        """Run the body of an async function in the page; ``at(NAME)`` loads one of our modules."""
        return self.page.evaluate(f"async (given) => {{ {LOAD} {body} }}", given)

    def unexpected(self) -> list[str]:
        known = (*HARMLESS, *self.expected)
        return [one for one in self.complaints if not any(part in one for part in known)]


Open = Callable[..., Tab]


def signed_in(browser: Browser, url: str, login: str, **more: Any) -> BrowserContext:
    """A profile of its own, in which somebody is signed in."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en", **more})
    if login:
        answer = context.request.post(f"{url}/api/v1/session", data={"name": login, "password": WORD})
        assert answer.ok, answer.text()
    return context


@pytest.fixture(scope="module")
def table(chromium: Browser, served: Served, house: House) -> dict[str, list[str]]:
    """Every screen of the router, by who is shown it: what an administrator sees, then what only a driver does."""
    found: dict[str, list[str]] = {}
    for login in ("admin", "driver"):
        one = Tab(signed_in(chromium, served.url, login).new_page(), served.url)
        one.go("/")
        known = {path for paths in found.values() for path in paths}
        new = [screen for screen in one.run(SCREENS) if screen[0] not in known]
        found[login] = [route for path, single in new for route in routes(house, path, single)]
        one.page.context.close()
    return found


def screens(tab: "Open", table: dict[str, list[str]], **more: Any) -> Iterator[tuple[Tab, str]]:
    """Shows every screen in turn, when it has what it asked for."""
    for login, found in table.items():
        one = tab(login, **more)
        for route in found:
            one.go(route)
            one.run(CALM)
            yield one, route


def own(tab: "Open", house: House, login: str, **more: Any) -> Iterator[tuple[Tab, str]]:
    """Shows somebody every screen that their role is shown, when it has what it asked for."""
    one = tab(login, **more)
    one.expected = ("404",)  # of the things that are looked at some are others'
    one.go("/")
    for path, single in one.run(SCREENS):
        for route in routes(house, path, single):
            one.go(route)
            one.run(CALM)
            yield one, route


def routes(house: House, path: str, single: bool) -> list[str]:
    """A screen, and what there is of it besides: one of the things it lists, and states that its address holds."""
    vehicle, driver = house.names["vehicle"], house.names["driver"]
    more = {
        "/": ("/?view=table", f"/?vehicle={vehicle}", "/account"),
        "/alerts": (f"/alerts/{house.ids['alerts']}",),
        "/disputes": (f"/disputes/{house.ids['pricing/disputes']}",),
        "/tasks": (f"/tasks?make={vehicle}",),
        "/trips": (f"/trips/{house.ids['trips']}",),
        "/drivers": (f"/drivers/{driver}",),
        "/tyres": (f"/tyres?vehicle={vehicle}",),
        "/premiums": (f"/premiums/{vehicle}",),
        "/factors": ("/factors/vehicle_age?cover=own_damage",),
        "/ledger": ("/ledger/X:1",),
        "/quarantine": (f"/quarantine/{house.ids['quarantine']}",),
        "/models": ("/models/frequency.json",),
        "/acceptances": (f"/acceptances/{house.names['fleet']}",),
        "/fleets": (f"/fleets/{house.names['fleet']}?years=3",),
    }
    assert path in more or not single, f"{path} shows single things: say here which one is to be looked at"
    return [path, *more.get(path, ())]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether a test failed, for who takes its pictures."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def picture(page: Page, name: str) -> None:
    """Keep what a page looks like."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{re.sub(r'[^0-9A-Za-z]+', '-', name).strip('-')}.jpg", type="jpeg", quality=60)


@pytest.fixture
def tab(chromium: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens pages: ``tab("manager", locale="zh-CN")``; fails at the end on whatever they complained of."""
    opened: list[Tab] = []

    def open_(login: str, browser: Browser = chromium, beside: Tab | None = None, **more: Any) -> Tab:
        context = beside.page.context if beside else signed_in(browser, served.url, login, **more)
        found = Tab(context.new_page(), served.url)
        watch(found)
        opened.append(found)
        return found

    yield open_
    for k, one in enumerate(opened if request.node.stash.get(FAILED, False) else ()):
        picture(one.page, f"failed {request.node.name} {k}")
    for context in {one.page.context for one in opened}:
        context.close()
    assert [one.unexpected() for one in opened] == [[] for _ in opened]


def watch(tab: Tab) -> None:
    """Keep what a page complains of: errors, refusals, requests to others."""
    said = tab.complaints.append
    tab.page.on("console", lambda message: message.type in ("error", "warning") and said(message.text))
    tab.page.on("pageerror", lambda error: said(f"page error: {error} {error.stack}"))
    tab.page.on("response", lambda answer: answer.status >= 400 and said(f"{answer.status} {answer.url}"))
    own = (tab.url, "blob:", "data:")
    tab.page.on("request", lambda request: request.url.startswith(own) or said(f"foreign request: {request.url}"))
