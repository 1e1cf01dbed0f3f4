"""Spoken: papers, workbooks and files of lists in a reader's language, out of the one catalogue."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from html import escape, unescape
from typing import Any

import msgspec
import polars as pl
import polars.selectors as cs

from console.endpoint import Query
from console.lists.worded import Language, spelt
from pricing.reports.grid import Book, Sheet
from pricing.reports.paper import Paper, Section, Table
from streams import words

PAGE = ("sections", "table", "more", "yes", "no")  # words of a page itself
FAMILIES = {"cover": "cover", "class": "class", "factor": "factor", "cap": "factor", "x-axis": "axis",
            "figure": "figure", "model": "model", "band": "band", "level": "use"}  # fmt: skip
UNNAMED = re.compile(r"[\[\]:*?/]")  # what no sheet of a workbook may be called by
TOLD = re.compile(r">([^<>]*[A-Za-z][^<>]*)<")  # words in an SVG


class Spoken(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which language."""

    language: Language = ""


@cache
def asked(query: type[Query]) -> type[Any]:
    """``query`` with a language besides."""
    return msgspec.defstruct(
        f"{query.__name__}Spoken",
        [("language", Language, "")],
        bases=(query,),
        module=query.__module__,
        namespace={"__doc__": f"{query.__doc__} In which language."},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def heads(language: str, of: str, names: Iterable[str]) -> dict[str, str]:
    """What the columns of a file of a list are called; without a language as they are in JSON."""
    if not language:
        return {}
    known = words.catalogue(language)
    found = {name: known.get(f"file.{of}.{name}") or known.get(f"file.{name}") for name in names}
    return {name: said for name, said in found.items() if said}


def cells(language: str, of: str, row: Mapping[str, Any], typed: bool = False) -> Mapping[str, Any]:
    """A row of a file of a list; what has a word in the catalogue is told by it, names and notes are as they are.

    Without a language lists and the like are JSON. Where columns are ``typed``, what is true or false stays so.
    """
    if not language:
        return {name: _json(said) for name, said in row.items()}
    told = {name: _cell(language, of, name, said, typed) for name, said in row.items()}
    todo = {"todo": words.catalogue(language).get(f"action.{row['kind']}", row["todo"])} if "todo" in row else {}
    return told | todo


def _json(said: Any) -> Any:
    return msgspec.json.encode(said).decode() if isinstance(said, list | dict) else said


def _cell(language: str, of: str, name: str, said: Any, typed: bool) -> Any:
    if typed and isinstance(said, bool):
        return said
    return spelt(language, of, name, said) if said is not None else None


def paper(found: Paper, language: str, own: bool = False) -> Paper:
    """A report of pricing, which is written in English, in another language.

    ``own``: its parts and columns are called as it calls them, for the catalogue speaks of the tariff in force.
    """
    if language in ("", words.ENGLISH):
        return found
    say, known = partial(words.phrase, language), words.catalogue(language)
    page = {name: known[f"fleet_report.page.{name}"] for name in PAGE} | {"lang": language}
    facts = [(known.get(f"fact.{name}") or say(name), say(value)) for name, value in found.facts]
    return Paper(
        say(found.title), facts, [_section(one, language, own) for one in found.sections], page, say(found.foot)
    )


def _section(part: Section, language: str, own: bool) -> Section:
    say, known = partial(words.phrase, language), words.catalogue(language)
    charts = [(TOLD.sub(lambda one: f">{escape(say(unescape(one[1])))}<", svg), say(name)) for svg, name in part.charts]
    title = (not own and known.get(f"part.{part.name}.title")) or say(part.title)
    table = None if part.table is None else _table("" if own else part.name, part.table, language)
    return Section(part.name, title, [say(one) for one in part.said], charts, table)


def _table(part: str, table: Table, language: str) -> Table:
    frame = table.frame.with_columns(
        pl.col(name).replace(_cells(name, table.frame[name], language))
        for name in table.frame.select(cs.string()).columns
    )
    return replace(table, frame=frame, heads={name: _head(part, name, table.heads, language) for name in frame.columns})


def _cells(name: str, cells: pl.Series, language: str) -> dict[str, str]:
    family = FAMILIES.get(name, "")
    known = words.catalogue(language)
    seen = cells.drop_nulls().unique().to_list()
    return {one: known.get(f"{family}.{one}") or words.phrase(language, one) for one in seen}


def _head(part: str, name: str, said: Mapping[str, str], language: str) -> str:
    """The word for a column: in its part, in general, of a model; of no ``part`` what the report calls it."""
    known = words.catalogue(language)
    keys = (f"column.{part}.{name}", f"column.{name}", f"model.{name}") if part else ()
    return next((known[key] for key in keys if key in known), words.phrase(language, said.get(name, name)))


def frames(found: Paper) -> dict[str, pl.DataFrame]:
    """Its tables as a workbook has them; where it is not in English, sheets and columns by what they are called."""
    if not found.words:
        return found.frames()
    tell = partial(words.phrase, found.words["lang"])
    shown = {UNNAMED.sub("-", one.title)[:31]: _named(one.table) for one in found.sections if one.table is not None}
    facts = pl.DataFrame(list(found.facts), {tell(name): pl.String for name in ("fact", "value")}, orient="row")
    return {tell("contents"): pl.DataFrame({tell("table"): list(shown)}), tell("facts"): facts} | shown


def _named(table: Table) -> pl.DataFrame:
    """Two columns of one name are told apart by the name they have in JSON."""
    names = [table.heads[name] for name in table.frame.columns]
    twice = {name for name in names if names.count(name) > 1}
    return table.frame.rename(
        {name: f"{head} ({name})" if head in twice else head for name, head in table.heads.items()}
    )


def book(found: Book, language: str) -> Book:
    """A workbook with formulas in another language; its sheets keep the names that formulas call them by."""
    if language in ("", words.ENGLISH):
        return found
    return Book([_sheet(one, partial(words.phrase, language)) for one in found.sheets])


def _sheet(one: Sheet, say: Any) -> Sheet:
    columns = [replace(column, head=say(column.head)) for column in one.columns]
    fixed = ("name", "option", "formula")  # what formulas call rows and columns by
    rows = [
        {name: say(cell) if isinstance(cell, str) and name not in fixed else cell for name, cell in row.items()}
        for row in one.rows
    ]
    return Sheet(one.name, say(one.title), say(one.note), columns, rows, one.total, say(one.summed))
