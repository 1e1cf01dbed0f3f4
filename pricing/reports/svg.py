"""SVG: a chart as text, drawn by small functions; colours are classes that the page fills, for light and dark."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 74, 646, 36, 254  # of the plot
Mark = Callable[[float, float, str], str]
WIDEST = 90.0  # px a bar is wide
LETTER = 7.2  # px a letter is wide, about


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, x: float) -> float:
        """Pixel of a value; what lies outside is put on the edge."""
        share = (min(max(x, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Point(NamedTuple):
    """A value with its interval."""

    x: float
    y: float
    low: float
    high: float


def across(low: float, high: float) -> Scale:
    """The x-axis."""
    return Scale(low, high, LEFT, RIGHT)


def upward(low: float, high: float) -> Scale:
    """The y-axis, with something between its ends whatever they are."""
    return Scale(low, high if high > low else low + 1.0, BOTTOM, TOP)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values within the ends: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def chart(name: str, title: str, said: str, shapes: Iterable[str]) -> str:
    """A whole image: what it shows is said in words too, for who cannot see it."""
    head = (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(said)}</desc>'
    )
    return head + "".join(shapes) + "</svg>"


def left_axis(y: Scale, title: str, number: str = "g") -> str:
    """Lines across the plot at round values, and what they mean."""
    made = [f'<text class="axis" x="{LEFT}" y="{TOP - 10}" text-anchor="start">{escape(title)}</text>']
    for value in ticks(y.low, y.high):
        made.append(line([(LEFT, y(value)), (RIGHT, y(value))], "grid"))
        made.append(text(LEFT - 6, y(value) + 4, _number(value, number), "tick", "end"))
    return "".join(made)


def right_axis(y: Scale, title: str, number: str = "g") -> str:
    """The same at the right, without lines."""
    made = [text(RIGHT, TOP - 10, title, "axis", "end")]
    made += [text(RIGHT + 6, y(value) + 4, _number(value, number), "tick", "start") for value in ticks(y.low, y.high)]
    return "".join(made)


def bottom_axis(x: Scale, title: str, number: str = "g") -> str:
    """Numbers under the plot."""
    made = [line([(LEFT, BOTTOM), (RIGHT, BOTTOM)], "edge"), _under(title, BOTTOM + 40)]
    made += [text(x(value), BOTTOM + 18, _number(value, number), "tick", "middle") for value in ticks(x.low, x.high, 8)]
    return "".join(made)


def names_axis(names: Sequence[str], title: str) -> str:
    """Names under the plot, one a place; slanted where they are long, and of very many only some."""
    width = (RIGHT - LEFT) / max(len(names), 1)
    most = max((len(name) for name in names), default=0)
    every = max(1, math.ceil(13 / width))
    level = most * LETTER < width
    made = [line([(LEFT, BOTTOM), (RIGHT, BOTTOM)], "edge"), _under(title, BOTTOM + 40 if level else HEIGHT - 31)]
    for k in range(0, len(names), every):
        x = LEFT + width * (k + 0.5)
        if level:
            made.append(text(x, BOTTOM + 18, names[k], "tick", "middle"))
        else:
            said = names[k] if len(names[k]) <= 12 else names[k][:11] + "…"
            made.append(
                f'<text class="tick" text-anchor="end" transform="translate({x + 4:.1f} {BOTTOM + 12}) rotate(-35)">'
                f"{escape(said)}</text>"
            )
    return "".join(made)


def places(count: int) -> list[float]:
    """The middle of each place under which a name stands."""
    width = (RIGHT - LEFT) / max(count, 1)
    return [LEFT + width * (k + 0.5) for k in range(count)]


def bars(heights: Sequence[float], y: Scale, kind: str, share: float = 0.72) -> str:
    """A bar a place, from the axis to its height."""
    width = min((RIGHT - LEFT) / max(len(heights), 1) * share, WIDEST)
    foot = y(max(y.low, 0.0))
    made = []
    for x, height in zip(places(len(heights)), heights, strict=True):
        top = y(height)
        made.append(
            f'<rect class="{kind}" x="{x - width / 2:.1f}" y="{min(top, foot):.1f}" width="{width:.1f}" '
            f'height="{abs(foot - top):.1f}"/>'
        )
    return "".join(made)


def line(points: Iterable[tuple[float, float]], kind: str) -> str:
    """A line through pixels."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{path}"/>'


def band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]], kind: str) -> str:
    """The area between two lines."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *reversed(lower)])
    return f'<polygon class="{kind}" points="{path}"/>'


def whisker(x: float, low: float, high: float, kind: str) -> str:
    """An interval, upright."""
    return (
        line([(x, low), (x, high)], kind)
        + line([(x - 4, low), (x + 4, low)], kind)
        + line([(x - 4, high), (x + 4, high)], kind)
    )


def dot(x: float, y: float, kind: str) -> str:
    """A round mark."""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def diamond(x: float, y: float, kind: str) -> str:
    """A mark that is told from a dot without its colour."""
    return f'<path class="{kind}" d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"/>'


def text(x: float, y: float, said: str, kind: str, anchor: str) -> str:
    """Words at a pixel."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def legend(entries: Sequence[tuple[str, str, str]]) -> str:
    """Marks and what they mean, in a row under the chart; an entry is (shape, class, words)."""
    made, x = [], float(LEFT)
    for shape, kind, words in entries:
        y = HEIGHT - 10.0
        if shape == "bar":
            made.append(f'<rect class="{kind}" x="{x:.1f}" y="{y - 9:.1f}" width="16" height="10"/>')
        elif shape == "line":
            made.append(line([(x, y - 4), (x + 16, y - 4)], kind))
        else:
            made.append((diamond if shape == "diamond" else dot)(x + 8, y - 4, kind))
        made.append(text(x + 21, y, words, "tick", "start"))
        x += 36 + len(words) * LETTER
    return "".join(made)


def _under(title: str, y: float) -> str:
    return text((LEFT + RIGHT) / 2, y, title, "axis", "middle")


def _number(value: float, number: str) -> str:
    return f"{value:,.0f}" if number == "g" and abs(value) >= 1000 else f"{value + 0.0:{number}}"
