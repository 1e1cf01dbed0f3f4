"""Spec: a model before it is fitted - response, exposure, family, rows, terms - and how its levels are called."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

INTERCEPT = "(intercept)"
FAMILIES = {"poisson": 1.0, "gamma": 2.0, "tweedie": None}  # power of the variance function
KINDS = ("categorical", "linear", "log", "polynomial", "spline", "interaction")
SPLINES = ("natural", "bspline")
DIRECTIONS = ("increasing", "decreasing")
DISPERSIONS = ("one", "pearson")
ENGINES = ("cells", "glum")


class ModelError(ValueError):
    """A spec, data or a fit that cannot be used: what was found, where, and what to do."""


@dataclass(frozen=True)
class Number:
    """A number of each row, kept between ``low`` and ``high``; ``missing`` stands for what is not there.

    With ``values`` the column holds levels, and each stands for a number.
    """

    column: str
    low: float | None = None
    high: float | None = None
    missing: float | None = None
    values: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> str:
        """Its name among the columns of cells."""
        given = (("min", self.low), ("max", self.high), ("missing", self.missing))
        clips = [f"{word} {value:g}" for word, value in given if value is not None]
        clips += [f"{level} = {value:g}" for level, value in self.values]
        return f"{self.column} ({', '.join(clips)})" if clips else self.column


@dataclass(frozen=True)
class Term:
    """One term of the linear predictor."""

    kind: str
    name: str
    number: Number
    bands: tuple[float, ...] = ()  # upper ends, each part of its band; the last band has none
    levels: tuple[str, ...] = ()  # in order, where the spec lists them
    base: str = ""  # level of relativity 1; empty: the one with most weight
    missing: str | None = None  # level of rows without a value
    unseen: str | None = None  # level of rows with a level that was not fitted
    degree: int = 1
    knots: tuple[float, ...] = ()
    shape: str = ""  # of a spline
    monotone: str = ""
    of: tuple["Term", ...] = ()

    @property
    def leaves(self) -> "tuple[Term, ...]":
        """The terms that read a column: itself, or the parts of an interaction."""
        return self.of or (self,)


@dataclass(frozen=True)
class Condition:
    """Which rows are fitted: those whose ``column`` is one of ``among``, none of ``but``, and within the bounds."""

    column: str
    among: tuple[str, ...]
    but: tuple[str, ...]
    low: float | None
    high: float | None
    above: float | None
    below: float | None


@dataclass(frozen=True)
class Spec:
    """A model before it is fitted."""

    name: str
    family: str
    power: float
    response: Number
    exposure: Number | None
    weight: Number | None
    offset: Number | None  # a factor known beforehand, such as the relativity of another tariff
    cap: float | None  # large losses: most that a claim counts with
    load: bool  # what is above the cap spread over all
    l2: float
    dispersion: str
    engine: str
    rows: tuple[Condition, ...]
    terms: tuple[Term, ...]

    @property
    def leaves(self) -> tuple[Term, ...]:
        """All terms that read a column, parts of interactions included."""
        return tuple(leaf for term in self.terms for leaf in term.leaves)


def label(value: object) -> str:
    """A level as text; a whole number without its point, so that 9 and 9.0 are one level."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Decimal):
        return str(int(value)) if value == int(value) else f"{float(value):g}"
    return str(value)


def band_labels(bands: tuple[float, ...]) -> tuple[str, ...]:
    """How bands are called: ``<=20``, ``20-25`` (above 20, up to 25), ``>25``."""
    if not bands:
        return ()
    ends = [label(end) for end in bands]
    between = [f"{low}-{high}" for low, high in pairwise(ends)]
    return (f"<={ends[0]}", *between, f">{ends[-1]}")
