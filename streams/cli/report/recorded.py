"""Recorded: what reports are made of, out of the service's record - claims and policies of the registry, km by day."""

from pathlib import Path

import polars as pl

from pricing.reports.experience import Data
from pricing.reports.insured import periods
from pricing.reports.losses import ReportError, valuations
from streams import tables
from streams.cli import source
from streams.ledger import exposed
from streams.registry import Roster, losses, stored

NO_CLAIMS = "the registry has no claims: import claims.csv, or give --claims FILE"


def claims(data: Path | None) -> pl.DataFrame:
    """Claims of the registry, a row a valuation."""
    opened = source.store(data)
    with opened.reading() as connection:
        found = losses.claims(stored.read(connection))
    if found.is_empty():
        raise ReportError(NO_CLAIMS)
    return found


def experience(data: Path | None) -> Data:
    """Claims, insured periods and km of all fleets on record."""
    opened = source.store(data)
    with opened.reading() as connection:
        registry = stored.read(connection)
        known, risks = losses.claims(registry), Roster(registry).insured()
        driven = exposed.read(connection, source.tariff(), tables.moment(source.now(opened))).driven
    if known.is_empty():
        raise ReportError(NO_CLAIMS)
    return Data(valuations(known), periods(risks), driven)
