"""Columns: the readings of many payloads as one table of samples, column by column, not payload by payload."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from devices.codecs.base import DeviceReport, Reading, Values, unpacked
from devices.door import Door, Received, floats
from devices.plausible import AHEAD, YEAR_2000, clean, nowhere, whole_ms
from devices.samples import DeviceEvent, FaultList, Floats, Ints, Rejected, Samples, TyreReadings
from devices.signals import BY_COLUMN, TYRE_SIGNALS, wheel_code, wheel_name

__all__ = ["Received", "clean", "collect"]

NAN = float("nan")


def collect(
    received: Sequence[Received], *, ahead: float | None = AHEAD, earliest: float | None = YEAR_2000
) -> tuple[Samples, list[Rejected]]:
    """Everything ``received`` says as one table in SI units, and the parts set aside.

    Rows stand in the order of ``received``; a vehicle may end up with none. Values out of range and positions at
    (0, 0) become NaN; samples more than ``ahead`` s after ``received_at``, or before ``earliest``, are left out.
    None turns a bound off: the feed clock runs behind its recordings, and some of those count from zero.
    """
    door = Door(received, ahead, earliest)
    vehicles, vehicle = _vehicles(received)
    drivers, driver = _drivers(received)
    owner = door.owner[door.keep]
    samples = Samples(
        vehicles,
        vehicle[owner],
        door.t[door.keep],
        _columns(door),
        drivers,
        driver[owner] if (driver != -1).any() else None,
        _tyres(door, vehicle),
        _events(door, vehicle),
        _faults(door, vehicle),
    )
    return samples, door.set_aside()


def _columns(door: Door) -> dict[str, Floats]:
    """Columns by inner name, of the rows kept."""
    columns = {}
    for name, values in _wire_columns(door).items():
        columns[BY_COLUMN[name].name] = door.plausible(values, BY_COLUMN[name])
    if "lat" in columns and "lon" in columns:
        bad = nowhere(columns["lat"], columns["lon"])
        rows = np.flatnonzero(bad & door.keep)
        door.refuse_rows("null_island", "lat_deg", rows, columns["lat"][rows], "and so is 'lon_deg': no position")
        columns |= {name: np.where(bad, NAN, columns[name]) for name in ("lat", "lon")}
    return columns if door.keep.all() else {name: values[door.keep] for name, values in columns.items()}


def _wire_columns(door: Door) -> dict[str, Floats]:
    """Values of every column by wire name, over the rows of all payloads.

    Lists go into one long list, which is the quickest for many short ones; what came packed is laid over it.
    """
    flat: dict[str, list[float | None]] = defaultdict(list)
    packed: dict[str, _Packed] = defaultdict(lambda: _Packed([], []))
    for owner, item in enumerate(door.received):
        for name, values in item.reading.columns.items():
            if type(values) is bytes:
                owners, chunks = packed[name]
                owners.append(owner)
                chunks.append(values)
                continue
            column, start = flat[name], door.starts[owner]
            if len(column) < start:
                column += [NAN] * (start - len(column))  # the payloads between said nothing of it
            column += _each(values, len(item.reading.t))
    return {name: _laid(door, flat.get(name), packed.get(name)) for name in dict.fromkeys([*flat, *packed])}


class _Packed(NamedTuple):
    """What came packed of one column."""

    owners: list[int]  # payloads, ascending
    chunks: list[bytes]


def _laid(door: Door, flat: list[float | None] | None, packed: _Packed | None) -> Floats:
    """(n,) of a list whose end may be wanting, with what came packed in its places."""
    whole = door.starts[-1]
    if packed is not None:
        owners, sizes = np.array(packed.owners), np.array(list(map(len, packed.chunks)))
        short = sizes == 4 * door.counts[owners]
        if sizes.size == len(door.received) and (short.all() or not short.any()):
            return unpacked(b"".join(packed.chunks), whole)
    column = np.full(whole, NAN)
    if flat is not None:
        column[: len(flat)] = np.array(flat, np.float64)
    if packed is not None:
        for alike in (np.flatnonzero(short), np.flatnonzero(~short)):
            rows = door.rows(owners[alike])
            if rows.size:
                column[rows] = unpacked(b"".join([packed.chunks[k] for k in alike.tolist()]), rows.size)
    return column


def _each(values: Values, count: int) -> list[float | None]:
    """A value for each of ``count`` samples."""
    if isinstance(values, list):
        return values
    if isinstance(values, bytes):
        return list(unpacked(values, count))
    return [values] * count


def _vehicles(received: Sequence[Received]) -> tuple[list[tuple[str, str]], Ints]:
    """Distinct vehicles, and each payload's index into them."""
    numbers: dict[tuple[str, str], int] = {}
    owner = [numbers.setdefault((item.fleet, item.vehicle), len(numbers)) for item in received]
    return list(numbers), np.array(owner, np.int64)


