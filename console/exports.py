"""Exports: what a list shows, all of it, as CSV, XLSX or Parquet; no cell of it is ever taken for a formula."""

import io
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Reply
from console.shapes import Page
from streams import sheets

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
MOST = 100_000  # rows


def exported(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """For each list, its files beside it: ``/alerts.csv``."""
    return tuple(
        replace(
            one, path=f"{one.path}.{kind}", answer=_file(one, kind), gives=bytes, summary=f"{one.summary}, as a file"
        )
        for one in endpoints
        for kind in MEDIA
    )


def written(frame: pl.DataFrame, name: str, kind: str) -> Reply:
    """A frame as a file to be saved."""
    if kind == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        body = buffer.getvalue()
    else:
        with tempfile.TemporaryDirectory(prefix="tripmeter-") as folder:
            (path,) = sheets.write({name: frame}, Path(folder) / f"{name}.{kind}")
            body = path.read_bytes()
    return Reply(body, 200, {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}, MEDIA[kind])


def _file(one: Endpoint, kind: str) -> Callable[[Ask], Reply]:
    def answer(ask: Ask) -> Reply:
        whole = msgspec.structs.replace(ask.query, cursor="", limit=MOST)
        found: Page[Any] = one.answer(replace(ask, query=whole))
        rows = [_flat(item) for item in found.items]
        frame = pl.DataFrame(rows, infer_schema_length=None)
        return written(frame, one.path.rpartition("/")[2], kind)

    return answer


def _flat(item: Any) -> dict[str, Any]:
    """A row as one line of cells; lists and the like as JSON."""
    found: dict[str, Any] = {}
    for name, value in msgspec.to_builtins(item, builtin_types=(Decimal,)).items():
        if name in ("place", "from", "to") and (value is None or isinstance(value, dict)):
            found |= {f"{name}_{part}": (value or {}).get(part) for part in ("lat", "lon")}
        elif isinstance(value, list | dict):
            found[name] = msgspec.json.encode(value).decode()
        else:
            found[name] = value
    return found
