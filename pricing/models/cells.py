"""Cells: rows that share a design row, summed; all a fit needs, and merged to the same bit in any order."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.models import rows, sums
from pricing.models.spec import ModelError, Number, Spec

Floats = npt.NDArray[np.float64]

COUNT = "rows"


@dataclass(frozen=True)
class Cells:
    """A row a cell: what its rows share, how many there are, and their sums.

    With r the response per exposure and offset, and w its weight: ``weight`` the sum of w, ``response`` of w r,
    ``square`` of w r², ``saturated`` of what the deviance has that no coefficient moves, ``constant`` of what the
    log-likelihood has so; ``exposure`` and ``observed`` the same sums in the response's own unit, ``full`` before
    large losses were capped. ``weights`` tells how many rows have which w (Gamma only: its likelihood asks for it),
    ``read`` how many rows there were before the spec's conditions.
    """

    frame: pl.DataFrame
    keys: tuple[str, ...]
    read: int
    weights: pl.DataFrame

    def column(self, name: str) -> Floats:
        """A sum of every cell."""
        held = self._held(name)
        if held == COUNT:
            return self.frame[COUNT].cast(pl.Float64).to_numpy()
        return self.frame.select(sums.total(held)).to_series().to_numpy().astype(np.float64, copy=False)

    def _held(self, name: str) -> str:
        """The sum that stands for ``name``: where two are the same, only one is kept."""
        while name != COUNT and sums.names(name)[0] not in self.frame.columns:
            name = {"exposure": "weight", "observed": "response", "full": "observed"}[name]
        return name

    def by_level(self, name: str, *columns: str) -> dict[str, tuple[float, ...]]:
        """Sums of each level of a term: of whole numbers, so the same to the bit however they are added up."""
        held = {column: self._held(column) for column in columns}
        whole = {part for found in held.values() for part in (sums.names(found) if found != COUNT else (COUNT,))}
        added = self.frame.group_by(name).agg(pl.col(sorted(whole)).sum()).sort(name)
        said = [pl.col(COUNT).cast(pl.Float64) if found == COUNT else sums.total(found) for found in held.values()]
        rows = added.select(name, *[one.alias(column) for one, column in zip(said, held, strict=True)]).iter_rows()
        return {str(level): tuple(values) for level, *values in rows}

    @property
    def load(self) -> float:
        """What capped responses are to be multiplied by."""
        return float(self.column("full").sum() / self.column("observed").sum())


def build(spec: Spec, frame: pl.DataFrame) -> Cells:
    """The cells of policy data."""
    rows.check(frame.columns, spec)
    used = rows.chosen(frame.select(rows.needed(spec)), spec)
    shared = rows.shared(spec, used, {term.name: term.levels for term in spec.leaves})
    statistics = _statistics(spec, used)
    weights = _weights(spec, statistics)
    return _summed([statistics.drop("w", "r").with_columns(**shared)], tuple(shared), frame.height, [weights])


def merge(*parts: Cells) -> Cells:
    """Cells of disjoint data in one."""
    frames, weights = [part.frame for part in parts], [part.weights for part in parts]
    return _summed(frames, parts[0].keys, sum(part.read for part in parts), weights)


def _summed(frames: list[pl.DataFrame], keys: tuple[str, ...], read: int, weights: list[pl.DataFrame]) -> Cells:
    columns = [name for name in frames[0].columns if name not in keys]
    frame = pl.concat([frame.select(*keys, *columns) for frame in frames])
    total = pl.col(columns).sum()
    # in order of the keys, so that no fit depends on the order of rows
    frame = frame.group_by(keys).agg(total).sort(keys) if keys else frame.select(total)
    counted = pl.concat(weights)
    if counted.width:
        by = [name for name in counted.columns if name != COUNT]
        counted = counted.group_by(by).agg(pl.col(COUNT).sum()).sort(by)
    return Cells(frame, keys, read, counted)


def _weights(spec: Spec, statistics: pl.DataFrame) -> pl.DataFrame:
    """Rows by what a likelihood asks of them beside the sums."""
    if spec.power == 1.0:
        return pl.DataFrame()
    asked = statistics.select(pl.col("w").alias("weight"), pl.col("r").alias("ratio"), COUNT)
    return asked.drop("ratio") if spec.power == 2.0 else asked.filter(pl.col("ratio") > 0.0)


def _statistics(spec: Spec, frame: pl.DataFrame) -> pl.DataFrame:
    """Weight, count and sums of each row."""
    y, e, f, v = (_positive(spec, frame, number) for number in (spec.response, spec.exposure, spec.offset, spec.weight))
    kept = y if spec.cap is None else np.minimum(y, spec.cap * (e if spec.family == "gamma" else 1.0))
    w, r = v * e * f ** (2.0 - spec.power), kept / (e * f)
    made = {
        "weight": w,
        "response": v * kept * f ** (1.0 - spec.power),
        "square": w * r * r,
        "saturated": _saturated(spec.power, w, r),
        "constant": _constant(spec, kept, e, f, v),
    }
    if spec.offset is not None and spec.power != 1.0:
        made |= {"exposure": v * e * f, "observed": v * kept}
    if spec.load:
        made["full"] = v * y
    if any(np.abs(values).sum() > sums.LARGEST for values in made.values()):
        raise ModelError(f"column {spec.response.column!r}: too large to be summed exactly; state it in thousands")
    parts = pl.DataFrame(made).select(*[part for name in made for part in sums.parts(name, pl.col(name))])
    return parts.with_columns(pl.lit(1, pl.Int64).alias(COUNT), pl.Series("w", w), pl.Series("r", r))


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


def _constant(spec: Spec, y: Floats, e: Floats, f: Floats, v: Floats) -> Floats:
    """Of the likelihood of the response per exposure."""
    if spec.power == 1.0:
        each, place = np.unique(y, return_inverse=True)
        factorials = np.array([math.lgamma(value + 1.0) for value in each])
        return np.asarray(v * (y * np.log(e * f) - factorials[place]))
    return -np.log(y / e) if spec.power == 2.0 else np.where(y > 0.0, -np.log(f), 0.0)