def _drivers(received: Sequence[Received]) -> tuple[list[str], Ints]:
    """Distinct drivers, and each payload's index into them: -1 nothing said, -2 nobody at the wheel."""
    codes: dict[str | None, int] = {None: -1, "": -2}
    driver = [codes.setdefault(item.reading.driver, len(codes) - 2) for item in received]
    return [name for name in codes if name], np.array(driver, np.int64)


def _tyres(door: Door, vehicle: Ints) -> TyreReadings:
    """Tyre readings of the rows kept."""
    rows: list[int] = []
    wheels: list[int] = []
    said: dict[str, list[float | None]] = {signal.column: [] for signal in TYRE_SIGNALS}
    for owner, item in enumerate(door.received):
        if not item.reading.tyres:
            continue
        for wheel, columns in _known_wheels(door, owner, item.reading):
            count = len(item.reading.t)
            rows += range(door.starts[owner], door.starts[owner + 1])
            wheels += [wheel] * count
            for name, flat in said.items():
                flat += _each(columns.get(name, NAN), count)
    if not wheels:
        return TyreReadings()
    return _tyre_table(door, vehicle, np.array(rows), np.array(wheels), {name: floats(v) for name, v in said.items()})


def _tyre_table(door: Door, vehicle: Ints, rows: Ints, wheels: Ints, said: dict[str, Floats]) -> TyreReadings:
    for wheel in np.unique(wheels).tolist():
        here = np.flatnonzero(wheels == wheel)
        for signal in TYRE_SIGNALS:
            values = said[signal.column]
            values[here] = door.plausible(values[here], signal, rows[here], f"tyres.{wheel_name(wheel)}.")
    pressure, temp = said.values()
    keep = door.keep[rows] & ~(np.isnan(pressure) & np.isnan(temp))
    rows = rows[keep]
    return TyreReadings(vehicle[door.owner[rows]], wheels[keep], door.t[rows], pressure[keep], temp[keep])


def _known_wheels(door: Door, owner: int, reading: Reading) -> list[tuple[int, dict[str, Values]]]:
    """A payload's tyres by wheel code; those at no position we know are set aside in one part."""
    known, unknown = [], []
    for wheel, columns in reading.tyres.items():
        try:
            known.append((wheel_code(wheel), columns))
        except ValueError as error:
            unknown.append(str(error))
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        door.refuse(owner, "unknown_wheel", unknown[0][:200] + more)
    return known


def _place(event: DeviceReport) -> tuple[float, float] | None:
    """Where a report was made; (0, 0) is what receivers say without a fix."""
    lat, lon = event.lat_deg, event.lon_deg
    return None if lat is None or lon is None or lat == lon == 0 else (lat, lon)


def _faults(door: Door, vehicle: Ints) -> list[FaultList]:
    """The lists of trouble codes, each at the first row kept of its payload."""
    found = []
    for owner, item in enumerate(door.received):
        if item.reading.fault_codes is not None:
            kept = np.flatnonzero(door.keep[door.starts[owner] : door.starts[owner + 1]])
            if kept.size:
                t = float(door.t[door.starts[owner] + kept[0]])
                found.append(FaultList(int(vehicle[owner]), t, tuple(item.reading.fault_codes)))
    return found


def _events(door: Door, vehicle: Ints) -> list[DeviceEvent]:
    """What the devices raised, in time."""
    events = []
    for owner, item in enumerate(door.received):
        for event in item.reading.events:
            t = whole_ms(floats([event.t]))
            impossible, future = door.untimely(t, floats([item.payload.received_at]))
            if impossible[0] or future[0]:
                reason = "implausible_time" if impossible[0] else "far_future"
                detail = f"'t' is {event.t:.13g} of event '{event.kind}', {door.expected_time(reason)}"
                door.refuse(owner, reason, detail)
            else:
                said = (event.kind, event.level, event.code, event.media, _place(event))
                events.append(DeviceEvent(int(vehicle[owner]), float(t[0]), *said))
    return events
