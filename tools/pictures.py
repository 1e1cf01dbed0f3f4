"""Pictures: runs the demo, looks at its console as a reader would, and keeps what it saw for docs/console.md.

``python tools/pictures.py [FOLDER]`` with Playwright and Debian's chromium; FOLDER is docs/console.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "console"
FLAGS = ("--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WORD = "a password for pictures"
SIZE = {"width": 1280, "height": 760}
PATIENCE_MS = 300_000
DRAWN = "!document.querySelector('.map') || Boolean(globalThis.tripmeterMap?.loaded())"


@contextmanager
def demo() -> Iterator[tuple[str, str, Iterator[str]]]:
    """The demo: its console's address, the first password, and what it says from then on."""
    command = (sys.executable, "-u", "-m", "streams.demo", "--serve")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = iter(process.stdout or ())
        url = next(found[1] for line in lines if (found := re.search(r"console: (\S+)", line)))
        password = next(found[1] for line in lines if (found := re.search(r"with (\S+): said", line)))
        try:
            yield url, password, lines
        finally:
            process.terminate()


def main() -> None:
    """Take all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (url, password, lines), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = opened(browser, url, password)
        page.locator("[data-alert]").nth(5).wait_for(timeout=PATIENCE_MS)
        take(page, url, folder, "live", "/")
        next(line for line in lines if "stays open" in line)
        for name, route in routes(page, url).items():
            take(page, url, folder, name, route)
        page.emulate_media(color_scheme="dark")
        take(page, url, folder, "alerts-dark", "/alerts")
        page.get_by_label("Language").select_option("zh-CN")
        take(page, url, folder, "today-chinese", "/today")
        browser.close()


def opened(browser: Any, url: str, password: str) -> Page:
    """A page, signed in with a password of its own."""
    context = browser.new_context(viewport=SIZE, locale="en", color_scheme="light")
    session = context.request.post(f"{url}/api/v1/session", data={"name": "admin", "password": password}).json()
    told = {"old": password, "new": WORD}
    context.request.post(f"{url}/api/v1/session/password", data=told, headers={"X-CSRF-Token": session["csrf"]})
    page: Page = context.new_page()
    page.goto(url)
    return page


def routes(page: Page, url: str) -> dict[str, str]:
    """Screens worth a picture, each of something that is there."""

    def first(path: str, **query: str) -> Any:
        return page.context.request.get(f"{url}/api/v1/{path}", params=query).json()["items"]

    trip = max(first("trips", limit="200"), key=lambda one: one["km"])
    driver = max(first("drivers"), key=lambda one: one["km"])
    tyres, premium = first("tyres")[0], first("pricing/premiums")[0]
    rack = page.context.request.get(f"{url}/api/v1/pricing/factors").json()["factors"]
    factor = next(one for one in rack if one["name"] == "use")
    harsh = [one for one in first("alerts", limit="200") if one["kind"] == "harsh_braking" and one["driver_id"]]
    *objected, alert = harsh[:3]
    spoken(page, url, [one["alert_id"] for one in objected])
    return {
        "alert": f"/alerts/{alert['alert_id']}",
        "objections": "/objections",
        "trip": f"/trips/{trip['trip_id']}",
        "driver": f"/drivers/{driver['id']}",
        "tyres": f"/tyres?vehicle={tyres['vehicle']}",
        "premium": f"/premiums/{premium['vehicle']}",
        "report": f"/report?fleet={trip['fleet_id']}&from={trip['start'][:10]}&to={trip['start'][:10]}",
        "settings": "/settings",
        "factor": f"/factors/{factor['name']}?cover={factor['cover']}",
    }


def spoken(page: Page, url: str, alerts: list[str]) -> None:
    """Two objections, the first of them answered."""
    request, api = page.context.request, f"{url}/api/v1"
    headers = {"X-CSRF-Token": request.get(f"{api}/session").json()["csrf"]}
    notes = ("A child ran onto the road.", "The car in front cut in and braked.")
    for alert, note in zip(alerts, notes, strict=False):
        request.post(f"{api}/objections", data={"alert_id": alert, "note": note}, headers=headers)
    request.post(f"{api}/objections/{alerts[0]}/answer", data={"note": "Then it does not count."}, headers=headers)


def take(page: Page, url: str, folder: Path, name: str, route: str) -> None:
    """One picture, once nothing is being waited for."""
    page.goto(f"{url}/#{route}")
    page.locator("h1").first.wait_for(state="attached")
    page.locator("p.waiting").first.wait_for(state="detached")
    settled(page)
    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=70)


def settled(page: Page) -> None:
    """Wait until a map, if there is one, is drawn, and whatever fades in has."""
    for _ in range(60):
        page.wait_for_timeout(1000)
        if page.evaluate(DRAWN):
            break
    page.wait_for_timeout(1000)


if __name__ == "__main__":
    main()
