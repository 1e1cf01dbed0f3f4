"""Factors: of each term of a model its levels, what was fitted, what came, and whether the portfolio has moved."""

from dataclasses import replace

import numpy as np
import polars as pl

from pricing.credibility.panel import Codes, Floats, sums
from pricing.models import rows
from pricing.models.design import parts
from pricing.models.document import LIKELY
from pricing.models.model import Model
from pricing.models.spec import Term
from pricing.monitoring.bins import equal
from pricing.monitoring.stability import binned, index, verdict
from pricing.reports.judged import Fitted

BINS, TENTHS = 20, 10  # of a number, by equal exposure; to be drawn, and to see whether it has moved


def drawn(model: Model) -> list[Term]:
    """Terms that stand alone; an interaction has no curve of its own."""
    return [term for term in model.spec.terms if not term.of]


def factor(found: Fitted, term: Term) -> pl.DataFrame:
    """A row a level or bin.

    ``fitted`` is the relativity against the base, of a number against the portfolio's mean, with its 95 % interval
    where the coefficients alone say it; ``observed`` is the actual rate against the same, other factors not held.
    """
    return _levels(found, term) if term.kind == "categorical" else _number(found, term)


def _levels(found: Fitted, term: Term) -> pl.DataFrame:
    scale = found.model.scales[term.name]
    said = rows.known(rows.labelled(found.frame, term), term, scale.levels)
    codes = said.replace_strict(scale.levels, range(len(scale.levels)), return_dtype=pl.Int64).to_numpy()
    own = {one.label: one for one in found.model.coefficients if one.term == term.name}
    estimate, error = (np.array([getattr(own[x], name) for x in scale.levels]) for name in ("estimate", "error"))
    table = found.by(codes, len(scale.levels))
    rate = _rate(table)
    base = scale.levels.index(scale.base)
    reference = rate[base] if rate[base] > 0 else found.actual.sum() / found.exposure.sum()
    curves = _curves(np.exp(estimate), np.exp(estimate - LIKELY * error), np.exp(estimate + LIKELY * error))
    return table.select(
        pl.Series("level", scale.levels), pl.all(), *curves, pl.Series("observed", rate / reference, nan_to_null=True),
        pl.Series("base", [level == scale.base for level in scale.levels]),
    )  # fmt: skip


def _number(found: Fitted, term: Term) -> pl.DataFrame:
    x = _x(found, term)
    codes = _filled(equal(x, found.exposure, BINS))
    size = int(codes.max()) + 1
    middle = sums(codes, x * found.exposure, size) / sums(codes, found.exposure, size)
    eta, error = _curve(found.model, term, middle)
    table = found.by(codes, size)
    weight = table["exposure"].to_numpy()
    mean = float(weight @ eta / weight.sum())
    fitted = np.exp(eta - mean) / float(weight @ np.exp(eta - mean) / weight.sum())
    curves = _curves(fitted, fitted * np.exp(-LIKELY * error), fitted * np.exp(LIKELY * error))
    observed = _rate(table) / (found.actual.sum() / found.exposure.sum())
    names = [f"{value:.4g}" for value in middle]
    ends = pl.Series("base", [False] * size)
    return table.select(pl.Series("level", names), pl.all(), *curves, pl.Series("observed", observed), ends)


def _curve(model: Model, term: Term, x: Floats) -> tuple[Floats, Floats]:
    """Linear predictor of one term at values, and its standard error: NaN where it takes several coefficients."""
    alone = replace(model.spec, terms=(term,))
    eta, error = np.zeros(x.size), np.full(x.size, np.nan)
    for part in parts(alone, pl.DataFrame({term.number.name: x}), model.scales):
        own = [
            next(one for one in model.coefficients if (one.term, one.label) == (term.name, label))
            for label in part.labels
        ]
        eta += part.block.dot(np.array([one.estimate for one in own]))
        if len(own) == 1:
            column = part.block.dot(np.ones(1))
            error = np.abs(column - column.mean()) * own[0].error
    return eta, error


def _filled(codes: Codes) -> Codes:
    """Bins counted from 0 without a gap: of a value that many rows share there are fewer."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def _rate(table: pl.DataFrame) -> Floats:
    exposure, actual = table["exposure"].to_numpy(), table["actual"].to_numpy()
    found: Floats = np.divide(actual, exposure, out=np.full_like(actual, np.nan), where=exposure > 0)
    return found


def _curves(fitted: Floats, low: Floats, high: Floats) -> list[pl.Series]:
    names = ("fitted", "fitted_low", "fitted_high")
    return [
        pl.Series(name, x, pl.Float64, nan_to_null=True) for name, x in zip(names, (fitted, low, high), strict=True)
    ]


def stability(found: Fitted, reference: Fitted | None = None) -> pl.DataFrame:
    """PSI of each term: exposure now against that of the data the model was fitted to.

    A categorical term's levels are in the model; of numbers, and of the prediction itself, ``reference`` tells how they
    were spread: tenths of equal exposure, whose edges stay where they were then.
    """
    made = [_levels_moved(found, term) for term in drawn(found.model) if term.kind == "categorical"]
    if reference is not None:
        numbers = [term for term in drawn(found.model) if term.kind != "categorical"]
        made += [_moved(term.name, _x(reference, term), _x(found, term), reference, found) for term in numbers]
        made.append(_moved("(prediction)", reference.rate, found.rate, reference, found))
    schema = {"factor": pl.String, "levels": pl.Int64, "psi": pl.Float64, "verdict": pl.String}
    return pl.DataFrame(made, schema, orient="row")


def _levels_moved(found: Fitted, term: Term) -> tuple[str, int, float, str]:
    levels = found.model.scales[term.name].levels
    then = {one.label: one.weight or 0.0 for one in found.model.coefficients if one.term == term.name}
    psi = index(np.array([then[level] for level in levels]), factor(found, term)["exposure"].to_numpy())
    return term.name, len(levels), psi, verdict(psi)


def _moved(name: str, then: Floats, now: Floats, reference: Fitted, found: Fitted) -> tuple[str, int, float, str]:
    tenth = _filled(equal(then, reference.exposure, TENTHS))
    edges = np.array([then[tenth == k].max() for k in range(int(tenth.max()))])
    psi = index(binned(then, reference.exposure, edges), binned(now, found.exposure, edges))
    return name, edges.size + 1, psi, verdict(psi)


def _x(found: Fitted, term: Term) -> Floats:
    return rows.numbers(found.frame, term.number).to_numpy()
