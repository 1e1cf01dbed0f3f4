"""Cells: text of a file to values of a row and back, with a complaint a person can act on."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from streams.config import MASK, nearest
from streams.registry.base import Row
from streams.registry.book import Place, Problem
from streams.registry.described import CELLS, Cell
from streams.registry.rows import KINDS
from streams.words import say

WRONG = {
    int: "whole_number",
    float: "number",
    Decimal: "amount",
    date: "day",
    datetime: "day_or_time",
}
GENDER = ("gender", "sex", "geschlecht", "sexe", "genero", "性别")


def row(kind: str, said: Mapping[str, Any], place: Place) -> tuple[Row | None, list[Problem]]:
    """The row that named values spell, and what is wrong with them; None where no row can be made of it."""
    cells = CELLS[kind]
    problems = [unknown(kind, name, place) for name in said if name not in cells]
    values: dict[str, Any] = {}
    for cell in cells.values():
        value = said.get(cell.name)
        if value is None or value == "":
            if cell.needed:
                problems.append(Problem(place, cell.name, say("missing"), say("needed", meaning=cell.meaning)))
            continue
        try:
            values[cell.field] = _value(cell, value)
        except ValueError:
            problems.append(Problem(place, cell.name, say("is", value=repr(shown(cell, value))), say(WRONG[cell.type])))
            continue
        if cell.name.endswith("_id") and not values[cell.field].isprintable():
            problems.append(Problem(place, cell.name, say("is", value=repr(value)), say("unseen")))
        if cell.choices and values[cell.field] not in cell.choices:
            todo = say("choices", known=", ".join(cell.choices))
            problems.append(Problem(place, cell.name, say("is", value=repr(value)), todo))
    return (None if problems else KINDS[kind](**values)), problems


def unknown(kind: str, name: str, place: Place) -> Problem:
    """The complaint about a column that a kind does not have."""
    if name.strip().lower() in GENDER:
        return Problem(place, name, say("not_accepted"), say("no_gender"))
    return Problem(place, name, say("no_column", kind=kind, near=nearest(name, CELLS[kind])), say("rename"))


def _value(cell: Cell, said: Any) -> Any:
    """``said``, text of a CSV file or a value of a TOML one, as the cell's type; ``ValueError`` if it is none."""
    if cell.type is str:
        return str(said).strip()
    if cell.type is datetime:
        if isinstance(said, date):
            return said if isinstance(said, datetime) else datetime(said.year, said.month, said.day)
        return datetime.fromisoformat(str(said).strip())
    if cell.type is date:
        return said if type(said) is date else date.fromisoformat(str(said).strip())
    try:
        value = cell.type(str(said).strip())
    except InvalidOperation as error:
        raise ValueError(said) from error
    if not math.isfinite(value):
        raise ValueError(said)
    return value


def text(cell: Cell, value: Any) -> str:
    """A value as files have it; a day's midnight is the day."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.tzinfo is None and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.15g}" if cell.type is float else str(value)


def texts(one: Row, secrets: bool = False) -> dict[str, str]:
    """All columns of a row as text; passwords masked unless ``secrets``."""
    found = {}
    for cell in CELLS[one.KIND].values():
        said = text(cell, getattr(one, cell.field))
        found[cell.name] = MASK if cell.secret and said and not secrets else said
    return found


def shown(cell: Cell, value: Any) -> Any:
    """A value for a complaint: secrets stay secret."""
    return MASK if cell.secret else str(value)
