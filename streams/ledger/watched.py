"""Watched: what a report of the portfolio in force is made of, out of a store's tables, registry and ledger."""

from datetime import date

import polars as pl
from sqlalchemy import Connection

from pricing.ledger.entry import Entry
from pricing.reports.live import Live
from pricing.reports.losses import ReportError, known, valuations
from pricing.reports.portfolio import ENTRIES
from pricing.tariff import Tariff
from streams.ledger import chains
from streams.tables import Tables

NAMES = ("policy_id", "vehicle_id", "cover", "kind", "reverses", "recorded_at", "seq", "valid_from")
ALL = pl.lit(True)


def live(
    connection: Connection,
    six: Tables,
    registered: tuple[pl.DataFrame, pl.DataFrame],
    tariff: Tariff,
    today: date,
    of: pl.Expr = ALL,
) -> Live:
    """Of the fleets that ``of`` picks; ``registered`` are risks and claims, ``today`` is not over yet.

    ``ReportError`` where no vehicle has been heard of.
    """
    scores, premiums, exposure = (six[name].filter(of) for name in ("scores", "premiums", "exposure"))
    if exposure.is_empty():
        raise ReportError("there is nothing to report: no vehicle has been heard of")
    risks, claims = (frame.filter(of) for frame in registered)
    policies = sorted({*risks["policy_id"]}.intersection(chains.policies(connection)))
    entries = [_row(entry) for policy in policies for entry in chains.of(connection, policy)]
    valued, since = known(valuations(claims), date.max), min(exposure["day"].to_list())
    told = pl.DataFrame(entries, schema=ENTRIES)
    return Live(scores, premiums, exposure, valued, risks, told, since, today, tariff)


def _row(entry: Entry) -> dict[str, object]:
    made = entry["made"]
    said = {name: entry[name] for name in NAMES}
    by = {name: made.get(name) for name in ("tariff", "tariff_id")}
    return said | by | {"amount": float(entry.amount)}
