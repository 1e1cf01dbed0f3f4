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
from pricing.models.spread import PARTS
from pricing.monitoring.bins import equal
from pricing.monitoring.stability import binned, index, verdict
from pricing.reports.judged import Fitted

TENTHS = 10  # of a number, by equal exposure, to see whether it has moved
KEPT = {"rows": pl.Int64, "exposure": pl.Float64, "actual": pl.Float64}


def drawn(model: Model) -> list[Term]:
    """Terms that stand alone; an interaction has no curve of its own."""
    return [term for term in model.spec.terms if not term.of]


def kind(term: Term) -> str:
    """What the places of its chart are."""
    return "level" if term.kind == "categorical" else f"mean of {term.number.column} in a part of equal exposure"


def factor(found: Fitted, term: Term) -> pl.DataFrame:
    """A row a level or bin of the data judged.

    ``fitted`` is the relativity against the base, of a number against the portfolio's mean, with its 95 % interval
    around it; ``observed`` is the actual rate against the same, other factors not held.
    """
    if term.kind == "categorical":
        scale = found.model.scales[term.name]
        said = rows.known(rows.labelled(found.frame, term), term, scale.levels)
        codes = said.replace_strict(scale.levels, range(len(scale.levels)), return_dtype=pl.Int64).to_numpy()
        return _levels(found.model, term, found.by(codes, len(scale.levels)))
    x = _x(found, term)
    codes = _filled(equal(x, found.exposure, PARTS))
    size = int(codes.max()) + 1
    middle = sums(codes, x * found.exposure, size) / sums(codes, found.exposure, size)
    return _number(found.model, term, middle, found.by(codes, size))


def kept(model: Model, term: Term) -> pl.DataFrame:
    """The same of the data the model was fitted to, as far as its file tells; nothing was expected of it apart."""
    if term.kind == "categorical":
        own = {one.label: one for one in model.coefficients if one.term == term.name}
        seen = [(own[x].rows, own[x].weight, own[x].response) for x in model.scales[term.name].levels]
        return _levels(model, term, pl.DataFrame(seen, KEPT, orient="row"))
    bins = model.bins[term.name]
    seen = [(one.rows, one.weight, one.response) for one in bins]
    return _number(
        model, term, np.array([one.mean for one in bins], np.float64), pl.DataFrame(seen, KEPT, orient="row")
    )


def _levels(model: Model, term: Term, table: pl.DataFrame) -> pl.DataFrame:
    scale = model.scales[term.name]
    own = {one.label: one for one in model.coefficients if one.term == term.name}
    estimate, error = (np.array([getattr(own[x], name) for x in scale.levels]) for name in ("estimate", "error"))
    rate = _rate(table)
    base = scale.levels.index(scale.base)
    reference = rate[base] if rate[base] > 0 else _mean(table)
    curves = _curves(np.exp(estimate), np.exp(estimate - LIKELY * error), np.exp(estimate + LIKELY * error))
    return table.select(
        pl.Series("level", scale.levels), pl.all(), *curves, pl.Series("observed", rate / reference, nan_to_null=True),
        pl.Series("base", [level == scale.base for level in scale.levels]),
    )  # fmt: skip


def _number(model: Model, term: Term, middle: Floats, table: pl.DataFrame) -> pl.DataFrame:
    eta, error = _curve(model, term, middle)
    weight = table["exposure"].to_numpy()
    mean = float(weight @ eta / weight.sum())
    fitted = np.exp(eta - mean) / float(weight @ np.exp(eta - mean) / weight.sum())
    curves = _curves(fitted, fitted * np.exp(-LIKELY * error), fitted * np.exp(LIKELY * error))
    names = pl.Series("level", [f"{value:.4g}" for value in middle], pl.String)
    observed = pl.Series("observed", _rate(table) / _mean(table))
    return table.select(names, pl.all(), *curves, observed, base=pl.lit(False))


def _mean(table: pl.DataFrame) -> float:
    return float(table["actual"].sum()) / float(table["exposure"].sum())


def _curve(model: Model, term: Term, x: Floats) -> tuple[Floats, Floats]:
    """Linear predictor of one term at values, and its standard error as the model's file tells it of its bins."""
    bins, alone = model.bins[term.name], replace(model.spec, terms=(term,))
    (part,) = parts(alone, pl.DataFrame({term.number.name: x}), model.scales)
    eta = part.block.dot(np.array([model.estimate(term.name, label) for label in part.labels]))
    return eta, np.interp(x, [one.mean for one in bins], [one.error for one in bins])


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
    """PSI of each term: exposure now against that of the data the model was fitted to, which its file tells.

    With ``reference``, that data, of the prediction too, in tenths whose edges stay where they were then.
    """
    made = [_levels_moved(found, term) for term in drawn(found.model) if term.kind == "categorical"]
    made += [_number_moved(found, term) for term in drawn(found.model) if term.kind != "categorical"]
    if reference is not None:
        made.append(_moved("(prediction)", reference.rate, found.rate, reference, found))
    schema = {"factor": pl.String, "levels": pl.Int64, "psi": pl.Float64, "verdict": pl.String}
    return pl.DataFrame(made, schema, orient="row")


def _levels_moved(found: Fitted, term: Term) -> tuple[str, int, float, str]:
    levels = found.model.scales[term.name].levels
    then = {one.label: one.weight or 0.0 for one in found.model.coefficients if one.term == term.name}
    psi = index(np.array([then[level] for level in levels]), factor(found, term)["exposure"].to_numpy())
    return term.name, len(levels), psi, verdict(psi)


def _number_moved(found: Fitted, term: Term) -> tuple[str, int, float, str]:
    """By the parts that the model keeps, their ends fixed."""
    bins = found.model.bins[term.name]
    then, edges = np.array([*(one.weight for one in bins), 0.0]), np.array([one.high for one in bins[:-1]])
    psi = index(then, binned(_x(found, term), found.exposure, edges))
    return term.name, len(bins), psi, verdict(psi)


def _moved(name: str, then: Floats, now: Floats, reference: Fitted, found: Fitted) -> tuple[str, int, float, str]:
    tenth = _filled(equal(then, reference.exposure, TENTHS))
    edges = np.array([then[tenth == k].max() for k in range(int(tenth.max()))])
    psi = index(binned(then, reference.exposure, edges), binned(now, found.exposure, edges))
    return name, edges.size + 1, psi, verdict(psi)


def _x(found: Fitted, term: Term) -> Floats:
    return rows.numbers(found.frame, term.number).to_numpy()
