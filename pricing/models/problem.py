"""Problem: cells and design in the form the fit wants - numeric columns made orthogonal, levels as they are."""

from dataclasses import dataclass

import numpy as np

from pricing.models import families
from pricing.models.blocks import Block, Columns, Floats, Levels
from pricing.models.design import INTERCEPT, Part
from pricing.models.spec import ModelError

RANK = 1e-10  # what is left of a column beside those before it, in parts of it, if it is one of its own


@dataclass(frozen=True)
class Problem:
    """Maximise minus half the deviance, less half the penalty, over coefficients in the basis of ``blocks``.

    The first block holds the intercept and all numeric columns, orthogonal under the weights: powers of an age are
    nearly collinear, and normal equations would lose twice the digits. ``raw @ beta`` are the coefficients as the spec
    means them, in the order of ``names``: (term, label) of each.
    """

    power: float
    w: Floats
    s: Floats
    blocks: tuple[Block, ...]
    names: tuple[tuple[str, str], ...]
    raw: Floats
    penalty: Floats

    def eta(self, beta: Floats) -> Floats:
        """Linear predictor of every cell."""
        found = np.zeros(self.w.size)
        for block, part in self.slices():
            found += block.dot(beta[part])
        return found

    def pull(self, values: Floats) -> Floats:
        """Each column's sum of ``values``."""
        return np.concatenate([block.pull(values) for block in self.blocks])

    def information(self, weights: Floats) -> Floats:
        """Weighted products of all columns with all, and the penalty."""
        found = self.penalty.copy()
        where = self.slices()
        for k, (a, rows) in enumerate(where):
            for b, columns in where[k:]:
                product = a.product(b, weights)
                found[rows, columns] += product
                if a is not b:
                    found[columns, rows] += product.T
        return found

    def slices(self) -> list[tuple[Block, slice]]:
        """Each block with its place among the coefficients."""
        ends = np.cumsum([0, *[block.width for block in self.blocks]])
        return [(block, slice(a, b)) for block, a, b in zip(self.blocks, ends, ends[1:], strict=False)]

    def loss(self, eta: Floats, beta: Floats) -> float:
        """Half the deviance, less what no coefficient moves, and half the penalty."""
        return families.half_deviance(self.power, self.w, self.s, eta) + float(beta @ self.penalty @ beta) / 2.0

    def start(self) -> Floats:
        """Everybody at the mean."""
        beta = np.zeros(len(self.names))
        beta[0] = np.log(self.s.sum() / self.w.sum()) / self.blocks[0].dot(np.eye(1, self.blocks[0].width)[0])[0]
        return beta


def pose(parts: list[Part], power: float, w: Floats, s: Floats, l2: float) -> Problem:
    """The problem of these terms over cells with sums ``w`` of weights and ``s`` of weighted responses."""
    dense = [(part, part.block) for part in parts if isinstance(part.block, Columns)]
    levels = [part for part in parts if isinstance(part.block, Levels)]
    ordered = [*[part for part, _ in dense], *levels]
    names = [(INTERCEPT, ""), *[(part.term.name, label) for part in ordered for label in part.labels]]
    basis, raw = _orthogonal([block for _, block in dense], names, w)
    size = len(names)
    whole = np.eye(size)
    whole[: raw.shape[0], : raw.shape[0]] = raw
    shrunk = np.full(size, l2)
    shrunk[0] = 0.0  # the level of all is not shrunk
    penalty = whole.T @ (shrunk[:, None] * whole)
    blocks = (Columns(basis), *[part.block for part in levels])
    return Problem(power, w, s, blocks, tuple(names), whole, penalty)


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
