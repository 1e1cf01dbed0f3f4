"""Compared: the command of ``tripmeter tariff`` that says what another tariff changes, and for whom."""

from pathlib import Path

import click
import polars as pl

from pricing.signed import differences
from pricing.tariff import Tariff
from pricing.tariffs.compared import capped, changes, disruption, form
from streams import settings, sheets
from streams.cli import screen, source
from streams.layers import ConfigError
from streams.tariffs import shelf

NUMBERS = dict.fromkeys(("number", "old", "new"), pl.String)
Frames = dict[str, pl.DataFrame]


@click.command("compare")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@source.tables_options
@screen.registry_options
@click.option("--portfolio", is_flag=True, help="Rate the service's data with both; --data or --tables do so too.")
@click.option("--out", type=click.Path(path_type=Path), help="Disruption, form and every change (.csv or .xlsx).")
@screen.json_option
def compare(
    old: str,
    new: str,
    data: Path | None,
    folder: Path | None,
    registry_path: Path | None,
    klass: str,
    portfolio: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Which numbers of NEW differ from OLD (names or files); with a portfolio, whose premium moves by how much."""
    was, now = tariff(old), tariff(new)
    found: Frames = {}
    if portfolio or data or folder:
        alike(was, now)
        before, after = (some(source.amounts(data, folder, one, registry_path, klass), one) for one in (was, now))
        after = capped(before, after, now)
        vehicles, policies = changes(before, after), changes(before, after, by=("policy_id",))
        found = {"disruption": disruption(vehicles), "by policy": disruption(policies)}
        found |= {"form": form(was, now, vehicles, policies), "changes": vehicles}
    found["numbers"] = pl.DataFrame(list(differences(was.content(), now.content())), NUMBERS, orient="row")
    if out:
        _written(found, out)
    if as_json:
        screen.emit({name: frame.to_dicts() for name, frame in found.items()})
    else:
        _say(found)


def _say(found: Frames) -> None:
    for name in [name for name in ("numbers", "form", "disruption", "by policy") if name in found]:
        columns = [(heading, "left") for heading in found[name].columns]
        screen.out.print(screen.table(name, columns, [list(row) for row in found[name].iter_rows()]))


def tariff(name: str) -> Tariff:
    """One tariff by its name or file; of a folder there would be several."""
    try:
        found = shelf(settings.Tariff(path=name)).tariffs
    except ConfigError as error:
        raise screen.fail(error) from error
    if len(found) > 1:
        raise screen.fail(f"{name} holds {len(found)} tariffs: name one of its files")
    return found[0]


def alike(old: Tariff, new: Tariff) -> None:
    """Complain of two tariffs whose premiums cannot be held against each other."""
    if old.currency != new.currency:
        raise screen.fail(f"{old.tariff_id} is in {old.currency}, {new.tariff_id} in {new.currency}")


def some(found: pl.DataFrame, rated_with: Tariff) -> pl.DataFrame:
    """Premiums made with a tariff, if there are any."""
    if found.is_empty():
        raise screen.fail(f"there is no premium: nothing that is insured in {rated_with.currency} has been driven")
    return found


def _written(found: Frames, out: Path) -> None:
    try:
        written = sheets.write(found, out)
    except sheets.SheetError as error:
        raise screen.fail(error) from error
    screen.err.print(f"wrote {', '.join(map(str, written))}", markup=False)
