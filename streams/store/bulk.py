"""Bulk: many rows of one table to PostgreSQL in one statement, as JSON, and many statements in one round trip.

COPY into a temporary table and from there was no faster: what takes the time is the server's own writing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, Table

from streams.store.prepared import TOGETHER, text

Row = dict[str, Any]
Names = tuple[str, ...]
Line = tuple[str, tuple[str, ...]]  # a statement, and its rows as JSON

BEGIN: Line = ("begin", ())
COMMIT: Line = ("commit", ())

AT_ONCE = 1_000  # rows in a statement: states of 2 kB come to 3 MB of JSON
_encode = msgspec.json.Encoder().encode  # bytes as base64
_LARGEST = 1.7976931348623157e308
_statements: dict[tuple[str, str, Names, Names], str] = {}


def insert(table: Table, rows: Sequence[Row]) -> Iterator[Line]:
    """Insert rows; those that get a number of their own get it in this order."""
    if rows:
        unsaid = [column for column in table.c if column.default is not None and column.name not in rows[0]]
        whole = [row | {column.name: _default(column) for column in unsaid} for row in rows] if unsaid else rows
        yield from _lines("insert", table, tuple(whole[0]), whole)


def upsert(table: Table, rows: Sequence[Row]) -> Iterator[Line]:
    """Insert rows, or replace those of the same key, none of which may be there twice."""
    yield from _lines("upsert", table, tuple(rows[0]), rows)


def delete(table: Table, rows: Iterable[Row]) -> Iterator[Line]:
    """Delete the rows that have these values in these columns."""
    alike: dict[tuple[Names, Names], list[Row]] = {}
    for row in rows:
        missing = tuple(name for name, value in row.items() if value is None)
        alike.setdefault((tuple(row), missing), []).append(row)
    for (names, missing), some in alike.items():
        yield from _lines("delete", table, names, some, missing)


def run(connection: Connection, lines: Sequence[Line]) -> None:
    """Run them in order, all in one round trip."""
    connection.exec_driver_sql(TOGETHER, list(lines))


def _lines(verb: str, table: Table, names: Names, rows: Sequence[Row], missing: Names = ()) -> Iterator[Line]:
    key = verb, table.name, names, missing
    if key not in _statements:
        _statements[key] = _VERBS[verb](table, names, missing)
    for first in range(0, len(rows), AT_ONCE):
        yield _statements[key], (packed(table, names, rows[first : first + AT_ONCE]),)


def packed(table: Table, names: Names, rows: Sequence[Row]) -> str:
    """Rows as a JSON array of objects; infinities as words, what is not measured as null."""
    makers = [(name, _MAKERS[_kind(table.c[name])]) for name in names]
    return str(_encode([{name: make(row[name]) for name, make in makers} for row in rows]), "utf-8")


def _number(value: float | None) -> float | str | None:
    if value is None or value != value:
        return None
    if -_LARGEST <= value <= _LARGEST:
        return float(value) + 0.0  # zero without its sign, as SQLite has it
    return "Infinity" if value > 0 else "-Infinity"


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "float8": _number,
    "bigint": lambda value: None if value is None else int(value),
    "text": lambda value: None if value is None else text(str(value)),
    "bytea": lambda value: value,
}


def _kind(column: Column[Any]) -> str:
    kinds = {Float: "float8", Integer: "bigint", LargeBinary: "bytea"}
    return next((kind for base, kind in kinds.items() if isinstance(column.type, base)), "text")


def _default(column: Column[Any]) -> Any:
    """What SQLAlchemy would put there."""
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _rows(table: Table, names: Names) -> str:
    """The JSON as a relation ``r``."""
    kinds = {name: _kind(table.c[name]) for name in names}
    shape = ", ".join(f'"{name}" {"text" if kind == "bytea" else kind}' for name, kind in kinds.items())
    return f"json_to_recordset($1::json) AS r({shape})"


def _value(table: Table, name: str) -> str:
    return f"decode(r.\"{name}\", 'base64')" if _kind(table.c[name]) == "bytea" else f'r."{name}"'


def _insert(table: Table, names: Names, _missing: Names) -> str:
    values = ", ".join(_value(table, name) for name in names)
    return f'INSERT INTO "{table.name}" ({_list(names)}) SELECT {values} FROM {_rows(table, names)}'  # noqa: S608


def _upsert(table: Table, names: Names, missing: Names) -> str:
    keys = [column.name for column in table.primary_key]
    set_ = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.c if not column.primary_key)
    deed = f"UPDATE SET {set_}" if set_ else "NOTHING"
    return f"{_insert(table, names, missing)} ON CONFLICT ({_list(keys)}) DO {deed}"


def _delete(table: Table, names: Names, missing: Names) -> str:
    same = [f't."{name}" = {_value(table, name)}' for name in names if name not in missing]
    empty = [f't."{name}" IS NULL' for name in missing]
    where = " AND ".join(same + empty)
    return f'DELETE FROM "{table.name}" AS t USING {_rows(table, names)} WHERE {where}'  # noqa: S608


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_VERBS: dict[str, Callable[[Table, Names, Names], str]] = {"insert": _insert, "upsert": _upsert, "delete": _delete}
