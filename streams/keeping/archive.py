"""Archive: accepted payloads, raw, as Parquet by fleet and UTC day; what the database need not keep any longer."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, unquote

import polars as pl
from sqlalchemy import Connection, select

from streams.objects import Objects
from streams.store import schema

DAY_S = 86_400.0
AT_ONCE = 50_000  # payloads
FOLDER = "payloads"
SUFFIX = ".parquet"
EPOCH = date(1970, 1, 1).toordinal()
NAME = re.compile(rf"((?:p\d{{3}}/)?){FOLDER}/([^/]+)/(\d{{4}}-\d\d-\d\d)/(\d+)\{SUFFIX}")  # a partition has a place

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
    """One object: payloads of a fleet whose last sample lies in a UTC day, as many as were archived at once."""

    fleet_id: str
    day: int  # since 1970-01-01
    name: str
    size: int  # bytes


def write(connection: Connection, objects: Objects, after: int, vehicles: list[Vehicle]) -> Iterator[int]:
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
            save(objects, name_of(str(fleet_id), int(str(number)), after), some)
        after = rows[-1][2]
        yield after


def name_of(fleet_id: str, day: int, after: int) -> str:
    """What the part of a fleet's day is called that begins after a position."""
    fleet = quote(fleet_id, safe="").replace(".", "%2E")  # a fleet may be called ".."
    return f"{FOLDER}/{fleet}/{date.fromordinal(EPOCH + day).isoformat()}/{after + 1}{SUFFIX}"


def save(objects: Objects, name: str, frame: pl.DataFrame) -> None:
    """Write a part, whole or not at all."""
    body = io.BytesIO()
    frame.write_parquet(body)
    objects.put(name, body.getvalue())


def parts(objects: Objects) -> list[Part]:
    """All parts, of all partitions that lie there, the oldest day first."""
    found = []
    for name, size in objects.names():
        if said := NAME.fullmatch(name):
            day = date.fromisoformat(said[3]).toordinal() - EPOCH
            found.append((day, unquote(said[2]), said[1], int(said[4]), Part(unquote(said[2]), day, name, size)))
    return [part for *_, part in sorted(found, key=lambda one: one[:-1])]


def drop(objects: Objects, some: Iterable[Part]) -> None:
    """Delete parts."""
    objects.drop(part.name for part in some)


def bodies(some: list[bytes]) -> pl.Series:
    """The column of payloads."""
    return pl.Series("body", some, pl.Binary)


def load(objects: Objects, part: Part) -> pl.DataFrame:
    """The payloads of a part; ``OSError`` if it does not hold any."""
    try:
        return pl.read_parquet(io.BytesIO(objects.get(part.name)), schema=_COLUMNS)
    except pl.exceptions.PolarsError as error:
        why = str(error).splitlines()[0]
        raise OSError(f"{part.name} in {objects.where} is no part of the archive, take it away: {why}") from error


def read(objects: Objects, some: Iterable[Part]) -> pl.DataFrame:
    """The payloads of parts in order of arrival, each once; what only one partition says of order, by partition."""
    by_place: dict[str, list[pl.DataFrame]] = {}
    for part in some:
        by_place.setdefault(part.name.partition(FOLDER)[0], []).append(load(objects, part))
    frames = [pl.concat(found).unique("position", keep="last").sort("position") for found in by_place.values()]
    return pl.concat(frames) if frames else pl.DataFrame(schema=_COLUMNS)
