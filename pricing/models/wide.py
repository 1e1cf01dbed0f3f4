"""Wide: the fit by glum (extra ``model``), for designs of very many columns; errors and figures of fit stay ours."""

from dataclasses import replace
from typing import Any

import numpy as np

from pricing.models import irls
from pricing.models.blocks import Levels
from pricing.models.irls import Solution
from pricing.models.problem import Problem
from pricing.models.spec import ModelError

GRADIENT = 1e-6  # of a mean row, where glum stops; nearer its line search sees only rounding, and goes on and on
MOST = 100  # iterations


def solve(problem: Problem) -> Solution:
    """The coefficients of least loss, by glum's own iterations over the same cells."""
    try:
        import glum
        import tabmat
    except ModuleNotFoundError as error:
        raise ModelError(
            "engine: glum is not installed: pip install 'tripmeter[model]', or leave engine out"
        ) from error
    design = tabmat.SplitMatrix(_matrices(problem, tabmat))
    weight = float(problem.w.sum())
    regressor = glum.GeneralizedLinearRegressor(
        family=glum.TweedieDistribution(problem.power),
        link="log",
        alpha=1.0,
        P2=problem.penalty[1:, 1:] / weight,
        gradient_tol=GRADIENT,
        max_iter=MOST,
        solver="irls-ls",
        force_all_finite=False,
    )
    regressor.fit(design, problem.s / problem.w, sample_weight=problem.w)
    if regressor.n_iter_ >= MOST:
        raise ModelError(f"glum has not converged in {MOST} iterations; merge levels of few claims, or shrink (l2)")
    beta = np.concatenate([[regressor.intercept_ / problem.numbers.matrix[0, 0]], regressor.coef_])
    end = irls.solve(problem, beta)  # the last step, to where only rounding moves
    return replace(end, iterations=end.iterations + int(regressor.n_iter_))


def _matrices(problem: Problem, tabmat: Any) -> list[Any]:
    """The design without its intercept, in glum's own kinds of matrix."""
    numbers = problem.numbers.matrix[:, 1:]
    made = [tabmat.DenseMatrix(np.asfortranarray(numbers))] if numbers.shape[1] else []
    return made + [_levels(block, tabmat) for block in problem.levels]


def _levels(block: Levels, tabmat: Any) -> Any:
    """The base is glum's first category, which is dropped; with values, a sparse matrix."""
    if block.values is None:
        codes = (block.codes + 1) % (block.size + 1)
        return tabmat.CategoricalMatrix(codes, np.arange(block.size + 1), drop_first=True)
    from scipy.sparse import csc_matrix

    inside = np.flatnonzero(block.codes < block.size)
    entries = (block.values[inside], (inside, block.codes[inside]))
    return tabmat.SparseMatrix(csc_matrix(entries, shape=(block.codes.size, block.size)))
