"""The demo opens on the console: its address and a password are printed, vehicles move on the map, alerts arrive."""

import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

from ..console.browser.conftest import FLAGS, Tab, watch

pytestmark = pytest.mark.stack

PATIENCE_MS = 110_000  # until the day has begun, on a machine that compiles first
MOVED = """const fleet = await at('lib/fleet.js');
const here = () => [...fleet.positions.lon].join();
for (const before = here(); here() === before; ) await new Promise(requestAnimationFrame);"""


@contextmanager
def demo():
    """The demo as somebody starts it; address and password as it prints them."""
    command = [sys.executable, "-u", "-m", "streams.demo", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = next(found[1] for line in process.stdout if (found := re.search(r"console: (\S+)", line)))
            yield url, next(found[1] for line in process.stdout if (found := re.search(r"admin with (\S+):", line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


@pytest.mark.timeout(300)
def test_it_opens_on_the_console_where_vehicles_move_and_alerts_arrive():
    with demo() as (url, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        one = Tab(browser.new_context(locale="en").new_page(), url, expected=("401",))  # nobody is signed in at first
        watch(one)
        one.page.set_default_timeout(PATIENCE_MS)
        one.page.goto(url)
        one.page.locator("input[name=name]").fill("admin")
        one.page.locator("input[name=password]").fill(password)
        one.page.get_by_role("button", name="Sign in").click()
        one.page.locator("canvas.maplibregl-canvas").wait_for()
        one.page.locator(".tile.moving b", has_text=re.compile("[1-9]")).wait_for()
        one.run(MOVED)
        one.page.locator("[data-alert]").first.wait_for()
        assert one.page.locator(".mode", has_text="Simulated").count() == 1
        assert one.unexpected() == []
        browser.close()
