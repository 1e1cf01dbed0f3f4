"""Faulty: the simulated fleet again, its data broken one way at a time - what is told of that, and what it spoils."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from evaluation import lines
from evaluation.delivered import delivered
from evaluation.measure import Finding, Section, marked
from evaluation.recordings import rules, run, spans
from evaluation.simulated import GATES, OVER_KMH, REGION, SEED, SLACK_S, START, eventful
from simulator import couplings, registry, roster, traffic
from simulator.answers import Whose
from simulator.faults import BY_NAME, Per, Spell
from simulator.mishaps import PREFIX, visit
from streams.recordings import recording
from streams.registry import Roster, load
from streams.rules import Rules

VEHICLES, HOURS = 20, 14.0
NONE = "none"
CLOCKS = ("clock_drift", "rollover")
DELIVERED = (*CLOCKS, "malformed", "stolen_identity")  # what a recording cannot hold
FAULTS = (NONE, "loss", "backlog", "duplicates", "replayed_day", "restamped", "gps_jumps", "unit_error", *DELIVERED)
OFTEN = {Per.HOUR: 1.0, Per.VEHICLE: 0.5}
TOLD = {
    "restamped": "replayed_data",
    "gps_jumps": "gnss_fault",
    "unit_error": "unit_fault",
    "clock_drift": "clock_fault",
    "rollover": "clock_fault",
    "stolen_identity": "gnss_fault",
}
HARSH = ("harsh_braking", "harsh_acceleration", "harsh_cornering")
TEXT = f"""{VEHICLES} vehicles of the fleet above, broken one way at a time: faults that come now and then once an hour
driven, those of a device on half of the vehicles (`tripmeter-sim faults`). *Harsh driving* (braking, acceleration and
cornering from level 2 on), *speeding* and *trips* against the truth, which a fault does not change: what was lost in
a dead zone cannot be found, so recall falls there; that precision does not fall is the point. Duplicates, backlogs
and days that come again must change nothing. A fault that is itself told (`replayed_data`, `gnss_fault`,
`unit_fault`, `clock_fault`) is held against the time it lasted; of an hour that comes again in which the vehicle stood
nothing can be told. Wrong clocks show only beside the time of arrival: with those the payloads go, as they arrive,
through what the service has behind its door. Half of the clocks are behind, which is what late data looks like, and one
that is less than 5 min ahead is believed: of those nothing is told, and what happened is looked for at its true time.
A clock that is 1,024 weeks behind is set right at the door. Payloads that are none and those of another device in a
vehicle's name go the same way; that the vehicle is in two places is told as positions that cannot be, and what the
other drives makes trips that nobody made. Lines that are cut again and again and payloads that are too large for any
broker need a line: there {lines.VEHICLES} devices send {lines.SECONDS / 3600:g} h to a service as its operator starts
it, over its own broker, and what it has on record is held against what it has of the same devices undisturbed."""

Reports = Sequence[traffic.Report]


class Fleet(NamedTuple):
    """The fleet before anything is broken."""

    reports: Reports
    window: Spell
    who: Roster
    judged: Rules


def section() -> Section:
    """Recall and precision of each group of kinds by fault."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = driven(VEHICLES, HOURS, Path(folder))
        found = [finding for fault in FAULTS for finding in broken(fleet, fault, Path(folder))]
    return Section("Simulated fleet, broken", TEXT, found, list(lines.facts(fleet.reports)))


def driven(vehicles: int, hours: float, folder: Path) -> Fleet:
    """A fleet's day, and the registry it leaves in ``folder``."""
    start = START.timestamp()
    known = eventful(roster.roster(vehicles, SEED, REGION))
    business = traffic.Traffic(known, traffic.Window(start, hours))
    registry.write(known, start, folder, pulled=couplings.rows(business))
    reports = list(business.reports())
    judged = rules(f"detectors.speeding.tolerance_kmh={OVER_KMH}")
    return Fleet(reports, Spell(start, start + 3_600 * hours), Roster(load(folder)), judged)


def broken(fleet: Fleet, fault: str, folder: Path) -> Iterator[Finding]:
    """What is found of the day with a fault, and of the fault itself."""
    reports, sheets = [], []
    rates = {} if fault == NONE else {fault: OFTEN[BY_NAME[fault].per]}
    for number, report in enumerate(fleet.reports):
        whose = Whose(report.fleet_id, report.vehicle_id, None)
        visited = visit(report.recording, whose, rates, fleet.window, SEED, number)
        reports.append(report._replace(recording=visited.recording, disturbances=visited.disturbances))
        sheets.append(visited.sheet)
    whole, sheet = traffic.combined(reports)
    if fault in DELIVERED:
        tables = delivered(reports, fleet.judged, fleet.who)
    else:
        path = folder / "day.parquet"
        whole.write_parquet(path)
        tables = run(list(recording.read([path])), fleet.judged, fleet.who)
    yield from _kinds(tables, sheet, f"fleet, {fault}")
    if fault in TOLD:
        spells = spans(pl.concat(sheets), kind=PREFIX + fault)
        yield marked(f"fleet, {fault}", TOLD[fault], "1 s", spells, spans(tables["events"], kind=TOLD[fault]), SLACK_S)


def _kinds(tables: Mapping[str, pl.DataFrame], sheet: pl.DataFrame, data: str) -> Iterator[Finding]:
    """Harsh driving and speeding, levels and gates as in the section before, and trips."""
    truths = [fact for kind in HARSH for fact in spans(_meant(sheet, kind), kind=kind)]
    harsh = tables["events"].filter(pl.col("level") >= 2, pl.col("kind").is_in(HARSH))
    any_level = sheet.filter(pl.col("kind").is_in([*HARSH, "lane_change"]))
    strict = marked(data, "harsh driving", "1 s", truths, spans(harsh), SLACK_S)
    yield strict._replace(right=marked("", "", "", spans(any_level), spans(harsh), SLACK_S).right)
    speeding = spans(tables["events"], kind="speeding")
    yield marked(data, "speeding", "1 s", spans(sheet, kind="speeding"), speeding, SLACK_S)
    yield marked(data, "trip", "1 s", spans(sheet, kind="trip"), spans(tables["trips"]))


def _meant(sheet: pl.DataFrame, kind: str) -> pl.DataFrame:
    return sheet.filter((pl.col("level") >= 2) & (pl.col("speed_kmh") >= GATES.get(kind, 0.0)))
