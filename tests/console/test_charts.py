"""Charts are drawn in colours that stand out, and that nobody takes for one another."""

import re
from pathlib import Path

import numpy as np
import pytest

OPTIONS = (Path(__file__).parents[2] / "console" / "static" / "charts" / "options.js").read_text("utf-8")
INKS = {
    theme: dict(re.findall(r"(\w+): '(#[0-9a-f]{6})'", said))
    for theme, said in re.findall(r"^  (light|dark): \{(.*)\},$", OPTIONS, re.MULTILINE)
}
SEEN = {  # linear RGB as somebody sees it; source: Machado, Oliveira, Fernandes 2009, severity 1.0
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)


def linear(colour):
    value = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(rgb, 0, 1), 1e-6) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_edges_stand_out_from_the_panel(theme):
    ink = INKS[theme]
    assert [name for name in ("one", "two", "edge") if contrast(ink[name], ink["panel"]) < 3] == []
    assert contrast(ink["text"], ink["panel"]) >= 4.5


@pytest.mark.parametrize("who", SEEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_two_series_look_alike_to_nobody(theme, who):
    one, two = (lab(np.asarray(SEEN[who]) @ linear(INKS[theme][name])) for name in ("one", "two"))
    assert np.linalg.norm(one - two) > 20


def test_series_differ_by_mark_and_dash_too():
    marks = re.search(r"const MARKS = \[(.*)\];", OPTIONS)[1]
    assert len(set(re.findall(r"symbol: '(\w+)'", marks))) == 2
    assert re.findall(r"type: '(\w+)'", marks) == ["dashed"]  # the first is a full line
