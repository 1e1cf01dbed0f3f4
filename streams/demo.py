"""Demo: a simulated fleet's working day over real MQTT through the real service, on one screen, in a minute."""

import io
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click
import polars as pl
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from console.start import SIMULATED, Told, beside, free
from pricing import explain
from pricing.tariff import Tariff
from streams import config, metrics, rules, tables
from streams.cli import overview, screen, source
from streams.ledger import books
from streams.pipeline.chain import PARAMS
from streams.registry import load, stored
from streams.registry.rows import Coupling
from streams.service import Service
from streams.sinks.base import Message
from streams.store.store import open_store

VEHICLES, SEED, SPEED = 25, 7, 1_000  # times real time
COLOURS = {"critical": "bold white on red", "major": "bold red", "minor": "yellow", "warning": "cyan", "info": "dim"}
SHOWN = 14  # alerts on the screen at once
REFRESH_S = 0.2


class Wall:
    """A sink that shows alerts as they come, as a fleet manager would see them."""

    name = "screen"

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, object]] = {}  # by id, the latest news last
        self.count = 0

    def write(self, messages: Sequence[Message]) -> None:
        for message in messages:
            alert = json.loads(message.body)
            self.count += alert["alert_id"] not in self.alerts
            self.alerts.pop(alert["alert_id"], None)
            self.alerts[alert["alert_id"]] = alert
            if not screen.out.is_terminal:
                screen.out.print(_line(alert))


@click.command()
@click.option("--picture", type=click.Path(path_type=Path), help="Also draw the screen near the end of the day (SVG).")
@click.option(
    "--serve/--no-serve",
    default=None,
    help="Keep the console open after the day, until Ctrl-C [default: where somebody sits at a terminal].",
)
def main(picture: Path | None, serve: bool | None) -> None:
    """Drive the day; exit code 0 only if all of it was driven and every payload acknowledged."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it in the same clean way
    folder = Path(tempfile.mkdtemp(prefix="tripmeter-demo-"))
    try:
        screen.out.print("[bold]tripmeter demo[/]: 25 simulated vehicles, one working day, real MQTT, one process")
        screen.compiled()
        sys.exit(_day(folder, picture, sys.stdin.isatty() and sys.stdout.isatty() if serve is None else serve))
    except KeyboardInterrupt:
        screen.out.print("\nstopped; nothing is left behind. Again: make demo")
        sys.exit(130)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _day(folder: Path, picture: Path | None, serve: bool) -> int:
    _simulator("record", "--vehicles", str(VEHICLES), "--seed", str(SEED), "--registry", str(folder / "registry"))
    settings = config.load(params=PARAMS)
    settings = replace(
        settings,
        data=replace(settings.data, dir=folder / "data"),
        mqtt=replace(settings.mqtt, broker="embedded", host="127.0.0.1", port=0),
        http=replace(settings.http, host="127.0.0.1", port=0),
        console=replace(settings.console, host="127.0.0.1", port=free(settings.console.port), session_h=24.0),
    )
    _register(folder)
    wall = Wall()
    judged = rules.gather(settings)
    told = Told()
    with Service(settings, judged, feed_clock=True, sinks=[wall, told]) as service, ExitStack() as shown:
        console = shown.enter_context(beside(service, settings, judged, SIMULATED, told))
        screen.out.print(console.welcome, markup=False)
        with _serving(service) as river, _driving(service.gateway.port, folder) as drive:
            last = _watch(service, wall, drive, river)
        if drive.returncode != 0:
            screen.err.print("[red]the simulated fleet did not get rid of its payloads[/]")
            return 1
        if picture:
            _draw(last, picture)
        service.drain()
        _show(tables_of(service, judged.tariff))
        if serve:
            screen.out.print(f"\nthe console stays open: {console.url}   Ctrl-C stops", markup=False)
            threading.Event().wait()
    return 0


def _register(folder: Path) -> None:
    """What an underwriter and a fleet manager would have entered: 'tripmeter registry import' does the same."""
    store, registry, now = open_store(folder / "data"), load(folder / "registry"), time.time()
    with store.writing() as connection:
        stored.write(connection, registry, now)
        for fleet_id in sorted({row.fleet_id for row in registry.of(Coupling)}):
            books.accept(connection, fleet_id, "couplings", "underwriter", "as the fleet has told them", now)
    store.close()


def tables_of(service: Service, tariff: Tariff) -> tables.Tables:
    """The six tables of a service, at its clock."""
    return source.of_store(service.store, tariff)


@contextmanager
def _serving(service: Service) -> Iterator[threading.Thread]:
    """The service at work on a thread of its own, until all is in."""
    thread = threading.Thread(target=service.serve, name="pipeline")
    thread.start()
    try:
        yield thread
    finally:
        service.stop()
        thread.join()


@contextmanager
def _driving(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The simulated fleet, a process of its own that knows only the broker's address and its credentials."""
    arguments = ("--vehicles", str(VEHICLES), "--seed", str(SEED), "--speed", str(SPEED), "--json")
    users = ("--users", str(folder / "registry" / "devices.csv"), "--mqtt", f"127.0.0.1:{port}")
    command = [sys.executable, "-m", "simulator", "drive", *arguments, *users]
    with (folder / "drive.log").open("wb") as log:
        drive = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603  our own command
        try:
            yield drive
        finally:
            if drive.poll() is None:
                drive.terminate()
            drive.wait()


