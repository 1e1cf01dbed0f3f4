"""docs/pricing.md: its examples are run."""

import doctest
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_worked_example_is_true():
    found = doctest.testfile(str(DOCS / "pricing.md"), module_relative=False)
    assert found.attempted > 8
    assert found.failed == 0
