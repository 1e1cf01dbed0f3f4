"""Habits: how far a kind of work drives and how often its drivers do what, learnt from pilot days that are driven."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from math import log
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from simulator.drivers import Driver, draw
from simulator.dynamics import G
from simulator.regions import Region
from simulator.reports import Report
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window
from simulator.vehicles import Class, Vehicle

Floats = npt.NDArray[np.float64]

PILOTS, DAYS = 10, 14  # vehicles, of each work at least one, and days each
ROUGH = (0.05, 0.3, 0.6, 0.95)  # degrees of roughness, by day and by night
SEED = 20_260
HOURS = 14.0
WHEEL = 1.6  # h since the last break, on average
BANDS = ((0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 1e9))  # km/h over the limit
OVER = ("over_limit_0_10_km", "over_limit_10_20_km", "over_limit_20_30_km", "over_limit_30_km")
BRAKED = "someone ahead braked"
HARSH = ("surprised", "late", "start", "corner")
COLUMN = {
    "surprised": "harsh_braking",
    "late": "harsh_braking",
    "start": "harsh_acceleration",
    "corner": "harsh_cornering",
}
NIGHT = (22, 5)  # local hours, as in the product


@dataclass(frozen=True)
class Habit:
    """One kind of work; means and rates are those of the pilots, ``often`` by what a driver's traits say of each."""

    km: float  # a day
    km_sd: float
    hours: float  # at the wheel, a km
    night_km: float  # of a shift begun in the night
    day_night_km: float  # of another
    often: dict[tuple[str, int], float]  # harsh events of a level a km, for a trait index of 1
    over: tuple[float, ...]  # km over the limit a km, by band, for a trait index of 1


def indices(driver: Driver, kind: Class) -> dict[tuple[str, int], float]:
    """What a driver's traits say of how often each harsh event comes, up to a factor of the work's."""
    severe = [b / a for a, b in zip(kind.harsh, kind.severe, strict=True)]
    rough = 1 - driver.smooth
    braked = NormalDist(0.7 + 0.45 * rough, 0.15)
    bend = NormalDist(log(driver.lateral / (0.40 * G)), 0.1 + 0.25 * rough)
    tired = driver.surprises * (1 + WHEEL * driver.fatigue)
    shares = {
        "surprised": [tired * share for share in _levels(braked, (0.75, 1.0, severe[0]))],
        "corner": _levels(bend, (log(0.75), 0.0, log(severe[2]))),
        "late": [driver.late] * 3,
        "start": [driver.late] * 3,
    }
    return {(name, level): shares[name][level - 1] for name in HARSH for level in (1, 2, 3)}


def _levels(peak: NormalDist, bounds: tuple[float, float, float]) -> list[float]:
    """Chance of a peak of level 1, 2 and 3."""
    above = [1 - peak.cdf(bound) for bound in bounds]
    return [above[0] - above[1], above[1] - above[2], above[2]]


def speedy(driver: Driver) -> tuple[float, ...]:
    """The same of km over the limit, by band."""
    return (driver.hurry + max(0.0, driver.pace - 0.95), *(driver.hurry,) * 3)


@cache
def habits(region: str) -> dict[str, Habit]:
    """Habits by work, from pilot days in a region; the same for every fleet there."""
    business, days = roster(PILOTS, SEED, region), dict[str, list[Driving]]()
    rng = np.random.default_rng([SEED, 1])
    start = datetime(2026, 3, 3, 4, tzinfo=ZoneInfo(business.region.zone)).timestamp()
    for day in range(DAYS):  # weeks, so that no weather and no Sunday speaks for all
        drivers = tuple(
            draw(rng, one.driver_id, one.fleet_id, ROUGH[(k + day) % 4], early=(k + day // 4) % 2 == 1)
            for k, one in enumerate(business.drivers)
        )
        fleet = replace(business, drivers=drivers, incidents=(Incidents(),) * PILOTS)
        for k, report in enumerate(Traffic(fleet, Window(start + 86_400 * day, HOURS), day=day).reports()):
            vehicle = business.vehicles[k]
            days.setdefault(vehicle.work, []).append(measured(report, vehicle, drivers[k], business.region))
    return {work: _habit(found) for work, found in days.items()}


@dataclass(frozen=True)
class Driving:
    """A vehicle's day that was driven, as it counts here."""

    driver: Driver
    kind: Class
    km: float
    hours: float
    night_km: float
    over: tuple[float, ...]
    counts: dict[tuple[str, int], int]


def measured(report: Report, vehicle: Vehicle, driver: Driver, region: Region) -> Driving:
    """What a day's samples and sheet say of it."""
    rows, sheet = report.recording, report.sheet
    speed = rows["speed_kmh"].to_numpy() * (rows["ignition"].to_numpy() > 0)
    seconds = np.minimum(np.diff(rows["t"].to_numpy(), append=rows["t"][-1]), 1.0)
    km = speed * seconds / 3600
    hour = np.array([datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(region.zone)).hour for t in rows["t"][::600]])
    night = np.repeat((hour >= NIGHT[0]) | (hour < NIGHT[1]), 600)[: len(rows)]
    over = speed - rows["speed_limit_kmh"].to_numpy()
    counts = dict.fromkeys(indices(driver, vehicle.kind), 0)
    for kind, level, cause in sheet.select("kind", "level", "cause").iter_rows():
        if kind.startswith("harsh_"):
            counts[_name(kind, cause), level] += 1
    return Driving(
        driver,
        vehicle.kind,
        float(km.sum()),
        float((seconds * (speed > 1)).sum() / 3600),
        float(km[night].sum()),
        tuple(float(km[(over > low) & (over <= high)].sum()) for low, high in BANDS),
        counts,
    )


def _name(kind: str, cause: str) -> str:
    if kind == "harsh_braking":
        return "surprised" if cause == BRAKED else "late"
    return "start" if kind == "harsh_acceleration" else "corner"


def _habit(days: list[Driving]) -> Habit:
    """Ratios of what was counted to what the traits said, over all pilots of a work."""
    km = np.array([day.km for day in days])
    said = [(day, indices(day.driver, day.kind)) for day in days]
    often = {
        key: sum(day.counts[key] for day in days) / sum(index[key] * day.km for day, index in said)
        for key in days[0].counts
    }
    fast = np.array([np.multiply(speedy(day.driver), day.km) for day in days]).sum(axis=0)
    nights = {early: [day.night_km for day in days if day.driver.early == early] for early in (True, False)}
    return Habit(
        float(km.mean()),
        float(km.std(ddof=1)),
        sum(day.hours for day in days) / float(km.sum()),
        float(np.mean(nights[True])),
        float(np.mean(nights[False])),
        often,
        tuple(float(total) for total in np.array([day.over for day in days]).sum(axis=0) / fast),
    )
