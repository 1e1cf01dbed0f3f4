"""Described: the columns of each kind of row, as its annotations say them."""

from typing import Any

import msgspec

from streams.registry.base import Row
from streams.registry.rows import KINDS


class Cell(msgspec.Struct, frozen=True):
    """A column of a kind: its name in files, the field it fills, what it may hold."""

    name: str
    field: str
    type: Any  # str, int, float, Decimal, date or datetime
    needed: bool
    meaning: str
    ref: str
    choices: tuple[str, ...]
    secret: bool


def _cells(kind: type[Row]) -> dict[str, Cell]:
    found = {}
    for part in msgspec.structs.fields(kind):
        annotated = part.type
        inner = annotated.__origin__
        options = [one for one in getattr(inner, "__args__", ()) if one is not type(None)]
        said = annotated.__metadata__[0]
        found[part.encode_name] = Cell(
            part.encode_name,
            part.name,
            options[0] if options else inner,
            part.required,
            said.description,
            **said.extra,
        )
    return found


CELLS = {kind: _cells(row) for kind, row in KINDS.items()}
