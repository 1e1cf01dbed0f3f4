"""tripmeter-sim: drive a simulated fleet, publish recordings, write recordings - all as devices would."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import polars as pl

from simulator import accounts, recordings, registry
from simulator.accounts import AccountError, Accounts
from simulator.convoy import Progress
from simulator.device import WINDOW
from simulator.link import LinkError
from simulator.payloads import Cut, payloads
from simulator.publish import Load, boot_id, loads, publish
from simulator.recordings import RecordingError
from simulator.roads import REGIONS
from simulator.roster import Roster, roster
from simulator.screen import bar, sending
from simulator.traffic import Traffic, Window, combined

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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tripmeter")
def main() -> None:
    """Simulated vehicles: they reach the product over MQTT only, one connection and account a device."""


@main.command()
@FLEET
@SENDING
@JSON
def drive(as_json: bool, **options: Any) -> None:
    """Drive a simulated fleet and send what its devices report, until all of it is acknowledged."""
    traffic = _traffic(options)
    cargo, sheets = [], []
    cut = Cut(options["batch"], options["batch_seconds"])
    for number, report in enumerate(bar("driving", traffic.reports(), options["vehicles"], quiet=as_json)):
        boot = boot_id()
        bodies = list(payloads(report.recording, number, boot, cut))
        cargo.append(Load(report.fleet_id, report.vehicle_id, boot, len(report.recording), bodies))
        sheets.append(report.sheet)
    if options["answers"]:
        recordings.write(pl.concat(sheets).sort("start", "vehicle_id"), options["answers"])
    _publish(cargo, _accounts(options, traffic.roster), options, as_json)


@main.command("publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--order", default="file", show_default=True, type=click.Choice(["file", "time"]), help="Of a vehicle's rows."
)
@SENDING
@JSON
def publish_files(files: tuple[Path, ...], order: str, as_json: bool, **options: Any) -> None:
    """Send recordings (Parquet or CSV) as their vehicles' devices would, until all of it is acknowledged."""
    frames = []
    for path in files:
        try:
            frames.append(recordings.read(path))
        except RecordingError as error:
            raise click.ClickException(str(error)) from None
        if unknown := recordings.ignored(path):
            click.echo(f"{path}: not sent, no signal has this name: {', '.join(unknown)}", err=True)
    recording = pl.concat(frames, how="diagonal")
    cargo = loads(recording, Cut(options["batch"], options["batch_seconds"]), order == "time")
    _publish(cargo, _accounts(options, None), options, as_json)


@main.command()
@click.argument("out", required=False, type=PATH)
@FLEET
@JSON
def record(out: Path | None, as_json: bool, **options: Any) -> None:
    """Write what a simulated fleet's devices would report as a recording OUT (.parquet or .csv)."""
    if not (out or options["answers"] or options["registry"]):
        raise click.UsageError("nothing to write: give OUT, --answers FILE or --registry DIR")
    traffic, begun = _traffic(options), time.monotonic()
    if not (out or options["answers"]):  # who they are needs no driving
        _say({"vehicles": options["vehicles"]}, "registry of {vehicles} vehicles", as_json)
        return
    reports = list(bar("driving", traffic.reports(), options["vehicles"], quiet=as_json))
    recording, sheet = combined(reports)
    for frame, path in ((recording, out), (sheet, options["answers"])):
        if path:
            recordings.write(frame, path)
    seconds = round(time.monotonic() - begun, 2)
    result = {"vehicles": len(reports), "samples": len(recording), "facts": len(sheet), "seconds": seconds}
    _say(result, "{samples} samples of {vehicles} vehicles, {facts} facts on the sheet, in {seconds} s", as_json)


def _traffic(options: dict[str, Any]) -> Traffic:
    """The fleet and day asked for; its registry is written first, where one is."""
    region = REGIONS[options["region"]]
    if options["start"] == "now":
        start = datetime.now(UTC).replace(microsecond=0)
    elif options["start"]:
        start = _instant(options["start"])
    else:
        start = datetime.fromisoformat(DATE).replace(tzinfo=ZoneInfo(region.zone)) + timedelta(hours=BEGINS)
    business = roster(options["vehicles"], options["seed"], region.name)
    if options["registry"]:
        registry.write(business, start.timestamp(), options["registry"])
    return Traffic(business, Window(start.timestamp(), options["hours"]))


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither 'now' nor ISO 8601", param_hint="--start") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _accounts(options: dict[str, Any], known: Roster | None) -> Accounts:
    """Accounts as asked for, else the simulated devices' own."""
    host, port = options["mqtt"]
    try:
        if options["users"]:
            return accounts.from_file(options["users"], host, port)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    if known and not (options["user"] or options["password"]):
        return accounts.from_roster(known, host, port)
    return accounts.from_templates(options["user"], options["password"], host, port)


def _publish(cargo: list[Load], who: Accounts, options: dict[str, Any], as_json: bool) -> None:
    """Send; leaves with 0 only if all was acknowledged."""
    begun, last = time.monotonic(), Progress()
    speed = None if options["as_fast"] else options["speed"]
    try:
        with sending(sum(load.samples for load in cargo), quiet=as_json) as tell:
            publish(cargo, who, speed, options["window"], last, tell)
    except (LinkError, AccountError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo(
            f"stopped; {last.payloads - last.unacked} payloads are acknowledged, {last.unacked} are not", err=True
        )
        sys.exit(130)
    seconds = time.monotonic() - begun
    result = {
        "vehicles": len(cargo),
        "payloads": last.payloads,
        "samples": last.samples,
        "resent": last.resent,
        "seconds": round(seconds, 2),
        "payloads_per_second": round(last.payloads / seconds),
    }
    text = "{payloads} payloads ({samples} samples) acknowledged in {seconds} s, {resent} sent twice"
    _say(result, text, as_json)


def _say(result: dict[str, Any], text: str, as_json: bool) -> None:
    click.echo(json.dumps(result) if as_json else text.format_map(result))
