"""Sums: of floats as two whole numbers, so that they merge to the same bit in any order and any parts."""

import polars as pl

FINE = 2.0**36  # parts of one that are told apart: 1.5e-11; of these, 134 million rows fit into a sum
LARGEST = 2.0**62  # of a sum


def parts(name: str, values: pl.Expr) -> list[pl.Expr]:
    """``values`` as whole ones and whole parts of one, under ``name`` with an ending."""
    whole = values.floor()
    return [
        whole.cast(pl.Int64).alias(f"{name}_ones"),
        ((values - whole) * FINE).round().cast(pl.Int64).alias(f"{name}_parts"),
    ]


def names(name: str) -> tuple[str, str]:
    """The two columns of a sum."""
    return f"{name}_ones", f"{name}_parts"


def total(name: str) -> pl.Expr:
    """The sum as a float."""
    ones, rest = names(name)
    return (pl.col(ones).cast(pl.Float64) + pl.col(rest).cast(pl.Float64) / FINE).alias(name)
