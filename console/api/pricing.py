"""Pricing over HTTP: the portfolio, what each vehicle would pay, and why, step by step to the cent."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import polars as pl
from sqlalchemy import Connection

from console import seen
from console.access import PRICING, RATED
from console.endpoint import Ask, Endpoint, Query, Shape
from console.figures import figures, rows
from console.pages import Paged, page, words
from console.problems import Problem
from console.shapes import Page
from pricing.ladder import GAP, RUNNING, STANDING, TELEMATICS, Step, climb
from streams.ledger import chains
from streams.messages import iso
from streams.registry.claims import Claim

SHOWN = (STANDING, TELEMATICS, RUNNING, GAP)  # parts that a fleet is shown, without amounts
REASONS = 3
Row = dict[str, Any]


class Rung(Shape):
    """One step: ``effect`` applied by ``op`` to the amount before it gives ``amount``."""

    part: str  # telematics, standing, running, gap, premium, levies
    name: str
    covariate: str
    value: str
    unit: str
    credibility: float | None
    op: str  # start, times, plus, divide, cap, sum, round, levy
    effect: Decimal | None
    amount: Decimal | None


class Reason(Shape):
    """A factor that moves a premium."""

    name: str
    value: str
    effect: Decimal


class Rate(Shape):
    """What a vehicle would pay for a cover."""

    premium_id: str
    fleet_id: str
    vehicle_id: str
    vehicle: str
    policy_id: str
    cover: str
    valid_from: str
    valid_to: str
    kind: str
    amount: Decimal
    currency: str
    tariff_id: str
    status: str  # illustrative, filed
    days: int
    km_measured: float
    km_gap: float
    credibility: float | None
    caps: str | None  # names of the caps that bound, with commas
    reasons: list[Reason]  # the three that move it most


class Trace(Rate):
    """A premium with every step that made it; without expense and profit loads where they may not be seen."""

    factors: list[Rung]
    sums: bool  # the steps, worked out anew, make the amount to the cent
    whole: bool  # false: for a fleet; amounts are null and the steps that show loads left out, so they climb to nothing


class Total(Shape):
    """Sums of a part of the portfolio."""

    name: str
    vehicles: int
    days: int
    km_measured: float
    km_gap: float
    amount: Decimal


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


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which premiums."""

    fleet: str = ""
    vehicle: str = ""
    policy: str = ""
    cover: Annotated[str, msgspec.Meta(description="covers with commas between them")] = ""


