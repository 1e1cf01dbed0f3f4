"""Factors over HTTP: the tariff's curves and tables, what is insured on each part of them, what claims make of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.lists.pages import Paged, page
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing.factors.base import Factor
from pricing.reports import levels
from pricing.reports.losses import known, valuations
from streams.ledger.watched import in_one
from streams.registry import losses

Row = dict[str, Any]


class Level(Shape):
    """A level of a factor, or a stretch of its curve: exposure, relativity, and A/E with its exact 95 % interval."""

    cover: str
    factor: str
    level: str
    base: bool
    vehicles: int
    days: int
    km: float
    technical: float  # pure premium of the days rated
    relativity: float | None  # of the level; of a stretch what premiums on it have on average, by days
    claims: int
    expected: float | None  # the cover's claims in proportion to the pure premium; null: it has none
    ratio: float | None
    low: float | None
    high: float | None
    off: bool | None  # the interval does not hold 1
    observed: float | None  # the relativity that claims ask for, if the other factors stay
    observed_low: float | None
    observed_high: float | None
    status: str  # illustrative, filed


class FactorRow(Shape):
    """A factor of a cover."""

    name: str
    cover: str
    covariate: str
    unit: str
    meaning: str
    source: str
    base: str
    km_only: bool
    monotone: int
    points: list[tuple[float, float]]
    status: str  # illustrative, filed


class FactorDetail(FactorRow):
    """A factor with what is insured on each part of it."""

    levels: list[Level]


class Behaviour(Shape):
    """A term of the score."""

    name: str
    unit: str
    beta: float
    k: float
    controllable: bool
    subjects: list[str]
    means: dict[str, float]


class Factors(Shape):
    """The tariff in force."""

    tariff_id: str
    status: str
    currency: str
    valid_from: str
    rules: str
    off_balance: Decimal
    fixed_per_day: Decimal
    variable: Decimal
    profit: Decimal
    caps: dict[str, list[Decimal]]
    factors: list[FactorRow]
    behaviours: list[Behaviour]


class Of(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which cover; empty: the first that has it."""

    cover: str = ""


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which cover and factor; empty: all."""

    cover: str = ""
    factor: str = ""


def listed(ask: Ask) -> Factors:
    """The tariff: loads, caps, factors of each cover, terms of the score."""
    tariff = ask.world.rules.tariff
    loads = tariff.loads
    return Factors(
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        currency=tariff.currency,
        valid_from=tariff.valid_from.isoformat(),
        rules=tariff.rules,
        off_balance=loads.off_balance,
        fixed_per_day=loads.fixed_per_day,
        variable=loads.variable,
        profit=loads.profit,
        caps={name: list(pair) for name, pair in tariff.caps.items()},
        factors=[_factor(one, cover.name, tariff.status) for cover in tariff.covers.values() for one in cover.factors],
        behaviours=[_behaviour(one) for one in tariff.behaviours],
    )


def one(ask: Ask) -> FactorDetail:
    """One factor with its exposure."""
    tariff, name = ask.world.rules.tariff, ask.parts["name"]
    covers = [cover for cover in tariff.covers.values() if ask.query.cover in ("", cover.name)]
    found = [(cover.name, factor) for cover in covers for factor in cover.factors if factor.name == name]
    if not found:
        raise Problem(404, "no_factor", f"the tariff has no factor {name!r}")
    cover_name, factor = found[0]
    row = _factor(factor, cover_name, tariff.status)
    told = [_level(one, tariff.status) for one in _levels(ask, cover_name, name)]
    return FactorDetail(**msgspec.structs.asdict(row), levels=told)


def every(ask: Ask) -> Page[Level]:
    """The levels of all factors."""
    found = _levels(ask, ask.query.cover, ask.query.factor)
    status, key = ask.world.rules.tariff.status, "{cover} {factor} {place} {level}".format_map
    return page(found, ask.query, key, lambda row: _level(row, status))


def _factor(one: Factor, cover: str, status: str) -> FactorRow:
    same = ("name", "covariate", "unit", "meaning", "source", "km_only", "monotone")
    points = [(float(x), float(y)) for x, y in one.points]
    return FactorRow(
        cover=cover, base=str(one.base), points=points, status=status, **{name: getattr(one, name) for name in same}
    )


def _behaviour(one: Any) -> Behaviour:
    same = ("name", "unit", "beta", "k", "controllable")
    means = {str(klass): float(mean) for klass, mean in one.means.items()}
    return Behaviour(subjects=list(one.subjects), means=means, **{name: getattr(one, name) for name in same})


def _levels(ask: Ask, cover: str, factor: str) -> Sequence[Row]:
    """As the report of the portfolio has them, of the fleets that are seen."""
    made = figures(ask.world)
    found = made.worked(("levels", ask.scope.key), lambda: _made(ask))
    of = [pl.col(name) == value for name, value in (("cover", cover), ("factor", factor)) if value]
    return rows(found.filter(*of) if of else found)


def _made(ask: Ask) -> pl.DataFrame:
    premiums, tariff, of = figures(ask.world).tables()["premiums"], ask.world.rules.tariff, ask.world.known
    fleets = [one for one in premiums["fleet_id"].unique().to_list() if ask.scope.fleet(one)]
    seen = {"premiums": premiums.filter(pl.col("fleet_id").is_in(fleets))}
    mine, (_, claims) = in_one(seen, (of.roster.insured(), losses.claims(of.registry)), tariff)
    return levels.levels(mine["premiums"], known(valuations(claims), date.max), tariff)


def _level(row: Row, status: str) -> Level:
    return Level(**{name: row[name] for name in Level.__struct_fields__ if name != "status"}, status=status)


_ONE = ("GET", "/pricing/factors/{name}", one, "pricing", "One factor with its exposure", PRICING, FactorDetail)
_EVERY = ("GET", "/pricing/levels", every, "pricing", "Levels of all factors", PRICING, Page[Level])
LISTS = (Endpoint(*_EVERY, query=Wanted),)
ENDPOINTS = (
    Endpoint("GET", "/pricing/factors", listed, "pricing", "The tariff and its factors", PRICING, Factors),
    Endpoint(*_ONE, query=Of),
)
