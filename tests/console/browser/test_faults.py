"""What goes wrong: the server leaves and comes back, the browser draws no maps, a reader wants nothing to move."""

import re
import shutil
import socket

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from console.live.wire import message

from .conftest import FLAGS

pytestmark = pytest.mark.stack

SECONDS = 1_000.0  # for playwright
# whether nothing lies over the words of an element
UNCOVERED = """(told) => {
  const words = document.createRange();
  words.selectNodeContents(told);
  const shown = (x, y) => told.contains(document.elementFromPoint(x, y));
  return [...words.getClientRects()].every(({ left, right, top, bottom }) =>
    [left + 2, (left + right) / 2, right - 2].every((x) => shown(x, (top + bottom) / 2)));
}"""
ROUNDS, WEIGHT = 60, 400_000  # messages to a slow reader, bytes of each: more than lines hold


def test_a_screen_never_freezes_in_silence(tab, served):
    one = tab("manager")
    one.expected = ("ERR_", "Failed to load resource")
    one.go("/?view=table")  # without a map, whose files might still be on their way
    one.page.locator(".line.live").wait_for()
    served.stop()
    one.page.locator(".notice.lost", has_text="No news since").wait_for(timeout=25 * SECONDS)
    assert one.page.locator(".picture.faded").count() == 1
    served.start()
    one.page.locator(".line.live").wait_for(timeout=40 * SECONDS)
    one.page.locator(".notice.lost").wait_for(state="detached")


@pytest.fixture
def database(house):
    """The database, to be taken away and put back; it is back when the test is over."""
    engine, away = house.world.store.engine, []

    def answer(*_):
        if away:
            raise OperationalError("", {}, OSError("the server is gone"))

    event.listen(engine, "before_cursor_execute", answer)
    yield away
    event.remove(engine, "before_cursor_execute", answer)


def test_a_database_that_leaves_is_told_and_all_is_there_again_when_it_is_back(tab, database):
    one = tab("manager")
    one.expected = ("503", "ERR_")
    one.go("/?view=table")
    one.page.locator(".line.live").wait_for()
    database.append("away")
    one.page.locator(".notice.lost", has_text="No news since").wait_for(timeout=25 * SECONDS)
    one.page.get_by_role("link", name="Trips").click()
    one.page.get_by_text("The database does not answer just now").wait_for()
    database.clear()
    one.page.locator(".line.live").wait_for(timeout=40 * SECONDS)
    one.page.locator("tbody tr").first.wait_for()  # asked again by itself
    assert one.page.locator(".notice").count() == 0


@pytest.fixture
def flat(playwright):
    """A browser that draws in no third dimension."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, "--disable-3d-apis"])
    yield browser
    browser.close()


def test_without_webgl_the_table_has_everything(tab, flat):
    one = tab("manager", browser=flat)
    one.expected = ("WebGL", "webgl")
    one.go("/")
    told = one.page.locator(".notice", has_text="no WebGL")
    told.wait_for()
    one.page.locator("tbody tr").nth(1).wait_for()
    assert one.page.locator("tbody tr").count() == 2
    assert told.evaluate(UNCOVERED)


@pytest.fixture
def still(served, monkeypatch):
    """The hub says nothing by itself."""

    async def nothing(_only=None):
        return

    monkeypatch.setattr(served.hub, "_tick", nothing)
    return served


def listen(served, house, **how):
    """A socket on which a manager listens to the stream."""
    line = socket.socket()
    for option, value in how.items():
        line.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
    line.settimeout(20)
    line.connect(("127.0.0.1", int(served.url.rpartition(":")[2])))
    cookie = house.client("manager").cookies["tripmeter"]
    line.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nCookie: tripmeter={cookie}\r\n\r\n".encode())
    return line.makefile("rb")


def numbers(stream, last):
    """The messages that come, until the last one."""
    found = []
    for line in iter(stream.readline, b""):
        said = re.match(rb"data: (\d+) x+", line)
        found += [int(said[1])] if said else []
        if found[-1:] == [last]:
            break
    return found


def test_who_reads_slowly_is_told_the_newest_and_nobody_waits_for_them(still, house):
    slow, quick = listen(still, house, SO_RCVBUF=4096), listen(still, house)
    for one in (slow, quick):
        assert any(b"hello" in line for line in iter(one.readline, b""))
    loop = next(iter(still._server.server_state.connections)).loop
    tabs, got = list(still.hub._tabs), []
    for k in range(ROUNDS):
        told = message("health", b"%d " % k + b"x" * WEIGHT)
        for one in tabs:
            loop.call_soon_threadsafe(one.put, "health", told)
        got += numbers(quick, k)
    assert got == list(range(ROUNDS))
    late = numbers(slow, ROUNDS - 1)
    assert late == sorted(set(late))
    assert len(late) < ROUNDS / 2


def test_on_hold_nothing_changes_until_it_ends(tab, house):
    one, other = tab("manager"), tab("manager")
    one.go("/alerts")
    one.page.locator("[data-alert]").first.wait_for()
    alert = one.page.locator("[data-alert]").first.get_attribute("data-alert")
    one.page.get_by_role("button", name="Hold").click()
    other.go(f"/alerts/{alert}")
    other.page.get_by_role("button", name="Assign").click()
    other.page.locator("dialog input").fill("Li")
    other.page.locator("dialog button.main").click()
    one.page.locator(".line.held", has_text="(1)").wait_for()
    row = one.page.locator(f'[data-alert="{alert}"] .state')
    assert "Li" not in row.inner_text()
    one.page.get_by_role("button", name="Hold").click()
    row.filter(has_text="Li").wait_for()
