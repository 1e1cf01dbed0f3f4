"""Portfolio: a fleet's weeks of exposure, its claims and the truth behind them, without driving every sample."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from simulator import recordings
from simulator.claims import CLAIMS, DEVELOPMENT, Driven, Floats, tables
from simulator.days import TIRED
from simulator.drivers import Driver
from simulator.habits import COLUMN, OVER, Habit, habits, indices, speedy
from simulator.losses import DAY, LOSSES, mean_cost
from simulator.perils import OF_A_CRASH, PERILS, covers, expected, relativity, running, standing
from simulator.roster import Roster
from simulator.vehicles import Vehicle

AT_ONCE = 50  # vehicles
EARLY, LATE, SHIFT = 4.5 * 3600, 7.2 * 3600, 8.7 * 3600  # s after local midnight that a shift begins, and its length
STRETCH_KM = 1.5  # mean length of driving over the limit
HARSH = tuple(f"{kind}_{level}" for kind in dict.fromkeys(COLUMN.values()) for level in (1, 2, 3))
FLOATS = ("km_measured", "km_gap", "night_km", *OVER, "limit_known_km", "observed_km", "observed_corner_km", "moving_h")
EXPOSURE: dict[str, Any] = {
    **dict.fromkeys(("fleet_id", "vehicle_id", "driver_id", "class"), pl.String),
    "day": pl.Date,  # the first of the week
    "days": pl.Int64,
    **dict.fromkeys(FLOATS, pl.Float64),
    **dict.fromkeys((*HARSH, "continuous_driving_2"), pl.Int64),
}
TRAITS = ("rough", "headway", "pace", "smooth", "fatigue", "night", "frailty", "discipline")
TRUTH: dict[str, Any] = {
    **dict.fromkeys(("fleet_id", "vehicle_id", "driver_id", "class", "work", "cover"), pl.String),
    **dict.fromkeys((*TRAITS, "relativity", "per_day", "per_km", "expected", "mean_cost"), pl.Float64),
}


class Term(NamedTuple):
    """The days simulated: local ones, each of which is driven."""

    first: date
    midnights: Floats  # UTC epoch s of each day's beginning and of the last one's end

    @property
    def days(self) -> int:
        return len(self.midnights) - 1


class Written(NamedTuple):
    """How much there is."""

    vehicles: int
    weeks: int
    claims: int


def term(first: date, days: int, zone: str) -> Term:
    """So many local days on end."""
    where = ZoneInfo(zone)
    begun = [datetime.combine(first + timedelta(days=k), datetime.min.time(), where) for k in range(days + 1)]
    return Term(first, np.array([one.timestamp() for one in begun]))


class Weeks(NamedTuple):
    """A vehicle's weeks as a frame of ``EXPOSURE``, and what it drove day by day."""

    frame: pl.DataFrame
    driven: Driven


def weeks(vehicle: Vehicle, driver: Driver, habit: Habit, span: Term, seed: list[int]) -> Weeks:
    """Km and behaviour drawn a week at a time around what the pilots of the same work, and the traits, make likely."""
    rng = np.random.default_rng(seed)
    early = rng.random(span.days) < driver.night
    starts = np.arange(0, span.days, 7)
    days = np.diff(np.append(starts, span.days))
    mean, spread = days * habit.km, days * habit.km_sd**2
    km = rng.gamma(mean**2 / spread, spread / mean)
    shifts = np.add.reduceat(early.astype(np.float64), starts)
    at_night = (shifts * habit.night_km + (days - shifts) * habit.day_night_km) / mean * km
    over = [_clumped(rng, share * index * km) for share, index in zip(habit.over, speedy(driver), strict=True)]
    columns: dict[str, Any] = {
        "day": [span.first + timedelta(days=int(k)) for k in starts],
        "days": days,
        **dict.fromkeys(("km_measured", "limit_known_km", "observed_km", "observed_corner_km"), km),
        "km_gap": np.zeros(len(km)),
        "night_km": np.minimum(at_night, km),
        **dict(zip(OVER, over, strict=True)),
        "moving_h": km * habit.hours,
        **_harsh(rng, vehicle, driver, habit, km),
        "continuous_driving_2": rng.binomial(days, min(1.0, TIRED * driver.fatigue / 0.08)),
    }
    who = {"fleet_id": vehicle.fleet_id, "vehicle_id": vehicle.vehicle_id, "driver_id": driver.driver_id}
    named = who | {"class": vehicle.kind.name}
    frame = pl.DataFrame(columns).with_columns(pl.lit(text).alias(name) for name, text in named.items())
    begin = span.midnights[:-1] + np.where(early, EARLY, LATE)
    driven = Driven(
        vehicle, driver, float(span.midnights[0]), float(span.midnights[-1]), begin, begin + SHIFT,
        np.repeat(km / days, days),
    )  # fmt: skip
    return Weeks(frame.select(pl.col(name).cast(kind) for name, kind in EXPOSURE.items()), driven)


