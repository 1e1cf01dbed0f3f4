"""Judged: rows with what came of each and what a model or a tariff expected, and who belongs to whom."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from pricing.credibility.panel import Codes, Floats, sums
from pricing.models import rows
from pricing.models.document import LIKELY
from pricing.models.model import Model, predict
from pricing.models.spec import ModelError, Number
from pricing.monitoring.actual_expected import ratio
from pricing.monitoring.bootstrap import Interval


@dataclass(frozen=True)
class Judged:
    """What is expected of each row, and what came."""

    name: str  # of who expects it
    counted: bool  # what came is a count: its intervals are exact
    exposure: Floats
    actual: Floats
    expected: Floats
    variance: Floats  # of each row
    group: Codes  # policy or fleet of each row, from 0; its rows are no witnesses of their own

    @property
    def rate(self) -> Floats:
        """What is expected of one exposure."""
        return self.expected / self.exposure

    def by(self, code: Codes, size: int) -> pl.DataFrame:
        """Sums and A/E with its interval of each code from 0 to ``size``."""
        columns = {"rows": np.ones_like(self.exposure), "exposure": self.exposure}
        columns |= {"actual": self.actual, "expected": self.expected, "spread": self.variance}
        frame = pl.DataFrame({name: sums(code, x, size) for name, x in columns.items()})
        found = [self._ratio(*row) for row in frame.select("actual", "expected", "spread").iter_rows()]
        ratios = pl.DataFrame(found, schema=dict.fromkeys(("ratio", "low", "high"), pl.Float64), orient="row")
        off = (pl.col("low") > 1) | (pl.col("high") < 1)
        return frame.hstack(ratios).with_columns(pl.col("rows").cast(pl.Int64), off=off).drop("spread")

    def _ratio(self, actual: float, expected: float, variance: float) -> Interval | tuple[None, None, None]:
        if expected <= 0.0:
            return None, None, None
        if self.counted:
            return ratio(round(actual), expected)
        half = LIKELY * math.sqrt(variance) / expected
        return Interval(actual / expected, max(actual / expected - half, 0.0), actual / expected + half)


@dataclass(frozen=True)
class Fitted(Judged):
    """Every row of the data, also those that a fit would leave out, judged by a model."""

    model: Model
    frame: pl.DataFrame


def judge(model: Model, frame: pl.DataFrame, by: str | None = None) -> Fitted:
    """``frame`` judged by a model; ``by`` is the column that says whose rows belong together, else each is its own."""
    spec = model.spec
    asked = [number.column for number in (spec.response, spec.weight) if number is not None] + ([by] if by else [])
    missing = [name for name in asked if name not in frame.columns]
    if missing:
        raise ModelError(f"the data has no column {missing[0]!r}; there is {', '.join(frame.columns[:40])}")
    weight, exposure = (_numbers(frame, number) for number in (spec.weight, spec.exposure))
    expected = predict(model, frame).to_numpy() * weight
    if (odd := int((exposure <= 0.0).sum())) > 0:
        raise ModelError(f"{odd:,} of {frame.height:,} rows have no exposure above 0; leave them out")
    codes = frame[by].rank("dense").cast(pl.Int64).to_numpy() - 1 if by else np.arange(frame.height)
    exposure, actual = exposure * weight, _numbers(frame, spec.response) * weight
    variance = np.asarray(model.fit.phi * exposure * (expected / exposure) ** spec.power)  # Pearson's phi
    return Fitted(spec.name, spec.family == "poisson", exposure, actual, expected, variance, codes, model, frame)


def comparable(found: Fitted, other: Fitted) -> Fitted:
    """The other model, if it speaks of the same thing."""
    ours, theirs = ((one.model.spec.response, one.model.spec.exposure) for one in (found, other))
    if ours != theirs:
        raise ModelError(f"{other.model.spec.name} has another response or exposure than {found.model.spec.name}")
    return other


def premiums(frame: pl.DataFrame, column: str) -> Floats:
    """The premium in force of each row."""
    if column not in frame.columns or not frame.schema[column].is_numeric():
        raise ModelError(f"the data has no numbers under {column!r}; there is {', '.join(frame.columns[:40])}")
    return frame[column].cast(pl.Float64).fill_null(0.0).to_numpy()


def _numbers(frame: pl.DataFrame, number: Number | None) -> Floats:
    return np.ones(frame.height) if number is None else rows.numbers(frame, number).to_numpy()
