"""Recorded: samples as a recording in the public columns, which ``tripmeter replay`` reads without a mapping."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from devices.plausible import unscaled
from devices.samples import Floats, Samples
from devices.signals import BY_NAME, TYRE_SIGNALS, wheel_name
from streams.recordings.conversion import Rows


def recording(samples: Samples) -> pl.DataFrame:
    """A row a sample in order of vehicle and time, signals in the units of the wire, tyres by wheel."""
    wire = {BY_NAME[name].column: unscaled(values, BY_NAME[name]) for name, values in samples.columns.items()}
    wire |= dict(_tyres(samples))
    rows = Rows(samples.vehicles, samples.vehicle, samples.t, wire, samples.drivers, samples.driver, _codes(samples))
    return rows.native().sort("fleet_id", "vehicle_id", "t", maintain_order=True)


def _codes(samples: Samples) -> pl.Series | None:
    """Trouble codes by row; the lists of one instant are one, at its first row."""
    if not samples.faults:
        return None
    said: dict[tuple[int, float], set[str]] = {}
    for listed in samples.faults:
        said.setdefault((listed.vehicle, listed.t), set()).update(listed.codes)
    instants = zip(samples.vehicle.tolist(), samples.t.tolist(), strict=True)
    codes = (said.pop(instant, None) for instant in instants)
    return pl.Series([None if some is None else sorted(some) for some in codes], dtype=pl.List(pl.String))


def _tyres(samples: Samples) -> Iterator[tuple[str, Floats]]:
    """Columns by name: ``tyre_1L_pressure_kpa``; an axle on which an inner wheel was read has outer ones too."""
    tyres = samples.tyres
    instants = zip(samples.vehicle.tolist(), samples.t.tolist(), strict=True)
    row_of = {instant: row for row, instant in enumerate(instants)}
    at = np.array([row_of[one] for one in zip(tyres.vehicle.tolist(), tyres.t.tolist(), strict=True)], np.int64)
    duals = set((tyres.wheel[np.isin(tyres.wheel % 4, (1, 2))] // 4).tolist())
    for wheel in np.unique(tyres.wheel).tolist():
        here = tyres.wheel == wheel
        name = wheel_name(wheel, wheel // 4 in duals)
        for signal, values in zip(TYRE_SIGNALS, (tyres.pressure, tyres.temp), strict=True):
            column = np.full(samples.t.size, np.nan)
            column[at[here]] = values[here]
            yield f"tyre_{name}_{signal.column}", column
