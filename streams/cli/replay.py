"""replay: recordings through the pipeline at full speed, the six tables written, a summary printed."""

import time
from pathlib import Path
from typing import Any

import click
import polars as pl

from pricing.document import TariffError
from streams import config, roads, rules, tables
from streams.alert_rules import RULES
from streams.cli import limits, overview, screen
from streams.fleets.fleet import Source
from streams.layers import ConfigError
from streams.pipeline.chain import PARAMS
from streams.recordings import mapping
from streams.recordings.mapping import MappingError
from streams.recordings.recording import RecordingError
from streams.records import evidence
from streams.registry import RegistryError, Roster
from streams.registry import load as load_registry
from streams.replay import Assumed, Replayed
from streams.replay import replay as run_replay
from streams.roads import RoadsError


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the six tables (Parquet).")
@click.option(
    "--map", "mapping_path", type=click.Path(path_type=Path), help="What the recording's columns mean (TOML)."
)
@click.option(
    "--roads",
    "roads_path",
    type=click.Path(path_type=Path),
    help="Roads and limits: a file of 'roads import', or a map.",
)
@click.option("--fleet", default="default", show_default=True, help="Fleet of recordings that name none.")
@screen.registry_options
@screen.config_options
@screen.json_option
def command(
    files: tuple[Path, ...],
    out: Path,
    mapping_path: Path | None,
    roads_path: Path | None,
    registry_path: Path | None,
    fleet: str,
    klass: str,
    config_path: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run recordings (Parquet, CSV) through the same pipeline as live data."""
    try:
        settings = config.load(config_path, sets=sets, params=PARAMS, kinds=RULES)
        judged = rules.gather(settings, _roads(roads_path) if roads_path else None)
        source, risks = _who(registry_path, klass)
        chosen = mapping.read(mapping_path) if mapping_path else None
        screen.compiled()
        began = time.perf_counter()
        with screen.progress("replaying", "rows") as bar:
            done = run_replay(
                files, judged, source, mapping=chosen, fleet=fleet, risks=risks, klass=klass, progress=bar
            )
    except (ConfigError, MappingError, RecordingError, RegistryError, RoadsError, TariffError) as error:
        raise screen.fail(error) from error
    tables.write(done.tables, out)
    evidence.write(done.evidence, out)
    _report(done, out, time.perf_counter() - began, as_json)
    if done.late:
        raise screen.fail(
            f"{done.late} rows came after later ones of their vehicle and were left out: the recordings are too large "
            "to be sorted in memory; sort them by vehicle and time, or replay fewer files at once"
        )


def _who(folder: Path | None, klass: str) -> tuple[Source, pl.DataFrame | None]:
    """Who the vehicles are and what is insured: the registry's word, or an assumption."""
    if folder is None:
        return Assumed(klass), None
    roster = Roster(load_registry(folder))
    return roster, roster.insured()


def _roads(path: Path) -> roads.Table:
    """The roads of a file that was imported, or of a map."""
    return roads.load(path) if path.suffix == ".parquet" else roads.read([path], roads.Report())


def _report(done: Replayed, out: Path, seconds: float, as_json: bool) -> None:
    summary = _summary(done, seconds)
    if as_json:
        screen.emit(summary | {"out": str(out)})
        return
    overview.show(done.tables)
    screen.out.print(
        f"{done.read.rows:,} rows read, {done.samples:,} samples run in {seconds:.1f} s; tables written to {out}"
    )
    for warning in warnings(done):
        screen.out.print(f"[yellow]note[/] {warning}")


def _summary(done: Replayed, seconds: float) -> dict[str, Any]:
    return {
        "rows": done.read.rows,
        "samples": done.samples,
        "seconds": round(seconds, 3),
        "rejected": dict(done.read.rejected),
        "refused": {f"{reason}:{signal}": count for (reason, signal), count in done.refused.items()},
        "conflicts": done.conflicts,
        "late": done.late,
        "limits": limits.shares(done.tables["exposure"]),
        "notes": warnings(done),
        "tables": {name: frame.height for name, frame in done.tables.items()},
    }


def warnings(done: Replayed) -> list[str]:
    """What the reader should know before trusting the tables."""
    notes = done.read.notes()
    notes += [
        f"{count:,} values of {signal} not used: {reason.replace('_', ' ')}"
        for (reason, signal), count in done.refused.items()
    ]
    if done.conflicts:
        notes.append(f"{done.conflicts:,} values were told twice for one instant and differed; the larger was kept")
    return notes
