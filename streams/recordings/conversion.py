"""Conversion: the rows of a recording, as its mapping reads them, in the wire's names and units and then in SI."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from devices.plausible import scaled
from devices.samples import FaultList, Floats, Ints, Samples, TyreReadings
from devices.signals import BY_COLUMN, TYRE_SIGNALS
from streams.fleets.positions import from_gcj02, from_plane
from streams.recordings.instants import instants
from streams.recordings.mapping import FAULT_CODES, Column, Mapping, MappingError, Pivot, Who
from streams.recordings.units import Unit, tyre, unit

PLAIN = Unit("", 1.0)
Number = TypeVar("Number", np.float64, np.int64)


@dataclass
class Tally:
    """What conversion left out or mended."""

    rejected: Counter[str]  # rows by reason: no_time, no_vehicle
    unreadable: Counter[str]  # values of a column that are no numbers
    rebuilt: int = 0  # rows whose date was lent by their neighbours
    ambiguous: int = 0  # rows in an hour that comes twice


@dataclass(frozen=True)
class Rows:
    """Rows in the order of the recording; ``wire`` has the wire's columns in the wire's units, NaN not measured."""

    vehicles: list[tuple[str, str]]
    vehicle: Ints
    t: Floats
    wire: dict[str, Floats]
    drivers: list[str]
    driver: Ints | None  # as Samples.driver
    codes: pl.Series | None = None  # lists of trouble codes, null where nothing is said of them; None: nowhere

    def samples(self) -> Samples:
        """The rows in SI, as the river takes them."""
        columns, tyres = _si(self.wire, self.vehicle, self.t)
        faults = self._faults()
        return Samples(self.vehicles, self.vehicle, self.t, columns, self.drivers, self.driver, tyres, faults=faults)

    def _faults(self) -> list[FaultList]:
        if self.codes is None:
            return []
        rows = self.codes.is_not_null().arg_true().to_list()
        return [FaultList(int(self.vehicle[k]), float(self.t[k]), tuple(self.codes[k])) for k in rows]

    def native(self) -> pl.DataFrame:
        """The rows as a recording that needs no mapping."""
        who = pl.DataFrame(self.vehicles, schema=["fleet_id", "vehicle_id"], orient="row")[self.vehicle]
        columns = [pl.Series("t", self.t), who["fleet_id"], who["vehicle_id"]]
        if self.driver is not None:
            names = pl.Series("driver_id", ["", None, *self.drivers], dtype=pl.String)
            columns.append(names[self.driver + 2])
        columns += [pl.Series(name, values, nan_to_null=True) for name, values in self.wire.items()]
        columns += [] if self.codes is None else [self.codes.alias(FAULT_CODES)]
        return pl.DataFrame(columns)


def convert(frame: pl.DataFrame, mapping: Mapping, fleet: str, tally: Tally) -> Rows:
    """The rows of ``frame`` that have a time and a vehicle; ``fleet`` is the fleet where the mapping names none."""
    codes, names = _who(frame, mapping.vehicle, "")
    trip, _ = factor(frame[mapping.time.trip]) if mapping.time.trip else (codes, names)
    when = instants(frame, mapping.time, trip, codes)
    tally.rebuilt += when.rebuilt
    tally.ambiguous += when.ambiguous
    vehicle, vehicles = _in_fleets(frame, mapping.fleet, fleet, codes, names)
    driver, drivers = _driver(frame, mapping.driver)
    wire = _wire(frame, mapping, tally)
    faults = _codes(frame[mapping.fault_codes]) if mapping.fault_codes else None
    t = when.t
    keep = _kept(t, vehicle, tally)
    if not keep.all():
        vehicle, t, driver = vehicle[keep], t[keep], None if driver is None else driver[keep]
        wire = {name: values[keep] for name, values in wire.items()}
        faults = None if faults is None else faults.filter(pl.Series(keep))
    return Rows(vehicles, vehicle, t, wire, drivers, driver, faults)


def _kept(t: Floats, vehicle: Ints, tally: Tally) -> npt.NDArray[np.bool_]:
    """Rows with a time and a vehicle; the others are counted."""
    timed: npt.NDArray[np.bool_] = np.isfinite(t)
    known = vehicle >= 0
    tally.rejected["no_time"] += int(np.count_nonzero(~timed))
    tally.rejected["no_vehicle"] += int(np.count_nonzero(timed & ~known))
    return timed & known


def _si(wire: dict[str, Floats], vehicle: Ints, t: Floats) -> tuple[dict[str, Floats], TyreReadings]:
    """Columns by inner name in SI, and the tyres' as the long table."""
    columns, wheels = {}, dict[tuple[int, str], dict[str, Floats]]()
    for name, values in wire.items():
        place = tyre(name)
        if place is None:
            columns[BY_COLUMN[name].name] = _own(scaled(values, BY_COLUMN[name]))
        else:
            # 2R of one vehicle and 2RO of another are one place, in columns of their own
            wheels.setdefault((place[0], name.split("_")[1]), {})[place[1]] = values
    return columns, _tyres(wheels, vehicle, t)


