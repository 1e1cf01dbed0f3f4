"""Sheets: tables as CSV or XLSX for people's spreadsheets, in which no text is ever taken for a formula."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import polars.selectors as cs

FORMULAS = r"^[=+\-@\t\r]"  # what spreadsheets evaluate when they open a CSV; source: OWASP, CSV injection
ADDRESSES = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
SUFFIXES = (".csv", ".xlsx")


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


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would evaluate, with an apostrophe before it."""
    said = cs.string()
    return frame.with_columns(pl.when(said.str.contains(FORMULAS)).then("'" + said).otherwise(said).name.keep())


def _workbook(sheets: Mapping[str, pl.DataFrame], path: Path) -> Path:
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError as error:
        raise SheetError(f"{path}: needs pip install 'tripmeter[xlsx]', or write .csv") from error
    with Workbook(path, ADDRESSES) as book:
        for name, frame in sheets.items():
            frame.write_excel(
                book, name, autofit=True, freeze_panes=(1, 0), dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss"}
            )
    return path
