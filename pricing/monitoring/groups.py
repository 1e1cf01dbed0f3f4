"""Groups: sums of floats by group that do not hang on how threads share the rows."""

import polars as pl


def added(frame: pl.DataFrame, by: str | list[str], *columns: str) -> pl.DataFrame:
    """Sums of columns by group, each in the order of the rows, so that the last bit is always the same."""
    lists = frame.group_by(by, maintain_order=True).agg(pl.col(columns))
    return lists.with_columns(pl.col(columns).list.sum()).sort(by)
