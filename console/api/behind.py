"""Behind over HTTP: the lists that the portfolio's sums are made of - claims, and vehicles day by day."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import PRICING
from console.lists.sorting import Sorted, by, page
from console.reckoning import earned
from console.reckoning.figures import rows
from console.shapes import Page
from streams.messages import iso

Row = dict[str, Any]


class ClaimRow(Shape):
    """A claim as it is known now."""

    claim_id: str
    fleet_id: str
    vehicle_id: str
    vehicle: str
    klass: str = msgspec.field(name="class")
    cover: str
    loss_at: str
    valued_at: str
    status: str
    paid: Decimal
    reserve: Decimal
    recovery: Decimal
    incurred: Decimal  # paid and reserved less recovered
    currency: str


class VehicleDay(Shape):
    """A day of a vehicle on record."""

    day: str
    fleet_id: str
    vehicle_id: str
    vehicle: str
    km_measured: float
    km_gap: float


class Claims(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which claims: of losses since the first day on record, as the portfolio counts them."""

    fleet: str = ""
    cover: str = ""
    klass: str = msgspec.field(name="class", default="")
    currency: Annotated[str, msgspec.Meta(description="like EUR; empty: the tariff's")] = ""


class Days(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days, the newest first."""

    month: Annotated[str, msgspec.Meta(description="like 2025-11")] = ""
    fleet: str = ""
    vehicle: Annotated[str, msgspec.Meta(description="an id, or fleet/vehicle")] = ""
    from_: Annotated[str, msgspec.Meta(description="first day, like 2025-11-26")] = msgspec.field(
        name="from", default=""
    )
    to: Annotated[str, msgspec.Meta(description="last day")] = ""


def claims(ask: Ask) -> Page[ClaimRow]:
    """Claims, the latest loss first."""
    wanted, currency, classes = ask.query, earned.currency(ask, ask.query.currency), earned.classes(ask)
    found = [
        _claim(row, classes.get((row["fleet_id"], row["vehicle_id"]), earned.CAR), currency)
        for row in earned.claims(ask, earned.exposure(ask), currency)
    ]
    kept = [
        one
        for one in found
        if wanted.fleet in ("", one.fleet_id) and wanted.cover in ("", one.cover) and wanted.klass in ("", one.klass)
    ]
    kept.sort(key=lambda one: (one.loss_at, one.fleet_id, one.claim_id), reverse=True)
    return page(kept, wanted, lambda one: f"{one.fleet_id} {one.claim_id}", lambda one: one, CLAIMED)


def days(ask: Ask) -> Page[VehicleDay]:
    """Vehicles day by day: what the portfolio counts as vehicle days, and the km of each."""
    wanted, day = ask.query, pl.col("day").dt.strftime("%Y-%m-%d")
    fleet, _, vehicle = wanted.vehicle.rpartition("/")
    said = {"fleet_id": wanted.fleet or fleet, "vehicle_id": vehicle}
    asked = [pl.col(name) == value for name, value in said.items() if value]
    asked += [day.str.starts_with(wanted.month)] if wanted.month else []
    asked += [day >= wanted.from_] if wanted.from_ else []
    asked += [day <= wanted.to] if wanted.to else []
    exposure = earned.exposure(ask)
    found = rows(earned.days(exposure.filter(*asked) if asked else exposure))
    return page(found, wanted, lambda row: f"{row['day']} {_vehicle(row)}", _day, DRIVEN)


def _claim(row: Row, klass: str, currency: str) -> ClaimRow:
    said: Row = {name: row[name] for name in ("claim_id", "fleet_id", "vehicle_id", "cover", "status")}
    said |= {name: iso(row[name].timestamp()) for name in ("loss_at", "valued_at")}
    said |= {name: Decimal(row[name]) / 100 for name in ("paid", "reserve", "recovery", "incurred")}
    return ClaimRow(vehicle=_vehicle(row), klass=klass, currency=currency, **said)


def _day(row: Row) -> VehicleDay:
    same = {name: row[name] for name in ("fleet_id", "vehicle_id")}
    return VehicleDay(day=str(row["day"]), vehicle=_vehicle(row), **same, **{n: round(row[n], 3) for n in earned.KM})


def _vehicle(row: Row) -> str:
    return f"{row['fleet_id']}/{row['vehicle_id']}"


CLAIMED = by(ClaimRow, "claims")
DRIVEN = by(VehicleDay, "days", day=lambda row: str(row["day"]), vehicle=_vehicle)


LISTS = (
    Endpoint(
        "GET",
        "/pricing/claims",
        claims,
        "pricing",
        "Claims behind the portfolio",
        PRICING,
        Page[ClaimRow],
        query=Claims,
    ),
    Endpoint(
        *("GET", "/pricing/days", days, "pricing", "Vehicles day by day", PRICING, Page[VehicleDay]),
        query=Days,
    ),
)
