"""Options: what several commands of tripmeter-sim have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from simulator.device import WINDOW
from simulator.roads import REGIONS

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


def _options(*options: Command) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


PATH = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
FLEET = _options(
    click.option("--vehicles", default=25, show_default=True, type=click.IntRange(1), help="How many."),
    click.option("--seed", default=7, show_default=True, help="The same seed gives the same day."),
    click.option("--region", default="karlsruhe", show_default=True, type=click.Choice(list(REGIONS))),
    click.option("--start", help=f"UTC time (ISO 8601) or 'now'.  [default: {DATE}, {BEGINS:02d}:00 local time]"),
    click.option("--hours", default=HOURS, show_default=True, type=click.FloatRange(0.05, 24), help="How long."),
    click.option("--answers", type=PATH, help="Write the answer sheet here (.parquet, .csv or .json)."),
    click.option("--fault", "faults", multiple=True, metavar="NAME[=RATE]", help="Break things, see `faults`; or all."),
    click.option("--registry", type=FOLDER, help="Write the fleet's registry (CSV files) into this folder."),
)
SENDING = _options(
    click.option("--mqtt", default="127.0.0.1:1883", show_default=True, type=Address(), help="The broker."),
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
    click.option(
        "--users",
        type=click.Path(path_type=Path, exists=True),
        help="CSV like the registry's devices.csv.",
    ),
    click.option("--user", help="User name of every device; {fleet} and {vehicle} are filled in."),
    click.option("--password", help="Password of every device, likewise."),
)
JSON = click.option("--json", "as_json", is_flag=True, help="Say the result as JSON on standard output.")
