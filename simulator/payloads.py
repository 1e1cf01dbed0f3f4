"""Payloads: a recording cut into what a device sends at a time, encoded."""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from devices.codecs import JSON_V1, Reading, Values
from devices.signals import BY_COLUMN, TYRE_SIGNALS

CHUNK = 2_000  # rows turned into Python numbers at a time
SENT = "sent_at"  # UTC epoch s at which a device gets to send a row, where that is not when it was taken
IDENTITY = ("t", "vehicle_id", "fleet_id", "driver_id")


class Outgoing(NamedTuple):
    """One payload, ready to be sent."""

    at: float  # newest instant so far, UTC epoch s
    device: int
    seq: int
    body: bytes
    samples: int


class Cut(NamedTuple):
    """Where a payload ends: at so many samples, or when it spans so many seconds."""

    samples: int = 10
    seconds: float = 10.0


def tyre_columns(names: list[str]) -> dict[str, tuple[str, str]]:
    """Recording columns that are a wheel's, as wheel and signal: ``tyre_1L_temp_c`` -> ("1L", "temp_c")."""
    found = {}
    for name in names:
        for signal in TYRE_SIGNALS:
            if name.startswith("tyre_") and name.endswith(f"_{signal.column}"):
                found[name] = name[len("tyre_") : -len(signal.column) - 1], signal.column
    return found


def payloads(recording: pl.DataFrame, device: int, boot: str, cut: Cut) -> Iterator[Outgoing]:
    """The payloads of one vehicle's recording in the order of its rows; ``t`` ascends within each."""
    seq, newest = 0, float("-inf")
    wheels = tyre_columns(recording.columns)
    for rows in recording.iter_slices(CHUNK):
        t = rows["t"].to_list()
        sent = rows[SENT].to_list() if SENT in rows.columns else t
        drivers = rows["driver_id"].to_list() if "driver_id" in rows.columns else [None] * len(t)
        columns = {name: rows[name].fill_nan(None).to_list() for name in rows.columns if name in BY_COLUMN}
        tyres = {name: rows[name].fill_nan(None).to_list() for name in wheels if name in rows.columns}
        heard = [False] * len(t)
        if tyres:
            heard = (
                rows.select(pl.any_horizontal(pl.col(list(tyres)).fill_nan(None).is_not_null())).to_series().to_list()
            )
        for a, b in _cuts(t, sent, drivers, cut):
            seq, newest = seq + 1, max(newest, sent[b - 1])
            reading = Reading(boot, seq, t[a:b], _slices(columns, a, b), drivers[a])
            if True in heard[a:b]:
                for name, values in _slices(tyres, a, b).items():
                    wheel, signal = wheels[name]
                    reading.tyres.setdefault(wheel, {})[signal] = values
            yield Outgoing(newest, device, seq, JSON_V1.encode(reading), b - a)


def _cuts(t: list[float], sent: list[float], drivers: list[str | None], cut: Cut) -> Iterator[tuple[int, int]]:
    """Bounds of the payloads: full, long enough, or ended by another driver, a step back in time or a wait."""
    a = 0
    for k in range(1, len(t)):
        long = max(t[k] - t[a], sent[k] - sent[a]) >= cut.seconds
        if k - a >= cut.samples or t[k] <= t[k - 1] or long or drivers[k] != drivers[a]:
            yield a, k
            a = k
    if t:
        yield a, len(t)


def _slices(columns: dict[str, list[float | None]], a: int, b: int) -> dict[str, Values]:
    """The part of each column, as one number where it does not change; absent where nothing was measured."""
    parts: dict[str, Values] = {}
    for name, values in columns.items():
        part = values[a:b]
        first = part[0]
        if part.count(first) < len(part):
            parts[name] = part
        elif first is not None:
            parts[name] = first
    return parts
