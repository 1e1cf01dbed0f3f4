"""Factors over HTTP: the tariff's curves and tables, and how much of the portfolio lies on each part of them."""

import bisect
from decimal import Decimal
from typing import Any

import msgspec

from console.access import PRICING
from console.api.pricing import premiums
from console.endpoint import Ask, Endpoint, Query, Shape
from console.problems import Problem
from pricing.factors.base import Factor

MISSING = "not known"
Row = dict[str, Any]


class Level(Shape):
    """A level of a factor, or a band of its curve, with what is insured on it."""

    name: str
    relativity: float | None  # of the level; of a band what its premiums have on average, by days
    vehicles: int
    days: int
    km: float
    amount: Decimal  # of the premiums on it
    base: bool


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
    rows = [one for one in premiums(ask) if one["cover"] == cover_name]
    return FactorDetail(**msgspec.structs.asdict(row), levels=_levels(factor, rows))


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


def _levels(factor: Factor, rows: list[Row]) -> list[Level]:
    """Premiums by the level, or the stretch of the curve, that they are on."""
    groups: dict[tuple[int, str], list[tuple[Row, Row]]] = {}
    for row in rows:
        step = next((one for one in row["factors"] if one["name"] == factor.name and one["op"] == "times"), None)
        if step is not None:
            groups.setdefault(_place(factor, step["value"]), []).append((row, step))
    known: dict[tuple[int, str], list[tuple[Row, Row]]] = {
        (number, level): [] for number, (level, _) in enumerate(factor.levels)
    }
    return [_level(factor, key[1], some) for key, some in sorted((known | groups).items())]


def _place(factor: Factor, value: str) -> tuple[int, str]:
    """Its number and name, in the order of the curve or table."""
    if value == "":
        return 1_000, MISSING
    if factor.levels:
        return [level for level, _ in factor.levels].index(value), value
    edges = [x for x, _ in factor.points]
    number = bisect.bisect_right(edges, float(value)) if edges else 0
    low = f"{edges[number - 1]:g}" if number else ""
    high = f"{edges[number]:g}" if number < len(edges) else ""
    return (
        number,
        f"{low} to {high}" if low and high else f"{low} and more" if low else f"below {high}" if high else "all",
    )


def _level(factor: Factor, name: str, some: list[tuple[Row, Row]]) -> Level:
    days = sum(row["days"] for row, _ in some)
    weighted = sum(float(step["effect"]) * row["days"] for row, step in some)
    fixed = dict(factor.levels).get(name)
    return Level(
        name=name,
        relativity=fixed if fixed is not None else round(weighted / days, 4) if days else None,
        vehicles=len({(row["fleet_id"], row["vehicle_id"]) for row, _ in some}),
        days=days,
        km=round(sum(row["km_measured"] for row, _ in some), 1),
        amount=sum((row["amount"] for row, _ in some), Decimal("0.00")),
        base=name == str(factor.base),
    )


ENDPOINTS = (
    Endpoint("GET", "/pricing/factors", listed, "pricing", "The tariff and its factors", PRICING, Factors),
    Endpoint(
        "GET",
        "/pricing/factors/{name}",
        one,
        "pricing",
        "One factor with its exposure",
        PRICING,
        FactorDetail,
        query=Of,
    ),
)
