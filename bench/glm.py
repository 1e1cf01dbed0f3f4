"""GLM: a refit from cells beside glum, scikit-learn and statsmodels on the same policies, to the same coefficients.

Each is asked for the maximum itself, not for the neighbourhood its defaults stop in; glum as near as its line search
goes: it takes a step where the deviance falls, and of 610,000 rows the last step, of 1e-6, moves their sum by less than
the sum itself is rounded, so that at a gradient of 1e-8 it halves steps for 67 iterations instead of 4. Given the cells
as its rows it has few to sum and goes all the way; that is told, not timed. The others are given their design ready
made, as the refit is given its cells; standard errors are in the time of ours and of statsmodels. Two portfolios: terms
in bands only, and the published model, whose bonus-malus and density leave few rows alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl

from bench import markdown
from bench.measure import Result, interleaved, spent
from bench.running import MissingError
from pricing import specs
from pricing.models import cells, model, rows
from pricing.models.blocks import Columns, Floats, Ints
from pricing.models.design import Part, parts
from pricing.models.model import Model
from pricing.models.reading import parse
from pricing.models.spec import Spec

DATA = Path(__file__).parents[2] / "shared" / "data" / "pricing" / "fremtpl2" / "policies.parquet"
ON_CELLS, NEAR = "glum on cells", 1e-11
FITS = {
    "cells": "rows to cells, once",
    "refit": "**refit from cells**, standard errors included",
    "glum": "glum",
    ON_CELLS: "glum, given the cells as its rows",
    "scikit-learn": "scikit-learn, newton-cholesky",
    "statsmodels": "statsmodels, standard errors included",
}
BANDED = """
name = "banded"
family = "poisson"
response = "ClaimNbSev"
exposure = { column = "Exposure", max = 1 }
rows = [{ column = "SetWM", is = ["learn"] }]
terms = [
  { type = "categorical", column = "DrivAge", bands = [20, 25, 30, 40, 50, 70] },
  { type = "categorical", column = "BonusMalus", bands = [50, 60, 80, 100] },
  { type = "categorical", column = "VehAge", bands = [5, 12] },
  { type = "categorical", column = "VehPower", max = 9 },
  { type = "categorical", column = "Area" },
]
"""
SPECS = {"banded": BANDED, "glm1": specs.text("fremtpl2_glm1")}
REPEATS, QUICK = 3, 60_000
SLOW = "statsmodels"  # measured once

Fit = Callable[[], Floats]  # intercept and coefficients


@dataclass(frozen=True)
class Table:
    """Policies as the others want them, in the columns of our fit: codes, numbers, rate and weight."""

    parts: Sequence[Part]
    weight: Floats
    rate: Floats

    @classmethod
    def of(cls, spec: Spec, frame: pl.DataFrame, ours: Model) -> Self:
        """All of ``frame`` that the spec chooses."""
        used = rows.chosen(frame.select(rows.needed(spec)), spec)
        levels = {name: scale.levels for name, scale in ours.scales.items()}
        found = parts(spec, pl.DataFrame(rows.shared(spec, used, levels)), ours.scales)
        weight = rows.numbers(used, spec.exposure or spec.response).to_numpy()
        return cls(found, weight, rows.numbers(used, spec.response).to_numpy() / weight)

    def cells(self) -> "Table":
        """The same with the rows of one design summed."""
        wide = np.column_stack([_block(part) for part in self.parts])
        _, first, cell = np.unique(wide, axis=0, return_index=True, return_inverse=True)
        weight, count = (np.bincount(cell.ravel(), x) for x in (self.weight, self.weight * self.rate))
        return Table([_some(part, first) for part in self.parts], weight, count / weight)

    def wide(self) -> Floats:
        """A column a coefficient, without the intercept."""
        return np.asfortranarray(np.hstack([_written(part) for part in self.parts]))


def _block(part: Part) -> Floats:
    """What tells one row of a block from another."""
    if isinstance(part.block, Columns):
        return part.block.matrix
    return part.block.codes[:, None].astype(np.float64)


def _some(part: Part, at: Ints) -> Part:
    """A few rows of a block."""
    one = part.block
    few = Columns(one.matrix[at]) if isinstance(one, Columns) else replace(one, codes=one.codes[at])
    return replace(part, block=few)


def _written(part: Part) -> Floats:
    """The columns of a block, zeros and all."""
    if isinstance(part.block, Columns):
        return part.block.matrix
    return np.asarray(part.block.codes[:, None] == np.arange(part.block.size), dtype=np.float64)


def _glum(table: Table, near: float = 1e-6) -> Fit:
    import glum
    import tabmat

    columns = [_tabmat(part, tabmat) for part in table.parts]
    design = tabmat.SplitMatrix(columns)

    def fit() -> Floats:
        regressor = glum.GeneralizedLinearRegressor(
            family="poisson", alpha=0, gradient_tol=near, max_iter=100, fit_intercept=True, copy_X=False
        )
        regressor.fit(design, table.rate, sample_weight=table.weight)
        return np.concatenate([[regressor.intercept_], regressor.coef_])

    return fit


def _tabmat(part: Part, tabmat: Any) -> Any:
    """A block as glum's own matrices, the base as the category that is dropped."""
    if isinstance(part.block, Columns):
        return tabmat.DenseMatrix(np.asfortranarray(part.block.matrix))
    codes = (part.block.codes + 1) % (part.block.size + 1)
    return tabmat.CategoricalMatrix(codes, np.arange(part.block.size + 1), drop_first=True)


