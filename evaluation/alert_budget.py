"""Alert budget: how often the default rules would call somebody, by kind, per 300 vehicles and day."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import polars as pl

from devices.samples import Floats, Ints
from evaluation.called import Called, Page, called
from evaluation.measure import Fact, Section
from evaluation.recordings import read, rules
from simulator import couplings, registry, roster, traffic
from streams.desk.morning import listed
from streams.recordings import recording
from streams.registry import Roster, load
from streams.replay import Assumed
from streams.rules import Rules

FLEET = 300  # vehicles
BUDGET = 10  # pages a day
MORNING_S = 6 * 3_600.0  # after midnight
DAY_H = 8.0  # at the wheel, of a vehicle that is used for work
VEHICLES, SEED, HOURS, SQUAD = 300, 300, 24.0, 25
START = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Karlsruhe
AWAY, AWAY_S, AWAY_AT = 10, 2_400.0, (9.0, 16.0)  # every tenth vehicle's line is away so long, at these hours
DATA = {
    "kit": ("KIT Seat Leon", "car", "Europe/Berlin"),
    "cmap": ("CMAP Chicago", "car", "America/Chicago"),
    "rsk": ("RSK Twizy", "car", "Africa/Casablanca"),
    "driveplotr": ("DrivePlotR", "car", "America/Chicago"),
    "capmetrics": ("CapMetrics buses", "bus", "America/Chicago"),
}
TEXT = f"""How often somebody would be called with everything as shipped, per {FLEET} vehicles and day; the aim is
at most {BUDGET}. Samples go minute by minute through what the service has behind its door: alerts, the pager with its
quiet hours, the clock's ticks, late data. Every page is acknowledged before it goes up. The simulated fleet is
{VEHICLES} lorries, vans and buses through a whole day, faults, harsh drivers and a crash included; every tenth vehicle
is twice in a dead zone for {AWAY_S / 60:g} min, and sends what it has kept when it is back. What does not call waits in
the morning list; its length the morning after is how many things there are to do, one a vehicle and kind of task."""
RECORDED = f"""The same of recordings, per {FLEET} vehicles and day. They are drives, not days: {DAY_H:g} h at the wheel
count as one. They have no tyre sensors, no registry and no drivers' names, so that what is about a person (hours at the
wheel) calls nobody; and but for CapMetrics they are few days: none in four days says no more than that it is hardly one
in a day and a half."""


def section() -> Section:
    """Pages by kind on the simulated fleet."""
    return Section("How often somebody is called", TEXT, facts=list(_simulated()))


def recorded() -> Section:
    """Pages by kind on the recordings."""
    facts: list[Fact] = []
    for name, (title, klass, zone) in DATA.items():
        pages, hours = _recorded(name, klass, zone)
        facts += _facts(f"{title}, {hours:.0f} h", pages, hours / DAY_H)
    return Section("How often somebody is called, by recordings", RECORDED, facts=facts)


def _recorded(name: str, klass: str, zone: str) -> tuple[list[Page], float]:
    """Pages of a data set, and its hours at the wheel."""
    found = [called(samples, rules(), Assumed(klass, zone)) for samples in read(name)]
    return [page for one in found for page in one.pages], sum(one.hours for one in found)


def _facts(data: str, pages: Sequence[Page], days: float) -> Iterator[Fact]:
    """Pages per fleet and day, in all and by kind."""
    scale = FLEET / days
    counts: Mapping[str, int] = Counter(page.kind for page in pages)
    heard = f"{len(pages)} in {days:.1f} vehicle-days"
    yield Fact(data, "all kinds", scale * len(pages), f"pages a day, {FLEET} vehicles", heard)
    for kind, count in sorted(counts.items(), key=lambda one: -one[1]):
        yield Fact(data, kind, scale * count, f"pages a day, {FLEET} vehicles", f"{count}")


def _simulated() -> Iterator[Fact]:
    """Pages of a simulated day, and the list of the next morning."""
    judged = rules()
    with tempfile.TemporaryDirectory() as folder:
        known = roster.roster(VEHICLES, SEED, "karlsruhe")
        fleet = traffic.Traffic(known, traffic.Window(START.timestamp(), HOURS))
        registry.write(known, START.timestamp(), Path(folder), pulled=couplings.rows(fleet))
        who = Roster(load(Path(folder)))
        days = list(_days(fleet, who, judged, Path(folder) / "squad.parquet"))
    yield from _facts("simulated fleet", [page for day in days for page in day.pages], float(VEHICLES))
    morning = START.timestamp() + HOURS * 3600 + MORNING_S
    standing = [alert for day in days for alert in day.standing]
    items = listed(standing, (), morning, judged.alerts, who.site)
    yield Fact("simulated fleet", "morning list", len(items), f"things to do, {FLEET} vehicles")


def _days(fleet: traffic.Traffic, who: Roster, judged: Rules, path: Path) -> Iterator[Called]:
    """A squad after the other, so that a large fleet fits into memory: drivers keep to their vehicles."""
    reports = fleet.reports()
    while squad := [report.recording for report in islice(reports, SQUAD)]:
        pl.concat(squad, how="diagonal").sort("t", "vehicle_id").write_parquet(path)
        for samples in recording.read([path]):
            yield called(samples, judged, who, back_again)


def back_again(vehicle: Ints, t: Floats) -> Floats:
    """When a sample comes in: at once, or when its vehicle has left the dead zone it was in."""
    arrival = t.copy()
    for hour in AWAY_AT:
        first = START.timestamp() + hour * 3_600.0
        kept = (vehicle % AWAY == 0) & (t >= first) & (t < first + AWAY_S)
        arrival[kept] = first + AWAY_S
    return arrival
