"""Pages: long lists in parts, each beginning after where the last one ended."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec

from console.endpoint import Query
from console.lists import cursor
from console.shapes import Page

Some = TypeVar("Some")

Limit = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class Paged(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    cursor: str = ""
    limit: Limit = 100


def page(rows: Sequence[Some], asked: Paged, key: Callable[[Some], str], shape: Callable[[Some], Any]) -> Page[Any]:
    """The rows after ``asked.cursor``; ``key`` names a row. If that row has left the list, those at its place."""
    first = 0
    if asked.cursor:
        first, name = cursor.read(asked.cursor, _parsed)
        there = next((k for k, row in enumerate(rows) if key(row) == name), None)
        first = first if there is None else there + 1
    part = rows[first : first + asked.limit]
    more = first + asked.limit < len(rows)
    onward = cursor.written(f"{first + asked.limit} {key(part[-1])}".encode()) if part and more else None
    return Page(items=[shape(row) for row in part], total=len(rows), cursor=onward)


def words(text: str) -> list[str]:
    """Values with commas between them."""
    return [word for word in (one.strip() for one in text.split(",")) if word]


def _parsed(said: bytes) -> tuple[int, str]:
    place, _, name = said.decode().partition(" ")
    return max(int(place), 0), name
