"""Options: what several commands of tripmeter-sim have in common."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import click

from simulator.device import WINDOW
from simulator.regions import REGIONS

Command = Callable[..., Any]

DATE = "2025-11-12"  # the day driven when none is asked for, a Wednesday
BEGINS, HOURS = 4, 14.0  # local hour, h: a whole working day


class Address(click.ParamType):
    """HOST:PORT."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal():
            self.fail(f"{value!r} is no address; expected HOST:PORT such as 127.0.0.1:1883", param, ctx)
        return host.strip("[]"), int(port)


class Span(click.ParamType):
    """A length of time such as 500ms, 1s, 5m, 2h; a bare number is seconds."""

    name = "time"
    units: ClassVar = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "": 1.0}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"([\d.]+)\s*(ms|s|m|h|)", str(value))
        try:
            seconds = float(found[1]) * self.units[found[2]] if found else 0.0
        except ValueError:
            seconds = 0.0
        if seconds <= 0:
            self.fail(f"{value!r} is no length of time; expected such as 500ms, 1s, 5m", param, ctx)
        return seconds


def _options(*options: Command) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


PATH = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
SEED = click.option("--seed", default=7, show_default=True, help="The same seed gives the same day.")
ANSWERS = click.option(
    "--answers", type=click.Path(path_type=Path), help="Write the answer sheet here (.parquet, .csv or .json)."
)
FAULT = click.option(
    "--fault", "faults", multiple=True, metavar="NAME[=RATE]", help="Break things, see `faults`; or all."
)
BREAKING = _options(FAULT, SEED, ANSWERS)
FLEET = _options(
    click.option("--vehicles", default=25, show_default=True, type=click.IntRange(1), help="How many."),
    SEED,
    click.option("--region", default="karlsruhe", show_default=True, type=click.Choice(list(REGIONS))),
    click.option("--roads", type=PATH, metavar="FILE", help="Drive on the roads of this GeoJSON extract."),
    click.option("--start", help=f"UTC time (ISO 8601) or 'now'.  [default: {DATE}, {BEGINS:02d}:00 local time]"),
    click.option("--hours", default=HOURS, show_default=True, type=click.FloatRange(0.05, 24), help="How long."),
    ANSWERS,
    click.option("--scenario", metavar="FILE", help="TOML file, or a shipped one by name; see docs/simulator.md."),
    click.option(
        "--profile",
        default="standard",
        show_default=True,
        help="Of the devices; a list is taken in turn, mixed is all.",
    ),
    FAULT,
    click.option("--registry", type=FOLDER, help="Write the fleet's registry (CSV files) into this folder."),
)
BROKER = (click.option("--mqtt", default="127.0.0.1:1883", show_default=True, type=Address(), help="The broker."),)
ACCOUNTS = (
    click.option(
        "--users",
        type=click.Path(path_type=Path, exists=True),
        help="CSV like the registry's devices.csv.",
    ),
    click.option("--user", help="User name of every device; {fleet} and {vehicle} are filled in."),
    click.option("--password", help="Password of every device, likewise."),
    click.option("--ca", type=PATH, help="Speak TLS; PEM file of who signs the broker's certificate."),
)
SENDING = _options(
    *BROKER,
    click.option(
        "--speed", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Times real time."
    ),
    click.option("--as-fast", is_flag=True, help="As fast as payloads are acknowledged."),
    click.option("--batch", default=10, show_default=True, type=click.IntRange(1), help="Samples a payload."),
    click.option("--batch-seconds", default=10.0, show_default=True, help="Seconds a payload spans at most."),
    click.option(
        "--window",
        default=WINDOW,
        show_default=True,
        type=click.IntRange(1),
        help="Payloads a device may have unacknowledged.",
    ),
    *ACCOUNTS,
)
LOAD = _options(
    *BROKER,
    click.option("--vehicles", default=1_000, show_default=True, type=click.IntRange(1), help="How many."),
    click.option(
        "--hz", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Samples a second."
    ),
    click.option("--batch", default="10s", show_default=True, type=Span(), help="Driving in a payload."),
    click.option("--duration", default="60s", show_default=True, type=Span(), help="How long, after the ramp."),
    click.option("--ramp", type=Span(), help="In which all connect.  [default: 1 s for 500 of them; 39 s for 10,000]"),
    click.option("--codec", default="json", show_default=True, type=click.Choice(["json", "msgpack"])),
    click.option("--events", default=10.0, show_default=True, type=click.FloatRange(0), help="Planted a second."),
    click.option("--processes", default=1, show_default=True, type=click.IntRange(1), help="That send."),
    click.option(
        "--shared-connections",
        default=0,
        type=click.IntRange(0),
        help="Devices share so many connections; the report says so.  [default: each has its own]",
    ),
    click.option("--capacity", is_flag=True, help="Search how many vehicles are served with alerts within 250 ms."),
    click.option("--dry-run", is_flag=True, help="Send nothing: how fast are payloads made?"),
    click.option("--most", default=100_000, show_default=True, type=click.IntRange(1), help="Vehicles tried at most."),
    click.option("--fleet", help="Its id.  [default: a new one, so that no alert is open]"),
    click.option("--seed", default=7, show_default=True),
    click.option("--answers", type=PATH, help="Write the planted events here (.parquet, .csv or .json)."),
    *ACCOUNTS,
)
PORTFOLIO = _options(
    click.option("--vehicles", default=1_000, show_default=True, type=click.IntRange(1), help="How many."),
    click.option("--days", default=365, show_default=True, type=click.IntRange(1), help="How long."),
    click.option("--seed", default=7, show_default=True, help="The same seed gives the same claims."),
    click.option("--region", default="karlsruhe", show_default=True, type=click.Choice(list(REGIONS))),
    click.option("--start", default="2025-01-01", show_default=True, type=click.DateTime(["%Y-%m-%d"]), help="Date."),
    click.option("--csv", "as_csv", is_flag=True, help="CSV files instead of Parquet."),
    click.option("--registry", type=FOLDER, help="Write the fleet's registry (CSV files) into this folder."),
)
JSON = click.option("--json", "as_json", is_flag=True, help="Say the result as JSON on standard output.")
