"""Sorting: a list by one of its columns, in the order of a reader's language, from the row that was seen last."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, get_args

import msgspec

from console.endpoint import Shape
from console.gate.problems import Problem
from console.lists import cursor, pages
from console.lists.pages import Paged
from console.lists.worded import Language, worded
from console.shapes import Page
from streams.words import say

NUMBERS = re.compile(r"([0-9]{1,18})")
PLAIN = {str, int, float, bool, Decimal, type(None)}

Some = TypeVar("Some")
Rank = tuple[int, Any]  # of a value: numbers, then texts


class Sorted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list, and in which order."""

    sort: Annotated[
        str, msgspec.Meta(description="a column; after a - from the last to the first; empty: the list's own order")
    ] = ""
    language: Language = ""


class Seen(msgspec.Struct, array_like=True):
    """The row that a page ended with: where it stood, and its name."""

    sort: str
    value: float | str | None
    name: str


class Columns(NamedTuple):
    """What a list can be sorted by: the value of a row, by the column's name in JSON."""

    of: str  # what the list is called
    values: Mapping[str, Callable[[Any], Any]]


class Order(NamedTuple):
    """How rows are compared."""

    value: Callable[[Any], float | str | None]
    name: Callable[[Any], str]
    down: bool

    def sorted(self, rows: Sequence[Some]) -> list[Some]:
        """What is not known stands last either way; rows that are level go by their names."""
        valued = [(self.value(row), row) for row in sorted(rows, key=self.name)]
        known = [(rank(value), row) for value, row in valued if value is not None]
        known.sort(key=lambda one: one[0], reverse=self.down)
        return [row for _, row in known] + [row for value, row in valued if value is None]

    def behind(self, row: Any, seen: Seen) -> bool:
        """Whether a row comes after the one that was seen last."""
        mine, theirs = self.value(row), seen.value
        if mine is None or theirs is None or rank(mine) == rank(theirs):
            level = (mine is None) == (theirs is None)
            return self.name(row) > seen.name if level else mine is None
        return (rank(mine) > rank(theirs)) != self.down


def by(shape: type[Shape], of: str, **own: Callable[[Any], Any]) -> Columns:
    """Of a list of rows of ``shape``, its columns that hold one value each; ``own`` are sorted by something else.

    ``of`` is what the list is called, by which it is known what its columns say in words.
    """
    said = {one.encode_name: one for one in msgspec.structs.fields(shape)}
    plain = {name: one.name for name, one in said.items() if _kinds(one.type) <= PLAIN}
    return Columns(of, {name: partial(_value, field) for name, field in plain.items()} | own)


def page(
    rows: Sequence[Some], asked: Sorted, key: Callable[[Some], str], shape: Callable[[Some], Any], columns: Columns
) -> Page[Any]:
    """The rows after ``asked.cursor`` in the order that is asked for; ``key`` names a row."""
    if not asked.sort:
        return pages.page(rows, asked, key, shape)
    order = _order(asked, key, columns)
    ordered, seen = order.sorted(rows), _read(asked)
    first = next((k for k, row in enumerate(ordered) if seen is None or order.behind(row, seen)), len(ordered))
    part = ordered[first : first + asked.limit]
    more = first + asked.limit < len(ordered)
    ended = Seen(asked.sort, order.value(part[-1]), key(part[-1])) if part and more else None
    onward = cursor.written(msgspec.json.encode(ended)) if ended else None
    return Page(items=[shape(row) for row in part], total=len(ordered), cursor=onward)


def rank(value: float | str | None) -> Rank:
    """Numbers by what they are; in a text too: truck-9 is before truck-10. Han characters by their sound."""
    if not isinstance(value, str):
        return 0, value
    parts = NUMBERS.split(value.casefold())
    # GB 2312 has the 3,755 most used characters in the order of pinyin, and GB 18030 keeps their places
    return 1, tuple(int(one) if k % 2 else one.encode("gb18030", "replace") for k, one in enumerate(parts))


def _order(asked: Sorted, key: Callable[[Any], str], columns: Columns) -> Order:
    name = asked.sort.removeprefix("-")
    if name not in columns.values:
        raise Problem(422, "invalid", say("one_of", name="sort", known=", ".join(sorted(columns.values))))
    told = partial(_told, asked.language, columns.of, name)
    return Order(lambda row: told(columns.values[name](row)), key, asked.sort.startswith("-"))


def _told(language: str, of: str, name: str, value: Any) -> float | str | None:
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return worded(language, of, name, value) or None
    return float(value)


def _kinds(of: Any) -> set[Any]:
    """Of a column, the types it may be of."""
    return {*get_args(of)} if isinstance(of, UnionType) else {of}


def _value(name: str, row: Any) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _read(asked: Sorted) -> Seen | None:
    if not asked.cursor:
        return None
    seen = cursor.read(asked.cursor, msgspec.json.Decoder(Seen).decode)
    if seen.sort != asked.sort:
        raise Problem(422, "invalid", say("cursor"))
    return seen
