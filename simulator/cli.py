"""tripmeter-sim: drive a simulated fleet, publish recordings, write recordings - all as devices would."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
import polars as pl
from click.core import ParameterSource

from simulator import accounts, asked, portfolio, recordings, registry, streamed
from simulator.accounts import AccountError, Accounts
from simulator.convoy import Progress
from simulator.days import days
from simulator.faults import FAULTS
from simulator.link import LinkError
from simulator.load import capacity, command, dry
from simulator.load.capacity import HABITS, Habit
from simulator.load.crew import LoadError
from simulator.load.tally import text
from simulator.logbook import Logbook
from simulator.mishaps import MishapError
from simulator.options import BREAKING, FLEET, FOLDER, JSON, LOAD, PORTFOLIO, SENDING
from simulator.payloads import Cut, payloads
from simulator.publish import Load, boot_id, broken, loads, publish
from simulator.recordings import RecordingError
from simulator.roster import Roster, roster
from simulator.screen import bar, memory_mb, sending, telling

DRY = (
    "{samples_per_second_and_core:,} samples/s and core in {payloads_per_second_and_core:,} payloads"
    " of {payload_bytes} bytes ({codec}), {vehicles:,} vehicles"
)
TRIAL_S = 20.0  # s a number of vehicles is tried, unless told otherwise


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
    traffic = asked.traffic(options)
    cargo, sheets = [], []
    cut = Cut(options["batch"], options["batch_seconds"])
    for number, report in enumerate(bar("driving", traffic.reports(), len(traffic.roster.vehicles), quiet=as_json)):
        boot = boot_id()
        bodies = list(payloads(report.recording, number, boot, cut))
        whose = report.fleet_id, report.vehicle_id
        cargo.append(Load(*whose, boot, len(report.recording), bodies, report.disturbances))
        sheets.append(report.sheet)
    _answered(sheets, options["answers"])
    _publish(cargo, _accounts(options, traffic.roster), options, as_json)


@main.command("publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--order", default="file", show_default=True, type=click.Choice(["file", "time"]), help="Of a vehicle's rows."
)
@BREAKING
@SENDING
@JSON
def publish_files(files: tuple[Path, ...], order: str, as_json: bool, **options: Any) -> None:
    """Send recordings (Parquet or CSV) as their vehicles' devices would, until all of it is acknowledged.

    With --fault things break on the way, a vehicle's rows are in the order of time, and --answers says what broke.
    """
    faults = asked.faults(options)
    frames = []
    for path in files:
        try:
            frames.append(recordings.read(path))
        except RecordingError as error:
            raise click.ClickException(str(error)) from None
        if unknown := recordings.ignored(path):
            click.echo(f"{path}: not sent, no signal has this name: {', '.join(unknown)}", err=True)
    recording = pl.concat(frames, how="diagonal")
    cut = Cut(options["batch"], options["batch_seconds"])
    try:
        cargo = broken(recording, cut, faults, options["seed"]) if faults else loads(recording, cut, order == "time")
    except MishapError as error:
        raise click.ClickException(str(error)) from None
    _answered([load.sheet for load in cargo], options["answers"])
    _publish(cargo, _accounts(options, None), options, as_json)


@main.command()
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option(
    "--days", "count", default=1, show_default=True, type=click.IntRange(1), help="OUT is then a folder, a file a day."
)
@click.option("--claims", "losses", type=FOLDER, help="Write the claims of what is driven, and their truth, here.")
@FLEET
@JSON
def record(out: Path | None, count: int, losses: Path | None, as_json: bool, **options: Any) -> None:
    """Write what a simulated fleet's devices would report as a recording OUT (.parquet or .csv)."""
    answers = options["answers"]
    if not (out or answers or losses or options["registry"]):
        raise click.UsageError("nothing to write: give OUT, --answers FILE, --claims DIR or --registry DIR")
    traffic, begun = asked.traffic(options, count), time.monotonic()
    if not (out or answers or losses):  # who they are needs no driving
        _say({"vehicles": len(traffic.roster.vehicles)}, "registry of {vehicles} vehicles", as_json)
        return
    tally, columns, logbook = streamed.Tally(), streamed.schema(traffic), Logbook(traffic)
    for date, reports in days(traffic, count):
        watched = bar(f"driving {date}", reports, len(traffic.roster.vehicles), quiet=as_json)
        files = _of_day(out, date, count), _of_day(answers, date, count)
        streamed.write(logbook.noting(watched) if losses else watched, columns, *files, tally)
    if losses:
        logbook.write(losses, count)
    result = {"vehicles": len(traffic.roster.vehicles), "samples": tally.samples, "facts": tally.facts, "days": count}
    result |= {"seconds": round(time.monotonic() - begun), "memory_mb": memory_mb()}
    words = "{samples} samples of {vehicles} vehicles, {facts} facts; {seconds} s, {memory_mb} MB of memory"
    _say(result, words, as_json)