def _clumped(rng: np.random.Generator, mean: Floats) -> Floats:
    """km that come in stretches: gamma, its variance that of stretches of ``STRETCH_KM``."""
    return np.asarray(rng.gamma(np.maximum(mean, 1e-9) / STRETCH_KM, STRETCH_KM))


def _harsh(
    rng: np.random.Generator, vehicle: Vehicle, driver: Driver, habit: Habit, km: Floats
) -> dict[str, np.ndarray]:
    found = dict.fromkeys(HARSH, np.zeros(len(km), np.int64))
    for (name, level), index in indices(driver, vehicle.kind).items():
        column = f"{COLUMN[name]}_{level}"
        found[column] = found[column] + rng.poisson(habit.often[name, level] * index * km)
    return found


def truth(driven: Driven) -> Iterator[dict[str, Any]]:
    """A row of ``TRUTH`` a cover: what the traits are, and the mean of its claims in these days and km."""
    vehicle, driver = driven.vehicle, driven.driver
    klass, days, km = vehicle.kind.name, (driven.last - driven.first) / DAY, float(driven.km.sum())
    for cover in covers(klass):
        peril = PERILS[cover]
        own = relativity(driver, peril)
        yield {
            "fleet_id": vehicle.fleet_id,
            "vehicle_id": vehicle.vehicle_id,
            "driver_id": driver.driver_id,
            "class": klass,
            "work": vehicle.work,
            "cover": cover,
            **{name: getattr(driver, name) for name in TRAITS},
            "relativity": own,
            "per_day": standing(peril, klass),
            "per_km": running(peril, klass) * own,
            "expected": expected(driver, klass, cover, days, km) + driven.likely * OF_A_CRASH[cover],
            "mean_cost": mean_cost(LOSSES[cover]),
        }


class Books:
    """The tables of a portfolio but for the exposure, which is too long to keep."""

    def __init__(self) -> None:
        self.claims: list[dict[str, Any]] = []
        self.development: list[dict[str, Any]] = []
        self.truth: list[dict[str, Any]] = []
        self.weeks = 0

    def take(self, driven: Driven, seed: list[int]) -> None:
        """Claims of one vehicle, and the truth behind them."""
        claims, lives = tables(driven, seed)
        self.claims += claims
        self.development += lives
        self.truth += truth(driven)

    def write(self, folder: Path, suffix: str) -> None:
        """A file a table."""
        for name, rows, schema in (
            ("claims", self.claims, CLAIMS),
            ("development", self.development, DEVELOPMENT),
            ("truth", self.truth, TRUTH),
        ):
            recordings.write(pl.DataFrame(rows, schema=schema), folder / f"{name}{suffix}")


def exposures(business: Roster, span: Term, books: Books) -> Iterator[pl.DataFrame]:
    """Frames of ``EXPOSURE``, some vehicles at a time; the rest goes into ``books``."""
    known = habits(business.region.name)
    frames: list[pl.DataFrame] = []
    for k, (vehicle, driver) in enumerate(zip(business.vehicles, business.drivers, strict=True)):
        found = weeks(vehicle, driver, known[vehicle.work], span, [business.seed, 17, k])
        books.take(found.driven, [business.seed, 18, k])
        books.weeks += len(found.frame)
        frames.append(found.frame)
        if len(frames) == AT_ONCE or k + 1 == len(business.vehicles):
            yield pl.concat(frames)
            frames = []


def write(business: Roster, span: Term, folder: Path, suffix: str = ".parquet") -> Written:
    """``exposure``, ``claims``, ``development`` and ``truth`` into a folder."""
    books = Books()
    recordings.stream(exposures(business, span, books), pl.Schema(EXPOSURE), folder / f"exposure{suffix}")
    books.write(folder, suffix)
    return Written(len(business.vehicles), books.weeks, len(books.claims))
