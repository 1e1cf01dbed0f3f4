"""Watched: what a report of the portfolio in force is made of, out of a store's tables, registry and ledger."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from sqlalchemy import Connection

from pricing.ledger.entry import Entry
from pricing.reports.live import Live
from pricing.reports.losses import ReportError, known, valuations
from pricing.reports.portfolio import ENTRIES
from pricing.risks import in_currency
from pricing.tariff import Tariff
from streams.ledger import chains
from streams.tables import Tables

NAMES = ("policy_id", "vehicle_id", "cover", "kind", "reverses", "recorded_at", "seq", "valid_from")
VEHICLE = ["fleet_id", "vehicle_id"]
ALL = pl.lit(True)

Registered = tuple[pl.DataFrame, pl.DataFrame]  # risks, claims


def live(
    connection: Connection, six: Tables, registered: Registered, tariff: Tariff, today: date, of: pl.Expr = ALL
) -> Live:
    """Of the fleets that ``of`` picks, in the currency of the ``tariff``; ``today`` is not over yet.

    ``ReportError`` where no vehicle has been heard of.
    """
    seen = {name: six[name].filter(of) for name in ("scores", "premiums", "exposure")}
    whole = registered[0].filter(of), registered[1].filter(of)
    mine, (risks, claims) = in_one(seen, whole, tariff)
    others = sorted({*whole[0]["currency"].drop_nulls()} - {tariff.currency})
    if mine["exposure"].is_empty():
        apart = f" that is insured in {tariff.currency}; there are policies in {', '.join(others)}" if others else ""
        raise ReportError(f"there is nothing to report: no vehicle has been heard of{apart}")
    policies = sorted({*risks["policy_id"]}.intersection(chains.policies(connection)))
    entries = [_row(entry) for policy in policies for entry in chains.of(connection, policy)]
    valued, since = known(valuations(claims), date.max), min(mine["exposure"]["day"].to_list())
    return Live(
        scores=mine["scores"],
        premiums=mine["premiums"],
        exposure=mine["exposure"],
        claims=valued,
        insured=risks,
        entries=pl.DataFrame(entries, schema=ENTRIES),
        since=since,
        today=today,
        tariff=tariff,
        apart=tuple(others),
    )


def in_one(six: Tables, registered: Registered, tariff: Tariff) -> tuple[Tables, Registered]:
    """Of tables, risks and claims, without what is insured in another currency than a tariff's."""
    risks, _ = registered
    own, claims = registered_in(registered, tariff)
    kept = ~pl.col("policy_id").is_in({*risks["policy_id"]} - {*own["policy_id"]})
    elsewhere = risks.join(own, on=VEHICLE, how="anti").select(VEHICLE).unique()
    found = {name: frame.join(elsewhere, on=VEHICLE, how="anti", maintain_order="left") for name, frame in six.items()}
    return found | {"premiums": six["premiums"].filter(kept)}, (own, claims)


def registered_in(registered: Registered, tariff: Tariff) -> Registered:
    """Of risks and claims, without those of policies in another currency than a tariff's."""
    risks, claims = registered
    own = in_currency(risks, tariff)
    return own, claims.filter(~pl.col("policy_id").is_in({*risks["policy_id"]} - {*own["policy_id"]}))


def tariffs_of(risks: pl.DataFrame, fleet_id: str, tariffs: Sequence[Tariff]) -> list[Tariff]:
    """Those of the currencies that a fleet has policies in, in their order; of none the first."""
    own = [one for one in tariffs if in_currency(risks, one).filter(pl.col("fleet_id") == fleet_id).height]
    return own or [*tariffs[:1]]


def _row(entry: Entry) -> dict[str, object]:
    made = entry["made"]
    said = {name: entry[name] for name in NAMES}
    by = {name: made.get(name) for name in ("tariff", "tariff_id")}
    return said | by | {"amount": float(entry.amount)}
