"""Tariffs over HTTP: which there are, what is pinned and signed; two of them held against each other."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import PRICING
from console.lists.sorting import Sorted, by, page
from console.reckoning.figures import rows
from console.reckoning.moved import Known, changed, known, pair
from console.shapes import Page
from pricing.signed import differences
from pricing.tariffs.compared import disruption, form
from pricing.tariffs.dated import holds
from streams.ledger import chains, pinned
from streams.tables import moment

SIGNER = re.compile(r"(?m)^# signed by ([0-9a-f]{64}): [0-9a-f]{128}$")  # held against the signature when it was read
ILLUSTRATIVE = "illustrative"
SIGNED, NAMED, UNSIGNED = "signed", "signed_by_named_key", "unsigned"
Row = dict[str, Any]


class TariffRow(Shape):
    """A tariff."""

    name: str  # as ``old`` and ``new`` take it
    tariff_id: str
    digest: str
    status: str  # illustrative, filed
    currency: str
    valid_from: str
    valid_to: str | None
    in_force: bool
    of_today: bool  # the day that the data has come to is one of its days
    configured: bool  # by tariff.path; else it comes along, to be compared with
    signature: str  # signed: by tariff.check_key; signed_by_named_key: by the key it names itself; unsigned
    key: str | None  # public half that it is signed by
    rules: str  # thresholds under which pricing reads events
    rules_known: bool  # they are on record, or those of this version
    jurisdiction: str | None
    peers: bool  # scores are held against a portfolio that is frozen in it
    on_record: bool  # the ledger has entries made with it


class Difference(Shape):
    """A number or name that is another one."""

    path: str
    old: str
    new: str


class Segment(Shape):
    """A part of the portfolio under both tariffs."""

    name: str
    old: Decimal
    new: Decimal | None
    change: float | None


class Comparison(Shape):
    """Two tariffs, and what the step from one to the other does to the portfolio."""

    old: TariffRow
    new: TariffRow
    differences: list[Difference]
    form: dict[str, str]  # what a filing is asked about it
    bands: list[Row]  # vehicles and premium by band of change
    covers: list[Segment]
    fleets: list[Segment]


class Moved(Shape):
    """A vehicle's premiums under both tariffs."""

    policy_id: str
    fleet_id: str
    vehicle_id: str
    old: Decimal
    new: Decimal | None
    change: float | None
    uncapped: Decimal | None
    caps: str | None  # that bound
    status: str  # illustrative if either tariff is


class Two(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names of /pricing/tariffs; ``old`` empty: the one in force, ``new`` empty: the first other."""

    old: str = ""
    new: str = ""


class TwoSorted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, page by page, in an order."""

    old: str = ""
    new: str = ""


MOVED = by(Moved, "dislocation", vehicle_id=lambda one: f"{one.fleet_id}/{one.vehicle_id}")


def listed(ask: Ask) -> list[TariffRow]:
    """Those of the configuration and those that are shipped."""
    return list(_told(ask).values())


def compared(ask: Ask) -> Comparison:
    """Which numbers differ, and the portfolio rated with both: whose premium moves by how much."""
    old, new = pair(ask, ask.query.old, ask.query.new)
    two = old.tariff, new.tariff
    vehicles, policies = changed(ask, *two), changed(ask, *two, ("policy_id",))
    said = differences(old.tariff.content(), new.tariff.content())
    every = {one.digest: one for one in _told(ask).values()}
    return Comparison(
        old=every[old.tariff.digest],
        new=every[new.tariff.digest],
        differences=[Difference(path=path, old=was, new=now) for path, was, now in said],
        form=dict(form(old.tariff, new.tariff, vehicles, policies).iter_rows()) if vehicles.height else {},
        bands=rows(disruption(vehicles)) if vehicles.height else [],
        covers=_parts(changed(ask, *two, ("cover",)), "cover"),
        fleets=_parts(changed(ask, *two, ("fleet_id",)), "fleet_id"),
    )


def _parts(found: pl.DataFrame, of: str) -> list[Segment]:
    return [Segment(name=row[of], old=row["old"], new=row["new"], change=row["change"]) for row in rows(found)]


def moved(ask: Ask) -> Page[Moved]:
    """Vehicles, those whose premium moves most first."""
    old, new = pair(ask, ask.query.old, ask.query.new)
    vehicles = changed(ask, old.tariff, new.tariff)
    both = {one.tariff.status for one in (old, new)}
    status = ILLUSTRATIVE if ILLUSTRATIVE in both else new.tariff.status
    found = [Moved(**row, status=status) for row in rows(vehicles)]
    return page(found, ask.query, lambda one: f"{one.policy_id} {one.vehicle_id}", lambda one: one, MOVED)


def _told(ask: Ask) -> dict[str, TariffRow]:
    """All of them by name."""
    with ask.world.store.reading() as connection:
        kept, today = set(chains.kept(connection)), moment(ask.world.now(connection)).date()
        found = {name: (one, pinned.is_known(connection, one.tariff)) for name, one in known(ask).items()}
    return {name: _row(ask, name, one, recognised, kept, today) for name, (one, recognised) in found.items()}


def _row(ask: Ask, name: str, one: Known, recognised: bool, kept: Collection[str], today: date) -> TariffRow:
    world, tariff, signer = ask.world, one.tariff, SIGNER.search(one.text)
    by = SIGNED if world.config.tariff.check_key else NAMED
    return TariffRow(
        name=name,
        tariff_id=tariff.tariff_id,
        digest=tariff.digest,
        status=tariff.status,
        currency=tariff.currency,
        valid_from=tariff.valid_from.isoformat(),
        valid_to=None if tariff.valid_to is None else tariff.valid_to.isoformat(),
        in_force=tariff.digest == world.rules.tariff.digest,
        of_today=holds(tariff, today),
        configured=one.configured,
        signature=by if signer else UNSIGNED,
        key=signer[1] if signer else None,
        rules=tariff.rules,
        rules_known=recognised,
        jurisdiction=tariff.profile.name if tariff.profile else None,
        peers=tariff.peers is not None,
        on_record=tariff.digest in kept,
    )


_COMPARE = ("GET", "/pricing/tariffs/compare", compared, "pricing", "Two tariffs, number by number", PRICING)
_MOVED = ("GET", "/pricing/dislocation", moved, "pricing", "Whom another tariff hits", PRICING, Page[Moved])
LISTS = (Endpoint(*_MOVED, query=TwoSorted),)
ENDPOINTS = (
    Endpoint("GET", "/pricing/tariffs", listed, "pricing", "Tariffs", PRICING, list[TariffRow]),
    Endpoint(*_COMPARE, Comparison, query=Two),
)
