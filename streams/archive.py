"""Archive: accepted payloads, raw, as Parquet by fleet and UTC day; what the database need not keep any longer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

import polars as pl
from sqlalchemy import Connection, select

from streams.store import schema

DAY_S = 86_400.0
AT_ONCE = 50_000  # payloads
FOLDER = "payloads"  # of the data folder
SUFFIX = ".parquet"
EPOCH = date(1970, 1, 1).toordinal()

Vehicle = tuple[str, str]
_COLUMNS = {
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "position": pl.Int64,
    "received_at": pl.Float64,
    "first": pl.Float64,
    "last": pl.Float64,
    "body": pl.Binary,
}


@dataclass(frozen=True)
class Part:
    """One file: payloads of a fleet whose last sample lies in a UTC day, as many as were archived at once."""

    fleet_id: str
    day: int  # since 1970-01-01
    path: Path
    size: int  # bytes


def write(connection: Connection, folder: Path, after: int, vehicles: list[Vehicle]) -> Iterator[int]:
    """Write the payloads stored after position ``after``, a part a fleet and day at a time; the positions reached.

    A part is named by where its handful began: written again after a crash it replaces itself.
    """
    payloads = schema.payloads
    while True:
        query = select(payloads).where(payloads.c.position > after).order_by(payloads.c.position).limit(AT_ONCE)
        rows = [
            (*vehicles[row.slot], row.position, row.received_at, row.first, row.last, row.body)
            for row in connection.execute(query)
        ]
        if not rows:
            return
        frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
        day = (pl.col("last") / DAY_S).floor().cast(pl.Int64)
        for (fleet_id, number), some in frame.group_by("fleet_id", day.alias("day"), maintain_order=True):
            _save(some, path_of(folder, str(fleet_id), int(str(number)), after))
        after = rows[-1][2]
        yield after


def path_of(folder: Path, fleet_id: str, day: int, after: int) -> Path:
    """Where the part of a fleet's day lies that begins after a position."""
    fleet = quote(fleet_id, safe="").replace(".", "%2E")  # a fleet may be called ".."
    return folder / FOLDER / fleet / date.fromordinal(EPOCH + day).isoformat() / f"{after + 1}{SUFFIX}"


def _save(frame: pl.DataFrame, path: Path) -> None:
    """The whole file, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    frame.write_parquet(unfinished)
    unfinished.replace(path)


def parts(folder: Path) -> list[Part]:
    """All parts, the oldest day first."""
    found = []
    for path in (folder / FOLDER).glob(f"*/*/*{SUFFIX}"):
        day = date.fromisoformat(path.parent.name).toordinal() - EPOCH
        found.append(Part(unquote(path.parent.parent.name), day, path, path.stat().st_size))
    return sorted(found, key=lambda part: (part.day, part.fleet_id, int(part.path.stem)))


def drop(some: list[Part]) -> None:
    """Delete parts, and the folders they leave empty."""
    for part in some:
        part.path.unlink(missing_ok=True)
        for folder in (part.path.parent, part.path.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()


def read(some: list[Part]) -> pl.DataFrame:
    """The payloads of parts in order of arrival, each once."""
    frames = [pl.read_parquet(part.path) for part in some]
    stored = pl.concat(frames) if frames else pl.DataFrame(schema=_COLUMNS)
    return stored.unique("position", keep="last").sort("position")
