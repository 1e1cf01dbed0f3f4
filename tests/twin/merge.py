"""Merge: rows in any order, with repetitions, as each vehicle's samples in order of time."""

import struct
from types import SimpleNamespace
from typing import Any, NamedTuple

from devices.signals import SIGNALS, wheel_name

from .words import NAN, missing

Vehicle = tuple[str, str]
UNSAID = dict.fromkeys([signal.name for signal in SIGNALS], NAN)


class Row(NamedTuple):
    """What one reading said; ``driver`` is a name, "" for nobody, None for nothing said."""

    vehicle: Vehicle
    t: float
    signals: dict[str, float]
    driver: str | None = None


class Tyre(NamedTuple):
    """What one wheel's sensor said."""

    vehicle: Vehicle
    t: float
    wheel: int
    pressure: float
    temp: float


def merged(rows: list[Row], tyres: list[Tyre]) -> dict[Vehicle, list[Any]]:
    """Samples by vehicle: ``t``, ``raw`` by signal, ``said`` driver, ``tyres`` as (wheel's name, pressure, temp)."""
    found: dict[tuple[Vehicle, float], Any] = {}
    wheels: dict[tuple[Vehicle, float, int], dict[str, float]] = {}
    for row in rows:
        sample = found.setdefault((row.vehicle, row.t), SimpleNamespace(t=row.t, raw=dict(UNSAID), said=None, tyres=[]))
        for name, value in row.signals.items():
            sample.raw[name] = larger(sample.raw[name], value)
        if row.driver is not None and (sample.said is None or row.driver.encode() > sample.said.encode()):
            sample.said = row.driver
    for tyre in tyres:
        wheel = wheels.setdefault((tyre.vehicle, tyre.t, tyre.wheel), {"pressure": NAN, "temp": NAN})
        for name, value in (("pressure", tyre.pressure), ("temp", tyre.temp)):
            wheel[name] = larger(wheel[name], value)
    for vehicle, t, code in sorted(wheels):
        read = wheels[vehicle, t, code]
        found[vehicle, t].tyres.append((wheel_name(code), read["pressure"], read["temp"]))
    by_vehicle: dict[Vehicle, list[Any]] = {}
    for vehicle, t in sorted(found):
        by_vehicle.setdefault(vehicle, []).append(found[vehicle, t])
    return by_vehicle


def larger(a: float, b: float) -> float:
    """Of two readings of one instant the one that was measured; of two measured, the one with the larger bytes."""
    if missing(a) or missing(b):
        return b if missing(a) else a
    return max(a, b, key=lambda value: struct.pack(">d", value))
