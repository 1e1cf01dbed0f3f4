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
from console.reckoning import earned
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing.factors.base import Factor
from pricing.reports import levels
from pricing.reports.losses import known, valuations
from pricing.tariff import Tariff
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
    currency: str
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
    currency: str
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
    currencies: list[str]  # that tariffs in force are in
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
    """Of which cover; empty: the first that has it. In which currency; empty: the first tariff's."""

    cover: str = ""
    currency: str = ""


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which cover and factor; empty: all. By the tariff of which currency; empty: the first."""

    cover: str = ""
    factor: str = ""
    currency: str = ""


class In(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tariff of which currency; empty: the first."""

    currency: str = ""


def listed(ask: Ask) -> Factors:
    """The tariff: loads, caps, factors of each cover, terms of the score."""
    tariff = earned.tariff(ask, ask.query.currency)
    loads = tariff.loads
    return Factors(
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        currency=tariff.currency,
        currencies=[one.currency for one in (ask.world.rules.tariff, *ask.world.rules.others)],
        valid_from=tariff.valid_from.isoformat(),
        rules=tariff.rules,
        off_balance=loads.off_balance,
        fixed_per_day=loads.fixed_per_day,
        variable=loads.variable,
        profit=loads.profit,
        caps={name: list(pair) for name, pair in tariff.caps.items()},
        factors=[_factor(one, cover.name, tariff) for cover in tariff.covers.values() for one in cover.factors],
        behaviours=[_behaviour(one) for one in tariff.behaviours],
    )


def one(ask: Ask) -> FactorDetail:
    """One factor with its exposure."""
    tariff, name = earned.tariff(ask, ask.query.currency), ask.parts["name"]
    covers = [cover for cover in tariff.covers.values() if ask.query.cover in ("", cover.name)]
    found = [(cover.name, factor) for cover in covers for factor in cover.factors if factor.name == name]
    if not found:
        raise Problem(404, "no_factor", f"the tariff has no factor {name!r}")
    cover_name, factor = found[0]
    row = _factor(factor, cover_name, tariff)
    told = [_level(one, tariff) for one in _levels(ask, tariff, cover_name, name)]
    return FactorDetail(**msgspec.structs.asdict(row), levels=told)


def every(ask: Ask) -> Page[Level]:
    """The levels of all factors."""
    tariff, key = earned.tariff(ask, ask.query.currency), "{cover} {factor} {place} {level}".format_map
    found = _levels(ask, tariff, ask.query.cover, ask.query.factor)
    return page(found, ask.query, key, lambda row: _level(row, tariff))


def _factor(one: Factor, cover: str, tariff: Tariff) -> FactorRow:
    same = ("name", "covariate", "unit", "meaning", "source", "km_only", "monotone")
    points = [(float(x), float(y)) for x, y in one.points]
    of: Row = {"cover": cover, "base": str(one.base), "currency": tariff.currency, "status": tariff.status}
    return FactorRow(points=points, **of, **{name: getattr(one, name) for name in same})


def _behaviour(one: Any) -> Behaviour:
    same = ("name", "unit", "beta", "k", "controllable")
    means = {str(klass): float(mean) for klass, mean in one.means.items()}
    return Behaviour(subjects=list(one.subjects), means=means, **{name: getattr(one, name) for name in same})


def _levels(ask: Ask, tariff: Tariff, cover: str, factor: str) -> Sequence[Row]:
    """As the report of the portfolio has them, of the fleets that are seen."""
    made = figures(ask.world)
    found = made.worked(("levels", ask.scope.key, tariff.digest), lambda: _made(ask, tariff))
    of = [pl.col(name) == value for name, value in (("cover", cover), ("factor", factor)) if value]
    return rows(found.filter(*of) if of else found)


def _made(ask: Ask, tariff: Tariff) -> pl.DataFrame:
    premiums, of = figures(ask.world).tables()["premiums"], ask.world.known
    fleets = [one for one in premiums["fleet_id"].unique().to_list() if ask.scope.fleet(one)]
    seen = {"premiums": premiums.filter(pl.col("fleet_id").is_in(fleets))}
    mine, (_, claims) = in_one(seen, (of.roster.insured(), losses.claims(of.registry)), tariff)
    return levels.levels(mine["premiums"], known(valuations(claims), date.max), tariff)


def _level(row: Row, tariff: Tariff) -> Level:
    said: Row = {"currency": tariff.currency, "status": tariff.status}
    return Level(**said, **{name: row[name] for name in Level.__struct_fields__ if name not in said})


_ONE = ("GET", "/pricing/factors/{name}", one, "pricing", "One factor with its exposure", PRICING, FactorDetail)
_EVERY = ("GET", "/pricing/levels", every, "pricing", "Levels of all factors", PRICING, Page[Level])
LISTS = (Endpoint(*_EVERY, query=Wanted),)
ENDPOINTS = (
    Endpoint("GET", "/pricing/factors", listed, "pricing", "The tariff and its factors", PRICING, Factors, query=In),
    Endpoint(*_ONE, query=Of),
)
