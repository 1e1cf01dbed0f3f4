"""portfolio: whether the tariff in force still fits the portfolio, from the service's record."""

from datetime import date
from pathlib import Path

import click
import polars as pl

from pricing.exposure import CLOSES
from pricing.ledger.entry import Entry
from pricing.reports import live
from pricing.reports.losses import known, valuations
from pricing.reports.portfolio import ENTRIES
from streams import tables
from streams.cli import screen, source
from streams.cli.report import files
from streams.ledger import chains
from streams.registry import Roster, losses, stored

NAMES = ("policy_id", "vehicle_id", "cover", "kind", "reverses", "recorded_at", "seq", "valid_from")


@click.command("portfolio", short_help="whether the tariff in force still fits")
@files.out_option
@files.as_option
@screen.fleet_option
@screen.data_option
@screen.config_options
def command(
    out: Path,
    kind: str | None,
    fleet_id: str | None,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Live monitoring: claims by score and class, caps that bind, credibility, drift, silence, moves, last change."""
    tariff, opened = source.tariff(config_path, sets), source.store(data)
    six, today = source.of_store(opened, tariff), (tables.moment(source.now(opened)) - CLOSES).date()
    with opened.reading() as connection:
        registry = stored.read(connection)
        policies = chains.policies(connection)
        entries = [_row(entry) for policy in policies for entry in chains.of(connection, policy)]
    if six["exposure"].is_empty():
        raise screen.fail("there is nothing to report: no vehicle has been heard of")
    claims = losses.claims(registry)
    risks = Roster(registry).risks()
    told = pl.DataFrame(entries, schema=ENTRIES)
    if fleet_id is not None:
        six = {name: _of(frame, fleet_id) for name, frame in six.items()}
        claims, risks = _of(claims, fleet_id), _of(risks, fleet_id)
        told = told.filter(pl.col("policy_id").is_in(risks["policy_id"].unique().to_list()))
    first = six["exposure"]["day"].min()
    since = first if isinstance(first, date) else today
    valued = known(valuations(claims), date.max)
    found = live.Live(six["scores"], six["premiums"], six["exposure"], valued, risks, told, since, today)
    files.write(live.paper(found, f"{tariff.tariff_id}, {tariff.status}"), out, kind)


def _of(frame: pl.DataFrame, fleet_id: str) -> pl.DataFrame:
    return frame.filter(pl.col("fleet_id") == fleet_id)


def _row(entry: Entry) -> dict[str, object]:
    made = entry["made"]
    said = {name: entry[name] for name in NAMES}
    by = {name: made.get(name) for name in ("tariff", "tariff_id")}
    return said | by | {"amount": float(entry.amount)}
