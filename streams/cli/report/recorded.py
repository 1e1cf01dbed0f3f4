"""Recorded: what reports are made of, out of the service's record - claims and policies of the registry, km by day."""

from pathlib import Path

from pricing.reports.experience import Data
from pricing.reports.insured import periods
from pricing.reports.losses import ReportError, valuations
from streams import tables
from streams.cli import source
from streams.ledger import accepted
from streams.registry import Roster, losses, stored


def experience(data: Path | None) -> Data:
    """Claims, insured periods and km of all fleets on record."""
    opened = source.store(data)
    with opened.reading() as connection:
        registry = stored.read(connection)
        claims, risks = losses.claims(registry), Roster(registry).risks()
        driven = tables.driven(connection, tables.moment(source.now(opened)), accepted.conceded(connection))
    if claims.is_empty():
        raise ReportError("the registry has no claims: import claims.csv, or give --claims FILE")
    return Data(valuations(claims), periods(risks), driven)
