"""Hours: weeks of long days at the wheel, driven sample by sample, and which limits the product says were passed."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from evaluation.measure import Finding, Section, marked
from evaluation.recordings import rules, spans
from simulator import couplings, registry, roster, traffic
from simulator.days import days
from simulator.placed import Placed
from simulator.roster import Roster
from simulator.shifts import Incidents
from streams.hours.limits import KINDS
from streams.recordings import recording
from streams.registry import Roster as Registry
from streams.registry import load
from streams.replay import Run

VEHICLES, DAYS, SEED, HOURS = 3, 14, 612, 17.0
BEGINS = {  # Mondays
    "karlsruhe": datetime(2026, 3, 2, 4),
    "shanghai": datetime(2026, 3, 2, 15),
    "austin": datetime(2026, 3, 2, 4),
}
HAUL, LINE = ("truck", "haul"), ("bus", "line")
FLEETS = {"karlsruhe": HAUL, "shanghai": LINE, "austin": HAUL}
RULES = (("karlsruhe", "auto"), ("shanghai", "auto"), ("austin", "auto"), ("austin", "us_60_7"))
SLACK_S = 60.0
TEXT = f"""{VEHICLES} lorries of a long haul around Karlsruhe (the European Union's rules), each day for more than nine
hours, as many around Austin (the United States': 70 h on duty in 8 days, and once more by 60 h in 7), and {VEHICLES}
buses in Shanghai (China's, from the afternoon into the night), on {DAYS} days on end; on the first every other driver
has no break instead: nobody keeps a weekly rest, so that there is something to count. A *truth* is one limit passed by
one driver, from the moment the notice begins ([hours.md](hours.md)) to the last driving that counts to it, kept by the
simulator from true motion (and ignition) over all days, and counts from level 2 on; an event is right if it overlaps a
truth of any level. The product knows motion from one report a second."""


def section() -> Section:
    """Recall, precision and onset of each kind of limit."""
    findings = [one for region, law in RULES for one in found(region, VEHICLES, DAYS, law)]
    return Section("Hours at the wheel", TEXT, findings)


def found(region: str, vehicles: int, count: int, law: str = "auto") -> Iterator[Finding]:
    """Of a region's rules, or a law's, every kind that was passed or said to be."""
    driven, data = driving(region, vehicles, count, law), region if law == "auto" else f"{region}, {law}"
    with tempfile.TemporaryDirectory() as folder:
        registry.write(driven.roster, driven.window.start, Path(folder), pulled=couplings.rows(driven, count))
        run, sheets = Run(rules(f"hours.rule={law}"), Registry(load(Path(folder)))), []
        for _, reports in days(driven, count):
            for report in reports:
                sheets.append(report.sheet)
                report.recording.write_parquet(Path(folder) / "day.parquet")
                for samples in recording.read([Path(folder) / "day.parquet"]):
                    run.take(samples)
        events = run.finish()["events"]
    sheet = lasting(pl.concat(sheets))
    for kind in KINDS:
        strict, loose = (frame.filter(pl.col("level") >= 2, kind=kind) for frame in (sheet, events))
        if strict.height or loose.height:
            one = marked(data, kind, "1 s", spans(strict), spans(loose), SLACK_S)
            right = marked("", "", "", spans(sheet, kind=kind), spans(loose), SLACK_S).right
            yield one._replace(right=right)


def driving(region: str, vehicles: int, count: int, law: str = "auto") -> traffic.Traffic:
    """So many vehicles of a region on their first day, with what they are told for so many days."""
    business, start = fleet(region, vehicles), BEGINS[region]
    window = traffic.Window(start.replace(tzinfo=ZoneInfo(business.region.zone)).timestamp(), HOURS)
    return traffic.Traffic(business, window, events=_told(business, count), law=law)


def fleet(region: str, vehicles: int) -> Roster:
    """Vehicles of one kind of work, to which nothing usual happens."""
    business = roster.roster(10 * vehicles, SEED, region)
    chosen = [k for k, one in enumerate(business.vehicles) if (one.kind.name, one.work) == FLEETS[region]][:vehicles]
    return replace(
        business,
        vehicles=tuple(business.vehicles[k] for k in chosen),
        drivers=tuple(business.drivers[k] for k in chosen),
        incidents=(Incidents(),) * len(chosen),
    )


def _told(business: Roster, count: int) -> tuple[Placed, ...]:
    """Every other driver takes no break on the first day; lorries drive for more than nine hours on all others."""
    lorries = [k for k, one in enumerate(business.vehicles) if (one.kind.name, one.work) == HAUL]
    tired = range(0, len(business.vehicles), 2)
    long = (Placed("long_day", k, 0.0, day=day) for k in lorries for day in range(count) if day or k not in tired)
    return (*(Placed("no_break", k, 0.0) for k in tired), *long)


def lasting(sheet: pl.DataFrame) -> pl.DataFrame:
    """What goes on over days is on each day's sheet as it then stood: as it stood last."""
    return sheet.unique(["vehicle_id", "kind", "start"], keep="last", maintain_order=True)
