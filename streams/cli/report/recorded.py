"""Recorded: what reports are made of, out of the service's record - claims and policies of the registry, km by day."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pricing.reports.experience import Data
from pricing.reports.insured import periods
from pricing.reports.losses import ReportError, valuations
from pricing.tariff import Tariff
from streams import tables
from streams.cli import source
from streams.ledger import exposed, watched
from streams.registry import Roster, losses, stored

NO_CLAIMS = "the registry has no claims: import claims.csv, or give --claims FILE"


class Judged(NamedTuple):
    """By which tariff a fleet is judged, and the other currencies that it has policies in."""

    tariff: Tariff
    apart: tuple[str, ...] = ()


def claims(data: Path | None) -> pl.DataFrame:
    """Claims of the registry, a row a valuation."""
    opened = source.store(data)
    with opened.reading() as connection:
        found = losses.claims(stored.read(connection))
    if found.is_empty():
        raise ReportError(NO_CLAIMS)
    return found


def experience(data: Path | None, fleet_id: str, tariffs: Sequence[Tariff], currency: str) -> tuple[Data, Judged]:
    """Claims, insured periods and km of all fleets in a currency (empty: the first that a fleet's policies are in)."""
    opened = source.store(data)
    with opened.reading() as connection:
        registry = stored.read(connection)
        known, risks = losses.claims(registry), Roster(registry).insured()
        own = watched.tariffs_of(risks, fleet_id, tariffs)
        tariff = next((one for one in own if currency in ("", one.currency)), None)
        if tariff is None:
            there = ", ".join(one.currency for one in own)
            raise ReportError(f"fleet {fleet_id!r} has no policies in {currency!r}; it has some in {there}")
        driven = exposed.read(connection, tariff, tables.moment(source.now(opened))).driven
    if known.is_empty():
        raise ReportError(NO_CLAIMS)
    risks, known = watched.registered_in((risks, known), tariff)
    apart = tuple(one.currency for one in own if one != tariff)
    return Data(valuations(known), periods(risks), driven), Judged(tariff, apart)
