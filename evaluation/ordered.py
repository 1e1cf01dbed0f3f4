"""Ordered: what a scenario has happen - wheels that run hot or apart, other ways, drivers and trailers, no device."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from evaluation.measure import Fact, Finding, Section, Span, marked
from evaluation.recordings import rules, spans
from simulator import couplings, registry, roster, traffic
from simulator.placed import Placed, PlacingError
from simulator.shifts import Incidents
from simulator.tyres import TRAILER
from simulator.vehicles import Vehicle
from streams import tables
from streams.recordings import recording
from streams.registry import Roster, load
from streams.replay import Run
from streams.store import schema

VEHICLES, EACH, SEED, HOURS = 80, 8, 2_029, 14.0
START = datetime(2026, 3, 3, 3, tzinfo=UTC)
FIRST_H, APART_H = 4.0, 0.25  # h after the window begins of the first of a kind, and between two of them
LEAKING, LEAK_PCT, LEAKS_H = "3L", 5.0, 0.2  # a wheel of the trailer that is left, % an hour, from which h on
SLACK_S, SWAP_S = 5.0, 60.0
UNSEEN_KM = 5.0  # from which the odometer gives it away, as docs/detectors/devices.md has it
TYRES = {"tyre_hot": 2, "tyre_imbalance": 1, "tyre_low": 1}  # lowest level that is to be found
RATE = "1 s"


def _heavy(vehicle: Vehicle) -> bool:
    return vehicle.kind.name in ("truck", "bus")


SUITED: Mapping[str, Callable[[Vehicle], bool]] = {
    "trailer_swap": lambda one: one.work == "haul",
    "brake_drag": _heavy,
    "dual_imbalance": _heavy,
    "driver_swap": lambda one: one.known_driver == "device",
    "route_deviation": lambda _: True,
    "unplugged": lambda _: True,
}
TEXT = f"""{VEHICLES} vehicles with devices that report once a second, on a working day of {HOURS:g} h. To {EACH} each
of them a scenario has one thing happen, from {FIRST_H:g} h on: a dragging brake, an inner tyre of a pair filled 8 % too
low, another way than the planned one, another driver (whose card the device reads), another trailer (of the one that
is left a tyre has lost {LEAK_PCT:g} % an hour from the morning on), a device pulled out for an hour. To the others
nothing happens, so that whatever is told of them is false. Tyres are held against the truth wheel by wheel, a pair as
one where its hub is hot; heat is to be found from level 2 on, and right if there was any. What is wrong with a tyre in
the morning is told once it is driven, and one event of a hot hub may last over several spells of heat. A driver's swap
is found if his first km on record begin within {SWAP_S:g} s of it; km are right if they are on record of who drove
them. A device that was pulled out is told when it is back, as `device_silent`, as `odometer_gap` or both; of a vehicle
that stood meanwhile nothing can be told."""


@dataclass(frozen=True)
class Day:
    """What truly happened and what the product has on record."""

    events: tuple[Placed, ...]
    reports: list[traffic.Report]
    told: pl.DataFrame  # events
    segments: pl.DataFrame  # of exposure, by driver

    @property
    def sheet(self) -> pl.DataFrame:
        return pl.concat([report.sheet for report in self.reports])


def section() -> Section:
    """Recall, precision and onset of each kind of order."""
    day = driven(VEHICLES, EACH, HOURS)
    findings = [*tyres(day), *ways(day), *silences(day), swaps(day)]
    return Section("What a scenario orders", TEXT, findings, [*wheel(day), *left_behind(day)])


def driven(vehicles: int, each: int, hours: float) -> Day:
    """A fleet's day with its orders, driven and replayed."""
    business = replace(roster.roster(vehicles, SEED), incidents=(Incidents(),) * vehicles)
    fleet = traffic.Traffic(business, traffic.Window(START.timestamp(), hours))
    fleet = replace(fleet, events=tuple(_orders(fleet, each)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        booked = [(fleet.window, fleet.arranged)]
        registry.write(business, START.timestamp(), folder, booked, couplings.rows(fleet, 1, [fleet]))
        run, reports = Run(rules(), Roster(load(folder))), list(fleet.reports())
        for report in reports:
            report.recording.write_parquet(folder / "day.parquet")
            for samples in recording.read([folder / "day.parquet"]):
                run.take(samples)
    told = run.finish()["events"]
    with run.store.reading() as connection:
        return Day(fleet.events, reports, told, tables.whole(connection, schema.segments))


def _orders(fleet: traffic.Traffic, each: int) -> Iterator[Placed]:
    """So many of each kind, each of another vehicle to which it can happen."""
    free = list(range(len(fleet.roster.vehicles)))
    for kind, suits in SUITED.items():
        found = 0
        for k in [k for k in free if suits(fleet.roster.vehicles[k])]:
            order = Placed(kind, k, 3_600 * (FIRST_H + APART_H * found))
            if found < each and _happens(fleet, order):
                free.remove(k)
                found += 1
                yield order
                if kind == "trailer_swap":
                    leak = {"wheel": LEAKING, "percent_per_hour": LEAK_PCT}
                    yield Placed("leak", k, 3_600 * LEAKS_H, leak)


def _happens(fleet: traffic.Traffic, order: Placed) -> bool:
    try:
        return bool(replace(fleet, events=(order,)).arranged)
    except PlacingError:
        return False


def _wheels(frame: pl.DataFrame, kind: str, least: int = 1) -> list[Span]:
    """Spells of a kind from a level on, wheel by wheel; a hot hub has all tyres of its pair. What overlaps is one."""
    some = frame.filter(pl.col("kind") == kind, pl.col("level") >= least)
    wheel = pl.col("subject").str.head(2) if kind == "tyre_hot" else pl.col("subject")
    found: list[Span] = []
    for one in sorted(spans(some.with_columns(pl.concat_str("vehicle_id", wheel, separator=" ").alias("vehicle_id")))):
        if found and found[-1].vehicle == one.vehicle and one.start <= found[-1].end:
            one = one._replace(start=found[-1].start, end=max(one.end, found.pop().end))
        found.append(one)
    return found


def tyres(day: Day) -> Iterator[Finding]:
    """Hot wheels and tyres that are unlike; and the leak of the trailers."""
    for kind, least in TYRES.items():
        told, any_level = _wheels(day.told, kind), _wheels(day.sheet, kind)
        strict = marked("fleet", kind, RATE, _wheels(day.sheet, kind, least), told, SLACK_S)
        yield strict._replace(right=marked("", "", "", any_level, told, SLACK_S).right)


def ways(day: Day) -> Iterator[Finding]:
    """Other ways than the planned ones."""
    kind = "route_deviation"
    yield marked("fleet", kind, RATE, spans(day.sheet, kind=kind), spans(day.told, kind=kind), SLACK_S)


def silences(day: Day) -> Iterator[Finding]:
    """Devices that were pulled out; all, and those whose vehicle drove on meanwhile."""
    told = spans(day.told.filter(pl.col("kind").is_in(["device_silent", "odometer_gap"])))
    truths = day.sheet.filter(kind="unplugged")
    all_of_it = marked("fleet", "unplugged", RATE, spans(truths), told, SLACK_S)
    drove = spans(truths.filter(pl.col("peak") >= UNSEEN_KM))
    yield all_of_it
    some = marked("fleet", f"unplugged, {UNSEEN_KM:g} km or more unseen", RATE, drove, told, SLACK_S)
    yield some._replace(right=all_of_it.right)


def swaps(day: Day) -> Finding:
    """Other drivers: whose first km are on record from when on."""
    known = {report.vehicle_id: report.driven[0].driver_id for report in day.reports if report.driven}
    firsts: dict[tuple[str, str], Span] = {}
    for row in day.segments.sort("start").iter_rows(named=True):
        who = row["vehicle_id"], row["driver_id"]
        if row["driver_id"] and row["driver_id"] != known.get(row["vehicle_id"]):
            firsts.setdefault(who, Span(row["vehicle_id"], row["start"], row["start"]))
    return marked("fleet", "driver_swap", RATE, spans(day.sheet, kind="driver_swap"), [*firsts.values()], SWAP_S)


def wheel(day: Day) -> Iterator[Fact]:
    """Of the km of vehicles with two drivers, how many are on record of who drove them."""
    swapped = {event.vehicle for event in day.events if event.kind == "driver_swap"}
    true: dict[tuple[str, str], float] = {}
    for k in swapped:
        for one in day.reports[k].driven:
            who = day.reports[k].vehicle_id, one.driver_id
            true[who] = true.get(who, 0.0) + one.km
    said = dict.fromkeys(true, 0.0)
    for row in day.segments.iter_rows(named=True):
        who = row["vehicle_id"], row["driver_id"]
        if who in said:
            said[who] += row["metres"] / 1_000
    right, whole = sum(min(said[who], true[who]) for who in true), sum(true.values())
    yield Fact("driver swaps", "km on record of who drove them", 100 * right / whole, "%", f"of {whole:.0f} km")


def left_behind(day: Day) -> Iterator[Fact]:
    """What is told of a trailer's tyres once it is left behind."""
    swapped = {row.vehicle: row.start for row in spans(day.sheet, kind="trailer_swap")}
    tyred = day.told.filter(pl.col("kind").str.starts_with("tyre_"), pl.col("subject").is_in(TRAILER))
    told = [one for one in spans(tyred) if one.vehicle in swapped]
    after = sum(one.end > swapped[one.vehicle] + SWAP_S for one in told)
    note = f"of {len(told)}; {len(swapped)} swaps"
    yield Fact("trailer swaps", "events of a trailer's tyres that go on once it is left", after, "events", note)
