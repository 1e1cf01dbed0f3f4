"""Plausibility: wire units to SI, instants to whole milliseconds, and what cannot be true to NaN."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Samples, TyreReadings
from devices.signals import BY_COLUMN, BY_NAME, TYRE_SIGNALS, Signal

Bools = npt.NDArray[np.bool_]

AHEAD = 300.0  # s a device's clock may run ahead of ours
YEAR_2000 = 946_684_800.0  # UTC epoch s; no device was built before, clocks that lost their battery say 1970 or 1980
YEAR_2100 = 4_102_444_800.0

_PRESSURE, _TEMP = TYRE_SIGNALS


def whole_ms(t: Floats) -> Floats:
    """``t`` rounded to whole milliseconds, halves up."""
    with np.errstate(over="ignore"):
        return np.floor(t * 1000.0 + 0.5) / 1000.0


def si(columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Columns named and measured as on the wire -> columns named and measured as inside; others are left out."""
    return {
        BY_COLUMN[column].name: scaled(v, BY_COLUMN[column]) for column, v in columns.items() if column in BY_COLUMN
    }


def scaled(values: Floats, signal: Signal) -> Floats:
    """``values`` from the wire unit to SI."""
    if signal.scale == 1:
        return values
    with np.errstate(over="ignore"):  # too large for a float is out of range, which comes next
        return values * signal.scale


def unscaled(values: Floats, signal: Signal) -> Floats:
    """SI ``values`` in the wire unit: the number that :func:`scaled` turns back into them, if there is one.

    Multiplying by a rounded factor skips some SI values; what once came off the wire always has its number.
    """
    guess = values / signal.scale
    best = np.round(guess, 6)  # the shortest first: 62.1, not 62.099999999999994
    for steps in (0, -1, 1, -2, 2):
        near = guess
        for _ in range(abs(steps)):
            near = np.nextafter(near, np.inf * steps)
        best = np.where(best * signal.scale == values, best, near)
    return np.where(best * signal.scale == values, best, guess)


def outside(values: Floats, signal: Signal) -> Bools:
    """Where SI ``values`` are beyond what is plausible; both bounds are plausible, NaN is not measured."""
    return (values < signal.low * signal.scale) | (values > signal.high * signal.scale)


def outside_time(t: Floats, earliest: float | None) -> Bools:
    """Where ``t`` is no instant of a fleet's life; ``earliest`` None accepts recordings that count from zero."""
    early = np.zeros(t.shape, bool) if earliest is None else t < earliest
    return early | ~(np.abs(t) < YEAR_2100)


def nowhere(lat: Floats, lon: Floats) -> Bools:
    """Where the position is exactly (0, 0), which receivers say when they have none."""
    zero: Bools = (lat == 0) & (lon == 0)
    return zero


def clean(samples: Samples, earliest: float | None = None) -> tuple[Samples, Counter[tuple[str, str]]]:
    """Samples of a recording as the door would let them in, and how many values fell by (reason, signal).

    Rows at an impossible instant go; values out of range and positions at (0, 0) become NaN.
    """
    report: Counter[tuple[str, str]] = Counter()
    samples = _without_impossible_times(replace(samples, t=whole_ms(samples.t)), earliest, report)
    columns = {name: _plausible(values, BY_NAME[name], name, report) for name, values in samples.columns.items()}
    if "lat" in columns and "lon" in columns:
        bad = nowhere(columns["lat"], columns["lon"])
        report["null_island", "lat"] += int(bad.sum())
        columns |= {name: np.where(bad, np.nan, columns[name]) for name in ("lat", "lon")}
    tyres = replace(
        samples.tyres,
        pressure=_plausible(samples.tyres.pressure, _PRESSURE, "tyre_pressure", report),
        temp=_plausible(samples.tyres.temp, _TEMP, "tyre_temp", report),
    )
    return replace(samples, columns=columns, tyres=tyres), +report


def _plausible(values: Floats, signal: Signal, name: str, report: Counter[tuple[str, str]]) -> Floats:
    bad = outside(values, signal)
    if not bad.any():
        return values
    report["out_of_range", name] += int(bad.sum())
    return np.where(bad, np.nan, values)


def _without_impossible_times(samples: Samples, earliest: float | None, report: Counter[tuple[str, str]]) -> Samples:
    bad = outside_time(samples.t, earliest)
    report["implausible_time", "t"] += int(bad.sum())
    kept = ~bad if bad.any() else slice(None)  # a slice copies nothing
    return Samples(
        samples.vehicles,
        samples.vehicle[kept],
        samples.t[kept],
        {name: values[kept] for name, values in samples.columns.items()},
        samples.drivers,
        None if samples.driver is None else samples.driver[kept],
        _timely_tyres(samples.tyres, earliest),
        [event for event in samples.events if not outside_time(np.array([event.t]), earliest)[0]],
        [said for said in samples.faults if not outside_time(np.array([said.t]), earliest)[0]],
    )


def _timely_tyres(tyres: TyreReadings, earliest: float | None) -> TyreReadings:
    t = whole_ms(tyres.t)
    ok = ~outside_time(t, earliest)
    return TyreReadings(tyres.vehicle[ok], tyres.wheel[ok], t[ok], tyres.pressure[ok], tyres.temp[ok])
