"""Payloads: a recording cut into what a device sends at a time, encoded."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from devices.codecs import JSON_V1, Reading, Values
from devices.signals import BY_COLUMN, TYRE_SIGNALS

CHUNK = 2_000  # rows turned into Python numbers at a time
SENT = "sent_at"  # UTC epoch s at which a device gets to send a row, where that is not when it was taken
CODES = "fault_codes"  # all trouble codes set, as text; null: nothing is said of them
KNOWN = "known_codes"  # the last that was said of them
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
    if CODES in recording.columns:
        recording = recording.with_columns(pl.col(CODES).forward_fill().alias(KNOWN))
    for rows in recording.iter_slices(CHUNK):
        t = rows["t"].to_list()
        sent = rows[SENT].to_list() if SENT in rows.columns else t
        drivers = _texts(rows, "driver_id")
        columns = {name: rows[name].fill_nan(None).to_list() for name in rows.columns if name in BY_COLUMN}
        tyres = {name: rows[name].fill_nan(None).to_list() for name in wheels if name in rows.columns}
        listed, known = (_texts(rows, name) for name in (CODES, KNOWN))
        heard = [False] * len(t)
        if tyres:
            heard = (
                rows.select(pl.any_horizontal(pl.col(list(tyres)).fill_nan(None).is_not_null())).to_series().to_list()
            )
        for a, b in _cuts(t, sent, drivers, known, cut):
            seq, newest = seq + 1, max(newest, sent[b - 1])
            reading = Reading(boot, seq, t[a:b], _slices(columns, a, b), drivers[a])
            reading.fault_codes = codes(next((one for one in listed[a:b] if one is not None), None))
            if True in heard[a:b]:
                for name, values in _slices(tyres, a, b).items():
                    wheel, signal = wheels[name]
                    reading.tyres.setdefault(wheel, {})[signal] = values
            yield Outgoing(newest, device, seq, JSON_V1.encode(reading), b - a)


def _texts(rows: pl.DataFrame, name: str) -> list[str | None]:
    """A column of text; nothing where there is none."""
    return rows[name].to_list() if name in rows.columns else [None] * len(rows)


def codes(text: str | None) -> list[str] | None:
    """The trouble codes of a recording's text."""
    return None if text is None else [code for code in re.split(r"[\s,;]+", text) if code and code != "none"]


def _cuts(
    t: list[float], sent: list[float], drivers: list[str | None], known: list[str | None], cut: Cut
) -> Iterator[tuple[int, int]]:
    """Bounds of the payloads: full, long enough, or ended by another driver or code, a step back in time or a wait."""
    a = 0
    for k in range(1, len(t)):
        long = max(t[k] - t[a], sent[k] - sent[a]) >= cut.seconds
        news = drivers[k] != drivers[a] or known[k] != known[a]
        if k - a >= cut.samples or t[k] <= t[k - 1] or long or news:
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