def _simulator(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "simulator", *arguments, "--json"], check=True, capture_output=True)  # noqa: S603


def _watch(service: Service, wall: Wall, drive: "subprocess.Popen[bytes]", river: threading.Thread) -> Group:
    """Show what happens until the last device has its last acknowledgement; what the screen showed last."""
    began = time.monotonic()
    last = Group()
    with Live(console=screen.out, auto_refresh=False, transient=True) as live:
        while drive.poll() is None and river.is_alive():
            last = _screen(service, wall, time.monotonic() - began)
            live.update(last, refresh=screen.out.is_terminal)
            time.sleep(REFRESH_S)
    samples = metrics.total(metrics.SAMPLES)
    seconds = time.monotonic() - began
    screen.out.print(
        f"the day is over: {samples:,.0f} samples in {seconds:.0f} s, {wall.count} alerts, every payload acknowledged"
    )
    return last


def _draw(group: Group, picture: Path) -> None:
    """The screen as an SVG, for the README."""
    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ make demo[/]", group)
    picture.write_text(console.export_svg(title="tripmeter demo"), "utf-8")


def _screen(service: Service, wall: Wall, seconds: float) -> Group:
    """Clock, counters and the latest alerts."""
    newest = service.partition.river.newest
    clock = f"{tables.moment(newest):%H:%M:%S} UTC" if newest > 0 else "the fleet is waking up"
    samples = metrics.total(metrics.SAMPLES)
    head = Text.assemble(
        (clock, "bold"),
        f"   {len(service.partition.pipeline.fleet.vehicles)} vehicles   {samples:,.0f} samples   "
        f"{samples / max(seconds, 1):,.0f}/s   {wall.count} alerts   ",
        ("Ctrl-C stops", "dim"),
    )
    lines = [Text.from_markup(_line(alert)) for alert in [*wall.alerts.values()][-SHOWN:]]
    return Group(head, *lines, *[Text("")] * (SHOWN - len(lines)))


def _line(alert: dict[str, object]) -> str:
    colour = COLOURS[str(alert["priority"])]
    times = f" x{alert['count']}" if alert["count"] != 1 else ""
    what = f"{alert['kind']}{' ' + str(alert['subject']) if alert['subject'] else ''}{times}"
    return (
        f"{str(alert['last_seen'])[11:19]}  [{colour}]{alert['priority']:8}[/]  {what:24}  "
        f"{alert['vehicle_id']:10}  {alert['driver_id'] or 'unknown driver':8}  {alert['condition']}"
    )


def _show(six: tables.Tables) -> None:
    """Scores, premiums, and one premium step by step."""
    overview.show(six)
    driven_hardest = six["scores"].filter(pl.col("subject") == "vehicle").sort("score")["vehicle_id"][0]
    mine = (pl.col("vehicle_id") == driven_hardest) & (pl.col("cover") == "own_damage")
    row = six["premiums"].filter(mine).row(0, named=True)
    screen.out.print("\n[bold]One premium, step by step: the vehicle driven hardest[/]")
    screen.out.print(explain.text(explain.explain_premium(row)), markup=False, soft_wrap=True)
    screen.out.print(_next())


def _next() -> Table:
    """What to try now."""
    table = Table(title="What to try next", title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_row("tripmeter run --accept-unregistered", "keep serving; any MQTT client may publish (README)")
    table.add_row("tripmeter-sim drive --as-fast", "drive a fleet against it")
    table.add_row("tripmeter replay FILE --out DIR", "your own recordings, through the same pipeline")
    table.add_row("tripmeter detectors harsh_braking", "thresholds by vehicle class, with their sources")
    return table


if __name__ == "__main__":
    main()
