"""Paper: a report as sections of words, charts and tables, before it is a page, a workbook or a folder of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Table:
    """A frame to be shown; columns that are not in ``heads`` go by their own name."""

    frame: pl.DataFrame
    heads: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, str] = field(default_factory=dict)  # count, number, money, factor, share; else by type
    most: int = 60  # rows shown on a page; files have all


@dataclass(frozen=True)
class Section:
    """A part under its own heading; ``name`` is that of its sheet and file."""

    name: str
    title: str
    said: Sequence[str] = ()
    charts: Sequence[tuple[str, str]] = ()  # SVG and caption
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """A report."""

    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    words: Mapping[str, str] = field(default_factory=dict)  # of the page itself, where it is not in English
    foot: str = ""  # of every sheet of paper

    def frames(self) -> dict[str, pl.DataFrame]:
        """Its tables by name, after what they are and the facts: a file says too that it is illustrative."""
        shown = {part.name: part.table.frame for part in self.sections if part.table is not None}
        titles = [part.title for part in self.sections if part.table is not None]
        facts = pl.DataFrame(list(self.facts), {"fact": pl.String, "value": pl.String}, orient="row")
        return {"contents": pl.DataFrame({"table": list(shown), "title": titles}), "facts": facts} | shown
