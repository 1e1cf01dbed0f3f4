"""Papers: a report as the API tells it, as a page to print, and as a workbook - the ones the command line writes."""

from typing import Any

from console.endpoint import Reply, Shape
from console.files.exports import saved
from console.files.spoken import frames
from console.reckoning.figures import rows
from pricing.reports import page
from pricing.reports.grid import Book
from pricing.reports.paper import Paper, Section
from streams import sheets

POLICY = {"Content-Security-Policy": page.POLICY}
Row = dict[str, Any]


class Part(Shape):
    """A part of a report; ``heads`` and ``styles`` are those of its columns that have any."""

    name: str
    title: str
    said: list[str]
    columns: list[str]
    heads: dict[str, str]
    styles: dict[str, str]  # count, number, money, factor, share
    rows: list[Row]


class Report(Shape):
    """A report."""

    title: str
    facts: dict[str, str]
    sections: list[Part]


def told(paper: Paper) -> Report:
    """The report with each table as rows."""
    return Report(title=paper.title, facts=dict(paper.facts), sections=[_part(one) for one in paper.sections])


def _part(part: Section) -> Part:
    table = part.table
    return Part(
        name=part.name,
        title=part.title,
        said=list(part.said),
        columns=[] if table is None else table.frame.columns,
        heads={} if table is None else dict(table.heads),
        styles={} if table is None else dict(table.styles),
        rows=[] if table is None else rows(table.frame),
    )


def printed(paper: Paper) -> Reply:
    """The same as one page with its charts, for screen and paper."""
    return Reply(page.page(paper).encode(), 200, POLICY, "text/html; charset=utf-8")


def sheet(paper: Paper, name: str) -> Reply:
    """Its tables as a workbook, a sheet each."""
    return saved(name, "xlsx", lambda path: sheets.write(frames(paper), path))


def calculated(book: Book, name: str) -> Reply:
    """A workbook whose formulas work it out anew."""
    return saved(name, "xlsx", lambda path: sheets.write_book(book, path))