def _sklearn(table: Table) -> Fit:
    from sklearn.linear_model import PoissonRegressor

    design = table.wide()
    regressor = PoissonRegressor(alpha=0.0, solver="newton-cholesky", tol=1e-12, max_iter=100)

    def fit() -> Floats:
        regressor.fit(design, table.rate, sample_weight=table.weight)
        return np.concatenate([[regressor.intercept_], regressor.coef_])

    return fit


def _statsmodels(table: Table) -> Fit:
    import statsmodels.api as sm

    design = np.hstack([np.ones((table.rate.size, 1)), table.wide()])
    counts, offset = table.rate * table.weight, np.log(table.weight)
    return lambda: np.asarray(sm.GLM(counts, design, sm.families.Poisson(), offset=offset).fit(tol=1e-12).params)


PEERS: dict[str, Callable[[Table], Fit]] = {"glum": _glum, "scikit-learn": _sklearn, "statsmodels": _statsmodels}


def run(quick: bool = False) -> Result:
    """Seconds of CPU and as it went, per portfolio and tool, and how far each ends from ours."""
    if not DATA.is_file():
        raise MissingError(f"no {DATA.name} of French policies in ../shared/data")
    frame = pl.read_parquet(DATA)
    frame = frame.sample(QUICK, seed=1) if quick else frame
    return {name: _measured(parse(text, name), frame, quick) for name, text in SPECS.items()}


def _measured(spec: Spec, frame: pl.DataFrame, quick: bool) -> Result:
    made = cells.build(spec, frame)
    ours = model.refit(spec, made)
    table = Table.of(spec, frame, ours)
    works = {"cells": lambda: cells.build(spec, frame), "refit": lambda: model.refit(spec, made)}
    found: dict[str, Floats] = {}
    for name, peer in PEERS.items():
        works[name] = _kept(found, name, _prepared(peer, table, name))
    slow = works.pop(SLOW)
    costs = interleaved(works, 1 if quick else REPEATS) | {SLOW: spent(slow)}
    own, again = _coefficients(ours, table), _prepared(partial(_glum, near=NEAR), table.cells(), "glum")()
    return {
        "rows": ours.fit.rows,
        "cells": ours.fit.cells,
        "coefficients": ours.fit.parameters,
        "tools": {
            name: {"cpu_s": cost.cpu, "wall_s": cost.wall}
            | ({"apart": float(np.abs(found[name] - own).max())} if name in found else {})
            for name, cost in costs.items()
        }
        | {ON_CELLS: {"apart": float(np.abs(again - own).max())}},
    }


def _prepared(peer: Callable[[Table], Fit], table: Table, name: str) -> Fit:
    try:
        return peer(table)
    except ModuleNotFoundError as error:
        raise MissingError(f"{name} is not installed: pip install 'tripmeter[bench]'") from error


def _kept(found: dict[str, Floats], name: str, fit: Fit) -> Callable[[], None]:
    def work() -> None:
        found[name] = fit()

    return work


def _coefficients(ours: Model, table: Table) -> Floats:
    """In the order of the others' columns."""
    named = [ours.estimate(part.term.name, label) for part in table.parts for label in part.labels]
    return np.array([ours.estimate("(intercept)"), *named])


def _columns(tools: Result, name: str) -> list[str]:
    """CPU s, s, times the refit, how far apart; of what was not timed the last alone."""
    tool = tools[name]
    apart = f"{tool['apart']:.0e}" if "apart" in tool else ""
    if "cpu_s" not in tool:
        return ["", "", "", apart]
    ratio = "" if name == "cells" else f"{tool['cpu_s'] / tools['refit']['cpu_s']:.3g}"
    return [f"{tool['cpu_s']:.3g}", f"{tool['wall_s']:.3g}", ratio, apart]


def table(found: Result) -> str:
    """Each tool on both portfolios, beside the refit."""
    lines = []
    for name, meaning in FITS.items():
        line = [meaning]
        for one in found.values():
            line += _columns(one["tools"], name)
        lines.append(line)
    heads = [f"{one['cells']:,} cells, {one['coefficients']} coefficients: CPU s" for one in found.values()]
    return markdown.rows(["", *[head for first in heads for head in (first, "s", "x refit", "apart")]], lines)
