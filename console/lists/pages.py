"""Pages: long lists in parts, each beginning after where the last one ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec

from console.endpoint import Query
from console.gate.problems import Problem
from console.shapes import Page
from streams.words import say

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
        first, name = _read(asked.cursor)
        there = next((k for k, row in enumerate(rows) if key(row) == name), None)
        first = first if there is None else there + 1
    part = rows[first : first + asked.limit]
    more = first + asked.limit < len(rows)
    cursor = _written(first + asked.limit, key(part[-1])) if part and more else None
    return Page(items=[shape(row) for row in part], total=len(rows), cursor=cursor)


def words(text: str) -> list[str]:
    """Values with commas between them."""
    return [word for word in (one.strip() for one in text.split(",")) if word]


def _written(place: int, name: str) -> str:
    return base64.urlsafe_b64encode(f"{place} {name}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str]:
    try:
        place, _, name = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        return max(int(place), 0), name
    except (binascii.Error, ValueError) as error:
        raise Problem(422, "invalid", say("cursor")) from error
