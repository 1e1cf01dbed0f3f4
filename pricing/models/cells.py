"""Cells: rows that share a design row, summed; all a fit needs, and merged to the same bit in any order."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.models import rows, sums
from pricing.models.spec import ModelError, Number, Spec

Floats = npt.NDArray[np.float64]

SUMS = ("weight", "response", "square", "saturated", "constant")
COUNT = "rows"


@dataclass(frozen=True)
class Cells:
    """A row a cell: what its rows share, how many there are, and their sums.

    With r the response per exposure and offset, and w its weight: ``weight`` the sum of w, ``response`` of w r,
    ``square`` of w r², ``saturated`` of what the deviance has that no coefficient moves, ``constant`` of what the
    log-likelihood has so. ``read`` and ``load`` are the rows before the spec's conditions, and the factor from capped
    to full losses.
    """

    frame: pl.DataFrame
    keys: tuple[str, ...]
    read: int
    capped: tuple[float, float] = (0.0, 0.0)  # responses as they were, and as capped

    @property
    def load(self) -> float:
        """What capped responses are to be multiplied by."""
        full, kept = self.capped
        return full / kept if kept > 0 else 1.0

    def column(self, name: str) -> Floats:
        """A sum of every cell."""
        if name == COUNT:
            return self.frame[COUNT].cast(pl.Float64).to_numpy()
        return self.frame.select(sums.total(name)).to_series().to_numpy().astype(np.float64, copy=False)


def build(spec: Spec, frame: pl.DataFrame) -> Cells:
    """The cells of policy data."""
    rows.check(frame.columns, spec)
    used = rows.chosen(frame.select(rows.needed(spec)), spec)
    shared = rows.shared(spec, used, {term.name: term.levels for term in spec.leaves})
    statistics, capped = _statistics(spec, used)
    return _summed([statistics.with_columns(**shared)], tuple(shared), frame.height, capped)


def merge(*parts: Cells) -> Cells:
    """Cells of disjoint data in one."""
    full, kept = (math.fsum(part.capped[k] for part in parts) for k in (0, 1))
    return _summed([part.frame for part in parts], parts[0].keys, sum(part.read for part in parts), (full, kept))


def _summed(frames: list[pl.DataFrame], keys: tuple[str, ...], read: int, capped: tuple[float, float]) -> Cells:
    columns = [COUNT, *[part for name in SUMS for part in sums.names(name)]]
    frame = pl.concat([frame.select(*keys, *columns) for frame in frames])
    if not keys:
        return Cells(frame.select(pl.col(columns).sum()), keys, read, capped)
    # in order of the keys, so that no fit depends on the order of rows
    return Cells(frame.group_by(keys).agg(pl.col(columns).sum()).sort(keys), keys, read, capped)


def _statistics(spec: Spec, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[float, float]]:
    """Count and sums of each row; and all responses as they are and as capped."""
    y, e, f, v = (_positive(spec, frame, number) for number in (spec.response, spec.exposure, spec.offset, spec.weight))
    full = y
    if spec.cap is not None:
        y = np.minimum(y, spec.cap * (e if spec.family == "gamma" else 1.0))
    w = v * e * f ** (2.0 - spec.power)
    r = y / (e * f)
    made = {
        "weight": w,
        "response": w * r if spec.power != 1.0 else v * y,
        "square": w * r * r,
        "saturated": _saturated(spec.power, w, r),
        "constant": _constant(spec, y, e * f, v),
    }
    parts = pl.DataFrame(made).select(*[part for name in made for part in sums.parts(name, pl.col(name))])
    capped = (math.fsum(v * full), math.fsum(v * y)) if spec.load else (0.0, 0.0)
    return parts.with_columns(pl.lit(1, pl.Int64).alias(COUNT)), capped


def _positive(spec: Spec, frame: pl.DataFrame, number: Number | None) -> Floats:
    """A column of the response, which may be 0 but for a Gamma, or of what must be above 0."""
    if number is None:
        return np.ones(frame.height)
    x = rows.numbers(frame, number).to_numpy()
    may_be_0 = number is spec.response and spec.power < 2.0
    odd = int(((x < 0.0) if may_be_0 else (x <= 0.0)).sum())
    if odd:
        bound = "at least 0" if may_be_0 else "above 0"
        ask = "min = 0" if may_be_0 else "above = 0"
        raise ModelError(
            f"column {number.column!r}: {odd:,} of {x.size:,} rows are not {bound}, as {spec.family} wants; "
            f"leave them out: [[rows]] column = {number.column!r}, {ask}"
        )
    return x


def _saturated(power: float, w: Floats, r: Floats) -> Floats:
    """Half the deviance is the sum of this and of what depends on the coefficients (families.half_deviance)."""
    if power == 1.0:
        return w * (r * np.log(np.where(r > 0, r, 1.0)) - r)
    if power == 2.0:
        return -w * (1.0 + np.log(r))
    return w * r ** (2.0 - power) / ((1.0 - power) * (2.0 - power))


def _constant(spec: Spec, y: Floats, exposure: Floats, v: Floats) -> Floats:
    if spec.power == 1.0:
        each, place = np.unique(y, return_inverse=True)
        factorials = np.array([math.lgamma(value + 1.0) for value in each])
        return np.asarray(v * (y * np.log(exposure) - factorials[place]))
    return np.zeros(y.size)
