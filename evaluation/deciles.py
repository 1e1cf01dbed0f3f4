"""Deciles: what vehicles are indicated to pay against what their claims truly cost, by tenth of the score."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import exp, fsum, sqrt
from typing import NamedTuple

import polars as pl

from evaluation.elasticities import Fit, Seen, fitted
from evaluation.measure import Fact, Section, Z, poisson
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
from simulator.losses import LOSSES, mean_cost
from simulator.perils import expected

VEHICLES, SEED, OTHERS, SEEN_WEEKS, PAID_WEEKS = 4_000, 808, 809, 13, 39
FIRST = date(2025, 1, 6)
BEGINS = FIRST + timedelta(weeks=SEEN_WEEKS)
COVERS = ("tpl_injury", "tpl_property", "own_damage")  # whose price has a telematics relativity, and which all have
TEXT = f"""{VEHICLES:,} simulated vehicles for a year (`tripmeter-sim claims`). The first {SEEN_WEEKS} weeks make the
telematics relativity of each; the {PAID_WEEKS} weeks after are rated with it (third-party liability and own damage,
pure premium before loads), and held against the true mean cost of the same days and km, and against the claims that
came. Vehicles are put into tenths by the relativity before the tariff's cap, from the best on. *True cost* is actual
over expected, the expected brought to the total; *without telematics* the same with every vehicle at its class's price:
what the tenths would pay for each other; *claims* counts them. Last the 95 % intervals: of the true cost over vehicles
drawn again, for drivers differ in what no device sees; of claims Poisson's. Flat is good: 1 in each tenth, and of ten
intervals one may leave it out by chance. *Standard* is the tariff that is shipped, whose numbers are illustrative, were
not fitted to these claims, and are capped: whether it moves far enough is the finding, not whether its level fits; the
level it would need is the first row. *Fitted* is the same tariff without that cap and with a score of its own: means,
spreads and `k` as `tripmeter tariff credibility` fits them, and elasticities by the claims, from the same year of
{VEHICLES:,} other vehicles and drivers, none of whom is among those that are judged here."""


class Rated(NamedTuple):
    """One vehicle in the weeks it was rated for, all covers together."""

    relativity: float  # by its own driving, before the cap
    indicated: float  # pure premium
    classwide: float  # the same at its class's price
    true: float  # mean cost
    counted: float  # claims that the price expects: each cover's premium over its mean cost
    claims: int


class Year(NamedTuple):
    """Vehicles before their price is made, and the weeks by which it will be."""

    seen: list[Seen]
    weeks: pl.DataFrame


def section() -> Section:
    """Actual over expected by tenth of the relativity, by the standard tariff and by one that was fitted."""
    judged, others = year(VEHICLES, SEED), year(VEHICLES, OTHERS)
    own, fit = own_tariff(others)
    told = ", ".join(f"{name} {beta:.3f} ({error:.3f})" for name, beta, error in fit.terms)
    rows = [
        *facts(rated(judged, standard()), "standard"),
        *facts(rated(judged, own), "fitted"),
        Fact("fitted", "elasticities", len(fit.terms), "terms", f"{told}; from {fit.claims} claims"),
    ]
    return Section("Indicated premium against true cost", TEXT, [], rows)


def facts(found: Sequence[Rated], tariff: str) -> Iterator[Fact]:
    """Level, three rows for each tenth, and in how many of them an interval leaves 1 out."""
    ordered = sorted(found, key=lambda one: one.relativity)
    whole = _sum(ordered)
    yield Fact(tariff, "true cost over indicated", whole.true / whole.indicated, "A/E", f"{len(found)} vehicles")
    yield Fact(tariff, "true cost over class price", whole.true / whole.classwide, "A/E", f"{whole.claims} claims")
    out = {"true cost": 0, "claims": 0}
    for k in range(10):
        some = ordered[k * len(found) // 10 : (k + 1) * len(found) // 10]
        words = f"{tariff}, tenth {k + 1}, relativity {some[0].relativity:.2f} to {some[-1].relativity:.2f}"
        for what, value, low, high in _tenth(some, whole):
            yield Fact(words, what, value, "A/E", f"{low:.2f}-{high:.2f}")
            if what in out:
                out[what] += not low <= 1 <= high
    for what, count in out.items():
        yield Fact(tariff, f"tenths whose interval of the {what} leaves 1 out", count, "of 10")


def _tenth(some: Sequence[Rated], whole: Rated) -> Iterator[tuple[str, float, float, float]]:
    """What is compared, actual over expected, and its interval."""
    true = [one.true for one in some]
    for what, name in (("true cost", "indicated"), ("without telematics", "classwide")):
        price = [getattr(one, name) * whole.true / getattr(whole, name) for one in some]
        ratio = fsum(true) / fsum(price)
        half = Z * sqrt(fsum((a - ratio * e) ** 2 for a, e in zip(true, price, strict=True))) / fsum(price)
        yield what, ratio, ratio - half, ratio + half
    own = _sum(some)
    meant = own.counted * whole.claims / whole.counted
    low, high = (bound / meant for bound in poisson(own.claims))
    yield "claims", own.claims / meant, low, high


def _sum(rows: Sequence[Rated]) -> Rated:
    return Rated(*(sum(column) for column in zip(*rows, strict=True)))


def own_tariff(others: Year) -> tuple[Tariff, Fit]:
    """The standard tariff with a score fitted on a year of other vehicles."""
    tariff, none = standard(), Exposure()
    classwide = [
        [_counts(one, tariff, after, score({one.vehicle.kind.name: none}, tariff, "vehicle")) for one in others.seen]
        for after in (False, True)
    ]
    return fitted(tariff, others.seen, others.weeks, *classwide)


def _counts(one: Seen, tariff: Tariff, driven: bool, own: Score) -> float:
    """Claims that the price of all covers expects, of the days alone or also of the km ``driven``."""
    after = one.after if driven else Exposure()
    return fsum(_pure(_risk(one, cover), after, tariff, own) / mean_cost(LOSSES[cover]) for cover in COVERS)


def rated(of: Year, tariff: Tariff) -> list[Rated]:
    """Every vehicle, rated by what was seen of it before."""
    return [_rated(one, tariff) for one in of.seen]


def year(count: int, seed: int) -> Year:
    """A year of a portfolio of so many vehicles."""
    business, books = roster.roster(count, seed), portfolio.Books()
    span = portfolio.term(FIRST, 7 * (SEEN_WEEKS + PAID_WEEKS), business.region.zone)
    weeks = pl.concat(portfolio.exposures(business, span, books))
    early = weeks.filter(pl.col("day") < BEGINS)
    seen = remembered(early, standard().scale.memory, ["vehicle_id"])
    before = {str(own): found for (own,), found in seen.items()}
    after = summed(weeks.filter(pl.col("day") >= BEGINS))
    came = pl.DataFrame(books.claims, schema=CLAIMS).filter(
        pl.col("loss_at").dt.date() >= BEGINS, pl.col("cover").is_in(COVERS)
    )
    claims = dict(came.group_by("vehicle_id").len().iter_rows())
    pairs = zip(business.vehicles, business.drivers, strict=True)
    return Year(
        [
            Seen(
                vehicle,
                driver,
                before[vehicle.vehicle_id],
                after[vehicle.vehicle_id],
                claims.get(vehicle.vehicle_id, 0),
            )
            for vehicle, driver in pairs
        ],
        early,
    )


def _risk(one: Seen, cover: str) -> Risk:
    ends = BEGINS + timedelta(weeks=PAID_WEEKS)
    return Risk(one.vehicle.fleet_id, one.vehicle.vehicle_id, "P", cover, BEGINS, ends, one.vehicle.kind.name)


def _rated(one: Seen, tariff: Tariff) -> Rated:
    """The vehicle at its own price and at its class's; what no factor of the tariff knows is rated 1."""
    klass = one.vehicle.kind.name
    own, none = (score({klass: seen}, tariff, "vehicle") for seen in (one.before, Exposure()))
    rows = []
    for cover in COVERS:
        pure, flat = (_pure(_risk(one, cover), one.after, tariff, who) for who in (own, none))
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