def _of_day(path: Path | None, date: str, of: int) -> Path | None:
    """The file of a day: of one day the file itself, of several one in that folder."""
    return path if path is None or of == 1 else path / f"{date}.parquet"


@main.command()
@click.argument("out", type=FOLDER)
@PORTFOLIO
@JSON
def claims(out: Path, as_json: bool, **options: Any) -> None:
    """Write a fleet's weeks, its claims as they develop, and the truth behind them into the folder OUT."""
    begun = time.monotonic()
    business = roster(options["vehicles"], options["seed"], options["region"])
    span = portfolio.term(options["start"].date(), options["days"], business.region.zone)
    if options["registry"]:
        registry.write(business, float(span.midnights[0]), options["registry"])
    done = portfolio.write(business, span, out, ".csv" if options["as_csv"] else ".parquet")
    result = done._asdict() | {"days": span.days, "seconds": round(time.monotonic() - begun, 2)}
    _say(
        result, "{claims} claims of {vehicles} vehicles in {days} days, {weeks} vehicle-weeks, in {seconds} s", as_json
    )


@main.command()
@JSON
def faults(as_json: bool) -> None:
    """What `--fault` can break, and how often it does so unless told otherwise."""
    rows = [{"name": f.name, "rate": f.rate, "per": str(f.per), "meaning": f.meaning} for f in FAULTS]
    lines = (f"{row['name']:16} {row['rate']:5g} {row['per']:30} {row['meaning']}" for row in rows)
    click.echo(json.dumps(rows) if as_json else "\n".join(lines))


@main.command()
@LOAD
@JSON
def load(as_json: bool, **options: Any) -> None:
    """Load a running service: payloads when they are due, whatever became of those before; 0 if nothing was lost."""
    if options["dry_run"]:
        samples = max(1, round(options["hz"] * options["batch"]))
        made = dry.made(options["vehicles"], samples, options["batch"], options["codec"])
        _say(made, DRY, as_json)
        return
    who = _accounts(options, None)
    try:
        with telling(as_json) as tell:
            if options["capacity"]:
                habits, trial_s = _habits(options)
                rows = command.capacities(options, habits, trial_s, who, tell)
            else:
                words = options["vehicles"], options["hz"], options["batch"], options["duration"]
                result, heard = command.bring(command.asked(options, *words), who, tell)
    except (LinkError, LoadError, AccountError) as error:
        raise click.ClickException(str(error)) from None
    if options["capacity"]:
        click.echo(json.dumps(rows) if as_json else capacity.text(rows))
        sys.exit(0 if all(one["vehicles"] for one in rows) else 1)
    if options["answers"]:
        command.write_answers(heard, options["answers"])
    click.echo(json.dumps(result) if as_json else text(result))
    sys.exit(0 if result["held"] else 1)


def _habits(options: dict[str, Any]) -> tuple[tuple[Habit, ...], float]:
    """Those of the table, or the one that --hz and --batch describe; and s a trial."""
    source = click.get_current_context().get_parameter_source
    given = {name for name in ("hz", "batch", "duration") if source(name) is not ParameterSource.DEFAULT}
    trial_s = options["duration"] if "duration" in given else TRIAL_S
    if given <= {"duration"}:
        return HABITS, trial_s
    hz, batch = options["hz"], options["batch"]
    return (Habit(f"{hz:g} Hz in payloads of {batch:g} s", hz, batch, options["vehicles"]),), trial_s


def _answered(sheets: list[pl.DataFrame], path: Path | None) -> None:
    if path:
        recordings.write(pl.concat(sheets).sort("start", "vehicle_id"), path)


def _accounts(options: dict[str, Any], known: Roster | None) -> Accounts:
    """Accounts as asked for, over TLS if asked for."""
    try:
        found = _plain_accounts(options, known)
        return accounts.over_tls(found, options["ca"]) if options["ca"] else found
    except AccountError as error:
        raise click.ClickException(str(error)) from None


def _plain_accounts(options: dict[str, Any], known: Roster | None) -> Accounts:
    """Those of a file or of a template, else the simulated devices' own."""
    host, port = options["mqtt"]
    if options["users"]:
        return accounts.from_file(options["users"], host, port)
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
