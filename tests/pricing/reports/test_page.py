"""Page: what a browser gets - self-contained, harmless, and readable by who cannot see it."""

import re
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from pricing.reports import drawn, svg
from pricing.reports.page import page
from pricing.reports.paper import Paper, Section, Table

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def text():
    values = pl.DataFrame(
        {
            EVIL: [EVIL, "b", None],
            "n": [1, 23_456, None],
            "x": [0.5, float("nan"), 123_456.7],
            "money": [0.1, 2.0, 1234.5],
            "share": [0.05, 0.5, 1.0],
            "day": [date(2026, 1, 2)] * 3,
            "at": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC)] * 3,
            "off": [True, False, None],
        }
    )
    table = Table(values, {"n": "number"}, {"money": "money", "share": "share"}, most=2)
    chart = drawn.bars("evil", EVIL, [EVIL, "b"], [1.0, 2.0], (EVIL, EVIL))
    return page(Paper(EVIL, [(EVIL, EVIL)], [Section("s", EVIL, [EVIL], [(chart, EVIL)], table)]))


def test_names_are_shown_and_never_obeyed(text):
    assert "<img" not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") > 8


def test_cells_are_written_as_people_read_them(text):
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text)
    none = '<span class="none">–</span>'
    assert cells[1:8] == ["1", "0.5", "0.10", "5.0%", "2026-01-02", "2026-01-02 03:04", "yes"]
    assert cells[9:12] == ["23,456", none, "2.00"]
    assert "1 rows more" in text


def test_it_may_fetch_nothing_and_says_so(text):
    assert "default-src 'none'" in text
    assert not re.search(r"<script|<link|@import|url\(|https?://", text)


def test_light_dark_and_paper_are_thought_of(text):
    for asked in (
        "prefers-color-scheme: dark",
        "@media print",
        'lang="en"',
        'scope="col"',
        "<caption>",
        "<figcaption>",
    ):
        assert asked in text


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_words_and_marks_stand_out_from_the_paper(text):
    """WCAG 2.2: 4.5 to 1 for words, 3 to 1 for marks, on either paper."""
    themes = re.findall(r":root \{[^}]*--paper[^}]*\}", text)
    assert len(themes) == 2
    for theme in themes:
        said = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})\b", theme))
        paper = luminance(said["paper"])
        for name, least in (("ink", 4.5), ("soft", 4.5), ("one", 4.5), ("two", 3.0), ("three", 3.0)):
            low, high = sorted((paper, luminance(said[name])))
            assert (high + 0.05) / (low + 0.05) >= least, (theme, name)


@pytest.mark.parametrize(
    ("ends", "found"),
    [((0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1.0]), ((0, 7), [0, 2, 4, 6]), ((0.9, 1.1), [0.9, 0.95, 1.0, 1.05, 1.1])],
)
def test_ticks_are_round(ends, found):
    assert svg.ticks(*ends) == pytest.approx(found)


def test_a_curve_of_many_points_is_thinned_and_ends_where_it_ends():
    x = np.linspace(0, 1, 10_001)
    chart = drawn.curves("c", "c", [("a", x, x**2)], ("x", "y"))
    points, _ = re.findall(r'class="one" points="([^"]+)"', chart)
    assert len(points.split()) < 450
    assert points.split()[-1] == f"{svg.RIGHT:.1f},{svg.TOP:.1f}"


def test_a_chart_of_nothing_is_still_a_chart():
    empty = pl.DataFrame(schema={"ratio": pl.Float64, "low": pl.Float64, "high": pl.Float64, "off": pl.Boolean})
    assert drawn.ratios("r", "r", empty, [], "x").endswith("</svg>")
    assert drawn.lines("l", "l", [], [("a", [])], ("x", "y")).endswith("</svg>")
