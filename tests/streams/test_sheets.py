"""Sheets: a spreadsheet shows what was written, and evaluates none of it."""

import zipfile
from datetime import datetime

import polars as pl
import pytest

from streams.sheets import SheetError, write

EVIL = ["=1+1", "+49 170", "-2", "@SUM(A1)", "\t=1", "http://example.org", "harmless = so", None]
FRAME = pl.DataFrame({"text": EVIL, "number": [-1.5] * 8, "at": [datetime(2026, 3, 1, 12, 30)] * 8})


def test_text_in_a_csv_is_no_formula_and_numbers_stay_numbers(tmp_path):
    (path,) = write({"alerts": FRAME}, tmp_path / "log.csv")
    text = path.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0].strip('"') for line in text[1:6]] == ["'" + cell for cell in EVIL[:5]]
    assert text[1].endswith(",-1.5,2026-03-01 12:30:00")
    assert text[7].startswith("harmless = so,")


def test_a_workbook_has_no_formula_and_no_link(tmp_path):
    (path,) = write({"alerts": FRAME, "steps": FRAME}, tmp_path / "log.xlsx")
    with zipfile.ZipFile(path) as parts:
        names = [name for name in parts.namelist() if "worksheets/sheet" in name]
        sheets = [parts.read(name).decode() for name in names]
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 2
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert all(cell in texts for cell in ("=1+1", "@SUM(A1)", "http://example.org"))


def test_each_sheet_is_a_csv_of_its_own(tmp_path):
    assert [path.name for path in write({"a": FRAME, "b": FRAME}, tmp_path / "x.csv")] == ["x.csv", "x-b.csv"]


def test_any_other_ending_is_an_error(tmp_path):
    with pytest.raises(SheetError, match=r"\.csv or \.xlsx"):
        write({"a": FRAME}, tmp_path / "x.pdf")
