"""Problem: cells and design in the form the fit wants - numeric columns made orthogonal, levels as they are."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from pricing.models import families
from pricing.models.blocks import Columns, Floats, Ints, Levels
from pricing.models.design import Part
from pricing.models.spec import INTERCEPT, ModelError

RANK = 1e-10  # what is left of a column beside those before it, in parts of it, if it is one of its own


@dataclass(frozen=True)
class Runs:
    """Cells that follow each other with the same levels: sums over them serve all products of levels.

    Of the French policies' 250,000 cells some 30,000 differ in their levels: a fit takes 0.1 s instead of 1.1 s.
    """

    starts: Ints
    counts: Ints

    def down(self, values: Floats) -> Floats:
        """The sum over each run."""
        return np.add.reduceat(values, self.starts)

    def up(self, values: Floats) -> Floats:
        """The value of its run for every cell."""
        return np.repeat(values, self.counts)


@dataclass(frozen=True)
class Problem:
    """Maximise minus half the deviance, less half the penalty, over coefficients in a basis of its own.

    ``numbers`` holds the intercept and all numeric columns, orthogonal under the weights: powers of an age are
    nearly collinear, and normal equations would lose twice the digits. ``raw @ beta`` are the coefficients as the spec
    means them, in the order of ``names``: (term, label) of each.
    """

    power: float
    w: Floats
    s: Floats
    runs: Runs
    numbers: Columns
    few: tuple[Levels, ...]  # plain levels, a code a run
    levels: tuple[Levels, ...]  # the same and those with values, a code a cell
    names: tuple[tuple[str, str], ...]
    raw: Floats
    penalty: Floats

    def eta(self, beta: Floats) -> Floats:
        """Linear predictor of every cell."""
        first, *rest = self.slices
        found, of_runs = self.numbers.dot(beta[first]), np.zeros(self.runs.starts.size)
        for k, block in enumerate(self.levels):
            if k < len(self.few):
                of_runs += self.few[k].dot(beta[rest[k]])
            else:
                found += block.dot(beta[rest[k]])
        return found + self.runs.up(of_runs)

    def pull(self, values: Floats) -> Floats:
        """Each column's sum of ``values``."""
        of_runs, valued = self.runs.down(values), self.levels[len(self.few) :]
        found = [self.numbers.pull(values), *[block.pull(of_runs) for block in self.few]]
        return np.concatenate([*found, *[block.pull(values) for block in valued]])

    def information(self, weights: Floats) -> Floats:
        """Weighted products of all columns with all, and the penalty."""
        found = self.penalty.copy()
        numbers, *rest = self.slices
        found[numbers, numbers] += self.numbers.product(self.numbers, weights)
        of_runs = self.runs.down(weights)
        sums = Columns(np.column_stack([self.runs.down(weights * column) for column in self.numbers.matrix.T]))
        one = np.ones(of_runs.size)
        for k, a in enumerate(self.levels):
            plain = k < len(self.few)
            with_numbers = self.few[k].product(sums, one) if plain else a.product(self.numbers, weights)
            _place(found, rest[k], numbers, with_numbers)
            for j in range(k + 1):
                both = self.few[k].product(self.few[j], of_runs) if plain else a.product(self.levels[j], weights)
                _place(found, rest[k], rest[j], both)
        return found

    @cached_property
    def slices(self) -> list[slice]:
        """The places of the numeric columns and of each block of levels among the coefficients."""
        ends = np.cumsum([0, self.numbers.width, *[block.width for block in self.levels]])
        return [slice(a, b) for a, b in pairwise(ends)]

    def loss(self, eta: Floats, beta: Floats) -> float:
        """Half the deviance, less what no coefficient moves, and half the penalty."""
        return families.half_deviance(self.power, self.w, self.s, eta) + float(beta @ self.penalty @ beta) / 2.0

    def start(self) -> Floats:
        """Everybody at the mean."""
        beta = np.zeros(len(self.names))
        beta[0] = np.log(self.s.sum() / self.w.sum()) / self.numbers.matrix[0, 0]
        return beta


