"""Mapping: a TOML file that says which of a recording's columns is what, in which unit and on which clock."""

import tomllib
from collections.abc import Mapping as Table
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from devices.signals import BY_COLUMN
from streams.config import nearest
from streams.recordings.units import dimension, is_signal, unit

FAULT_CODES = "fault_codes"  # the column of a recording that needs no mapping


class MappingError(ValueError):
    """A mapping that cannot be: which file, which key, what was found, what was expected."""


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a row was measured."""

    column: str | list[str] = "t"  # several text columns are joined with a space: date and time
    format: str = ""  # of text, as strptime has it; empty: ISO 8601
    unit: Literal["s", "ms", "us", "ns"] = "s"  # of numbers
    zone: str = "UTC"  # the clock that wrote times without an offset
    ambiguous: Literal["order", "first", "second", "quarantine"] = "order"  # the hour that comes twice in autumn
    zero: float | datetime | None = None  # value of the column at ``origin``
    origin: datetime | None = None  # relative times count from this instant
    not_before: datetime | None = None  # what the column says outside these two is no valid time
    not_after: datetime | None = None
    invalid: Literal["quarantine", "rebuild"] = "quarantine"  # rows without a valid time
    clock: str = ""  # rebuild: column with the time of day that is still right
    clock_format: str = "%H:%M:%S"
    trip: str = ""  # rebuild: rows of one trip, in file order, lend each other the date; empty: of one vehicle


class Who(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose row it is: one id for all, or a column; ``@file`` is the file's name without its ending."""

    column: str = ""
    id: str = ""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a signal comes from: ``value * scale`` (-1 turns right into left) in ``unit``."""

    source: str = msgspec.field(name="from", default="")
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    values: dict[str, float] = msgspec.field(default_factory=dict)  # words and what they stand for
    constant: float | None = None


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Positions that are not plain WGS 84 degrees."""

    datum: Literal["wgs84", "gcj02"] = "wgs84"
    x: str = ""  # metres east of the origin
    y: str = ""  # metres north
    origin_lat: float = 0.0
    origin_lon: float = 0.0


class Pivot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row a channel and instant becomes a row an instant, with a column a channel."""

    key: str
    value: str
    combine: Literal["mean", "first"] = "mean"  # channels of the same key at the same instant


class Csv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a CSV file is written."""

    separator: str = ","
    decimal_comma: bool = False
    skip_rows: int = 0


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. ``columns`` is by wire name; what is not listed is not read."""

    time: Time = Time()
    vehicle: Who = Who()
    fleet: Who = Who()
    driver: Who = Who()
    fault_codes: str = ""  # column with all trouble codes set at a row: a list, or text
    columns: dict[str, Column] = msgspec.field(default_factory=dict)
    position: Position = Position()
    where: dict[str, list[str | float | bool]] = msgspec.field(default_factory=dict)
    pivot: Pivot | None = None
    csv: Csv = Csv()


def read(path: Path) -> Mapping:
    """The mapping in a TOML file; ``MappingError`` names the file, the key and what was probably meant."""
    try:
        return parse(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise MappingError(f"mapping {path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"mapping {path}: not valid TOML: {error}") from error
    except MappingError as error:
        raise MappingError(f"mapping {path}: {error}") from error


def parse(tree: Table[str, Any]) -> Mapping:
    """The mapping that a TOML tree spells."""
    tree = dict(tree)
    tree["columns"] = {name: _column(said) for name, said in _table(tree, "columns").items()}
    tree["where"] = {name: said if isinstance(said, list) else [said] for name, said in _table(tree, "where").items()}
    if "time" in tree:
        tree["time"] = {name: _instant(said) for name, said in _table(tree, "time").items()}
    _known_keys(tree)
    try:
        mapping = msgspec.convert(tree, Mapping)
    except msgspec.ValidationError as error:
        raise MappingError(str(error).replace(" - at `$.", ", at `").replace("Expected", "expected")) from error
    _check_columns(mapping)
    _check(mapping)
    return mapping


def native(columns: list[str]) -> Mapping:
    """The mapping of a recording that carries the wire's own names, of which it has ``columns``."""
    present = set(columns)
    return Mapping(
        vehicle=Who(column="vehicle_id"),
        fleet=Who(column="fleet_id" if "fleet_id" in present else ""),
        driver=Who(column="driver_id" if "driver_id" in present else ""),
        fault_codes=FAULT_CODES if FAULT_CODES in present else "",
        columns={name: Column(source=name) for name in columns if is_signal(name)},
    )


