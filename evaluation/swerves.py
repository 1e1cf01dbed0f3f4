"""Swerves: drivers who go around something and back, as devices with a yaw rate and without tell of it."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from evaluation.measure import Finding, Section, marked
from evaluation.recordings import rules, run, spans, thinned
from simulator import couplings, registry, roster, traffic
from simulator.placed import Placed
from simulator.profiles import PROFILES
from simulator.shifts import Incidents
from streams.recordings import recording
from streams.registry import Roster, load

VEHICLES, SEED, HOURS = 20, 2_028, 4.0
START = datetime(2026, 3, 3, 7, tzinfo=UTC)
AT = (0.5, 1.0, 1.5, 2.0, 2.5)  # h
DEVICE = PROFILES["can_gateway_10hz"]
RATES = {"0.1 s": 0.0, "0.2 s": 0.2, "0.5 s": 0.5, "1 s": 1.0}
SLACK_S = 2.0
TEXT = f"""{VEHICLES} simulated vehicles (cars, vans, lorries and buses) with a device on the bus that knows the yaw
rate ten times a second, each of which swerves {len(AT)} times in {HOURS:g} h (`swerve` of a scenario), beside the
swerves that come by themselves: 1 to 2.5 m to one side and back again, as hard as its driver dares and its tyres hold,
on whatever road it is. A swerve is told as `lane_change`. Truths are those of level 2 and more; found is what was told
of any level, right what overlaps a swerve of any level, and the note says how many were told as harsh as they were:
a swerve pushes for less than a second, of which the smoothing of an accelerometer's noise (0.25 s,
[detectors.md](detectors.md)) takes a sixth at ten reports a second, so that it is mostly told a level lower, and
hardly anything at five. Who reports twice a second sees both pushes of some swerves, once a second of none."""


def section() -> Section:
    """Recall, precision and onset by reporting interval."""
    return Section("Swerves", TEXT, list(found(VEHICLES, HOURS, AT)))


def found(vehicles: int, hours: float, at: tuple[float, ...]) -> Iterator[Finding]:
    """Of so many vehicles that swerve at those hours."""
    business = roster.roster(vehicles, SEED)
    business = replace(business, incidents=(Incidents(),) * vehicles)
    events = tuple(Placed("swerve", k, 3_600 * hour) for k in range(vehicles) for hour in at)
    fleet = traffic.Traffic(business, traffic.Window(START.timestamp(), hours), events=events, profiles=(DEVICE,))
    with tempfile.TemporaryDirectory() as folder:
        registry.write(business, START.timestamp(), Path(folder), pulled=couplings.rows(fleet, 1, [fleet]))
        who, path = Roster(load(Path(folder))), Path(folder) / "day.parquet"
        whole, sheet = traffic.combined(list(fleet.reports()))
        whole.write_parquet(path)
        pieces = list(recording.read([path]))
    for title, seconds in RATES.items():
        some = [thinned(samples, seconds) for samples in pieces] if seconds else pieces
        yield _marked(run(some, rules(), who)["events"], sheet, title)


def _marked(told: pl.DataFrame, sheet: pl.DataFrame, rate: str) -> Finding:
    true, events = (frame.filter(kind="lane_change") for frame in (sheet, told))
    truths, harsh = (spans(frame.filter(pl.col("level") >= 2)) for frame in (true, events))
    strict = marked("fleet", "lane_change", rate, truths, harsh, SLACK_S)
    loose = marked("fleet", "lane_change", rate, truths, spans(events), SLACK_S, f"as harsh as it was: {strict.found}")
    return loose._replace(right=marked("", "", "", spans(true), spans(events), SLACK_S).right)
