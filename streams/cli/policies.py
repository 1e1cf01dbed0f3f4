"""Policies: policy data as the commands fit and predict read and write it, Parquet or CSV."""

import hashlib
from pathlib import Path

import click
import polars as pl

from streams.cli import screen

NULLS = ["", "NA"]
data_option = click.option(
    "--data", "path", type=click.Path(path_type=Path), required=True, help="Policies, a row each (Parquet or CSV)."
)


def read(path: Path, dates: bool = False) -> pl.DataFrame:
    """The rows of a file; with ``dates`` text that is a day or a moment becomes one."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".csv":
            return pl.read_csv(path, null_values=NULLS, infer_schema_length=None, try_parse_dates=dates)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise screen.fail(f"{path}: cannot be read ({error})") from error
    raise screen.fail(f"{path}: expected a name that ends with .parquet or .csv")


def write(frame: pl.DataFrame, path: Path) -> None:
    """A file of rows."""
    if path.suffix not in (".parquet", ".csv"):
        raise screen.fail(f"{path}: expected a name that ends with .parquet or .csv")
    try:
        frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    except OSError as error:
        raise screen.fail(f"{path}: cannot be written ({error})") from error


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
