"""Both: the same samples through the pipeline and through the twin, and where their tables differ."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select

from devices.plausible import clean
from devices.samples import Samples
from devices.signals import WHEELS, wheel_code
from streams.config import load
from streams.fleets.fleet import Known
from streams.kernels.params import CLASSES
from streams.replay import Run
from streams.rules import Rules, gather
from streams.store import schema
from streams.store.store import rows_of

from .merge import Row, Tyre, Vehicle
from .twin import KINDS, About, Tables, exposure, twin

KEYS = {
    "events": ("event_id",),
    "trips": ("trip_id",),
    "intervals": ("fleet_id", "vehicle_id", "activity", "start"),
    "segments": ("fleet_id", "vehicle_id", "start", "day"),
    "alerts": ("alert_id",),
    "exposure": ("fleet_id", "vehicle_id", "driver_id", "day"),
}
RELATIVE = 1e-9
EPOCH = date(1970, 1, 1)
Table = list[dict[str, Any]]


class Registry:
    """Knows what the twin is told."""

    def __init__(self, about: dict[Vehicle, About]) -> None:
        self.about = about

    def known(self, fleet_id: str, vehicle_id: str) -> Known:
        about = self.about.get((fleet_id, vehicle_id), About())
        placard = np.full(WHEELS, np.nan)
        for wheel, pressure in about.placard.items():
            placard[wheel_code(wheel)] = pressure
        return Known(CLASSES.index(about.klass), placard, about.zone, about.assignments, passenger=about.passenger)


def rules(hours: str, settings: dict[str, Any]) -> Rules:
    sets = [f"detectors.{kind}.{name}={value}" for kind, said in settings.items() for name, value in said.items()]
    return gather(load(None, {}, [f"hours.rule={hours}", *sets]))


def pipeline(pieces: Sequence[Samples], about: dict[Vehicle, About], settled: Rules) -> dict[str, Table]:
    """The tables of a replay, with the intervals and segments its exposure and hours are made of."""
    run = Run(settled, Registry(about))
    for samples in pieces:
        run.take(samples)
    found = {name: frame.rows(named=True) for name, frame in run.finish().items()}
    with run.store.reading() as connection:
        for table in (schema.intervals, schema.segments):
            found[table.name] = rows_of(connection, select(table))
    return compared(found)


def compared(found: dict[str, Table]) -> dict[str, Table]:
    """What of a chain's tables the twin has too, in its words."""
    told = {name: [{key: plain(value) for key, value in row.items()} for row in found[name]] for name in KEYS}
    return told | {name: [row for row in told[name] if row["kind"] in KINDS] for name in ("events", "alerts")}


def plain(value: Any) -> Any:
    """Timestamps as epoch seconds, days as their number."""
    if isinstance(value, date) and hasattr(value, "timestamp"):
        return value.timestamp()  # type: ignore[attr-defined]
    return (value - EPOCH).days if isinstance(value, date) else value


def twins(pieces: Sequence[Samples], about: dict[Vehicle, About], settled: Rules, **how: Any) -> dict[str, Table]:
    rows, tyres = [], []
    for samples in pieces:
        samples, _ = clean(samples)
        rows += as_rows(samples)
        tyres += as_tyres(samples)
    tables: Tables = twin(rows, tyres, about, settled.alerts, **how)
    return vars(tables) | {"exposure": exposure(tables)}


def as_rows(samples: Samples) -> list[Row]:
    columns = {name: values.tolist() for name, values in samples.columns.items()}
    codes = [-1] * samples.t.size if samples.driver is None else samples.driver.tolist()
    drivers = {-1: None, -2: "", **dict(enumerate(samples.drivers))}
    rows = []
    for i, (vehicle, t) in enumerate(zip(samples.vehicle.tolist(), samples.t.tolist(), strict=True)):
        said = {name: values[i] for name, values in columns.items()}
        rows.append(Row(samples.vehicles[vehicle], t, said, drivers[codes[i]]))
    return rows


def as_tyres(samples: Samples) -> list[Tyre]:
    tyres = samples.tyres
    columns = (tyres.vehicle, tyres.t, tyres.wheel, tyres.pressure, tyres.temp)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Tyre(samples.vehicles[vehicle], *rest) for vehicle, *rest in rows]


