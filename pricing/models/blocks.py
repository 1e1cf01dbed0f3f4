"""Blocks: parts of a design matrix that know their products without being written out, 0 and 1 least of all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """Columns of numbers, (rows, width)."""

    matrix: Floats

    @property
    def width(self) -> int:
        """Number of coefficients."""
        return int(self.matrix.shape[1])

    def dot(self, beta: Floats) -> Floats:
        """What it adds to the linear predictor."""
        return self.matrix @ beta

    def pull(self, values: Floats) -> Floats:
        """Each column's sum of ``values``."""
        return self.matrix.T @ values

    def product(self, other: "Block", weights: Floats) -> Floats:
        """Weighted products of its columns with another's."""
        if isinstance(other, Levels):
            return other.product(self, weights).T
        return self.matrix.T @ (weights[:, None] * other.matrix)


@dataclass(frozen=True)
class Levels:
    """A column a level: ``values`` where a row is of it, else 0; ``codes`` from 0, ``size`` for the base."""

    codes: Ints
    size: int
    values: Floats | None = None  # None: ones

    @property
    def width(self) -> int:
        """Number of coefficients."""
        return self.size

    def dot(self, beta: Floats) -> Floats:
        """What it adds to the linear predictor."""
        found = np.append(beta, 0.0)[self.codes]
        return found if self.values is None else found * self.values

    def pull(self, values: Floats) -> Floats:
        """Each level's sum of ``values``."""
        return self._sums(self.scaled(values))

    def product(self, other: "Block", weights: Floats) -> Floats:
        """Weighted products of its columns with another's."""
        weights = self.scaled(weights)
        if isinstance(other, Columns):
            return np.column_stack([self._sums(weights * column) for column in other.matrix.T])
        if other.codes is self.codes:
            return np.diag(self._sums(other.scaled(weights)))
        shape = (self.size + 1, other.size + 1)
        both = _binned(self.codes * shape[1] + other.codes, other.scaled(weights), shape[0] * shape[1])
        return both.reshape(shape)[: self.size, : other.size]

    def _sums(self, values: Floats) -> Floats:
        return _binned(self.codes, values, self.size + 1)[: self.size]

    def scaled(self, values: Floats) -> Floats:
        """``values`` times its own."""
        return values if self.values is None else values * self.values


Block = Columns | Levels


def _binned(codes: Ints, values: Floats, size: int) -> Floats:
    """The sum of ``values`` by code."""
    return np.bincount(codes, values, size).astype(np.float64, copy=False)


def times(a: Block, b: Block) -> list[Block]:
    """The blocks whose columns are all products of a column of ``a`` with one of ``b``.

    Of two alike one block, the columns of ``a`` outermost; of levels and columns a block of levels a column.
    """
    if isinstance(a, Columns) and isinstance(b, Columns):
        return [Columns((a.matrix[:, :, None] * b.matrix[:, None, :]).reshape(a.matrix.shape[0], -1))]
    if isinstance(a, Levels) and isinstance(b, Levels):
        inside = (a.codes < a.size) & (b.codes < b.size)
        codes = np.where(inside, a.codes * b.size + b.codes, a.size * b.size)
        plain = a.values is None and b.values is None
        return [Levels(codes, a.size * b.size, None if plain else a.scaled(b.scaled(np.ones(codes.size))))]
    if isinstance(a, Levels) and isinstance(b, Columns):
        return [Levels(a.codes, a.size, a.scaled(column)) for column in b.matrix.T]
    return times(b, a)