def _place(found: Floats, rows: slice, columns: slice, product: Floats) -> None:
    """Add a block and, off the diagonal, its mirror image."""
    found[rows, columns] += product
    if rows is not columns:
        found[columns, rows] += product.T


def pose(parts: list[Part], power: float, w: Floats, s: Floats, l2: float) -> Problem:
    """The problem of these terms over cells with sums ``w`` of weights and ``s`` of weighted responses."""
    dense = [(part, part.block) for part in parts if isinstance(part.block, Columns)]
    plain = [(part, part.block) for part in parts if isinstance(part.block, Levels) and part.block.values is None]
    valued = [(part, part.block) for part in parts if isinstance(part.block, Levels) and part.block.values is not None]
    ordered = [part for part, _ in (*dense, *plain, *valued)]
    names = [(INTERCEPT, ""), *[(part.term.name, label) for part in ordered for label in part.labels]]
    basis, raw = _orthogonal([block for _, block in dense], names, w)
    whole = np.eye(len(names))
    whole[: raw.shape[0], : raw.shape[0]] = raw
    shrunk = np.full(len(names), l2)
    shrunk[0] = 0.0  # the level of all is not shrunk
    runs = _runs([block for _, block in plain], w.size)
    return Problem(
        power=power,
        w=w,
        s=s,
        runs=runs,
        numbers=Columns(np.asfortranarray(basis)),
        few=tuple(Levels(block.codes[runs.starts], block.size) for _, block in plain),
        levels=tuple(block for _, block in (*plain, *valued)),
        names=tuple(names),
        raw=whole,
        penalty=whole.T @ (shrunk[:, None] * whole),
    )


def _runs(plain: list[Levels], size: int) -> Runs:
    """Where a level differs from the cell before."""
    new = np.zeros(size, bool)
    new[0] = True
    for block in plain:
        new[1:] |= block.codes[1:] != block.codes[:-1]
    starts = np.flatnonzero(new)
    return Runs(starts, np.diff(starts, append=size))


def _orthogonal(dense: list[Columns], names: list[tuple[str, str]], w: Floats) -> tuple[Floats, Floats]:
    """Intercept and numeric columns orthogonal under ``w``; and what makes their coefficients those of the columns."""
    columns = np.column_stack([np.ones(w.size), *[block.matrix for block in dense]])
    root = np.sqrt(w / w.sum())[:, None]
    lengths = np.sqrt(np.sum((root * columns) ** 2, axis=0))
    q, r = np.linalg.qr(root * columns / np.where(lengths > 0.0, lengths, 1.0))
    own = np.zeros(columns.shape[1])  # of more columns than rows, those beyond have nothing of their own
    own[: min(r.shape)] = np.abs(np.diag(r))
    small = np.flatnonzero(own < RANK)
    if small.size:
        raise ModelError(_explained(names, r, int(small[0])))
    return q / root, np.linalg.inv(r) / lengths[:, None]


def _explained(names: list[tuple[str, str]], r: Floats, k: int) -> str:
    """Which columns make column ``k`` superfluous."""
    share = np.linalg.lstsq(r[:k, :k], r[:k, k], rcond=None)[0]
    return superfluous(names, k, [names[j] for j in range(k) if abs(share[j]) > 1e-6])


def superfluous(names: list[tuple[str, str]], k: int, others: list[tuple[str, str]]) -> str:
    """What to tell of column ``k`` that is a sum of ``others``."""
    made = ", ".join(" ".join(filter(None, name)) for name in others[:12]) + (" ..." if len(others) > 12 else "")
    made = "the intercept: it is the same in all rows" if others == [names[0]] else f"a sum of {made}"
    return (
        f"term {names[k][0]!r}, column {names[k][1] or names[k][0]!r}: has nothing of its own, it is {made}; "
        f"leave one of these terms out, or shrink them (l2)"
    )
