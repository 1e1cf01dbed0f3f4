"""Grid: sheets whose formulas name columns; each cell has its value too, for viewers that do not calculate.

In a formula ``[paid]`` is this row's cell of a column, ``[Years:km]`` all of a column of another sheet,
``[Years:trend@year]`` its cell in the row whose number this row has in ``year``, ``[#loads]`` a constant; a name
that begins with ``$`` is the name this row has there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

HEAD, FIRST = 4, 5  # rows of the headings and of what follows them, from 1; above are title and notes
CONSTANTS = "Assumptions"  # the sheet that has them, in its columns ``name`` and ``value``
NAMED = re.compile(r"\[(?:(?P<sheet>\w+):)?(?P<column>#?\$?\w+)(?:@(?P<key>\w+))?\]")

Value = str | float | int | date | None


class Cell(NamedTuple):
    """What a cell shows, how, and the formula that makes it if it is made."""

    value: Value
    style: str
    formula: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its name in the rows, its heading, style, and the formula of its cells; without one they are given."""

    name: str
    head: str
    style: str = "text"  # text, day, count, number, money, factor, share
    formula: str = ""


@dataclass(frozen=True)
class Sheet:
    """Rows under headings; ``total`` adds up the columns named."""

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    total: Sequence[str] = field(default=())
    summed: str = "total"  # what the row of totals is called

    @cached_property
    def _letters(self) -> dict[str, str]:
        return {column.name: letter(k) for k, column in enumerate(self.columns)}

    def cell(self, column: str, row: int) -> str:
        """Address of the cell of a column in row ``row``, from 0."""
        return f"{self._letters[column]}{FIRST + row}"

    def fixed(self, column: str, row: int) -> str:
        """The same from another sheet."""
        return f"{self.name}!${self._letters[column]}${FIRST + row}"

    def all(self, column: str) -> str:
        """All rows of a column from another sheet; one empty row where there is none."""
        here = self._letters[column]
        return f"{self.name}!${here}${FIRST}:${here}${FIRST + max(len(self.rows), 1) - 1}"


class Book:
    """Sheets that may name each other's columns."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = list(sheets)
        self._named = {sheet.name: sheet for sheet in sheets}
        constants = self._named.get(CONSTANTS)
        self._constants = {row["name"]: k for k, row in enumerate(constants.rows)} if constants else {}

    def cells(self, sheet: Sheet) -> list[list[Cell]]:
        """The rows of a sheet, its total last."""
        found = [[self._cell(sheet, column, k) for column in sheet.columns] for k in range(len(sheet.rows))]
        return [*found, [_sum(sheet, column) for column in sheet.columns]] if sheet.total else found

    def _cell(self, sheet: Sheet, column: Column, row: int) -> Cell:
        said = sheet.rows[row]
        value = said.get(column.name)
        formula = said.get("formula", "") if column.name == "value" else column.formula
        return Cell(value, column.style, NAMED.sub(lambda one: self._address(sheet, row, one), formula))

    def _address(self, sheet: Sheet, row: int, one: re.Match[str]) -> str:
        key, constant, column = one["key"], one["column"].startswith("#"), one["column"].lstrip("#")
        if column.startswith("$"):
            column = str(sheet.rows[row][column[1:]])
        if constant:
            return self._named[CONSTANTS].fixed("value", self._constants[column])
        if one["sheet"] is None:
            return sheet.cell(column, row)
        other = self._named[one["sheet"]]
        return other.fixed(column, sheet.rows[row][key]) if key else other.all(column)


def _sum(sheet: Sheet, column: Column) -> Cell:
    """The cell of a column in the row of totals."""
    if column.name not in sheet.total:
        return Cell(sheet.summed if column is sheet.columns[0] else None, "total")
    value = sum(row[column.name] or 0 for row in sheet.rows)
    first, last = (sheet.cell(column.name, k) for k in (0, max(len(sheet.rows), 1) - 1))
    return Cell(value, column.style, f"=SUM({first}:{last})")


def letter(column: int) -> str:
    """A, B, ... Z, AA, AB, ... of a column, from 0."""
    head, last = divmod(column, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + last)
