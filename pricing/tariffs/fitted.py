"""Fitted: relativities and base rates of a cover out of fitted models - frequency times severity, or pure premium."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from pricing.exposure import YEAR
from pricing.factors import FACTORS
from pricing.models.model import Model, predict
from pricing.models.spec import ModelError, Term, label
from pricing.tariff import CLASSES

CLASS = "class"  # column of the vehicle class, which has base rates and no factor
KM = "annual_km"
POINTS = 25  # ours: of a curve between its ends; straight lines between them
HAIR = 1e-6  # of a covariate's size: how far behind the end of a band the next one begins
DRIVEN = ("telematics", "experience")  # factors that no model of policy data has

Row = dict[str, Any]


@dataclass(frozen=True)
class Split:
    """How the premium of a year comes apart: the share that stands still, the rest by the km of a year."""

    standing: float
    km: float


@dataclass(frozen=True)
class Rates:
    """What a cover of a tariff is made of."""

    per_day: dict[str, float]  # by class
    per_km: dict[str, float]
    levels: dict[str, dict[str, float]]  # relativities by factor
    points: dict[str, list[tuple[float, float]]]


def rates(models: Sequence[Model], split: Split) -> Rates:
    """Rates of a cover whose pure premium is the product of the models, a vehicle and year at each factor's base."""
    terms = dict(_terms(models))
    base = {column: _base(column, found) for column, found in terms.items()}
    pure = _premium(models)
    by_class = {klass: pure(base | ({CLASS: klass} if CLASS in terms else {})) for klass in _classes(terms)}
    year = {klass: by_class.get(klass, math.nan) for klass in CLASSES}
    if missing := [klass for klass, amount in year.items() if amount != amount]:
        raise ModelError(
            f"column {CLASS!r}: the models have no vehicle class {missing[0]!r}, of which a tariff has rates"
        )
    levels, points = {}, {}
    for factor, column in ((factor, factor.covariate) for factor in FACTORS if factor.covariate in terms):
        at = {x: pure(base | {column: x}) / pure(base) for x in _where(terms[column])}
        if factor.levels:
            levels[factor.name] = {str(level): relativity for level, relativity in at.items()}
        else:
            points[factor.name] = [
                (float(x), _of_km(relativity, x, split) if column == KM else relativity) for x, relativity in at.items()
            ]
    per_day = {klass: amount * split.standing / YEAR for klass, amount in year.items()}
    return Rates(
        per_day, {klass: amount * (1 - split.standing) / split.km for klass, amount in year.items()}, levels, points
    )


def _terms(models: Sequence[Model]) -> Iterator[tuple[str, list[tuple[Term, Model]]]]:
    """Terms by the column they read; each column must be one that a tariff knows."""
    found: dict[str, list[tuple[Term, Model]]] = {}
    known = {factor.covariate for factor in FACTORS if factor.levels or factor.points} | {CLASS}
    for model in models:
        for term in model.spec.terms:
            if term.of:
                raise ModelError(f"term {term.name!r}: an interaction is no factor of a tariff; fit its parts alone")
            if term.number.column not in known:
                raise ModelError(
                    f"term {term.name!r}: no factor of a tariff reads {term.number.column!r}; "
                    f"known: {', '.join(sorted(known))}"
                )
            found.setdefault(term.number.column, []).append((term, model))
    yield from found.items()


def _premium(models: Sequence[Model]) -> Callable[[Row], float]:
    """Pure premium of a vehicle and year: one of each model's exposure."""

    def pure(row: Row) -> float:
        ones = {number.column: 1.0 for model in models for number in (model.spec.exposure, model.spec.offset) if number}
        frame = pl.DataFrame([ones | row])
        return math.prod(float(predict(model, frame)[0]) for model in models)

    return pure


def _base(column: str, terms: Sequence[tuple[Term, Model]]) -> Any:
    """Where a factor's relativity is 1: at its own base if the models reach it, else at theirs."""
    at, own = _where(terms), next((factor.base for factor in FACTORS if factor.covariate == column), None)
    if own in at or (isinstance(own, float) and at[0] <= own <= at[-1]):
        return own
    term, model = terms[0]
    return model.scales[term.name].base if term.kind == "categorical" and not term.bands else at[len(at) // 2]


def _classes(terms: dict[str, list[tuple[Term, Model]]]) -> Sequence[str]:
    return _where(terms[CLASS]) if CLASS in terms else CLASSES


def _where(terms: Sequence[tuple[Term, Model]]) -> list[Any]:
    """Levels of a column, or the numbers at which its relativity is asked for, rising."""
    if all(term.kind == "categorical" and not term.bands for term, _ in terms):
        return list(dict.fromkeys(level for term, model in terms for level in model.scales[term.name].levels))
    return sorted({x for term, _ in terms for x in _grid(term)})


def _grid(term: Term) -> Iterator[float]:
    """Both sides of each end of a band; of a curve, points between its ends."""
    if term.bands:
        for end in term.bands:
            yield from (end, end + HAIR * max(abs(end), 1.0))
        return
    low, high = (term.knots[0], term.knots[-1]) if term.knots else (term.number.low, term.number.high)
    if low is None or high is None:
        raise ModelError(f"term {term.name!r}: a curve without ends is no factor; give it min and max")
    for k in range(POINTS):
        yield low + (high - low) * k / (POINTS - 1)


def _of_km(relativity: float, km: float, split: Split) -> float:
    """Relativity of the rate a km, so that standing and running part together are ``relativity`` times the base's."""
    running = (relativity - split.standing) / (1 - split.standing)
    if running <= 0:
        raise ModelError(
            f"{km:,.0f} km a year cost {relativity:.3f} of the base, less than the standing share {split.standing}"
        )
    return running * split.km / km


def written(cover: str, found: Rates, factors: Sequence[str], about: str) -> str:
    """The tables of a cover in a tariff's TOML."""
    own = (*found.levels, *found.points)
    names = [factor.name for factor in FACTORS if factor.name in own or factor.name in factors]
    lines = [f"[covers.{cover}]  # {about}", f"factors = [{', '.join(map(_quoted, names))}]"]
    lines += [f"{key} = {_table(table, 8)}" for key, table in (("per_day", found.per_day), ("per_km", found.per_km))]
    for name, levels in found.levels.items():
        lines += ["", f"[covers.{cover}.relativities.{name}]", f"levels = {_table(levels, 4)}"]
    for name, points in found.points.items():
        pairs = ", ".join(f"[{x:.10g}, {y:.4f}]" for x, y in _thinned(points))
        lines += ["", f"[covers.{cover}.relativities.{name}]", f"points = [{pairs}]"]
    return "\n".join(lines) + "\n"


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points between two of the same relativity."""
    same = [a[1] == b[1] == c[1] for (a, b), (_, c) in pairwise(pairwise(points))]
    return [point for point, between in zip(points, [False, *same, False], strict=False) if not between]


def _table(numbers: dict[str, float], places: int) -> str:
    return "{ " + ", ".join(f"{_quoted(name)} = {number:.{places}f}" for name, number in numbers.items()) + " }"


def _quoted(name: str) -> str:
    said = label(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{said}"'
