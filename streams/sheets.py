"""Sheets: tables as CSV or XLSX for people's spreadsheets, in which no text is ever taken for a formula."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from pricing.reports.grid import FIRST, HEAD, Book, Cell

FORMULAS = r"^[=+\-@\t\r\n＝＋－＠]"  # what spreadsheets evaluate when they open a CSV; source: OWASP, CSV injection
ADDRESSES = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
SUFFIXES = (".csv", ".xlsx")
TABLES = (".parquet", ".csv")  # that are read
NULLS = ["", "NA"]
CREATED = datetime(2000, 1, 1)
GIVEN = {"font_color": "#0b5cad"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {},
    "total": {"bold": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "money": {"num_format": "#,##0.00"},
    "factor": {"num_format": "0.0000"},
    "share": {"num_format": "0.0%"},
    "input": {"num_format": "#,##0.00##", **GIVEN},
    "input_share": {"num_format": "0.0%", **GIVEN},
}


class SheetError(Exception):
    """A file that cannot be written so."""


def write(sheets: Mapping[str, pl.DataFrame], path: Path) -> list[Path]:
    """The files written: one workbook, or a CSV a sheet, the first of them as ``path`` is named."""
    if path.suffix == ".xlsx":
        return [_workbook(sheets, path)]
    if path.suffix != ".csv":
        raise SheetError(f"{path}: expected a name that ends with {' or '.join(SUFFIXES)}")
    first, written = next(iter(sheets)), []
    for name, frame in sheets.items():
        written.append(path if name == first else path.with_stem(f"{path.stem}-{name}"))
        _harmless(frame).write_csv(written[-1], include_bom=True, datetime_format="%Y-%m-%d %H:%M:%S")
    return written


def read(path: Path, dates: bool = False) -> pl.DataFrame:
    """The rows of a file; with ``dates`` text that is a day or a moment becomes one."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".csv":
            return pl.read_csv(path, null_values=NULLS, infer_schema_length=None, try_parse_dates=dates)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SheetError(f"{path}: cannot be read ({error})") from error
    raise SheetError(f"{path}: expected a name that ends with {' or '.join(TABLES)}")


def columns(path: Path) -> pl.Schema:
    """What columns a file has; of text the first rows say of which kind."""
    try:
        lazy = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, null_values=NULLS)
        return lazy.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SheetError(f"{path}: cannot be read ({error})") from error


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would evaluate, with an apostrophe before it."""
    said = cs.string()
    return frame.with_columns(pl.when(said.str.contains(FORMULAS)).then("'" + said).otherwise(said).name.keep())


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A workbook that is the same to the byte whenever it is written."""
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import FileCreateError
    except ModuleNotFoundError as error:
        raise SheetError(f"{path}: needs pip install 'tripmeter[xlsx]', or write .csv") from error
    try:
        with Workbook(path, ADDRESSES) as made:
            made.set_properties({"created": CREATED})
            yield made
    except FileCreateError as error:
        raise SheetError(f"{path}: cannot be written ({error})") from error


def _workbook(sheets: Mapping[str, pl.DataFrame], path: Path) -> Path:
    with _opened(path) as book:
        for name, frame in sheets.items():
            frame.write_excel(
                book, name, autofit=True, freeze_panes=(1, 0), dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss"}
            )
    return path


def write_book(book: Book, path: Path) -> None:
    """A workbook with formulas; each cell holds its value too, for who does not calculate."""
    with _opened(path) as made:
        formats = {name: made.add_format(said) for name, said in STYLES.items()}
        head = made.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for sheet in book.sheets:
            page = made.add_worksheet(sheet.name)
            page.write_string(0, 0, sheet.title, formats["total"])
            page.write_string(1, 0, sheet.note)
            for k, column in enumerate(sheet.columns):
                page.write_string(HEAD - 1, k, column.head, head)
            page.set_column(0, len(sheet.columns) - 1, 15)
            page.freeze_panes(HEAD, 1)
            for row, cells in enumerate(book.cells(sheet), FIRST - 1):
                for k, cell in enumerate(cells):
                    _put(page, row, k, cell, formats[cell.style])


def _put(page: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    """One cell by its kind: text is written as text, whatever it begins with."""
    if cell.formula:
        page.write_formula(row, column, cell.formula, style, "" if cell.value is None else cell.value)
    elif isinstance(cell.value, str):
        page.write_string(row, column, cell.value, style)
    elif isinstance(cell.value, date):
        page.write_datetime(row, column, cell.value, style)
    elif cell.value is not None:
        page.write_number(row, column, cell.value, style)
