"""Reading: a model's spec out of its TOML text; whatever is odd has its path, and what was probably meant."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from pricing.document import Table
from pricing.models.spec import (
    DIRECTIONS,
    DISPERSIONS,
    ENGINES,
    FAMILIES,
    INTERCEPT,
    KINDS,
    SPLINES,
    Condition,
    ModelError,
    Number,
    Spec,
    Term,
    band_labels,
    label,
)

T = TypeVar("T")


class SpecTable(Table):
    """A table of a spec, whose keys may be left out."""

    wrong = ModelError

    def maybe_text(self, key: str, allowed: tuple[str, ...] = (), default: str = "") -> str:
        """A text, or ``default`` where there is none."""
        return self._maybe(key, lambda: self.text(key, allowed), default)

    def maybe_number(self, key: str, low: float = float("-inf"), high: float = float("inf")) -> float | None:
        """A number, or None."""
        return float(self.number(key, low, high)) if self.has(key) else None

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number between two, or ``default``."""
        value = self._maybe(key, lambda: self.number(key, low, high), Decimal(default))
        if value != int(value):
            raise self.error(key, f"{value} is not a whole number")
        return int(value)

    def rising(self, key: str) -> tuple[float, ...]:
        """Numbers that rise from one to the next, or none."""
        values = self._list(key)
        if any(isinstance(value, bool) or not isinstance(value, int | Decimal) for value in values):
            raise self.error(key, "expected numbers")
        numbers = tuple(float(value) for value in values)
        if any(a >= b for a, b in pairwise(numbers)):
            raise self.error(key, f"{list(numbers)} do not rise from one to the next")
        return numbers

    def labels(self, key: str) -> tuple[str, ...]:
        """Levels as text, each once, or none; a whole number is the level that reads like it."""
        values = tuple(label(value) for value in self._list(key))
        if len(set(values)) < len(values):
            raise self.error(key, "names a level twice")
        return values

    def maybe_label(self, key: str) -> str | None:
        """A level, or None."""
        return label(self._get(key, (str, int, Decimal), "a level")) if self.has(key) else None

    def maybe_tables(self, key: str, read: "Callable[[SpecTable], Any]") -> tuple[Any, ...]:
        """What ``read`` makes of each table of a list that may be left out."""
        return self._maybe(key, lambda: self.each(key, read), ())

    def has(self, key: str) -> bool:
        """Whether there is something under ``key``, which may be left out."""
        self._asked.add(key)
        return key in self._content

    def asked(self, key: str) -> Any:
        """What is under ``key``, whatever it is."""
        return self._get(key, object, "a value")

    def _list(self, key: str) -> list[Any]:
        return self._maybe(key, lambda: self._get(key, list, "a list"), [])

    def _maybe(self, key: str, read: Callable[[], T], default: T) -> T:
        return read() if self.has(key) else default


def parse(text: str, where: str) -> Spec:
    """The spec a TOML text says."""
    return read(SpecTable.read(text, where))


def read(root: SpecTable) -> Spec:
    """The spec of a table."""
    family = root.text("family", FAMILIES)
    large = root.table("large_losses") if root.has("large_losses") else None
    spec = Spec(
        name=root.text("name"),
        family=family,
        power=_power(root, family),
        response=_number(root, "response"),
        exposure=_maybe_number(root, "exposure"),
        weight=_maybe_number(root, "weight"),
        offset=_maybe_number(root, "offset"),
        cap=large.positive("cap") if large else None,
        load=large.flag("load") if large else False,
        l2=root.maybe_number("l2", 0.0, 1e12) or 0.0,
        dispersion=root.maybe_text("dispersion", DISPERSIONS, "one" if family == "poisson" else "pearson"),
        engine=root.maybe_text("engine", ENGINES, "cells"),
        rows=root.maybe_tables("rows", _condition),
        terms=root.maybe_tables("terms", _term),
    )
    if large:
        large.done()
    root.maybe_text("about")
    root.done()
    if spec.engine == "glum" and any(term.monotone for term in spec.terms):
        raise root.error("engine", "glum fits no monotone terms here; leave engine out")
    _distinct(root, spec)
    return spec


