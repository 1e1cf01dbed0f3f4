"""Deciles: what vehicles are indicated to pay against what their claims truly cost, by tenth of the score."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import exp
from typing import NamedTuple

import polars as pl

from evaluation.measure import Fact, Section, poisson
from pricing.exposure import Exposure
from pricing.ladder import PREMIUM
from pricing.memory import remembered
from pricing.premium import Risk
from pricing.rating import rate
from pricing.score import Score, score
from pricing.tariff import Tariff
from pricing.tariffs import standard
from simulator import portfolio, roster
from simulator.claims import CLAIMS
from simulator.drivers import Driver
from simulator.losses import LOSSES, mean_cost
from simulator.perils import expected
from simulator.vehicles import Vehicle

VEHICLES, SEED, SEEN_WEEKS, PAID_WEEKS = 4_000, 808, 13, 39
FIRST = date(2025, 1, 6)
COVERS = ("tpl_injury", "tpl_property", "own_damage")  # whose price has a telematics relativity, and which all have
TEXT = f"""{VEHICLES:,} simulated vehicles for a year (`tripmeter-sim claims`). The first {SEEN_WEEKS} weeks make the
telematics relativity of each; the {PAID_WEEKS} weeks after are rated with it (third-party liability and own damage,
standard tariff, pure premium before loads), and held against the true mean cost of the same days and km, and against
the claims that came. Vehicles are put into tenths by the relativity before the tariff's cap, from the best on. *True
cost* is actual over expected, the expected brought to the total; *without telematics* the same with every vehicle at
its class's price: what the tenths would pay for each other; *claims* counts them, with their 95 % Poisson interval.
Flat is good: 1 in each tenth. The tariff's numbers are illustrative and were not fitted to these claims, so whether it
moves far enough is the finding, not whether its level fits; the level it would need is the first row."""


class Rated(NamedTuple):
    """One vehicle in the weeks it was rated for, all covers together."""

    relativity: float  # by its own driving, before the cap
    indicated: float  # pure premium
    classwide: float  # the same at its class's price
    true: float  # mean cost
    counted: float  # claims that the price expects: each cover's premium over its mean cost
    claims: int


class Seen(NamedTuple):
    """A vehicle before its price is made."""

    vehicle: Vehicle
    driver: Driver
    before: Exposure
    after: Exposure
    claims: int


def section() -> Section:
    """Actual over expected by tenth of the relativity."""
    return Section("Indicated premium against true cost", TEXT, [], list(facts(portfolio_rated(VEHICLES))))


def facts(found: list[Rated]) -> Iterator[Fact]:
    """Level, and three rows for each tenth."""
    ordered = sorted(found, key=lambda one: one.relativity)
    whole = _sum(ordered)
    yield Fact("all", "true cost over indicated", whole.true / whole.indicated, "A/E", f"{len(found)} vehicles")
    yield Fact("all", "true cost over class price", whole.true / whole.classwide, "A/E", f"{whole.claims} claims")
    for k in range(10):
        some = ordered[k * len(found) // 10 : (k + 1) * len(found) // 10]
        words = f"tenth {k + 1}, relativity {some[0].relativity:.2f} to {some[-1].relativity:.2f}"
        yield from _tenth(words, _sum(some), whole)


def _tenth(data: str, some: Rated, whole: Rated) -> Iterator[Fact]:
    level, flat = whole.true / whole.indicated, whole.true / whole.classwide
    yield Fact(data, "true cost", some.true / some.indicated / level, "A/E")
    yield Fact(data, "without telematics", some.true / some.classwide / flat, "A/E")
    meant = some.counted * whole.claims / whole.counted
    low, high = (bound / meant for bound in poisson(some.claims))
    yield Fact(data, "claims", some.claims / meant, "A/E", f"{some.claims}; {low:.2f}-{high:.2f}")


def _sum(rows: list[Rated]) -> Rated:
    return Rated(*(sum(column) for column in zip(*rows, strict=True)))


def portfolio_rated(count: int, seed: int = SEED) -> list[Rated]:
    """Every vehicle of a portfolio, rated by what was seen of it before."""
    tariff, begins = standard(), FIRST + timedelta(weeks=SEEN_WEEKS)
    return [_rated(one, begins, tariff) for one in _seen(count, seed, begins)]


def _seen(count: int, seed: int, begins: date) -> Iterator[Seen]:
    business, books = roster.roster(count, seed), portfolio.Books()
    span = portfolio.term(FIRST, 7 * (SEEN_WEEKS + PAID_WEEKS), business.region.zone)
    weeks = pl.concat(portfolio.exposures(business, span, books))
    seen = remembered(weeks.filter(pl.col("day") < begins), standard().scale.memory, ["vehicle_id"])
    before = {str(own): found for (own,), found in seen.items()}
    after = summed(weeks.filter(pl.col("day") >= begins))
    came = pl.DataFrame(books.claims, schema=CLAIMS).filter(
        pl.col("loss_at").dt.date() >= begins, pl.col("cover").is_in(COVERS)
    )
    claims = dict(came.group_by("vehicle_id").len().iter_rows())
    for vehicle, driver in zip(business.vehicles, business.drivers, strict=True):
        own = vehicle.vehicle_id
        yield Seen(vehicle, driver, before[own], after[own], claims.get(own, 0))


def _rated(one: Seen, begins: date, tariff: Tariff) -> Rated:
    """The vehicle at its own price and at its class's; what no factor of the tariff knows is rated 1."""
    klass, ends = one.vehicle.kind.name, begins + timedelta(weeks=PAID_WEEKS)
    own, none = (score({klass: seen}, tariff, "vehicle") for seen in (one.before, Exposure()))
    rows = []
    for cover in COVERS:
        risk = Risk(one.vehicle.fleet_id, one.vehicle.vehicle_id, "P", cover, begins, ends, klass)
        pure, flat = (_pure(risk, one.after, tariff, who) for who in (own, none))
        cost = mean_cost(LOSSES[cover])
        mean = expected(one.driver, klass, cover, 7 * PAID_WEEKS, one.after["km_measured"]) * cost
        rows.append(Rated(0.0, pure, flat, mean, pure / cost, 0))
    relativity = exp(sum(point.eta for point in own.points))
    return _sum(rows)._replace(relativity=relativity, claims=one.claims)


def _pure(risk: Risk, exposure: Exposure, tariff: Tariff, own: Score) -> float:
    steps = rate(risk, exposure, tariff, own).factors
    return next(float(step.amount) for step in steps if (step.part, step.name) == (PREMIUM, "technical"))


def summed(weeks: pl.DataFrame) -> dict[str, Exposure]:
    """What each vehicle drove and did in all, apart: a grouped sum rounds by how threads happened to share the rows."""
    parts = weeks.partition_by("vehicle_id", as_dict=True, include_key=False).items()
    sums = pl.col(pl.Float64, pl.Int64).sum()
    return {str(own): Exposure(rows.select(sums).row(0, named=True)) for (own,), rows in parts}
