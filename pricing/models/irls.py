"""IRLS: iteratively reweighted least squares on cells, until only rounding moves; what hinders it is an error."""

from dataclasses import dataclass

import numpy as np

from pricing.models import families
from pricing.models.blocks import Floats, Levels
from pricing.models.problem import Problem, superfluous
from pricing.models.spec import ModelError

MOST = 50  # iterations
NEAR = 1e-16  # squared length of the last step, in units of the deviance of a cell; the step after it is rounding
HALVINGS = 30
STILL = 0.1  # change of a linear predictor: on the way to where claims end no step is less, however little it promises
OWN = 1e-11  # what is left of a column's square beside the columns before it, if it has something of its own


@dataclass(frozen=True)
class Solution:
    """Coefficients in the problem's own basis, with their linear predictor."""

    beta: Floats
    eta: Floats
    iterations: int


def solve(problem: Problem, start: Floats, free: Floats | None = None) -> Solution:
    """The coefficients of least loss reached from ``start`` along the columns of ``free``; all directions if None."""
    beta, eta = start, problem.eta(start)
    loss, length = problem.loss(eta, beta), np.inf
    for iteration in range(1, MOST + 1):
        step, length = _step(problem, beta, eta, free)
        if length <= NEAR * max(abs(loss), 1.0) / eta.size:
            there = problem.eta(beta + step)
            if np.abs(there - eta).max() <= STILL:
                return Solution(beta + step, there, iteration)
        beta, eta, loss = _shorter(problem, beta, step, loss, length)
    raise ModelError(_unfinished(problem, step, length))


def _step(problem: Problem, beta: Floats, eta: Floats, free: Floats | None) -> tuple[Floats, float]:
    """Newton's step, and how much loss it promises to take away, twice."""
    slope, curve, _ = families.slopes(problem.power, problem.w, problem.s, eta)
    gradient = problem.pull(slope) - problem.penalty @ beta
    bend = problem.information(curve)
    step = _solved(bend, gradient) if free is None else free @ _solved(free.T @ bend @ free, free.T @ gradient)
    return step, float(gradient @ step)


def _solved(matrix: Floats, vector: Floats) -> Floats:
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    try:
        return np.linalg.solve(matrix / size / size[:, None], vector / size) / size
    except np.linalg.LinAlgError as error:
        raise ModelError(
            "the fit has left the range of numbers; a level may have no claims, or l2 is needed"
        ) from error


def _shorter(
    problem: Problem, beta: Floats, step: Floats, loss: float, promised: float
) -> tuple[Floats, Floats, float]:
    """The whole step, or as much of it as takes loss away."""
    share = 1.0
    for _ in range(HALVINGS):
        there = beta + share * step
        eta = problem.eta(there)
        with np.errstate(over="ignore", invalid="ignore"):
            found = problem.loss(eta, there)
        if found <= loss - 1e-4 * share * promised + 1e-13 * abs(loss):
            return there, eta, found
        share /= 2.0
    raise ModelError(_unfinished(problem, step, promised))


def _unfinished(problem: Problem, step: Floats, length: float) -> str:
    moved = np.abs(problem.raw @ step)
    term, label = problem.names[int(np.argmax(moved))]
    return (
        f"the fit has not converged in {MOST} iterations (last step {length:.1e}); {term} {label} still moves: "
        f"look whether it has claims on both sides, merge levels, or shrink it (l2)"
    )


def check(problem: Problem) -> None:
    """Raise where a column has no rows, no response, or nothing that others have not."""
    for block, place in zip(problem.levels, problem.slices[1:], strict=True):
        _check_levels(problem, block, place)
    matrix = problem.information(problem.w)
    size = np.sqrt(np.diag(matrix))
    left = matrix / size / size[:, None]
    lower = np.zeros_like(left)
    for k in range(left.shape[0]):
        own = left[k, k] - lower[k, :k] @ lower[k, :k]
        if own < OWN:
            share = np.linalg.lstsq(left[:k, :k], left[:k, k], rcond=None)[0]
            others = [problem.names[j] for j in range(k) if abs(share[j]) > 1e-6]
            raise ModelError(superfluous(list(problem.names), k, others))
        lower[k, k] = np.sqrt(own)
        lower[k + 1 :, k] = (left[k + 1 :, k] - lower[k + 1 :, :k] @ lower[k, :k]) / lower[k, k]


def _check_levels(problem: Problem, block: Levels, place: slice) -> None:
    weight, response = block.pull(problem.w), block.pull(problem.s)
    if problem.penalty[place.start, place.start] > 0.0:
        return  # what has no data is shrunk to the base
    for k, name in enumerate(problem.names[place]):
        if block.values is None and weight[k] == 0.0:
            raise ModelError(f"term {name[0]!r}, {name[1]!r}: no row; merge it with another, or shrink it (l2)")
        if block.values is None and response[k] == 0.0 and problem.power < 2.0:
            raise ModelError(
                f"term {name[0]!r}, {name[1]!r}: exposure of {weight[k]:,.1f} and not one claim, its relativity would "
                f"be 0; merge it with another level, or shrink it (l2)"
            )


def covariance(problem: Problem, eta: Floats, free: Floats | None = None) -> Floats:
    """Covariance of the coefficients as the spec means them, for a dispersion of 1: the inverse of what is expected."""
    _, _, due = families.slopes(problem.power, problem.w, problem.s, eta)
    matrix = problem.information(due)
    if free is not None:
        matrix = free.T @ matrix @ free
    size = np.sqrt(np.diag(matrix))
    inverse = np.linalg.inv(matrix / size / size[:, None]) / size / size[:, None]
    out = problem.raw if free is None else problem.raw @ free
    return out @ inverse @ out.T