class Of(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which cover; empty: all."""

    cover: str = ""


def rates(ask: Ask) -> Page[Rate]:
    """What each vehicle would pay."""
    wanted, found = ask.query, premiums(ask)
    covers = words(wanted.cover)
    kept = [
        row
        for row in found
        if wanted.fleet in ("", row["fleet_id"])
        and wanted.vehicle in ("", row["vehicle_id"], f"{row['fleet_id']}/{row['vehicle_id']}")
        and wanted.policy in ("", row["policy_id"])
        and (not covers or row["cover"] in covers)
    ]
    return page(kept, wanted, lambda row: str(row["premium_id"]), _rate)


def premium(ask: Ask) -> list[Trace]:
    """Why a vehicle's premium is what it is, cover by cover."""
    fleet_id, vehicle_id = seen.vehicle(ask)
    mine = [row for row in premiums(ask) if (row["fleet_id"], row["vehicle_id"]) == (fleet_id, vehicle_id)]
    found = [_trace(ask, row) for row in mine if ask.query.cover in ("", row["cover"])]
    if not found:
        raise Problem(404, "no_premium", f"{fleet_id}/{vehicle_id} is not insured for that")
    return found


def one(ask: Ask) -> Trace:
    """Why a premium is what it is."""
    found = next((row for row in premiums(ask) if row["premium_id"] == ask.parts["id"]), None)
    if found is None:
        raise Problem(404, "no_premium", f"there is no premium {ask.parts['id']!r}")
    return _trace(ask, found)


def portfolio(ask: Ask) -> Portfolio:
    """Exposure, premiums and what was charged, by cover, class, fleet and month."""
    made, tariff = figures(ask.world), ask.world.rules.tariff
    found, risks = premiums(ask), made.risks()
    classes = {} if risks is None else {(r["fleet_id"], r["vehicle_id"]): r["class"] for r in rows(risks)}
    vehicles = {(row["fleet_id"], row["vehicle_id"]) for row in found}
    with ask.world.store.reading() as connection:
        charged = _charged(connection)
    exposure = made.tables()["exposure"]
    return Portfolio(
        as_of=iso(made.now),
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        currency=tariff.currency,
        vehicles=len(vehicles),
        premiums=len(found),
        amount=_sum(row["amount"] for row in found),
        km_measured=_km(exposure, "km_measured"),
        km_gap=_km(exposure, "km_gap"),
        claims=len({row.claim_id for row in ask.world.known.registry.of(Claim)}),
        covers=_totals(found, lambda row: row["cover"]),
        classes=_totals(found, lambda row: classes.get((row["fleet_id"], row["vehicle_id"]), "car")),
        fleets=_totals(found, lambda row: row["fleet_id"]),
        months=_months(exposure, charged),
    )


def premiums(ask: Ask) -> list[Row]:
    """The premiums that are seen."""
    frame = figures(ask.world).tables()["premiums"]
    return [row for row in rows(frame) if ask.scope.sees(row["fleet_id"], row["vehicle_id"])]


def _rate(row: Row) -> Rate:
    return Rate(**_said(row))


def _said(row: Row) -> Row:
    same = ("premium_id", "fleet_id", "vehicle_id", "policy_id", "cover", "kind", "amount", "currency", "tariff_id")
    more = ("status", "days", "km_measured", "km_gap", "credibility")
    found = {name: row[name] for name in (*same, *more)}
    found |= {name: row[name].date().isoformat() for name in ("valid_from", "valid_to")}
    found |= {"vehicle": f"{row['fleet_id']}/{row['vehicle_id']}", "reasons": _reasons(row["factors"])}
    return found | {"caps": row["caps"]}


def _reasons(steps: Iterable[Row]) -> list[Reason]:
    """The factors furthest from 1, each once."""
    moving: dict[str, Row] = {}
    for step in steps:
        if step["op"] == "times" and step["part"] in SHOWN and step["effect"] != 1:
            moving.setdefault(step["name"], step)
    ordered = sorted(moving.values(), key=lambda step: (-abs(step["effect"].ln()), step["name"]))
    return [Reason(name=one["name"], value=one["value"], effect=one["effect"]) for one in ordered[:REASONS]]


def _trace(ask: Ask, row: Row) -> Trace:
    steps = [Step(**{name: step[name] for name in Step._fields}) for step in row["factors"]]
    whole = ask.scope.loads
    shown = steps if whole else [step for step in steps if step.part in SHOWN and step.op == "times"]
    rungs = [_rung(step, whole) for step in shown]
    return Trace(**_said(row), factors=rungs, sums=climb(steps) == row["amount"], whole=whole)


def _rung(step: Step, whole: bool) -> Rung:
    said = step._asdict()
    return Rung(**said if whole else said | {"amount": None})


def _totals(found: list[Row], name: Any) -> list[Total]:
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(name(row), []).append(row)
    return [_total(key, some) for key, some in sorted(groups.items())]


def _total(name: str, some: list[Row]) -> Total:
    """Km of a vehicle count once, however many covers it has."""
    km = {(row["fleet_id"], row["vehicle_id"], row["valid_from"]): row for row in some}
    return Total(
        name=name,
        vehicles=len({key[:2] for key in km}),
        days=sum(row["days"] for row in km.values()),
        km_measured=round(sum(row["km_measured"] for row in km.values()), 1),
        km_gap=round(sum(row["km_gap"] for row in km.values()), 1),
        amount=_sum(row["amount"] for row in some),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _km(exposure: pl.DataFrame, name: str) -> float:
    return round(float(exposure.sort("fleet_id", "vehicle_id", "day", "driver_id")[name].fill_null(0.0).sum()), 1)


def _charged(connection: Connection) -> dict[str, dict[str, Decimal]]:
    """By month and kind, what stands in the ledger."""
    found: dict[str, dict[str, Decimal]] = {}
    for policy_id in chains.policies(connection):
        for entry in chains.of(connection, policy_id):
            month = found.setdefault(str(entry["valid_from"])[:7], {})
            month[entry["kind"]] = month.get(entry["kind"], Decimal(0)) + entry.amount
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


LISTS = (Endpoint("GET", "/pricing/premiums", rates, "pricing", "Premiums", RATED, Page[Rate], query=Wanted),)
ENDPOINTS = (
    Endpoint("GET", "/pricing/premiums/{id}", one, "pricing", "Why this premium", RATED, Trace),
    Endpoint("GET", "/pricing/portfolio", portfolio, "pricing", "The portfolio", PRICING, Portfolio),
    Endpoint(
        "GET",
        "/pricing/vehicles/{vehicle}/premium",
        premium,
        "pricing",
        "Why this premium",
        RATED,
        list[Trace],
        query=Of,
    ),
)
