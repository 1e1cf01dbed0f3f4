"""fleet: some weeks of a fleet as a page for paper - the worst, what could not be seen, tasks, what has changed."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from console.files.fleet_report import Made, gathered, paper, zone_of
from streams import words
from streams.cli import screen, source
from streams.cli.report import files
from streams.desk import made as reports
from streams.desk import tasks
from streams.desk.report import Span, report
from streams.registry import Roster, stored
from streams.store.audit import login

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("fleet", short_help="some weeks of a fleet: the worst, what was not seen, tasks, what has changed")
@click.option("--fleet", "fleet_id", required=True, help="Of this fleet.")
@click.option("--from", "first", type=DAY, help="First day (UTC); else 28 days before the end.")
@click.option("--to", "end", type=DAY, help="The day after the last one; else tomorrow, with today so far.")
@click.option("--language", type=click.Choice(words.LANGUAGES), default=words.ENGLISH, show_default=True)
@files.out_option
@files.as_option
@screen.data_option
@screen.config_options
def command(
    fleet_id: str,
    first: datetime | None,
    end: datetime | None,
    language: str,
    out: Path,
    kind: str | None,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Worst sites, vehicles and drivers of a FLEET, what could not be seen, tasks, what has changed since before."""
    opened = source.store(data)
    six, now = source.of_store(opened, source.tariff(config_path, sets)), source.now(opened)
    span = _span(first, end or datetime.fromtimestamp(now, UTC) + timedelta(days=1))
    with opened.reading() as connection:
        registry, work = stored.read(connection), tasks.tasks(connection)
        before = reports.last(connection, fleet_id, (), span)
    known = gathered(fleet_id, six, work, Roster(registry), now, lambda _: True)
    if not known.sites:
        raise screen.fail(f"there is no fleet {fleet_id!r} with a vehicle")
    made = Made(fleet_id, (), login(), time.time(), now, zone_of(registry, fleet_id), before)
    files.write(paper(report(known, span, before.span if before else span.before), made, language), out, kind)
    with opened.writing() as connection:
        reports.record(connection, fleet_id, (), span, login())


def _span(first: datetime | None, end: datetime) -> Span:
    found = Span(first.date() if first else end.date() - timedelta(days=28), end.date())
    if found.first >= found.end:
        raise screen.fail(f"from {found.first} to {found.end} is no day")
    return found
