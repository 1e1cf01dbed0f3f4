"""Pricing over HTTP: what each vehicle would pay, and what moves it most."""

from collections.abc import Iterable
from decimal import Decimal
from operator import itemgetter
from typing import Annotated, Any

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import ADMIN, RATED
from console.lists.pages import words
from console.lists.sorting import Sorted, by, page
from console.reckoning import earned
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing import crossing
from pricing.crossing import FULL
from pricing.ladder import GAP, RUNNING, STANDING, TELEMATICS

SHOWN = (STANDING, TELEMATICS, RUNNING, GAP)  # parts that a fleet is shown, without amounts
REASONS = 3
VEHICLE = ("fleet_id", "vehicle_id")
Row = dict[str, Any]


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


SORTED = [name for name in Rate.__struct_fields__ if name not in ("vehicle", "reasons")]  # as the tables have them
COLUMNS = by(Rate, "premiums", vehicle=lambda row: f"{row['fleet_id']}/{row['vehicle_id']}")


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which premiums."""

    fleet: str = ""
    vehicle: str = ""
    policy: str = ""
    cover: Annotated[str, msgspec.Meta(description="covers with commas between them")] = ""
    klass: str = msgspec.field(name="class", default="")
    currency: str = ""


def rates(ask: Ask) -> Page[Rate]:
    """What each vehicle would pay; premiums that are shown alone are read with their steps."""
    wanted, frame = ask.query, premiums(ask)
    named = pl.concat_str("fleet_id", "vehicle_id", separator="/")
    of = {"fleet_id": wanted.fleet, "policy_id": wanted.policy}
    kept = frame.filter(
        *[pl.col(name) == said for name, said in of.items() if said],
        *([(pl.col("vehicle_id") == wanted.vehicle) | (named == wanted.vehicle)] if wanted.vehicle else []),
        *([pl.col("cover").is_in(covers)] if (covers := words(wanted.cover)) else []),
    )
    if wanted.currency:
        kept = kept.filter(earned.of_currency(ask, wanted.currency))
    if wanted.klass:
        known = earned.classes(ask)
        klass = [known.get(pair, earned.CAR) for pair in kept.select(VEHICLE).iter_rows()]
        kept = kept.filter(pl.Series(klass, dtype=pl.String) == wanted.klass)
    found = page(rows(kept.select(SORTED)), wanted, itemgetter("premium_id"), itemgetter("premium_id"), COLUMNS)
    stepped = {row["premium_id"]: row for row in laddered(ask, kept, pl.col("premium_id").is_in(found.items))}
    found.items = [Rate(**described(ask, stepped[premium_id])) for premium_id in found.items]
    return found


def premiums(ask: Ask) -> pl.DataFrame:
    """The premiums that are seen; their steps are for ``laddered``, which says no more than may be known."""
    frame = figures(ask.world).tables()["premiums"]
    if ask.scope.everything:
        return frame
    vehicles = frame.select(VEHICLE).unique()
    own = pl.Series([ask.scope.sees(*pair) for pair in vehicles.iter_rows()], dtype=pl.Boolean)
    return frame.join(vehicles.filter(own), on=VEHICLE, how="semi", maintain_order="left")


def laddered(ask: Ask, frame: pl.DataFrame, which: pl.Expr) -> list[Row]:
    """Some premiums with their steps: 5.2 s for 12,000, so only what is shown."""
    some = frame.filter(which)
    return rows(some if ask.world.config.pricing.privacy == crossing.FULL else crossing.premiums(some))


def described(ask: Ask, row: Row) -> Row:
    """A premium as a ``Rate`` says it."""
    same = ("premium_id", "fleet_id", "vehicle_id", "policy_id", "cover", "kind", "amount", "currency", "tariff_id")
    more = ("status", "days", "km_measured", "km_gap", "credibility")
    found = {name: row[name] for name in (*same, *more)}
    found |= {name: row[name].date().isoformat() for name in ("valid_from", "valid_to")}
    found |= {"vehicle": f"{row['fleet_id']}/{row['vehicle_id']}", "reasons": _reasons(row["factors"], private(ask))}
    return found | {"caps": row["caps"]}


def _reasons(steps: Iterable[Row], hidden: bool) -> list[Reason]:
    """The factors furthest from 1, each once."""
    moving: dict[str, Row] = {}
    for step in steps:
        if hidden and step["part"] == TELEMATICS:
            continue
        if step["op"] == "times" and step["part"] in SHOWN and step["effect"] != 1:
            moving.setdefault(step["name"], step)
    ordered = sorted(moving.values(), key=lambda step: (-abs(step["effect"].ln()), step["name"]))
    return [Reason(name=one["name"], value=one["value"], effect=one["effect"]) for one in ordered[:REASONS]]


def private(ask: Ask) -> bool:
    """Whether who asks prices, and may know of driving no more than scores and km."""
    return ask.scope.loads and ADMIN not in ask.scope.roles and ask.world.config.pricing.privacy != FULL


LISTS = (Endpoint("GET", "/pricing/premiums", rates, "pricing", "Premiums", RATED, Page[Rate], query=Wanted),)
