"""Files: what a report is made of, read from Parquet or CSV, and what it becomes: page, workbook, JSON, folder."""

import json
from pathlib import Path

import click
import polars as pl
import polars.selectors as cs

from pricing.reports.grid import Book
from pricing.reports.page import page
from pricing.reports.paper import Paper
from streams import sheets
from streams.cli import policies, screen

KINDS = ("html", "xlsx", "json", "folder")
DAYS = ("from", "to", "valid_from", "valid_to", "day", "loss_at", "reported_at", "valued_at")
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Write here: a page (.html), a workbook (.xlsx), .json, or a folder of Parquet and CSV files.",
)
as_option = click.option("--as", "kind", type=click.Choice(KINDS), help="What to write; by default by the name's end.")
columns_option = click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS", help="A column that is called otherwise in the files."
)


def read(path: Path, columns: tuple[str, ...] = ()) -> pl.DataFrame:
    """The rows of a file, days and moments read as such, columns under our names."""
    frame = policies.read(path, dates=True)
    for said in columns:
        ours, equals, theirs = said.partition("=")
        if not equals:
            raise screen.fail(f"--column {said}: write OURS=THEIRS")
        if theirs in frame.columns:
            frame = frame.with_columns(pl.col(theirs).alias(ours))
    told = [name for name in DAYS if name in frame.columns and frame.schema[name] == pl.String]
    try:
        return frame.with_columns(pl.col(told).str.to_datetime())
    except pl.exceptions.PolarsError as error:
        raise screen.fail(f"{path}: {' or '.join(told)} holds what is no day or moment ({error})") from error


def write(paper: Paper, out: Path, kind: str | None, book: Book | None = None) -> None:
    """The report as what is asked for; ``book`` is its workbook where that has formulas."""
    asked = kind or {".html": "html", ".xlsx": "xlsx", ".json": "json", "": "folder"}.get(out.suffix)
    if asked is None:
        raise screen.fail(f"{out}: give a name that ends with .html, .xlsx or .json, or a folder, or say --as")
    try:
        _written(paper, out, asked, book)
    except OSError as error:
        raise screen.fail(f"{out}: cannot be written ({error})") from error
    except sheets.SheetError as error:
        raise screen.fail(error) from error
    screen.err.print(f"wrote {out}", markup=False)


def _written(paper: Paper, out: Path, kind: str, book: Book | None) -> None:
    if kind == "html":
        out.write_text(page(paper), "utf-8")
    elif kind == "json":
        out.write_text(said(paper), "utf-8")
    elif kind == "folder":
        _folder(paper, out)
    elif book is not None:
        sheets.write_book(book, out)
    else:
        sheets.write(paper.frames(), out)


def said(paper: Paper) -> str:
    """A report as JSON: its facts, and each table as a list of rows."""
    tables = {name: _finite(frame).to_dicts() for name, frame in paper.frames().items()}
    content = {"title": paper.title, "facts": dict(paper.facts), "tables": tables}
    return json.dumps(content, default=str, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    """What is no number is null: JSON knows neither infinity nor NaN."""
    number = cs.float()
    return frame.with_columns(pl.when(number.is_finite()).then(number).name.keep())


def _folder(paper: Paper, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in paper.frames().items():
        frame.write_parquet(out / f"{name}.parquet")
        sheets.write({name: frame}, out / f"{name}.csv")
