"""tripmeter report fleet-experience: the underwriter's document, whose formulas make its numbers."""

import json
import re

import polars as pl
import pytest
from click.testing import CliRunner

from streams.cli import tripmeter

from .conftest import EVIL
from .spreadsheet import Workbook


@pytest.fixture(scope="module")
def asked(claimed):
    return ["report", "fleet-experience", "--fleet", "north", "--years", "3", "--valued-at", "2026-01-01"] + [
        word for name in ("claims", "policies", "exposure") for word in (f"--{name}", str(claimed / f"{name}.parquet"))
    ]


@pytest.fixture(scope="module")
def written(asked, tmp_path_factory):
    """The document in each form."""
    folder = tmp_path_factory.mktemp("written")
    for name in ("a.xlsx", "b.xlsx", "a.html", "b.html", "a.json", "tables"):
        result = CliRunner().invoke(tripmeter, [*asked, "--out", str(folder / name)])
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def book(written):
    return Workbook(written / "a.xlsx")


def test_each_formula_makes_the_number_that_is_stored(book):
    assert len(book.formulas) > 500
    for sheet, address in book.formulas:
        made, stored = book.value(sheet, address), book.stored.get((sheet, address), "")
        assert made == (pytest.approx(stored, rel=1e-9, abs=1e-9) if isinstance(stored, float) else stored), (
            sheet,
            address,
        )


def column(book, sheet, head):
    """Letter of the column under a heading."""
    return next(address[:-1] for (name, address), said in book.stored.items() if (name, said) == (sheet, head))


def test_the_numbers_are_those_of_the_json(book, written):
    rows = json.loads((written / "a.json").read_text())["tables"]["premium"]
    rate, total = (column(book, "Premium", f"required premium{more}") for more in (" a vehicle-year", ""))
    for k, row in enumerate(rows):
        assert book.value("Premium", f"A{5 + k}") == row["cover"]
        assert book.value("Premium", f"{rate}{5 + k}") == pytest.approx(row["required"])
    assert book.value("Premium", f"{total}{5 + len(rows)}") == pytest.approx(sum(row["premium"] for row in rows))


def test_another_assumption_is_another_premium(book):
    rate, ultimate = column(book, "Premium", "required premium a vehicle-year"), column(book, "Years", "ultimate")
    before = book.value("Premium", f"{rate}5"), book.value("Years", f"{ultimate}5")
    profit = next(row for row in range(5, 20) if book.stored["Assumptions", f"A{row}"] == "profit")
    book.set("Assumptions", f"B{profit}", 0.15)
    book.set("Covers", f"{column(book, 'Covers', 'trend a year')}5", 0.05)
    after = book.value("Premium", f"{rate}5"), book.value("Years", f"{ultimate}5")
    assert all(a != b for a, b in zip(before, after, strict=True))


SAID = """
name = "us"
source = "us"
[covers.default]
cap = {cap}
trend = {trend}
development = {development}
large = {large}
mean_claim = {mean_claim}
variation = {variation}
[credibility]
fleet = {fleet}
vehicle = {vehicle}
"""
ONE = {"cap": 2000, "trend": 0.0, "development": [1.2, 1.1, 1.0], "large": 0.1, "mean_claim": 1200, "variation": 1.0}
OTHER = {
    "cap": 3500,
    "trend": 0.05,
    "development": [1.6, 1.2, 1.05],
    "large": 0.3,
    "mean_claim": 1500,
    "variation": 2.0,
}
EFFECTS, OTHER_EFFECTS = {"fleet": 0.1, "vehicle": 0.2}, {"fleet": 0.3, "vehicle": 0.6}


def test_a_workbook_changed_by_hand_is_the_report_with_other_assumptions(asked, tmp_path):
    for name, said in (("one", ONE | EFFECTS), ("other", OTHER | OTHER_EFFECTS)):
        (tmp_path / f"{name}.toml").write_text(SAID.format(**said))
    written = {"one": tmp_path / "one.xlsx", "other": tmp_path / "other.json"}
    for name, out in written.items():
        words = [*asked, "--assumptions", str(tmp_path / f"{name}.toml"), "--out", str(out)]
        assert CliRunner().invoke(tripmeter, words).exit_code == 0
    book, wanted = Workbook(written["one"]), json.loads(written["other"].read_text())["tables"]["premium"]
    heads = {"cap": "cap of a claim", "trend": "trend a year", "large": "large losses, share of capped"}
    heads |= {"mean_claim": "mean claim, capped", "variation": "squared variation of a claim"}
    for row in (5, 6):
        for name, head in heads.items():
            book.set("Covers", f"{column(book, 'Covers', head)}{row}", float(OTHER[name]))
    factor = column(book, "Years", "development")
    for row in range(5, 11):  # two covers of three years, the oldest first
        book.set("Years", f"{factor}{row}", [1.05, 1.2, 1.6][(row - 5) % 3])
    for row in (5, 6):
        book.set("Assumptions", f"B{row}", OTHER_EFFECTS[book.stored["Assumptions", f"A{row}"]])
    rate = column(book, "Premium", "required premium a vehicle-year")
    made = [book.value("Premium", f"{rate}{row}") for row in (5, 6)]
    assert made == pytest.approx([row["required"] for row in wanted], rel=1e-9)


