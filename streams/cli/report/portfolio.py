"""portfolio: whether the tariff in force still fits the portfolio, from the service's record."""

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from pricing.exposure import CLOSES
from pricing.reports import live
from pricing.reports.losses import ReportError
from pricing.tariff import Tariff
from streams import tables
from streams.cli import screen, source
from streams.cli.report import files
from streams.ledger import watched
from streams.registry import Roster, losses, stored
from streams.store.store import Store


@click.command("portfolio", short_help="whether the tariff in force still fits")
@files.out_option
@files.as_option
@screen.fleet_option
@click.option("--currency", default="", help="Of policies in this currency (like EUR); else in the first tariff's.")
@screen.data_option
@screen.config_options
def command(
    out: Path,
    kind: str | None,
    fleet_id: str | None,
    currency: str,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Live monitoring: lift, A/E by score, class and factor, caps, credibility, drift, silence, moves, last change."""
    found = _live(source.store(data), source.tariffs(config_path, sets), currency, fleet_id)
    files.write(live.paper(found), out, kind)


def _live(opened: Store, tariffs: Sequence[Tariff], currency: str, fleet_id: str | None) -> live.Live:
    """What is on record in one currency, of all fleets or one."""
    by = {tariff.currency: tariff for tariff in tariffs}
    tariff = by.get(currency or tariffs[0].currency)
    if tariff is None:
        raise screen.fail(f"no tariff in force is in {currency!r}; there is {', '.join(by)}")
    six, today = source.of_store(opened, *tariffs), (tables.moment(source.now(opened)) - CLOSES).date()
    of = watched.ALL if fleet_id is None else pl.col("fleet_id") == fleet_id
    try:
        with opened.reading() as connection:
            registry = stored.read(connection)
            registered = Roster(registry).insured(), losses.claims(registry)
            return watched.live(connection, six, registered, tariff, today, of)
    except ReportError as error:
        raise screen.fail(error) from error
