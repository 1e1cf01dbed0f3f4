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
from pricing.tariff import Tariff
from streams import tables
from streams.cli import screen, source
from streams.cli.report import files
from streams.ledger import chains
from streams.registry import Roster, losses, stored
from streams.store.store import Store

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
    found = _live(opened, tariff, fleet_id)
    files.write(live.paper(found, f"{tariff.tariff_id}, {tariff.status}"), out, kind)


def _live(opened: Store, tariff: Tariff, fleet_id: str | None) -> live.Live:
    """What is on record, of all fleets or one."""
    six, today = source.of_store(opened, tariff), (tables.moment(source.now(opened)) - CLOSES).date()
    with opened.reading() as connection:
        registry = stored.read(connection)
        entries = [_row(entry) for policy in chains.policies(connection) for entry in chains.of(connection, policy)]
    of = pl.lit(True) if fleet_id is None else pl.col("fleet_id") == fleet_id
    scores, premiums, exposure = (six[name].filter(of) for name in ("scores", "premiums", "exposure"))
    if exposure.is_empty():
        raise screen.fail("there is nothing to report: no vehicle has been heard of")
    risks, claims = Roster(registry).risks().filter(of), losses.claims(registry).filter(of)
    policies = risks["policy_id"].unique().to_list()
    told = pl.DataFrame(entries, schema=ENTRIES).filter(pl.col("policy_id").is_in(policies))
    since = min(exposure["day"].to_list())
    return live.Live(scores, premiums, exposure, known(valuations(claims), date.max), risks, told, since, today)


def _row(entry: Entry) -> dict[str, object]:
    made = entry["made"]
    said = {name: entry[name] for name in NAMES}
    by = {name: made.get(name) for name in ("tariff", "tariff_id")}
    return said | by | {"amount": float(entry.amount)}