def test_no_name_is_taken_for_a_formula(book, written):
    assert EVIL in {value for (sheet, _), value in book.stored.items() if sheet == "Vehicles"}
    assert not any(formula.startswith("1+1") for formula in book.formulas.values())
    assert f"'{EVIL}" in (written / "tables" / "vehicles.csv").read_text("utf-8-sig")
    assert pl.read_parquet(written / "tables" / "vehicles.parquet")["vehicle_id"].is_in([EVIL]).any()


@pytest.mark.parametrize("ending", ["xlsx", "html"])
def test_the_same_data_is_the_same_to_the_byte(written, ending):
    assert (written / f"a.{ending}").read_bytes() == (written / f"b.{ending}").read_bytes()


def test_the_page_asks_nothing_of_anybody(written):
    page = (written / "a.html").read_text()
    assert not re.search(r"<script|<link|<img|@import|url\(|javascript:|\son\w+=", page)
    assert set(re.findall(r"https?://[^\"' <]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert page.count("<svg") == page.count("</desc>") == page.count("<figcaption>")


def test_assumptions_are_read_and_mistakes_told(asked, tmp_path):
    path, out = tmp_path / "said.toml", tmp_path / "out.json"
    path.write_text(
        'name = "2026"\nsource = "us"\n[covers.default]\ncap = 2000\ntrend = 0.03\n'
        "[credibility]\nfleet = 0.1\nvehicle = 0.2\n"
    )
    run = [*asked, "--assumptions", str(path), "--out", str(out)]
    assert CliRunner().invoke(tripmeter, run).exit_code == 0
    tables = json.loads(out.read_text())["tables"]
    assert {row["cap"] for row in tables["basis"]} == {2000.0}
    assert all(row["excess"] > 0 for row in tables["large"])
    path.write_text('name = "2026"\nsource = "us"\n[covers.default]\ntrends = 0.03\n')
    refused = CliRunner().invoke(tripmeter, run)
    assert (refused.exit_code, "covers.default.trends: unknown key" in refused.output) == (1, True)


def test_a_fleet_that_is_not_there_is_told(asked, tmp_path):
    words = ["east" if word == "north" else word for word in asked]
    refused = CliRunner().invoke(tripmeter, [*words, "--out", str(tmp_path / "x.html")])
    assert (refused.exit_code, "no fleet 'east' was insured; there is north, south, west" in refused.output) == (
        1,
        True,
    )


def test_an_ending_that_says_nothing_is_told(asked, tmp_path):
    refused = CliRunner().invoke(tripmeter, [*asked, "--out", str(tmp_path / "x.pdf")])
    assert (refused.exit_code, ".html, .xlsx or .json" in refused.output) == (1, True)


@pytest.mark.parametrize("name", ["x.html", "x.xlsx", "x.json"])
def test_a_folder_that_is_not_there_is_told(asked, tmp_path, name):
    refused = CliRunner().invoke(tripmeter, [*asked, "--out", str(tmp_path / "nowhere" / name)])
    assert (refused.exit_code, "cannot be written" in refused.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "years"), [(("--valued-at", "2040-01-01"), 3), (("--valued-at", "2023-06-01", "--years", "1"), 1)]
)
def test_years_of_which_nothing_is_known_are_empty(asked, tmp_path, words, years):
    for name in ("x.xlsx", "x.html", "x.json"):
        result = CliRunner().invoke(tripmeter, [*asked, *words, "--out", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    book, rows = Workbook(tmp_path / "x.xlsx"), json.loads((tmp_path / "x.json").read_text())["tables"]["years"]
    assert len(rows) == 2 * years
    for sheet, address in book.formulas:
        made, stored = book.value(sheet, address), book.stored.get((sheet, address), "")
        assert made == (pytest.approx(stored, rel=1e-9, abs=1e-9) if isinstance(stored, float) else stored)
