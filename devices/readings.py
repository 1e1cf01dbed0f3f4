"""Readings: samples back into payloads' worth, for whoever publishes them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import pairwise

import numpy as np

from devices.codecs.base import DeviceReport, Reading, Values
from devices.plausible import unscaled
from devices.samples import Floats, Ints, Samples
from devices.signals import BY_NAME, TYRE_SIGNALS, wheel_name


def readings(samples: Samples, *, boot: str, seq: int = 0, size: int = 10) -> Iterator[tuple[tuple[str, str], Reading]]:
    """(fleet id, vehicle id) and reading of runs of at most ``size`` rows, in the rows' order.

    A run ends where the vehicle or the driver changes, trouble codes are listed or time does not advance; ``seq``
    counts by vehicle. Of several readings of one wheel at one instant the last is told; a vehicle without rows says
    nothing.
    """
    tyres = _by_instant(samples)
    seqs = dict.fromkeys(range(len(samples.vehicles)), seq)
    faults = {(said.vehicle, said.t): list(said.codes) for said in samples.faults}
    runs = list(_runs(samples, size, faults.keys()))
    events = _by_run(samples, runs)
    for k, (start, end) in enumerate(runs):
        vehicle = int(samples.vehicle[start])
        reading = Reading(boot, seqs[vehicle], samples.t[start:end].tolist())
        reading.columns = _columns(samples, start, end)
        reading.driver = _driver(samples, start)
        reading.tyres = _tyres(samples, tyres, start, end)
        reading.events = events[k]
        reading.fault_codes = faults.get((vehicle, reading.t[0]))
        seqs[vehicle] += 1
        yield samples.vehicles[vehicle], reading


def _runs(samples: Samples, size: int, listed: Collection[tuple[int, float]]) -> Iterator[tuple[int, int]]:
    """First and one past the last row of each run; one begins at each (vehicle, t) of ``listed``."""
    new = np.ones(samples.t.size, bool)
    new[1:] = (samples.vehicle[1:] != samples.vehicle[:-1]) | (samples.t[1:] <= samples.t[:-1])
    if samples.driver is not None:
        new[1:] |= samples.driver[1:] != samples.driver[:-1]
    if listed:
        instants = zip(samples.vehicle.tolist(), samples.t.tolist(), strict=True)
        new |= np.fromiter((one in listed for one in instants), bool, samples.t.size)
    edges = [*np.flatnonzero(new).tolist(), samples.t.size]
    for start, end in pairwise(edges):
        for at in range(start, end, size):
            yield at, min(at + size, end)


def _columns(samples: Samples, start: int, end: int) -> dict[str, Values]:
    columns = {}
    for name, column in samples.columns.items():
        signal = BY_NAME[name]
        values = _values(column[start:end] if signal.scale == 1 else unscaled(column[start:end], signal))
        if values is not None:
            columns[signal.column] = values
    return columns


def _values(column: Floats) -> Values | None:
    """A column as the wire says it: nothing if never measured, one value if it holds for every sample."""
    missing = np.isnan(column)
    if missing.all():
        return None
    if (column == column[0]).all():
        return float(column[0])
    return [None if gone else value for value, gone in zip(column.tolist(), missing.tolist(), strict=True)]


def _driver(samples: Samples, row: int) -> str | None:
    code = -1 if samples.driver is None else int(samples.driver[row])
    return None if code == -1 else "" if code == -2 else samples.drivers[code]


def _by_instant(samples: Samples) -> dict[tuple[int, float], list[int]]:
    """Rows of the tyre table by (vehicle, t)."""
    found: dict[tuple[int, float], list[int]] = defaultdict(list)
    for k, key in enumerate(zip(samples.tyres.vehicle.tolist(), samples.tyres.t.tolist(), strict=True)):
        found[key].append(k)
    return found


def _tyres(
    samples: Samples, found: dict[tuple[int, float], list[int]], start: int, end: int
) -> dict[str, dict[str, Values]]:
    """Tyre columns of a run, by wheel."""
    if not found:
        return {}
    vehicle = int(samples.vehicle[start])
    rows = {t: k for k, t in enumerate(samples.t[start:end].tolist())}
    here = np.array([k for t in rows for k in found.get((vehicle, t), ())], np.int64)
    dual = set((samples.tyres.wheel[here][np.isin(samples.tyres.wheel[here] % 4, (1, 2))] // 4).tolist())
    told: dict[str, dict[str, Values]] = {}
    for wheel in np.unique(samples.tyres.wheel[here]).tolist():
        its = here[samples.tyres.wheel[here] == wheel]
        columns = (_spread(samples, its, rows, column) for column in (samples.tyres.pressure, samples.tyres.temp))
        told[wheel_name(wheel, wheel // 4 in dual)] = {
            signal.column: values for signal, values in zip(TYRE_SIGNALS, columns, strict=True) if values is not None
        }
    return told


def _spread(samples: Samples, its: Ints, rows: dict[float, int], column: Floats) -> Values | None:
    """Readings ``its`` of one wheel, at the samples of the run they belong to."""
    spread = np.full(len(rows), np.nan)
    spread[[rows[t] for t in samples.tyres.t[its].tolist()]] = column[its]
    return _values(spread)


def _by_run(samples: Samples, runs: list[tuple[int, int]]) -> dict[int, list[DeviceReport]]:
    """What devices raised, with the first run of its vehicle that is not over by then, else with its last."""
    told: dict[int, list[DeviceReport]] = defaultdict(list)
    if not samples.events:
        return told
    ends: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for k, (start, end) in enumerate(runs):
        ends[int(samples.vehicle[start])].append((k, float(samples.t[end - 1])))
    for event in samples.events:
        its = ends[event.vehicle]
        if its:
            k = next((k for k, end in its if event.t <= end), its[-1][0])
            place = event.place or (None, None)
            told[k].append(DeviceReport(event.t, event.kind, event.level, event.code, event.media, *place))
    return told
