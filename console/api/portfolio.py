"""Portfolio over HTTP: exposure, premiums and what was charged, by cover, class, fleet and month."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import polars as pl

from console.access import PRICING
from console.api.ledger import seen
from console.api.pricing import premiums
from console.books import Chain, books
from console.endpoint import Ask, Endpoint, Query, Shape
from console.figures import figures, rows
from pricing.reports.losses import known, valuations
from streams import tables
from streams.messages import iso
from streams.registry import losses
from streams.registry.contracts import Policy

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
    made, rules = figures(ask.world), ask.world.rules
    currency = ask.query.currency or rules.tariff.currency
    tariff = next((one for one in (rules.tariff, *rules.others) if one.currency == currency), rules.tariff)
    indicated, risks = rows(premiums(ask).drop("factors")), made.risks()
    said = {one.policy_id: one.currency for one in ask.world.known.registry.of(Policy) if one.currency}
    found = [row for row in indicated if {row["currency"], said.get(row["policy_id"], currency)} == {currency}]
    classes = {} if risks is None else {(r["fleet_id"], r["vehicle_id"]): r["class"] for r in rows(risks)}
    vehicles = {(row["fleet_id"], row["vehicle_id"]) for row in found}
    with ask.world.store.reading() as connection:
        known, own = books(ask.world).read(connection), seen(ask)
        chains = [known[policy_id] for policy_id in filter(own, known)]
    mine = [one for one in chains if one.currency == currency]
    charged, statuses = _charged(mine), set[str]().union(*(one.statuses for one in mine)) - {""}
    exposure = made.tables()["exposure"]
    if not ask.scope.everything:
        exposure = exposure.filter(pl.col("fleet_id").is_in([grant.fleet for grant in ask.scope.grants]))
    lost = _lost(ask, exposure, currency)
    return Portfolio(
        as_of=iso(made.now),
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        currency=currency,
        currencies=sorted({row["currency"] for row in indicated} | {one.currency for one in chains}),
        vehicles=len(vehicles),
        premiums=len(found),
        amount=_sum(row["amount"] for row in found),
        km_measured=_km(exposure, "km_measured"),
        km_gap=_km(exposure, "km_gap"),
        claims=len({row["claim_id"] for row in lost}),
        covers=_totals(found, lost, lambda row: row["cover"]),
        classes=_totals(found, lost, lambda row: classes.get((row["fleet_id"], row["vehicle_id"]), "car")),
        fleets=_totals(found, lost, lambda row: row["fleet_id"]),
        months=_months(exposure, charged),
        charged_status="illustrative" if "illustrative" in statuses else next(iter(statuses), ""),
    )


def _lost(ask: Ask, exposure: pl.DataFrame, currency: str) -> list[Row]:
    """Claims as they are known now, of losses since the first day on record, of vehicles that are seen."""
    registry = ask.world.known.registry
    same = [
        one.policy_id for one in registry.of(Policy) if (one.currency or ask.world.rules.tariff.currency) == currency
    ]
    claims = losses.claims(registry).filter(pl.col("policy_id").is_in(same))
    if claims.is_empty() or exposure.is_empty():
        return []
    now = tables.moment(figures(ask.world).now).date() + timedelta(days=1)
    since = pl.col("loss_at").cast(pl.Date) >= exposure["day"].min()
    found = rows(known(valuations(claims), now).filter(since))
    return [row for row in found if ask.scope.sees(row["fleet_id"], row["vehicle_id"])]


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
    ordered = exposure.sort("fleet_id", "vehicle_id", "day", "driver_id").with_columns(month)
    lists = ordered.group_by("month", maintain_order=True).agg(
        pl.struct("fleet_id", "vehicle_id", "day").n_unique().alias("days"), "km_measured", "km_gap"
    )
    sums = lists.with_columns(pl.col(name).fill_null([]).list.sum() for name in ("km_measured", "km_gap"))
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
