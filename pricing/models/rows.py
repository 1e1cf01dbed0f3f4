"""Rows: policy data as a spec wants it - which rows, their numbers and levels; what is missing is counted."""

import difflib
import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from pricing.models.spec import Condition, ModelError, Number, Spec, Term, label

SHOWN = 5  # values named in a complaint


def needed(spec: Spec, fitted: bool = True) -> list[str]:
    """Columns a spec reads; for a prediction neither the response nor what chooses rows."""
    numbers = [leaf.number for leaf in spec.leaves] + [spec.exposure, spec.offset]
    if fitted:
        numbers += [spec.response, spec.weight]
    columns = [number.column for number in numbers if number is not None]
    if fitted:
        columns += [condition.column for condition in spec.rows]
    return list(dict.fromkeys(columns))


def check(columns: list[str], spec: Spec, fitted: bool = True) -> None:
    """Raise where the data lacks a column the spec reads."""
    for column in needed(spec, fitted):
        if column not in columns:
            meant = difflib.get_close_matches(column, columns, 1, 0.5)
            hint = f"did you mean {meant[0]!r}?" if meant else f"there is {', '.join(columns[:40])}"
            if not fitted and spec.exposure is not None and column == spec.exposure.column:
                hint += "; it is the exposure: add it, 1 where the response of one is asked for"
            raise ModelError(f"the data has no column {column!r}, which the spec reads; {hint}")


def chosen(frame: pl.DataFrame, spec: Spec) -> pl.DataFrame:
    """The rows to fit."""
    for condition in spec.rows:
        frame = frame.filter(_holds(frame, condition))
    if frame.is_empty():
        raise ModelError("no row is left to fit; look at the spec's rows")
    return frame


def _holds(frame: pl.DataFrame, condition: Condition) -> pl.Series:
    column = frame[condition.column]
    holds = pl.repeat(True, column.len(), eager=True)
    if condition.among or condition.but:
        said = levels(column)
        if condition.among:
            holds &= said.is_in(condition.among).fill_null(False)
        if condition.but:
            holds &= ~said.is_in(condition.but).fill_null(False)
    bounds = (condition.low, condition.high, condition.above, condition.below)
    if any(bound is not None for bound in bounds):
        x = _floats(column).fill_nan(None)
        for bound, kept in zip(bounds, (x.__ge__, x.__le__, x.__gt__, x.__lt__), strict=True):
            if bound is not None:
                holds &= kept(bound).fill_null(False)
    return holds


def numbers(frame: pl.DataFrame, number: Number) -> pl.Series:
    """Its value in each row, clipped; raises where there is none and nothing stands for it."""
    column = frame[number.column]
    x = _valued(column, number) if number.values else _floats(column).fill_nan(None)
    if number.missing is not None:
        x = x.fill_null(number.missing)
    odd = x.is_null() | x.is_infinite()
    if odd.any():
        raise ModelError(
            f"column {number.column!r}: {int(odd.sum()):,} of {x.len():,} rows have no finite number; leave them out "
            f"(rows), fill them, or give the term a value for them (missing)"
        )
    if number.low is not None or number.high is not None:
        x = x.clip(number.low, number.high)
    return x.alias(number.name)


def _valued(column: pl.Series, number: Number) -> pl.Series:
    """The number that each level stands for."""
    said, values = levels(column), dict(number.values)
    strange = said.filter(~said.is_in(list(values)))
    if strange.drop_nulls().len():
        raise ModelError(
            f"column {column.name!r}: {_most(strange)} stand for no number; "
            f"add them to the term's values: {', '.join(values)}"
        )
    return said.replace_strict(values, default=None, return_dtype=pl.Float64)


def _most(strange: pl.Series) -> str:
    """The most frequent values, with how many rows have them."""
    counts = strange.drop_nulls().value_counts(sort=True)
    most = [f"{value!r} ({count:,} rows)" for value, count in counts.head(SHOWN).iter_rows()]
    return ", ".join(most) + (f" and {counts.height - SHOWN} more" if counts.height > SHOWN else "")


def shared(spec: Spec, frame: pl.DataFrame, fitted: Mapping[str, Sequence[str]]) -> dict[str, pl.Series]:
    """What the terms read of each row: levels first, then numbers; ``fitted`` are the levels there can be, if known."""
    levelled = {term.name: labelled(frame, term) for term in spec.leaves if term.kind == "categorical"}
    named = {term.name: term for term in spec.leaves}
    checked = {
        name: known(said, named[name], fitted[name]) if fitted[name] else said for name, said in levelled.items()
    }
    return checked | {
        term.number.name: numbers(frame, term.number) for term in spec.leaves if term.kind != "categorical"
    }


def _floats(column: pl.Series) -> pl.Series:
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise ModelError(
            f"column {column.name!r}: {column.dtype} where a number is needed; make it one, or categorical"
        )
    return column.cast(pl.Float64)


def labelled(frame: pl.DataFrame, term: Term) -> pl.Series:
    """Level of each row as text; raises where a row has none and the spec says no level for it."""
    number, column = term.number, frame[term.number.column]
    if term.bands or number.low is not None or number.high is not None:
        said = _banded(_floats(column).fill_nan(None).clip(number.low, number.high), term)
    else:
        said = levels(column)
    if said.null_count() and term.missing is None:
        raise ModelError(
            f"column {number.column!r}: {said.null_count():,} of {said.len():,} rows have no value; leave them out "
            f"(rows), or give the term {term.name!r} a level for them (missing)"
        )
    return (said if term.missing is None else said.fill_null(term.missing)).alias(term.name)


def _banded(x: pl.Series, term: Term) -> pl.Series:
    if not term.bands:
        return levels(x)
    band = np.searchsorted(term.bands, x.fill_null(math.nan).to_numpy(), side="left")
    codes = pl.Series(np.minimum(band, len(term.bands)), dtype=pl.Int32)
    said = codes.replace_strict(range(len(term.bands) + 1), list(term.levels), return_dtype=pl.String)
    return said.set(x.is_null(), None)


def levels(column: pl.Series) -> pl.Series:
    """Each value as its level: text as it is, whole numbers without a point."""
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float():
        column = column.fill_nan(None)
    if not column.dtype.is_numeric() and column.dtype != pl.Boolean:
        return column.cast(pl.String)
    values = column.unique().drop_nulls()
    return column.replace_strict(values, [label(value) for value in values], default=None, return_dtype=pl.String)


def known(said: pl.Series, term: Term, fitted: Sequence[str]) -> pl.Series:
    """``said`` with what was not ``fitted`` replaced by the level the spec says, if it does."""
    strange = said.filter(~said.is_in(fitted))
    if strange.is_empty():
        return said
    if term.unseen is not None:
        return pl.select(pl.when(said.is_in(fitted)).then(said).otherwise(pl.lit(term.unseen))).to_series()
    raise ModelError(
        f"column {term.number.column!r}: {_most(strange)} not among the levels of {term.name!r}: "
        f"{', '.join(fitted[:40])}; correct the data, or say in the spec which level stands for others (unseen)"
    )
