"""Screen: what a second of the live map costs a browser without a graphics card, and how soon it shows an alert."""

import os
import re
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.alerts import brake
from bench.console import VEHICLES, pipeline
from bench.load import FLEET, connect
from bench.markdown import rows
from bench.measure import Result, quantiles
from bench.running import MissingError, Running
from console.start import Told, serving
from console.world import SIMULATED, World
from streams import config, rules
from streams.alert_rules import RULES
from streams.pipeline.chain import PARAMS
from streams.pipeline.fixes import Fixes, fixes
from streams.store.store import open_store

WARM_S, SECONDS, ALERTS = 6, 12, 100
PATIENCE_MS = 60_000  # until an alert is there, however slow the machine
TICK_MS = 10  # of the kernel's clock
DEGREE_M = 111_195
FLAGS = ("--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WORDS = re.compile(r"console: (\S+)\s+sign in as admin with (\S+):")  # of the service, when it starts
OWN = "measured here"  # the password that the administrator chooses
# when a row of the inbox that names a vehicle has been drawn, by the machine's clock
WATCH = """(name) => {
  globalThis.seen = new Promise((done) => {
    const there = () => [...document.querySelectorAll('[data-alert]')].some((row) => row.textContent.includes(name));
    const look = () => (there() ? requestAnimationFrame(() => done(Date.now() / 1000)) : false);
    look() === false && new MutationObserver((_, self) => look() === false || self.disconnect())
      .observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}"""
LAID = "() => new Promise((done) => { const look = () => globalThis.tripmeterMap?.getLayer('vehicles') ? done() : "
LAID += "setTimeout(look, 100); look(); })"


def driven(source: Any) -> Fixes:
    """All vehicles where they are by now: each goes north and east at its speed."""
    found, now = fixes(source), time.time()
    gone, heard = found.speed * (now % 600) / DEGREE_M, np.full(found.lat.size, now)
    return found._replace(lat=found.lat + gone, lon=found.lon + gone, heard=heard, fix_t=heard)


@contextmanager
def console() -> Iterator[tuple[str, str]]:
    """Address and password of a console of so many vehicles."""
    source, settings = pipeline(VEHICLES), config.load(None, {}, ("console.port=0",), PARAMS, RULES)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        world = World(store, settings, rules.gather(settings), lambda: driven(source), SIMULATED)
        with serving(world, Told()) as shown:
            yield shown.url, shown.password or ""
        store.close()


def spent() -> Counter[str]:
    """CPU ms so far of the processes that this one has started, by what they do in the browser."""
    ours, found = {os.getpid()}, Counter[str]()
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda one: int(one.name)):
        try:
            command, told = (path / "cmdline").read_text(), (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(told[1]) in ours:  # a process is younger than the one that has started it
            ours.add(int(path.name))
            kind = next((one for one in ("gpu-process", "renderer") if f"--type={one}" in command), "")
            found[kind] += (int(told[11]) + int(told[12])) * TICK_MS
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a graphics card."""
    if not (found := shutil.which("chromium")):
        raise MissingError("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def lively(browser: Browser, warm_s: int, seconds: int) -> Result:
    """What a second of all vehicles on the live map asks of the main thread and of the processes of the browser."""
    with console() as (url, password):
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en").new_page()
        page.request.post(f"{url}/api/v1/session", data={"name": "admin", "password": password})
        page.goto(f"{url}/#/")
        page.evaluate(LAID)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        seen = []
        for lasts in (warm_s, seconds):
            page.evaluate(f"() => new Promise((done) => setTimeout(done, {lasts * 1000}))")
            busy = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
            seen.append((spent(), busy["TaskDuration"]))
        page.context.close()
    (cpu, busy_s), (more, busier_s) = seen
    grown = {kind: (more[kind] - cpu[kind]) / seconds for kind in ("renderer", "gpu-process")}
    share = (busier_s - busy_s) / seconds
    return {"vehicles": VEHICLES, "main_thread": share, "page_ms": grown["renderer"], "draws_ms": grown["gpu-process"]}


def inbox(browser: Browser, service: Running) -> Page:
    """The list of alerts of a service that has just begun, open before its administrator."""
    while not (found := WORDS.search((service.folder / "log").read_text())):
        time.sleep(TICK_MS / 1000)
    url, password = found.groups()
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en").new_page()
    who = page.request.post(f"{url}/api/v1/session", data={"name": "admin", "password": password}).json()
    chosen = {"old": password, "new": OWN}
    page.request.post(f"{url}/api/v1/session/password", data=chosen, headers={"X-CSRF-Token": who["csrf"]})
    page.goto(f"{url}/#/alerts")
    page.locator("h1").wait_for(timeout=PATIENCE_MS)
    return page


def arrivals(browser: Browser, alerts: int) -> list[float]:
    """Seconds from the last sample of a hard brake, handed to the broker, to its row on the screen; a vehicle each."""
    with Running() as service:
        page, device = inbox(browser, service), connect(service.port, "bench-screen")
        found = [_arrived(page, device, vehicle) for vehicle in range(alerts)]
        device.close()
        page.context.close()
    return found


def _arrived(page: Page, device: socket.socket, vehicle: int) -> float:
    name = f"brake{vehicle}"
    page.evaluate("(vehicle) => void (location.hash = `/alerts?vehicle=${vehicle}`)", f"{FLEET}/{name}")
    page.evaluate(WATCH, name)
    sent = time.time()
    device.sendall(brake(vehicle, int(sent) - 10, vehicle % 65_535 + 1))  # it has stopped a moment ago
    page.locator("[data-alert]", has_text=name).wait_for(timeout=PATIENCE_MS)
    return float(page.evaluate("() => globalThis.seen")) - sent


def run(quick: bool = False) -> Result:
    """Ten thousand vehicles a second on the live map, then hard brakes, one after the other, into the inbox."""
    with chromium() as browser:
        map_ = lively(browser, *(2, 4) if quick else (WARM_S, SECONDS))
        found = arrivals(browser, 10 if quick else ALERTS)
    return {**map_, "alerts": len(found), "to_screen_ms": {k: 1e3 * v for k, v in quantiles(found).items()}}


def table(found: Result) -> str:
    """A line a part."""
    shown = found["to_screen_ms"]
    lines = [
        [f"{found['vehicles']:,} vehicles once a second: main thread", f"{100 * found['main_thread']:.1f} %"],
        ["CPU of the page's own process", f"{found['page_ms']:.1f} ms a second"],
        ["CPU of the process that draws", f"{found['draws_ms']:.1f} ms a second"],
        [
            f"hard brake handed to the broker to its row on the screen, p50 / p99 of {found['alerts']}",
            f"{shown['p50']:.0f} / {shown['p99']:.0f} ms",
        ],
    ]
    return rows(["", ""], lines)