def differences(ours: dict[str, Table], theirs: dict[str, Table]) -> list[str]:
    """Rows only one of them has, and fields that are not the same; times and texts exactly, numbers to 1e-9."""
    found = []
    for name, key in KEYS.items():
        left, right = by_key(ours[name], key), by_key(theirs[name], key)
        if name == "exposure":  # a row may be there for an event of a kind that is not compared
            left = {k: row for k, row in left.items() if k in right or any(row[column] for column in counted(row))}
        found += [f"{name}: only the pipeline has {left[k]}" for k in left.keys() - right.keys()]
        found += [f"{name}: only the twin has {right[k]}" for k in right.keys() - left.keys()]
        check = driven if name == "exposure" else fields
        for k in left.keys() & right.keys():
            found += [f"{name} {k}: {one}" for one in check(left[k], right[k])]
    return found


def counted(row: dict[str, Any]) -> list[str]:
    """Columns of a row of exposure in which the twin, too, would count something."""
    return [name for name in row if name.endswith(("_km", "_h")) or name.startswith("km_") or name[:-2] in KINDS]


def by_key(table: Table, key: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
    found = {tuple(row[name] for name in key): row for row in table}
    assert len(found) == len(table)
    return found


def fields(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """What the twin says otherwise."""
    exact = {"start", "end", "first_seen", "last_seen", "day"}
    return [
        f"{name} is {left[name]!r}, the twin says {value!r}"
        for name, value in right.items()
        if not (left[name] == value or (name not in exact and close(left[name], value)))
    ]


def close(a: Any, b: Any) -> bool:
    numbers = isinstance(a, float) and isinstance(b, float)
    return numbers and math.isclose(a, b, rel_tol=RELATIVE, abs_tol=RELATIVE)


def driven(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """Exposure: km and hours against the twin's whole mm and ms, of which each segment may round one otherwise."""
    names = {
        "km_measured": "metres",
        "km_odometer": "odometer_m",
        "km_gap": "gap_m",
        "night_km": "night_m",
        "moving_h": "moving_s",
        "idle_h": "idle_s",
        **{f"over_limit_{band}_km": f"over_{band}_m" for band in ("0_10", "10_20", "20_30", "30")},
        **{f"limit_{source}_km": f"limit_{source}_m" for source in ("device", "road", "class")},
        **{f"{road}_km": f"{road}_m" for road in ("motorway", "rural", "urban", "residential")},
        "road_unknown_km": "unclassed_m",
        **{f"hour_{part}_km": f"hour_{part}_m" for part in ("5_9", "9_16", "16_19", "19_22")},
        **{f"speed_{band}_km": f"speed_{band}_m" for band in ("0_20", "20_50", "50_80", "80_100", "100_130", "130")},
        **{f"{what}_km": f"{what}_m" for what in ("limit_known", "observed", "observed_corner", "observed_tyre")},
    }
    found = []
    for name, value in left.items():
        whole = right.get(names.get(name, name), 0)
        scale = 3.6e6 if name.endswith("_h") else 1e6
        if name in names and abs((value or 0) * scale - whole) > 2:
            found.append(f"{name} is {value}, the twin says {whole / scale}")
        elif name[-2:] in ("_1", "_2", "_3") and name[:-2] in KINDS and value != whole:
            found.append(f"{name} is {value}, the twin counts {whole}")
    return found


def disagree(
    pieces: Sequence[Samples],
    about: dict[Vehicle, About] | Callable[[Vehicle], About] | None = None,
    hours: str = "eu",
    settings: dict[str, Any] | None = None,
) -> tuple[list[str], dict[str, int]]:
    """Where pipeline and twin differ, and how many rows of each table they agree on."""
    known = about if isinstance(about, dict) else {v: about(v) for s in pieces for v in s.vehicles} if about else {}
    settled = rules(hours, settings or {})
    ours = pipeline(pieces, known, settled)
    theirs = twins(pieces, known, settled, hours=hours, settings=settings)
    return differences(ours, theirs), {name: len(ours[name]) for name in KEYS}
