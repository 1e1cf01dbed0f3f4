"""Keyset: a list out of the database page by page, each beginning after the last row seen, whatever came or went."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, UnaryExpression, and_, func, or_, tuple_
from sqlalchemy.sql import operators

from console.gate.problems import Problem
from console.lists import cursor
from console.lists.pages import Paged
from streams.store.store import rows_of
from streams.words import say

Row = dict[str, Any]
Order = Sequence[ColumnElement[Any]]  # ascending, or ``.desc()``; the last of them names a row; none is null

MOST = 2**63  # of what a cursor counts: more no database holds


def part(
    connection: Connection,
    query: Select[Any],
    order: Order,
    asked: Paged,
) -> tuple[list[Row], str | None]:
    """The rows of a page, and where the next begins."""
    named = [_bare(one).label(f"key_{k}") for k, one in enumerate(order)]
    ordered, after = query.add_columns(*named).order_by(*order), _read(asked.cursor, order)
    onward = ordered if after is None else ordered.where(_beyond(order, after))
    found = rows_of(connection, onward.limit(asked.limit + 1))
    more = len(found) > asked.limit
    return found[: asked.limit], _written(_keys(found[asked.limit - 1], order)) if more else None


def count(connection: Connection, query: Select[Any]) -> int:
    """How many rows there are."""
    return int(connection.execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())


def _beyond(order: Order, after: list[Any]) -> ColumnElement[bool]:
    """What stands behind some keys; all one way it is one comparison, which an index serves."""
    bare, down = [_bare(one) for one in order], [_is_down(one) for one in order]
    if len(set(down)) == 1:
        return tuple_(*bare) < tuple_(*after) if down[0] else tuple_(*bare) > tuple_(*after)
    ways = [one < key if falls else one > key for one, key, falls in zip(bare, after, down, strict=True)]
    same = [one == key for one, key in zip(bare, after, strict=True)]
    return or_(*[and_(*same[:k], way) for k, way in enumerate(ways)])


def _is_down(one: ColumnElement[Any]) -> bool:
    return isinstance(one, UnaryExpression) and one.modifier is operators.desc_op


def _bare(one: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is compared, whichever way it is ordered."""
    return one.element if isinstance(one, UnaryExpression) and _is_down(one) else one


def _keys(row: Row, order: Order) -> list[Any]:
    return [row[f"key_{k}"] for k in range(len(order))]


def _written(keys: list[Any]) -> str:
    return cursor.written(json.dumps(keys, separators=(",", ":")).encode())


def _read(said: str, order: Order) -> list[Any] | None:
    if not said:
        return None
    keys = cursor.read(said, json.loads)
    kinds = [(str,) if issubclass(_bare(one).type.python_type, str) else (int, float) for one in order]
    if not isinstance(keys, list) or len(keys) != len(order) or not all(map(_fits, keys, kinds)):
        raise Problem(422, "invalid", say("cursor"))
    return keys


def _fits(key: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a database can compare it with the rows it has."""
    return type(key) in kinds and (isinstance(key, str) or -MOST < key < MOST) and "\0" not in str(key)