def factor(series: pl.Series) -> tuple[Ints, list[str]]:
    """Each row's number (-1 null) and the distinct values as text, in order of appearance."""
    runs = series.rle().struct.unnest()
    if runs.height * 4 <= series.len():  # 6x faster on rows grouped by vehicle
        codes, names = _factor(runs["value"])
        return np.repeat(codes, runs["len"].to_numpy()), names
    return _factor(series)


def _factor(series: pl.Series) -> tuple[Ints, list[str]]:
    unique = series.drop_nulls().unique(maintain_order=True)
    if series.dtype == pl.String:
        codes = series.cast(pl.Enum(unique)).to_physical().cast(pl.Int64)
    else:
        codes = series.replace_strict(unique, pl.Series(range(len(unique)), dtype=pl.Int64), default=None)
    return codes.fill_null(-1).to_numpy(writable=True), unique.cast(pl.String).to_list()


def _who(frame: pl.DataFrame, who: Who, default: str) -> tuple[Ints, list[str]]:
    if who.column:
        return factor(frame[who.column])
    return np.zeros(frame.height, np.int64), [who.id or default]


def _in_fleets(
    frame: pl.DataFrame, who: Who, default: str, codes: Ints, names: list[str]
) -> tuple[Ints, list[tuple[str, str]]]:
    fleets, fleet_names = _who(frame, who, default)
    fleet_names = [*fleet_names, default]
    if len(fleet_names) == 2 and not (fleets < 0).any():
        return codes, [(fleet_names[0], name) for name in names]
    fleets = np.where(fleets < 0, len(fleet_names) - 1, fleets)
    pairs, both = np.unique(fleets * max(len(names), 1) + codes, return_inverse=True)
    vehicles = [(fleet_names[pair // max(len(names), 1)], names[pair % max(len(names), 1)]) for pair in pairs.tolist()]
    return np.where(codes < 0, -1, both), vehicles


def _driver(frame: pl.DataFrame, who: Who) -> tuple[Ints | None, list[str]]:
    """Drivers as samples have them: -1 nothing said, -2 (an empty id) nobody."""
    if not (who.column or who.id):
        return None, []
    codes, names = _who(frame, who, "")
    if "" in names:
        empty = names.index("")
        names = names[:empty] + names[empty + 1 :]
        codes = np.where(codes == empty, -2, np.where(codes > empty, codes - 1, codes))
    return codes, names


def _codes(series: pl.Series) -> pl.Series:
    """Lists of trouble codes as they are; text is taken apart at spaces, commas and semicolons, "none" names none."""
    if isinstance(series.dtype, pl.List):
        return series.cast(pl.List(pl.String))
    said = series.cast(pl.String).to_list()
    lists = [None if text is None else [code for code in re.split(r"[\s,;]+", text) if code] for text in said]
    return pl.Series(series.name, [[] if codes == ["none"] else codes for codes in lists], dtype=pl.List(pl.String))


def pivoted(frame: pl.DataFrame, mapping: Mapping, pivot: Pivot) -> pl.DataFrame:
    """A column a channel; a channel the recording lacks is not measured."""
    index = [name for name in frame.columns if name not in (pivot.key, pivot.value)]
    frame = frame.with_columns(pl.col(pivot.key).cast(pl.String), pl.col(pivot.value).cast(pl.Float64))
    wide = frame.pivot(pivot.key, index=index, values=pivot.value, aggregate_function=pivot.combine)
    missing = {column.source for column in mapping.columns.values()} - set(wide.columns) - {""}
    return wide.with_columns(pl.lit(None, pl.Float64).alias(name) for name in sorted(missing))


def _wire(frame: pl.DataFrame, mapping: Mapping, tally: Tally) -> dict[str, Floats]:
    """Every mapped column in the wire's unit."""
    wire = {name: _values(frame, name, column, mapping, tally) for name, column in mapping.columns.items()}
    place = mapping.position
    if place.x:
        x, y = (_numbers(frame[name], mapping, tally) for name in (place.x, place.y))
        wire["lat_deg"], wire["lon_deg"] = from_plane(x, y, place.origin_lat, place.origin_lon)
    if place.datum == "gcj02" and "lat_deg" in wire and "lon_deg" in wire:
        wire["lat_deg"], wire["lon_deg"] = from_gcj02(wire["lat_deg"], wire["lon_deg"])
    return wire


def _values(frame: pl.DataFrame, name: str, column: Column, mapping: Mapping, tally: Tally) -> Floats:
    if column.constant is not None:
        return np.full(frame.height, column.constant)
    series = frame[column.source]
    if column.values:
        words = pl.Series(list(column.values), dtype=pl.String)
        series = series.cast(pl.String).replace_strict(words, list(column.values.values()), default=None)
    values = _numbers(series, mapping, tally)
    measure = unit(column.unit, name) if column.unit else PLAIN
    if measure.scale != 1:
        values = values * measure.scale
    if measure.offset:
        values = values + measure.offset
    if column.scale != 1 or column.offset:
        values = values * column.scale + column.offset
    return values


def _numbers(series: pl.Series, mapping: Mapping, tally: Tally) -> Floats:
    """A column as float64, NaN where null; text that is no number is counted."""
    if series.dtype == pl.String:
        text = series.str.replace(",", ".", literal=True) if mapping.csv.decimal_comma else series
        numbers = text.cast(pl.Float64, strict=False)
        tally.unreadable[series.name] += numbers.null_count() - series.null_count()
        series = numbers
    elif not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
        raise MappingError(f"column {series.name!r} holds {series.dtype}, expected numbers")
    return series.cast(pl.Float64).to_numpy()


def _own(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """``values`` as memory that may be written: kernels are compiled for that alone."""
    return values if values.flags.writeable and values.flags.c_contiguous else values.copy()


def _tyres(wheels: dict[tuple[int, str], dict[str, Floats]], vehicle: Ints, t: Floats) -> TyreReadings:
    """Tyre columns as the long table."""
    if not wheels:
        return TyreReadings()
    blank = np.full(t.size, np.nan)
    parts = []
    for (wheel, _), said in sorted(wheels.items(), key=lambda one: one[0]):
        pressure, temp = (said.get(signal.name, blank) for signal in TYRE_SIGNALS)
        rows = np.flatnonzero(~(np.isnan(pressure) & np.isnan(temp)))
        parts.append((vehicle[rows], np.full(rows.size, wheel), t[rows], pressure[rows], temp[rows]))
    return TyreReadings(*(np.concatenate(column) for column in zip(*parts, strict=True)))
