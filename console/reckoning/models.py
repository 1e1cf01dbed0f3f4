"""Models: what lies in the folder ``pricing.models`` - fitted models, and data they are held against."""

import threading
from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from console.gate.problems import Problem
from console.world import World
from pricing.models import document
from pricing.models.model import Model
from pricing.reports import fitted, quality
from pricing.reports.judged import comparable, judge, premiums
from pricing.reports.paper import Paper
from streams import sheets

MODEL = ".json"
MOST_ROWS = 500_000  # that are judged while somebody waits; more take the command line
MOST = 16  # reports that are kept


class Asked(NamedTuple):
    """Which model is judged on which data, as ``tripmeter report model`` has it; empty: without."""

    model: str
    data: str = ""
    against: str = ""  # another model
    by: str = ""  # column whose rows belong together
    before: str = ""  # column of the premium in force


def on_shelf(world: World, *endings: str) -> dict[str, Path]:
    """Files of the folder by name; none where there is no such folder."""
    folder = Path(world.config.pricing.models)
    if not world.config.pricing.models or not folder.is_dir():
        return {}
    return {path.name: path for path in sorted(folder.iterdir()) if path.suffix in endings and path.is_file()}


def found(world: World, name: str, *endings: str) -> Path:
    """One of them; 404 for another name, whatever it leads to."""
    known = on_shelf(world, *endings)
    if name not in known:
        raise Problem(404, "no_model", f"pricing.models has no {name!r}: {', '.join(known) or 'it is empty'}")
    return known[name]


def read(path: Path) -> Model:
    """A fitted model; ``ModelError`` for what is none."""
    return document.read(path.read_text("utf-8"), path.name)


def paper(world: World, asked: Asked) -> Paper:
    """The report, made once for as long as the files are the same."""
    names = [(asked.model, (MODEL,)), (asked.against, (MODEL,)), (asked.data, sheets.TABLES)]
    paths = [found(world, name, *endings) for name, endings in names if name]
    stamps = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return _kept(world, (asked, stamps), partial(_made, world, asked))


def _kept(world: World, key: Hashable, make: Any) -> Paper:
    lock = world.shelf.setdefault("models_lock", threading.Lock())
    kept: dict[Hashable, Paper] = world.shelf.setdefault("models", {})
    with lock:
        if key not in kept:
            kept[key] = make()
        while len(kept) > MOST:
            kept.pop(next(iter(kept)))
        return kept[key]


def _made(world: World, asked: Asked) -> Paper:
    model = read(found(world, asked.model, MODEL))
    if not asked.data:
        return fitted.paper(model)
    frame = sheets.read(found(world, asked.data, *sheets.TABLES))
    if frame.height > MOST_ROWS:
        raise Problem(
            422, "too_many_rows", f"{asked.data} has {frame.height:,} rows: 'tripmeter report model' takes it"
        )
    return quality.paper(*_judged(world, asked, model, frame))


def _judged(world: World, asked: Asked, model: Model, frame: pl.DataFrame) -> tuple[Any, ...]:
    own = judge(model, frame, asked.by or None)
    other = judge(read(found(world, asked.against, MODEL)), frame, asked.by or None) if asked.against else None
    beside = quality.Beside(
        other=comparable(own, other) if other else None,
        before=premiums(frame, asked.before) if asked.before else None,
    )
    return own, asked.data, asked.by, quality.Chance(), beside
