"""Drawn: the charts of reports - factors with their exposure, ratios with their intervals, curves, bars."""

from collections.abc import Sequence

import polars as pl

from pricing.credibility.panel import Floats
from pricing.reports import svg

Entry = tuple[str, str, str]


def factor(name: str, title: str, table: pl.DataFrame, x_title: str) -> str:
    """Exposure as bars, the fitted relativity with its band, what was observed, the base marked by a ring."""
    exposure = table["exposure"].to_list()
    share = svg.upward(0.0, max(exposure, default=1.0) * 2.2)
    shapes = [svg.right_axis(share, "exposure"), svg.bars(exposure, share, "bar")]
    y = _around(table, ("fitted", "fitted_low", "fitted_high", "observed"))
    shapes += [svg.left_axis(y, "relativity"), svg.names_axis(table["level"].to_list(), x_title)]
    shapes += _relativities(table, y)
    words = [("dot", "one", "fitted, 95 %"), ("diamond", "two", "observed"), ("bar", "bar", "exposure")]
    shapes.append(svg.legend([*words, *([("dot", "base", "base")] if table["base"].any() else [])]))
    said = f"{title}: relativities and exposure, {len(exposure)} levels; the table has them."
    return svg.chart(name, title, said, shapes)


def _relativities(table: pl.DataFrame, y: svg.Scale) -> list[str]:
    at, shapes = svg.places(table.height), []
    fitted, observed = ([v if v is None else y(v) for v in table[name]] for name in ("fitted", "observed"))
    if table["fitted_low"].null_count() == 0:
        ends = [[(x, y(v)) for x, v in zip(at, table[name], strict=True)] for name in ("fitted_high", "fitted_low")]
        shapes.append(svg.band(ends[0], ends[1], "band"))
    shapes += [_line(at, observed, "two"), *_marks(at, observed, "two", svg.diamond)]
    shapes += [_line(at, fitted, "one"), *_marks(at, fitted, "one", svg.dot)]
    bases = zip(at, fitted, table["base"], strict=True)
    return [*shapes, *[svg.dot(x, v, "base") for x, v, base in bases if base and v is not None]]


def ratios(name: str, title: str, table: pl.DataFrame, names: Sequence[str], x_title: str) -> str:
    """A/E with its interval over places, 1 as a line."""
    y = _around(table, ("ratio", "low", "high"))
    at = svg.places(table.height)
    shapes = [svg.left_axis(y, "actual / expected"), svg.names_axis(names, x_title), _level(y, 1.0)]
    for x, row in zip(at, table.iter_rows(named=True), strict=True):
        if row["ratio"] is not None:
            kind = "two" if row["off"] else "one"
            shapes.append(svg.whisker(x, y(row["low"]), y(row["high"]), kind))
            shapes.append((svg.diamond if row["off"] else svg.dot)(x, y(row["ratio"]), kind))
    shapes.append(svg.legend([("dot", "one", "holds 1"), ("diamond", "two", "does not hold 1")]))
    off = int(table["off"].fill_null(False).sum())
    return svg.chart(name, title, f"{title}: of {table.height} intervals {off} do not hold 1.", shapes)


def lines(
    name: str,
    title: str,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    axes: tuple[str, str],
) -> str:
    """Two or three series over places; the first by dots, the others by diamonds and dashes."""
    values = [v for _, one in series for v in one if v is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    y = svg.upward(max(low - (high - low) * 0.2, 0.0), high + (high - low) * 0.1)
    at, shapes = svg.places(len(names)), [svg.left_axis(y, axes[1]), svg.names_axis(names, axes[0])]
    legend: list[Entry] = []
    for (words, one), kind in zip(series, ("one", "two", "three"), strict=False):
        shape = "dot" if kind == "one" else "diamond"
        pixels = [None if v is None else y(v) for v in one]
        shapes += [_line(at, pixels, kind), *_marks(at, pixels, kind, svg.dot if kind == "one" else svg.diamond)]
        legend.append((shape, kind, words))
    shapes.append(svg.legend(legend))
    return svg.chart(name, title, f"{title}: {', '.join(words for words, _ in series)}.", shapes)


def curves(name: str, title: str, drawn: Sequence[tuple[str, Floats, Floats]], axes: tuple[str, str]) -> str:
    """Lines from (0, 0) to (1, 1), and the diagonal."""
    x, y = svg.across(0.0, 1.0), svg.upward(0.0, 1.0)
    shapes = [
        svg.left_axis(y, axes[1], ".0%"),
        svg.bottom_axis(x, axes[0], ".0%"),
        svg.line([(x(0), y(0)), (x(1), y(1))], "even"),
    ]
    legend: list[Entry] = []
    for (words, xs, ys), kind in zip(drawn, ("one", "two"), strict=False):
        step = max(1, xs.size // 400)  # a line of 400 points looks the same
        picked = [*range(0, xs.size, step), xs.size - 1]
        shapes.append(svg.line([(x(float(xs[k])), y(float(ys[k]))) for k in picked], kind))
        legend.append(("line", kind, words))
    shapes.append(svg.legend([*legend, ("line", "even", "no order")]))
    return svg.chart(name, title, f"{title}: {', '.join(words for words, _, _ in drawn)}.", shapes)


def bars(name: str, title: str, names: Sequence[str], heights: Sequence[float], axes: tuple[str, str]) -> str:
    """One bar a name."""
    y = svg.upward(0.0, max([*heights, 0.0]) * 1.05)
    shapes = [svg.left_axis(y, axes[1]), svg.names_axis(names, axes[0]), svg.bars(heights, y, "bar1")]
    return svg.chart(name, title, f"{title}: {len(names)} bars; the table has them.", shapes)


def _around(table: pl.DataFrame, columns: Sequence[str]) -> svg.Scale:
    """A scale that holds 1 and the values, but not intervals of a few claims that would squeeze all else."""
    main = [v for v in table[columns[0]] if v is not None]
    most = max([1.0, *main])
    values = [v for name in columns for v in table[name] if v is not None and v <= 3 * most]
    low, high = min([1.0, *values]), max([1.0, *values])
    room = (high - low) * 0.08 or 0.1
    return svg.upward(max(low - room, 0.0), high + room)


def _level(y: svg.Scale, value: float) -> str:
    return svg.line([(svg.LEFT, y(value)), (svg.RIGHT, y(value))], "even")


def _line(at: Sequence[float], pixels: Sequence[float | None], kind: str) -> str:
    return svg.line([(x, v) for x, v in zip(at, pixels, strict=True) if v is not None], kind)


def _marks(at: Sequence[float], pixels: Sequence[float | None], kind: str, mark: svg.Mark) -> list[str]:
    return [mark(x, v, kind) for x, v in zip(at, pixels, strict=True) if v is not None]
