"""Screen: what a second of the live map costs a browser without a graphics card: ``python -m bench.screen``."""

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from bench.console import VEHICLES, pipeline
from console.start import Told, serving
from console.world import SIMULATED, World
from streams import config, rules
from streams.alert_rules import RULES
from streams.pipeline.chain import PARAMS
from streams.pipeline.fixes import Fixes, fixes
from streams.store.store import open_store

WARM_S, SECONDS = 6, 12
TICK_MS = 10  # of the kernel's clock
DEGREE_M = 111_195
FLAGS = ("--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
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


def main() -> None:
    """Print a line a part."""
    with console() as (url, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
        context.request.post(f"{url}/api/v1/session", data={"name": "admin", "password": password})
        page = context.new_page()
        page.goto(f"{url}/#/")
        page.evaluate(LAID)
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable")
        seen = []
        for seconds in (WARM_S, SECONDS):
            page.evaluate(f"() => new Promise((done) => setTimeout(done, {seconds * 1000}))")
            busy = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
            seen.append((spent(), busy["TaskDuration"]))
        (cpu, busy_s), (more, busier_s) = seen
        browser.close()
    print(f"{VEHICLES:,} vehicles once a second, {SECONDS} s, drawn by the processor")
    print(f"  main thread busy or waiting      {100 * (busier_s - busy_s) / SECONDS:6.1f} %")
    for kind, name in (("renderer", "the page's own process"), ("gpu-process", "the one that draws")):
        print(f"  CPU of {name:22s}    {(more[kind] - cpu[kind]) / SECONDS:6.1f} ms a second")


if __name__ == "__main__":
    main()
