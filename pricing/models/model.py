"""Model: a spec fitted to data - coefficients, errors, how well it fits - and what it expects of other data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pricing.models import cells, families, irls, monotone, rows, spread, tweedie, wide
from pricing.models.blocks import Floats
from pricing.models.cells import Cells
from pricing.models.design import Scale, parts, scales
from pricing.models.problem import Problem, pose
from pricing.models.spec import INTERCEPT, ModelError, Spec
from pricing.models.spread import Bin

PREDICTION = "prediction"


@dataclass(frozen=True)
class Coefficient:
    """One coefficient; of a categorical term also the base, whose estimate is 0 and dispersed."""

    term: str
    label: str
    estimate: float
    error: float  # standard error; of a monotone term given the bands that were pooled
    rows: int | None = None  # of a level: rows, weight and response it has
    weight: float | None = None
    response: float | None = None


@dataclass(frozen=True)
class Fit:
    """How well a model fits the data it was fitted to."""

    rows_read: int
    rows: int  # that were fitted
    cells: int
    parameters: int
    iterations: int
    weight: float  # exposure, for a frequency
    observed: float
    fitted: float
    null_deviance: float
    deviance: float
    aic: float  # of the density, phi by Pearson and not counted as a parameter
    pearson: float
    phi: float  # Pearson's chi-squared over the degrees of freedom
    load: float  # factor for what is above the cap

    @property
    def deviance_100(self) -> float:
        """100 times the mean over rows, as published."""
        return 100.0 * self.deviance / self.rows

    @property
    def null_deviance_100(self) -> float:
        """That of everybody at the mean."""
        return 100.0 * self.null_deviance / self.rows


@dataclass(frozen=True)
class Model:
    """A fitted spec."""

    spec: Spec
    scales: Mapping[str, Scale]
    coefficients: tuple[Coefficient, ...]
    fit: Fit
    bins: Mapping[str, tuple[Bin, ...]] = field(default_factory=dict)  # by numeric term

    def estimate(self, term: str, label: str = "") -> float:
        """A coefficient."""
        return next(one.estimate for one in self.coefficients if (one.term, one.label) == (term, label))


def fit(spec: Spec, frame: pl.DataFrame) -> Model:
    """The model of policy data."""
    return refit(spec, cells.build(spec, frame))


def refit(spec: Spec, data: Cells) -> Model:
    """The model of cells."""
    w, s = data.column("weight"), data.column("response")
    if s.sum() <= 0.0:
        raise ModelError(f"column {spec.response.column!r}: no claim in {int(data.column('rows').sum()):,} rows")
    fitted = scales(spec, data)
    problem = pose(parts(spec, data.frame, fitted), spec.power, w, s, spec.l2)
    irls.check(problem)
    if spec.engine == "glum":
        found, free = wide.solve(problem), np.eye(len(problem.names))
    else:
        found, free = monotone.solve(problem, monotone.steps(spec, problem, fitted))
    measured = _measured(spec, data, problem, found, free.shape[1])
    scale = measured.phi if spec.dispersion == "pearson" else 1.0
    dispersed = irls.covariance(problem, found.eta, free) * scale
    errors = np.sqrt(np.maximum(np.diag(dispersed), 0.0))
    named = dict(zip(problem.names, zip(problem.raw @ found.beta, errors, strict=True), strict=True))

    def covariance(names: Sequence[tuple[str, str]]) -> Floats:
        places = [problem.names.index(name) for name in names]
        return dispersed[np.ix_(places, places)]

    bins = spread.bins(spec, data, fitted, covariance)
    return Model(spec, fitted, tuple(_coefficients(spec, data, fitted, named)), measured, bins)


def _coefficients(
    spec: Spec, data: Cells, fitted: Mapping[str, Scale], named: dict[tuple[str, str], tuple[float, float]]
) -> list[Coefficient]:
    """In the order of the spec, bases included."""
    made = [Coefficient(INTERCEPT, "", float(b), float(e)) for b, e in [named[INTERCEPT, ""]]]
    for term in spec.terms:
        if term.kind != "categorical":
            own = [(label, both) for (name, label), both in named.items() if name == term.name]
            made += [Coefficient(term.name, label, float(b), float(e)) for label, (b, e) in own]
            continue
        seen = data.by_level(term.name, "rows", "weight", "response")
        for level in fitted[term.name].levels:
            b, e = named.get((term.name, level), (0.0, 0.0))
            count, weight, response = seen[level]
            made.append(Coefficient(term.name, level, float(b), float(e), int(count), weight, response))
    return made


def _measured(spec: Spec, data: Cells, problem: Problem, found: irls.Solution, parameters: int) -> Fit:
    w, s, p = problem.w, problem.s, spec.power
    saturated, count = float(data.column("saturated").sum()), int(data.column("rows").sum())
    even = np.full(w.size, math.log(s.sum() / w.sum()))
    half = families.half_deviance(p, w, s, found.eta)
    chi = families.pearson(p, w, s, data.column("square"), found.eta)
    left = count - parameters
    if left <= 0:
        raise ModelError(f"{count} rows cannot carry {parameters} coefficients; take terms out")
    likelihood = _likelihood(data, p, half, chi / left)
    return Fit(
        rows_read=data.read,
        rows=count,
        cells=w.size,
        parameters=parameters,
        iterations=found.iterations,
        weight=float(w.sum()),
        observed=float(data.column("observed").sum()),
        fitted=float(data.column("exposure") @ np.exp(found.eta)),
        null_deviance=2.0 * (saturated + families.half_deviance(p, w, s, even)),
        deviance=2.0 * (saturated + half),
        aic=2.0 * (parameters - likelihood),
        pearson=chi,
        phi=chi / left,
        load=data.load,
    )


def _likelihood(data: Cells, power: float, half: float, phi: float) -> float:
    """Logarithm of the likelihood; of a Gamma and a Tweedie at ``phi``."""
    if power == 1.0:
        return float(data.column("constant").sum()) - half
    weight, count = data.weights["weight"].to_numpy(), data.weights["rows"].to_numpy()
    if power != 2.0:
        alone = float(count @ tweedie.log_normaliser(power, data.weights["ratio"].to_numpy(), weight, phi))
        return alone - half / phi + float(data.column("constant").sum())
    shapes = weight / phi
    alone = float(count @ (shapes * np.log(shapes) - np.array([math.lgamma(shape) for shape in shapes])))
    half += float(data.column("saturated").sum() + data.column("weight").sum())
    return alone - half / phi + float(data.column("constant").sum())


def predict(model: Model, frame: pl.DataFrame) -> pl.Series:
    """Expected response of each row for its exposure, large losses loaded."""
    spec = model.spec
    rows.check(frame.columns, spec, fitted=False)
    shared = rows.shared(spec, frame, {name: scale.levels for name, scale in model.scales.items()})
    eta = np.full(frame.height, model.estimate(INTERCEPT))
    for part in parts(spec, pl.DataFrame(shared), model.scales):
        eta += part.block.dot(np.array([model.estimate(part.term.name, label) for label in part.labels]))
    expected = model.fit.load * np.exp(eta)
    for number in (spec.exposure, spec.offset):
        if number is not None:
            expected *= _exposed(frame, number.column, rows.numbers(frame, number).to_numpy())
    return pl.Series(PREDICTION, expected, pl.Float64)


def _exposed(frame: pl.DataFrame, column: str, x: Floats) -> Floats:
    if (odd := int((x < 0.0).sum())) > 0:
        raise ModelError(
            f"column {column!r}: {odd:,} of {frame.height:,} rows are below 0; nothing can be expected of them"
        )
    return x
