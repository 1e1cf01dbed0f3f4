"""Portfolio over HTTP: exposure, premiums and what was charged, by cover, class, fleet and month."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import polars as pl

from console.api.ledger import seen
from console.api.pricing import premiums
from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import PRICING
from console.reckoning import earned
from console.reckoning.books import Chain, books, worst
from console.reckoning.figures import figures, rows
from streams.messages import iso

Row = dict[str, Any]


class Total(Shape):
    """Sums of a part of the portfolio."""

    name: str
    vehicles: int
    days: int
    km_measured: float
    km_gap: float
    amount: Decimal
    claims: int  # of losses in the time the premiums are for
    incurred: Decimal  # paid, reserved, less recovered
    loss_ratio: float | None  # incurred over the indicated premium; null: no claims are loaded


class Month(Shape):
    """Exposure earned in a month, and what the ledger has of it."""

    month: str
    vehicle_days: int
    km_measured: float
    km_gap: float
    charged: Decimal
    adjusted: Decimal


class Portfolio(Shape):
    """The portfolio as it stands."""

    as_of: str
    from_: str | None = msgspec.field(name="from")  # first and last day on record: what all figures are of
    to: str | None
    tariff_id: str
    status: str
    currency: str
    currencies: list[str]  # in which there are amounts; those of another one are asked for with ``currency``
    vehicles: int
    premiums: int
    amount: Decimal
    km_measured: float
    km_gap: float
    claims: int  # valued claims in the registry; 0: none are loaded, and nothing is held against them
    covers: list[Total]
    classes: list[Total]
    fleets: list[Total]
    months: list[Month]
    charged_status: str  # illustrative where an entry was made by such a tariff; empty: nothing is charged


class Wanted(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which currency: amounts of two are never added up."""

    currency: Annotated[str, msgspec.Meta(description="like EUR; empty: the tariff's")] = ""


def portfolio(ask: Ask) -> Portfolio:
    """Exposure, premiums and what was charged, by cover, class, fleet and month."""
    made = figures(ask.world)
    currency = earned.currency(ask, ask.query.currency)
    tariff = earned.nearest(ask, currency)
    indicated, classes = premiums(ask).drop("factors"), earned.classes(ask)
    found = rows(indicated.filter(earned.of_currency(ask, currency)))
    vehicles = {(row["fleet_id"], row["vehicle_id"]) for row in found}
    with ask.world.store.reading() as connection:
        known, own = books(ask.world).read(connection), seen(ask)
        chains = [known[policy_id] for policy_id in filter(own, known)]
    mine = [one for one in chains if one.currency == currency]
    charged, statuses = _charged(mine), set[str]().union(*(one.statuses for one in mine)) - {""}
    exposure = earned.exposure(ask)
    lost = earned.claims(ask, exposure, currency)
    return Portfolio(
        as_of=iso(made.now),
        from_=_day(exposure["day"].min()),
        to=_day(exposure["day"].max()),
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        currency=currency,
        currencies=sorted({*indicated["currency"]} | {one.currency for one in chains}),
        vehicles=len(vehicles),
        premiums=len(found),
        amount=_sum(row["amount"] for row in found),
        km_measured=_km(exposure, "km_measured"),
        km_gap=_km(exposure, "km_gap"),
        claims=len({row["claim_id"] for row in lost}),
        covers=_totals(found, lost, lambda row: row["cover"]),
        classes=_totals(found, lost, lambda row: classes.get((row["fleet_id"], row["vehicle_id"]), earned.CAR)),
        fleets=_totals(found, lost, lambda row: row["fleet_id"]),
        months=_months(exposure, charged),
        charged_status=worst(statuses, next(iter(statuses), "")),
    )


def _day(found: Any) -> str | None:
    return None if found is None else str(found)


def _totals(found: list[Row], lost: list[Row], name: Callable[[Row], str]) -> list[Total]:
    groups: dict[str, list[Row]] = {}
    claims: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(name(row), []).append(row)
    for row in lost:
        claims.setdefault(name(row), []).append(row)
    return [_total(key, some, claims.get(key, []), bool(lost)) for key, some in sorted(groups.items())]


def _total(name: str, some: list[Row], lost: list[Row], loaded: bool) -> Total:
    """Km of a vehicle count once, however many covers it has."""
    km = {(row["fleet_id"], row["vehicle_id"], row["valid_from"]): row for row in some}
    amount, incurred = _sum(row["amount"] for row in some), Decimal(sum(row["incurred"] for row in lost)) / 100
    return Total(
        name=name,
        vehicles=len({key[:2] for key in km}),
        days=sum(row["days"] for row in km.values()),
        km_measured=round(sum(row["km_measured"] for row in km.values()), 1),
        km_gap=round(sum(row["km_gap"] for row in km.values()), 1),
        amount=amount,
        claims=len(lost),
        incurred=incurred,
        loss_ratio=float(incurred / amount) if loaded and amount else None,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _km(exposure: pl.DataFrame, name: str) -> float:
    return round(float(exposure.sort("fleet_id", "vehicle_id", "day", "driver_id")[name].fill_null(0.0).sum()), 1)


def _charged(chains: Iterable[Chain]) -> dict[str, dict[str, Decimal]]:
    """By month and kind, what stands in the ledger."""
    found: dict[str, dict[str, Decimal]] = {}
    for one in chains:
        for (month, kind), amount in one.months.items():
            mine = found.setdefault(month, {})
            mine[kind] = mine.get(kind, Decimal(0)) + amount
    return found


def _months(exposure: pl.DataFrame, charged: dict[str, dict[str, Decimal]]) -> list[Month]:
    month = pl.col("day").dt.strftime("%Y-%m").alias("month")
    by_month = earned.days(exposure).group_by(month, maintain_order=True).agg(pl.len().alias("days"), *earned.KM)
    sums = by_month.with_columns(pl.col(name).list.sum() for name in earned.KM)
    found = {row["month"]: row for row in rows(sums)}
    return [_month(name, found.get(name, {}), charged.get(name, {})) for name in sorted(found.keys() | charged.keys())]


def _month(name: str, driven: Row, charged: dict[str, Decimal]) -> Month:
    return Month(
        month=name,
        vehicle_days=driven.get("days", 0),
        km_measured=round(driven.get("km_measured") or 0.0, 1),
        km_gap=round(driven.get("km_gap") or 0.0, 1),
        charged=charged.get("charged", Decimal(0)),
        adjusted=charged.get("adjustment", Decimal(0)),
    )


ENDPOINTS = (
    Endpoint("GET", "/pricing/portfolio", portfolio, "pricing", "The portfolio", PRICING, Portfolio, query=Wanted),
)
