"""Ranks: how well the product's score orders drivers by their true claim frequency, by weeks and by reporting rate."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from devices.samples import Samples
from evaluation.measure import Fact, Section
from evaluation.recordings import rules, thinned
from pricing.exposure import Exposure
from pricing.memory import remembered
from pricing.score import score
from pricing.tariffs import standard
from simulator import portfolio, roster, traffic
from simulator.days import days
from simulator.perils import PERILS, relativity
from simulator.profiles import STANDARD
from simulator.shifts import Incidents
from streams.fleets.fleet import Known
from streams.kernels.params import CLASSES
from streams.recordings import recording
from streams.replay import Run

Floats = npt.NDArray[np.float64]

DRIVERS, WEEKS, A_WEEK, HOURS, SEED = 20, (1, 2, 4, 8, 13), 5, 14.0, 404
FIRST = date(2026, 3, 2)
HZ = 10.0
RATES = {"10 Hz": 0.0, "1 Hz": 1.0, "one report in 30 s": 30.0}
MANY, LONGER = 1_000, (1, 2, 4, 8, 13, 26, 52)
PERIL = PERILS["own_damage"]
SIGNALS = frozenset({"speed_kmh", "accel_long_mps2", "accel_lat_mps2", "ignition", "odometer_km", "speed_limit_kmh"})
DEVICE = replace(STANDARD, name="ten_a_second", hz=HZ, signals=SIGNALS)
TEXT = f"""Claim frequencies of simulated drivers are known ([simulator.md](simulator.md#claims)). The score (standard
tariff, driver's score, whatever its credibility) is held against the true claims a km of own damage, by Spearman's
rank correlation: 1 would be the true order, 0 none. *Driving* leaves out the part of the frequency that no trait
explains and no device can see; *all* has it, as an insurer's claims would. *Before the clip* is the predicted frequency
behind the score, which ends at 0 and 100: those who share a 100 cannot be told apart by it. First {DRIVERS} drivers,
driven sample by sample through the whole chain: {A_WEEK} days a week of {HOURS:g} h, a device with an accelerometer
{HZ:g} times a second, thinned to slower ones. Few drivers make a wide interval (95 %, drivers drawn again; last one):
compare reporting rates, which see the same drivers. Then {MANY:,} drivers whose weeks of 7 days are drawn
(`tripmeter-sim claims`), with every event that is on the answer sheet, for longer times."""


@dataclass(frozen=True)
class Classed:
    """Stands in for a registry that knows each vehicle's class, and no sites or roads."""

    classes: Mapping[str, int]
    zone: str

    def known(self, _fleet_id: str, vehicle_id: str) -> Known:
        return Known(self.classes[vehicle_id], zone=self.zone)


def section() -> Section:
    """Rank correlations, by rate and weeks."""
    return Section("Score against true frequency", TEXT, [], [*driven(DRIVERS, WEEKS), *drawn(MANY, LONGER)])


def driven(count: int, weeks: Sequence[int], hours: float = HOURS) -> Iterator[Fact]:
    """Of drivers whose every sample goes through the chain."""
    business = roster.roster(count, SEED)
    business = replace(business, incidents=(Incidents(),) * count)
    start = float(portfolio.term(FIRST, 1, business.region.zone).midnights[0]) + 4 * 3_600
    fleet = traffic.Traffic(business, traffic.Window(start, hours), profiles=(DEVICE,))
    classes = {vehicle.vehicle_id: CLASSES.index(vehicle.kind.name) for vehicle in business.vehicles}
    runs = {rate: Run(rules(), Classed(classes, business.region.zone)) for rate in RATES}
    for samples in _samples(fleet, A_WEEK * max(weeks)):
        for rate, seconds in RATES.items():
            runs[rate].take(thinned(samples, seconds) if seconds else samples)
    for rate, run in runs.items():
        exposure = run.finish()["exposure"]
        for week in weeks:
            some = exposure.filter(pl.col("day") < pl.lit(FIRST).dt.offset_by(f"{A_WEEK * week}d"))
            own = _counted(some)
            yield from _facts(business, _scores(business, own), f"driven, {rate}", week)


def _samples(fleet: traffic.Traffic, count: int) -> Iterator[Samples]:
    """Vehicle by vehicle, day by day."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.parquet"
        for _, reports in days(fleet, count):
            for report in reports:
                report.recording.write_parquet(path, compression="uncompressed")
                yield from recording.read([path])


def drawn(count: int, weeks: Sequence[int]) -> Iterator[Fact]:
    """Of drivers whose weeks are drawn."""
    business = roster.roster(count, SEED)
    span = portfolio.term(FIRST, 7 * max(weeks), business.region.zone)
    whole = pl.concat(portfolio.exposures(business, span, portfolio.Books()))
    for week in weeks:
        some = whole.filter(pl.col("day") < pl.lit(FIRST).dt.offset_by(f"{week}w"))
        yield from _facts(business, _scores(business, _counted(some)), "drawn, as on the sheet", week)


def _counted(exposure: pl.DataFrame) -> dict[str, Exposure]:
    """Exposure of each vehicle as it counts by the tariff's memory."""
    return {key[0]: found for key, found in remembered(exposure, standard().scale.memory, ["vehicle_id"]).items()}


class Scores(NamedTuple):
    """Of the drivers, in the roster's order."""

    shown: Floats  # 0 to 100
    eta: Floats  # log of the relativity, which no clip ends


def _scores(business: roster.Roster, own: Mapping[str, Exposure]) -> Scores:
    """Each driver keeps to one vehicle; who never drove has the class's score."""
    tariff, found = standard(), []
    for vehicle in business.vehicles:
        one = score({vehicle.kind.name: own.get(vehicle.vehicle_id, Exposure())}, tariff, "driver")
        found.append((one.score, sum(point.eta for point in one.points)))
    return Scores(*np.array(found).T)


def _facts(business: roster.Roster, scores: Scores, data: str, week: int) -> Iterator[Fact]:
    weeks = f"{week} week{'s' * (week > 1)}"
    seen, all_of_it = (
        np.array([relativity(driver, PERIL, frailty) for driver in business.drivers]) for frailty in (False, True)
    )
    for what, found, truth in (
        ("driving", -scores.shown, seen),
        ("driving, before the clip", scores.eta, seen),
        ("all, before the clip", scores.eta, all_of_it),
    ):
        low, high = interval(found, truth)
        yield Fact(data, f"{weeks}, {what}", spearman(found, truth), "-1 to 1", f"{low:.2f} to {high:.2f}")


def spearman(a: Floats, b: Floats) -> float:
    """Rank correlation; ties share their mean rank."""
    return float(pl.select(pl.corr(pl.lit(pl.Series(a)), pl.lit(pl.Series(b)), method="spearman")).item())


def interval(a: Floats, b: Floats, draws: int = 500) -> tuple[float, float]:
    """95 % of the rank correlation, by drawing drivers again."""
    rng = np.random.default_rng(1)
    chosen = rng.integers(0, len(a), (draws, len(a)))
    found = [spearman(a[rows], b[rows]) for rows in chosen]
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)