def _table(tree: dict[str, Any], name: str) -> dict[str, Any]:
    found = tree.get(name, {})
    if not isinstance(found, dict):
        raise MappingError(f"{name} is {found!r}, expected a table: [{name}]")
    return found


def _column(said: Any) -> Any:
    """A name alone is a column already in the wire's unit, a number alone holds for every row."""
    if isinstance(said, str):
        return {"from": said}
    if isinstance(said, bool | int | float):
        return {"constant": float(said)}
    return said


def _instant(said: Any) -> Any:
    """A TOML date is its midnight."""
    return datetime(said.year, said.month, said.day) if type(said) is date else said


def _known_keys(tree: Table[str, Any]) -> None:
    """Every key is one of its table's, else the nearest is named."""
    sections: dict[str, type[msgspec.Struct]] = {"": Mapping}
    sections |= {"time": Time, "vehicle": Who, "fleet": Who, "driver": Who, "position": Position, "pivot": Pivot}
    sections |= {"csv": Csv, **{f"columns.{name}": Column for name in tree["columns"]}}
    for name, section in sections.items():
        table = tree if not name else tree["columns"].get(name[8:]) if "." in name else tree.get(name, {})
        if not isinstance(table, dict):
            raise MappingError(f"{name} is {table!r}, expected a table")
        known = [part.encode_name for part in msgspec.structs.fields(section)]
        for key in table:
            if key not in known:
                raise MappingError(f"unknown key {f'{name}.{key}' if name else key}{nearest(key, known)}")


def _check_columns(mapping: Mapping) -> None:
    for name, column in mapping.columns.items():
        if not is_signal(name):
            raise MappingError(f"[columns] {name} is no signal{nearest(name, BY_COLUMN)}")
        if not column.source and column.constant is None:
            raise MappingError(f"[columns] {name}.from is missing: say which column of the recording it is")
        try:
            unit(column.unit, name) if column.unit else None
        except ValueError as error:
            raise MappingError(f"[columns] {name}.unit {error}") from None
        if column.values and (column.unit or dimension(name)):
            raise MappingError(f"[columns] {name}.values are for flags and counts, not for quantities")


def _check(mapping: Mapping) -> None:
    time, plane = mapping.time, mapping.position
    try:
        ZoneInfo(time.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise MappingError(f"time.zone {time.zone!r} is no time zone; write it like 'Europe/Berlin'") from None
    if time.zero is not None and time.origin is None:
        raise MappingError("time.zero needs time.origin: the instant at which the column says zero")
    if time.invalid == "rebuild" and not time.clock:
        raise MappingError("time.invalid = 'rebuild' needs time.clock: the column with the time of day")
    for name, who in (("vehicle", mapping.vehicle), ("fleet", mapping.fleet), ("driver", mapping.driver)):
        if who.column and who.id:
            raise MappingError(f"{name} has both column and id: choose one")
    if not (mapping.vehicle.column or mapping.vehicle.id):
        raise MappingError('vehicle is missing: [vehicle] column = "..." or id = "..."')
    if bool(plane.x) != bool(plane.y):
        raise MappingError("position.x and position.y go together")
    if plane.x and {"lat_deg", "lon_deg"} & set(mapping.columns):
        raise MappingError("position.x and y give lat_deg and lon_deg: leave these out of [columns]")


def utc(instant: datetime) -> float:
    """Epoch seconds of an instant of the mapping; without an offset it is UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
