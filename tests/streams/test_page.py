"""docs/detectors.md and docs/detectors/ show the parameters in force (``python -m streams.page docs`` writes them)."""

from pathlib import Path

import pytest

from streams.page import pages, refresh, tables

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("path", pages(DOCS), ids=lambda path: path.stem)
def test_the_tables_are_up_to_date(path):
    page = path.read_text()
    assert refresh(page) == page


def test_every_table_is_on_one_page():
    told = "".join(path.read_text() for path in pages(DOCS))
    assert all(told.count(f"<!-- table: {name} -->") == 1 for name in tables())


def test_every_page_is_linked_from_the_overview():
    overview = (DOCS / "detectors.md").read_text()
    assert all(f"({path.relative_to(DOCS)})" in overview for path in pages(DOCS)[1:])
