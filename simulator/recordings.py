"""Recordings: files of samples in Tripmeter's own columns, a row an instant, read and written."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from devices.signals import BY_COLUMN
from simulator.payloads import CODES, IDENTITY, tyre_columns

FLEET = "fleet"  # of a recording that names none
ROWS = 65_536  # of a part of a Parquet file, about a vehicle's day


class RecordingError(Exception):
    """A file that is no recording: where, what was found, what to do."""


def read(path: Path) -> pl.DataFrame:
    """A Parquet or CSV recording: ``t`` as UTC epoch s, identities as text, signals as numbers."""
    try:
        frame = pl.read_csv(path, infer_schema_length=None) if path.suffix == ".csv" else pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise RecordingError(f"{path}: neither Parquet nor CSV that can be read ({error})") from None
    missing = [name for name in ("t", "vehicle_id") if name not in frame.columns]
    if missing:
        raise RecordingError(f"{path}: no column {' and '.join(missing)}; it has {', '.join(frame.columns[:8])} ...")
    fleet = pl.col("fleet_id").fill_null(FLEET) if "fleet_id" in frame.columns else pl.lit(FLEET)
    wheels = tyre_columns(frame.columns)
    signals = [name for name in frame.columns if name in BY_COLUMN or name in wheels]
    try:
        return frame.select(
            _epoch(frame["t"]).alias("t"),
            pl.col("vehicle_id").cast(pl.String),
            fleet.cast(pl.String).alias("fleet_id"),
            *(pl.col(name).cast(pl.String) for name in ("driver_id",) if name in frame.columns),
            *(pl.col(name).cast(pl.Float64) for name in signals),
            *(_listed(frame[name]) for name in (CODES,) if name in frame.columns),
        )
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{path}: {error}") from None


def ignored(path: Path) -> list[str]:
    """Columns of a recording that no payload has a place for."""
    names = pl.scan_csv(path).collect_schema() if path.suffix == ".csv" else pl.read_parquet_schema(path)
    wheels = tyre_columns(list(names))
    return [name for name in names if name not in BY_COLUMN and name not in wheels and name not in (*IDENTITY, CODES)]


def write(recording: pl.DataFrame, path: Path) -> None:
    """A recording or a sheet as Parquet, CSV or JSON (a list of rows), by the file's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        recording.write_csv(path)
    elif path.suffix == ".json":
        recording.write_json(path)
    else:
        recording.write_parquet(path)


def stream(frames: Iterator[pl.DataFrame], columns: pl.Schema, path: Path) -> None:
    """A recording as Parquet or CSV, by the file's ending, frame after frame as they come."""

    def source(*_: object) -> Iterator[pl.DataFrame]:
        yield from frames

    path.parent.mkdir(parents=True, exist_ok=True)
    lazy = register_io_source(source, schema=columns)
    if path.suffix == ".csv":
        lazy.sink_csv(path)
    else:
        lazy.sink_parquet(path, row_group_size=ROWS)


def _listed(codes: pl.Series) -> pl.Series:
    """Trouble codes as text, of lists or of text."""
    return codes.list.join(" ") if isinstance(codes.dtype, pl.List) else codes.cast(pl.String)


def _epoch(t: pl.Series) -> pl.Series:
    """UTC epoch s, on whole ms, of numbers, timestamps or ISO 8601 text."""
    if t.dtype == pl.String:
        t = t.str.to_datetime(time_unit="ms", time_zone="UTC")
    if isinstance(t.dtype, pl.Datetime):
        return t.dt.epoch("ms").cast(pl.Float64) / 1000
    return t.cast(pl.Float64).round(3)