def _power(root: SpecTable, family: str) -> float:
    if family != "tweedie":
        return FAMILIES[family] or 1.0
    power = float(root.number("power", 1.0, 2.0))
    if power in (1.0, 2.0):
        raise root.error("power", f"{power:g} is {'poisson' if power == 1 else 'gamma'}, a family of its own")
    return power


def _number(root: SpecTable, key: str) -> Number:
    """A column by its name, or by a table with bounds."""
    if isinstance(root.asked(key), str):
        return Number(root.text(key))
    table = root.table(key)
    found = _bounded(table)
    table.done()
    return found


def _maybe_number(root: SpecTable, key: str) -> Number | None:
    return _number(root, key) if root.has(key) else None


def _bounded(table: SpecTable, term: bool = False) -> Number:
    low, high = table.maybe_number("min"), table.maybe_number("max")
    if low is not None and high is not None and low >= high:
        raise table.error("max", f"{high:g} is not above min, {low:g}")
    if not term:
        return Number(table.text("column"), low, high)
    values = table.numbers("values", low=float("-inf")) if table.has("values") else {}
    pairs = tuple((level, float(value)) for level, value in values.items())
    return Number(table.text("column"), low, high, table.maybe_number("missing"), pairs)


def _condition(table: SpecTable) -> Condition:
    found = Condition(
        table.text("column"),
        table.labels("is"),
        table.labels("is_not"),
        *(table.maybe_number(key) for key in ("min", "max", "above", "below")),
    )
    table.done()
    if found == Condition(found.column, (), (), None, None, None, None):
        raise table.error("column", "asks nothing of it; add is, is_not, min, max, above or below")
    return found


def _term(table: SpecTable) -> Term:
    kind = table.text("type", KINDS)
    if kind == "interaction":
        of = table.each("of", _term)
        if len(of) < 2 or any(part.of or part.monotone for part in of):
            raise table.error("of", "expected two or more plain terms")
        return Term(kind, table.maybe_text("name") or ":".join(part.name for part in of), of[0].number, of=of)
    return _categorical(table) if kind == "categorical" else _numeric(table, kind)


def _categorical(table: SpecTable) -> Term:
    number, bands, levels = _bounded(table), table.rising("bands"), table.labels("levels")
    if bands and levels:
        raise table.error("levels", "bands have their own; leave one of the two out")
    return Term(
        "categorical",
        table.maybe_text("name") or number.column,
        number,
        bands,
        levels or band_labels(bands),
        table.maybe_label("base") or "",
        table.maybe_label("missing"),
        table.maybe_label("unseen"),
        monotone=table.maybe_text("monotone", DIRECTIONS),
    )


def _numeric(table: SpecTable, kind: str) -> Term:
    number = _bounded(table, term=True)
    names = {"log": f"log({number.column})", "spline": f"spline({number.column})"}
    degree, knots, shape = 1, tuple[float, ...](), ""
    if kind == "polynomial":
        degree = table.whole("degree", 2, 2, 9)
    if kind == "spline":
        shape, knots = table.maybe_text("shape", SPLINES, "natural"), table.rising("knots")
        if len(knots) < 3:
            raise table.error("knots", "expected three or more: the outer two bound the curve, the others bend it")
    return Term(
        kind,
        table.maybe_text("name") or names.get(kind, number.column),
        number,
        degree=degree,
        knots=knots,
        shape=shape,
        monotone=table.maybe_text("monotone", DIRECTIONS) if kind in ("linear", "log") else "",
    )


def _distinct(root: SpecTable, spec: Spec) -> None:
    tops = [term.name for term in spec.terms]
    twice = [name for name in tops if tops.count(name) > 1]
    if twice:
        raise root.error("terms", f"two are called {twice[0]!r}; give one of them a name")
    if INTERCEPT in tops:
        raise root.error("terms", f"{INTERCEPT!r} is taken; choose another name")
    said: dict[str, Term] = {}
    for leaf in (replace(leaf, monotone="") for leaf in spec.leaves if leaf.kind == "categorical"):
        if said.setdefault(leaf.name, leaf) != leaf:
            raise root.error("terms", f"{leaf.name!r} is said in two ways; say it alike, or give one of them a name")
