"""tripmeter roads: take over a map, and show what of it is known, and how much of the driving it covers."""

from collections import Counter
from pathlib import Path
from typing import Any

import click
import numpy as np

from streams import roads
from streams.cli import limits, screen, source
from streams.kernels.params import CLASSES
from streams.roads import Report, RoadsError, Table
from streams.roads.tags import KINDS

LEFT_OUT = 12  # reasons shown


@click.group()
def command() -> None:
    """Roads with their classes and speed limits, from GeoJSON or an OpenStreetMap extract."""


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@screen.data_option
@click.option("--out", type=click.Path(path_type=Path), help="Write them here instead, for 'replay --roads'.")
@screen.json_option
def import_(files: tuple[Path, ...], data: Path | None, out: Path | None, as_json: bool) -> None:
    """Take over the roads of FILE (.geojson, .osm, .osm.gz, .osm.bz2) in place of those of an earlier import.

    A service that runs goes on with the roads it knew: start it again.
    """
    report = Report()
    try:
        with screen.progress("reading", "bytes") as bar:
            found = roads.read(files, report, bar)
    except RoadsError as error:
        raise screen.fail(error) from error
    if out:
        roads.save(found, out)
    path = out or roads.keep(found, data or source.DATA)
    if as_json:
        screen.emit(summary(found) | {"out": str(path), "ways": report.ways, "ignored": dict(report.ignored)})
        return
    _show(found)
    screen.out.print(f"{report.taken:,} of {report.ways:,} ways taken; written to {path}")
    _left_out(report.ignored)


@command.command("show")
@screen.data_option
@click.option("--roads", "path", type=click.Path(path_type=Path), help="A file that 'roads import --out' has written.")
@screen.json_option
def show(data: Path | None, path: Path | None, as_json: bool) -> None:
    """How many km of road are known, by class, and with which limits; and what share of the driving they cover."""
    folder = data or source.DATA
    file = path or folder / roads.FILE
    if not file.is_file():
        raise screen.fail(f"{file}: no roads here; import some with 'tripmeter roads import FILE'")
    try:
        found = roads.load(file)
    except RoadsError as error:
        raise screen.fail(error) from error
    driven = None
    if path is None and (folder / "tripmeter.db").is_file():
        driven = source.of_store(source.store(folder), source.tariff())["exposure"]
    if as_json:
        screen.emit(summary(found) | ({} if driven is None else {"driven": limits.shares(driven)}))
        return
    _show(found)
    if driven is not None:
        limits.show(driven)


def summary(table: Table) -> dict[str, Any]:
    """What a table of roads holds: km by class, and of them with a limit, a lower one for trucks, one at night."""
    km = table.metres() / 1000
    known = ~np.isnan(table.limits).all(axis=(1, 2))
    car, truck = (CLASSES.index(klass) for klass in ("car", "truck"))
    lower = (table.limits[:, :, truck] < table.limits[:, :, car]).any(axis=1)
    night = ~np.isnan(table.night).all(axis=1)
    parts = {"km": np.ones(km.size, bool), "limit": known, "truck": lower, "night": night}
    classes = {
        name: {part: round(float(km[holds & (table.kind == kind)].sum()), 3) for part, holds in parts.items()}
        for kind, name in enumerate(KINDS)
    }
    return {"digest": table.digest, "pieces": int(table.kind.size), "classes": classes}


def _show(table: Table) -> None:
    told = summary(table)
    columns = [("class", "left"), ("km", "right"), ("with a limit", "right"), ("lower for trucks", "right")]
    rows = [
        [name, f"{row['km']:,.1f}", *[f"{row[part] / row['km']:.0%}" for part in ("limit", "truck", "night")]]
        for name, row in told["classes"].items()
        if row["km"]
    ]
    screen.out.print(screen.table(f"Roads {told['digest']}", [*columns, ("other at night", "right")], rows))


def _left_out(ignored: Counter[str]) -> None:
    for reason, count in ignored.most_common(LEFT_OUT):
        screen.out.print(f"[yellow]left out[/] {count:,} x {reason}", soft_wrap=True)
    if len(ignored) > LEFT_OUT:
        screen.out.print(f"... and {len(ignored) - LEFT_OUT} more reasons; --json has them all")
