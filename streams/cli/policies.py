"""Policies: policy data as the commands fit and predict read and write it, Parquet or CSV."""

import hashlib
from pathlib import Path

import click
import polars as pl

from streams import sheets
from streams.cli import screen

data_option = click.option(
    "--data", "path", type=click.Path(path_type=Path), required=True, help="Policies, a row each (Parquet or CSV)."
)


def read(path: Path, dates: bool = False) -> pl.DataFrame:
    """The rows of a file; with ``dates`` text that is a day or a moment becomes one."""
    try:
        return sheets.read(path, dates)
    except sheets.SheetError as error:
        raise screen.fail(error) from error


def write(frame: pl.DataFrame, path: Path) -> None:
    """A file of rows."""
    if path.suffix not in sheets.TABLES:
        raise screen.fail(f"{path}: expected a name that ends with {' or '.join(sheets.TABLES)}")
    try:
        frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    except OSError as error:
        raise screen.fail(f"{path}: cannot be written ({error})") from error


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
