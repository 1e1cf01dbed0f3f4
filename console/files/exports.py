"""Exports: what a list shows, all of it, as CSV, XLSX or Parquet; no cell of it is ever taken for a formula."""

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any, get_args

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Reply, attachment
from console.files.spoken import asked, cells, heads
from console.gate.problems import Problem
from console.reckoning.figures import figures
from console.shapes import Page, Place
from streams import sheets
from streams.messages import iso
from streams.store import audit

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
MOST = 500_000  # rows; a file of more is refused, never cut
LOGGED = ("pricing", "ledger")  # whose files are the insurer's documents: each is on record
MADE = "exports.made"  # in the audit log
PARQUET = "parquet"  # keeps what is true and false as it is
PAGED = ("cursor", "limit")
PLACE = ("lat", "lon")


def exported(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """For each list, its files beside it: ``/alerts.csv``; their columns named as in JSON, or in a language."""
    return tuple(
        replace(
            one,
            path=f"{one.path}.{kind}",
            answer=_file(one, kind),
            gives=bytes,
            summary=f"{one.summary}, as a file",
            query=asked(one.query),
        )
        for one in endpoints
        for kind in MEDIA
    )


def written(frame: pl.DataFrame, name: str, kind: str) -> Reply:
    """A frame as a file to be saved."""
    if kind == PARQUET:
        return saved(name, kind, frame.write_parquet)
    return saved(name, kind, lambda path: sheets.write({name: frame}, path))


def saved(name: str, kind: str, write: Callable[[Path], object]) -> Reply:
    """What ``write`` writes to a path, as a file to be saved under ``name``."""
    with tempfile.TemporaryDirectory(prefix="tripmeter-") as folder:
        path = Path(folder) / f"{name}.{kind}"
        write(path)
        body = path.read_bytes()
    return Reply(body, 200, attachment(f"{name}.{kind}"), MEDIA[kind])


def columns(one: Endpoint) -> list[str]:
    """Of a file of a list, as JSON calls them."""
    places = _places(one)
    return [name for field in _fields(one) for name in _names(field.encode_name, places)]


def _fields(one: Endpoint) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(get_args(one.gives)[0])


def _places(one: Endpoint) -> set[str]:
    return {field.encode_name for field in _fields(one) if Place in get_args(field.type)}


def _file(one: Endpoint, kind: str) -> Callable[[Ask], Reply]:
    places, names = _places(one), columns(one)
    name = one.path.rpartition("/")[2]

    def answer(ask: Ask) -> Reply:
        whole = msgspec.structs.replace(ask.query, cursor="", limit=MOST)
        found: Page[Any] = one.answer(replace(ask, query=whole))
        if found.cursor is not None:
            raise Problem(422, "too_long", f"more than {MOST} rows: ask for less, or take it page by page")
        rows = [cells(ask.query.language, name, _flat(item, places), kind == PARQUET) for item in found.items]
        frame = pl.DataFrame(rows or dict.fromkeys(names, ()), infer_schema_length=None)
        reply = written(frame.rename(heads(ask.query.language, name, names)), name, kind)
        return noted(ask, f"{one.path}.{kind}", reply, frame.height) if one.tag in LOGGED else reply

    return answer


def noted(ask: Ask, path: str, reply: Reply, rows: int | None = None) -> Reply:
    """The same file, once it is on record who took it away, how it was asked for, of when, and its hash."""
    said = {name: str(value) for name, value in msgspec.to_builtins(ask.query).items() if name not in PAGED and value}
    of = {"code": metadata.version("tripmeter"), "as_of": iso(figures(ask.world).now)}
    detail = {"query": said, "rows": rows, "sha256": hashlib.sha256(reply.value).hexdigest()} | of
    about = path.format(**ask.parts).strip("/")
    with ask.world.store.writing() as connection:
        audit.record(connection, [audit.Entry(ask.who.login, MADE, about=about, detail=detail)])
    return reply


def _flat(item: Any, places: Collection[str]) -> dict[str, Any]:
    """A row as one line of cells: a place is two of them."""
    found: dict[str, Any] = {}
    for name, value in msgspec.to_builtins(item, builtin_types=(Decimal,)).items():
        if name in places:
            found |= zip(_names(name, places), ((value or {}).get(part) for part in PLACE), strict=True)
        else:
            found[name] = value
    return found


def _names(name: str, places: Collection[str]) -> list[str]:
    """The columns of a field: a place has two."""
    return [f"{name}_{part}" for part in PLACE] if name in places else [name]
