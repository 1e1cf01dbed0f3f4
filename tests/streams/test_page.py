"""docs/detectors.md shows the parameters in force (``python -m streams.page`` writes them)."""

from pathlib import Path

from streams.page import refresh, tables

PAGE = (Path(__file__).parents[2] / "docs" / "detectors.md").read_text()


def test_the_tables_are_up_to_date():
    assert refresh(PAGE) == PAGE


def test_every_table_is_on_the_page():
    assert all(f"<!-- table: {name} -->" in PAGE for name in tables())
