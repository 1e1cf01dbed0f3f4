"""Tariffs over HTTP: which there are, and whom another one would hit by how much."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from console.access import PRICING
from console.endpoint import Ask, Endpoint, Query, Shape
from console.figures import figures, rows
from console.problems import Problem
from pricing import frames
from pricing.tariff import Tariff
from pricing.tariffs import shipped
from pricing.tariffs.compared import capped, changes, disruption, form
from streams import settings
from streams.layers import ConfigError
from streams.tables import assumed
from streams.tariffs import shelf

MOST = 500  # vehicles listed, those moved most
Row = dict[str, Any]


class TariffRow(Shape):
    """A tariff."""

    name: str  # as ``against`` takes it
    tariff_id: str
    status: str
    currency: str
    valid_from: str
    valid_to: str | None
    in_force: bool


class Moved(Shape):
    """A vehicle's premiums under both tariffs."""

    policy_id: str
    fleet_id: str
    vehicle_id: str
    old: Decimal
    new: Decimal | None
    change: float | None


class Dislocation(Shape):
    """What another tariff would change."""

    old: str
    new: str
    bands: list[Row]  # vehicles and premium by band of change
    form: dict[str, str]  # what a filing is asked about it
    moved: list[Moved]  # those moved most


class Against(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which other tariff: a name of /pricing/tariffs."""

    against: str = ""


def listed(ask: Ask) -> list[TariffRow]:
    """Those of the configuration and those that are shipped."""
    force = ask.world.rules.tariff
    return [_row(name, one, one.digest == force.digest) for name, one in _known(ask).items()]


def dislocation(ask: Ask) -> Dislocation:
    """The portfolio rated with both, whose premium moves by how much."""
    known, force = _known(ask), ask.world.rules.tariff
    others = {name: one for name, one in known.items() if one.digest != force.digest}
    name = ask.query.against or next(iter(others), force.tariff_id)
    if name not in known:
        raise Problem(404, "no_tariff", f"there is no tariff {name!r} to compare with: {', '.join(others) or 'none'}")
    before, after = (_premiums(ask, one) for one in (force, known[name]))
    after = capped(before, after, known[name])
    vehicles, policies = changes(before, after), changes(before, after, by=("policy_id",))
    moved = vehicles.with_columns(by=pl.col("change").abs()).sort("by", descending=True, nulls_last=True).head(MOST)
    same = ("policy_id", "fleet_id", "vehicle_id", "old", "new", "change")
    return Dislocation(
        old=force.tariff_id,
        new=known[name].tariff_id,
        bands=rows(disruption(vehicles)) if vehicles.height else [],
        form=dict(form(force, known[name], vehicles, policies).iter_rows()) if vehicles.height else {},
        moved=[Moved(**{one: row[one] for one in same}) for row in rows(moved)],
    )


def _known(ask: Ask) -> dict[str, Tariff]:
    """By name: those of the configuration, then the shipped ones in the same currency."""
    said, force = ask.world.config.tariff, ask.world.rules.tariff
    found = {one.tariff_id: one for one in shelf(said).tariffs}
    for name in shipped():
        try:
            found.setdefault(name, shelf(settings.Tariff(path=name)).tariffs[0])
        except ConfigError:
            continue
    return {name: one for name, one in found.items() if one.currency == force.currency}


def _premiums(ask: Ask, tariff: Tariff) -> pl.DataFrame:
    """The premiums of the portfolio with a tariff, for the days on record."""
    made = figures(ask.world)
    exposure, risks = made.tables()["exposure"], made.risks()
    risks = assumed(exposure, "car") if risks is None else risks
    known = set(tariff.covers)
    days = exposure["day"].to_list()
    first, last = (min(days), max(days)) if days else (date.min, date.min)
    insured = risks.filter(pl.col("cover").is_in(known))
    return frames.premiums(exposure, insured, tariff, first, last + timedelta(days=1))


def _row(name: str, one: Tariff, force: bool) -> TariffRow:
    return TariffRow(
        name=name,
        tariff_id=one.tariff_id,
        status=one.status,
        currency=one.currency,
        valid_from=one.valid_from.isoformat(),
        valid_to=None if one.valid_to is None else one.valid_to.isoformat(),
        in_force=force,
    )


_MOVED = ("GET", "/pricing/dislocation", dislocation, "pricing", "Whom a tariff hits", PRICING, Dislocation)
ENDPOINTS = (
    Endpoint("GET", "/pricing/tariffs", listed, "pricing", "Tariffs", PRICING, list[TariffRow]),
    Endpoint(*_MOVED, query=Against),
)
