"""Devices over HTTP: what is heard of each vehicle, how much of its driving is seen, what its data lacks."""

from collections import Counter, defaultdict
from functools import partial
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select

from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import SEEING
from console.lists.sorting import Sorted, by, page
from console.live.positions import NAMES
from console.reckoning.figures import figures, rows
from console.said import number
from console.shapes import Page
from devices import topics
from streams.messages import iso
from streams.registry.rows import Device
from streams.store import schema

FAULTS = (
    "device_silent",
    "gnss_fault",
    "frozen_signal",
    "replayed_data",
    "unit_fault",
    "clock_fault",
    "device_fault",
    "odometer_gap",
    "tyre_sensor",
)
Key = tuple[str, str]
Row = dict[str, Any]


class DeviceRow(Shape):
    """A vehicle's device and what its data is worth."""

    fleet_id: str
    vehicle_id: str
    vehicle: str
    devices: list[str]
    status: str
    heard: str | None  # last sample
    km_measured: float
    km_gap: float  # driven, by the odometer, and not seen
    seen_share: float | None  # measured of all
    observed_share: float | None  # of the measured km: where a harsh brake could have been seen
    driver_share: float | None  # of the measured km: where it is known who drove
    faults: dict[str, int]  # open alerts about the device
    set_aside: dict[str, int]  # in quarantine, by reason


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which vehicles'."""

    fleet: str = ""
    site: str = ""


COLUMNS = by(
    DeviceRow, "devices", faults=lambda row: sum(row.faults.values()), set_aside=lambda row: sum(row.set_aside.values())
)


def listed(ask: Ask) -> Page[DeviceRow]:
    """All vehicles, those of which least is seen first."""
    ask.picture.look()
    view, frame, heard = ask.picture.view(ask.scope), ask.picture.frame, _heard(ask)
    seen, faults = _seen(figures(ask.world).tables()["exposure"]), _faults(ask)
    with ask.world.store.reading() as connection:
        aside = _aside(connection)
    boxes = _boxes(ask)
    found = []
    for key in filter(partial(_wanted, ask), view.ids):
        status = NAMES[frame.rows[frame.places[key]]["status"]]
        more = seen.get(key, NOTHING)
        found.append(
            DeviceRow(
                fleet_id=key[0],
                vehicle_id=key[1],
                vehicle="/".join(key),
                devices=boxes.get(key, []),
                status=status,
                heard=heard.get(key),
                faults=dict(faults.get(key, {})),
                set_aside=aside.get(key, {}),
                **more,
            )
        )
    ordered = sorted(found, key=lambda one: (one.seen_share is None, one.seen_share or 0.0, one.vehicle))
    return page(ordered, ask.query, lambda one: one.vehicle, lambda one: one, COLUMNS)


def _wanted(ask: Ask, key: Key) -> bool:
    asked = ask.query
    return asked.fleet in ("", key[0]) and (not asked.site or ask.world.known.site(*key) == asked.site)


NOTHING: Row = {"km_measured": 0.0, "km_gap": 0.0, "seen_share": None, "observed_share": None, "driver_share": None}
SUMMED = ("km_measured", "km_gap", "observed_km")


def _seen(exposure: pl.DataFrame) -> dict[Key, Row]:
    """By vehicle, how much of its driving was seen, in which way."""
    known = pl.when(pl.col("driver_id").is_not_null()).then(pl.col("km_measured")).otherwise(0.0).alias("known")
    lists = exposure.sort("fleet_id", "vehicle_id", "day", "driver_id").with_columns(known)
    lists = lists.group_by("fleet_id", "vehicle_id", maintain_order=True).agg(*SUMMED, "known")
    sums = lists.with_columns(pl.col(name).fill_null([]).list.sum() for name in (*SUMMED, "known"))
    return {(row["fleet_id"], row["vehicle_id"]): _shares(row) for row in rows(sums)}


def _shares(row: Row) -> Row:
    km, gap = row["km_measured"] or 0.0, row["km_gap"] or 0.0
    return {
        "km_measured": round(km, 1),
        "km_gap": round(gap, 1),
        "seen_share": number(km / (km + gap)) if km + gap > 0 else None,
        "observed_share": number((row["observed_km"] or 0.0) / km) if km > 0 else None,
        "driver_share": number(row["known"] / km) if km > 0 else None,
    }


def _heard(ask: Ask) -> dict[Key, str]:
    fixes = ask.world.fixes()
    pairs = zip(fixes.vehicles, fixes.heard.tolist(), strict=True)
    return {key: iso(t) for key, t in pairs if t == t}


def _faults(ask: Ask) -> dict[Key, Counter[str]]:
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for row in ask.picture.standing(ask.scope):
        if row["kind"] in FAULTS:
            found[row["fleet_id"], row["vehicle_id"]][row["kind"]] += 1
    return found


def _aside(connection: Connection) -> dict[Key, dict[str, int]]:
    """What lies in quarantine of each vehicle, by reason."""
    quarantine = schema.quarantine
    query = select(quarantine.c.topic, quarantine.c.reason, func.count()).group_by(
        quarantine.c.topic, quarantine.c.reason
    )
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for topic, reason, count in connection.execute(query):
        try:
            said = topics.parse(topic)
        except topics.TopicError:
            continue
        found[said.fleet, said.vehicle][reason] = count
    return found


def _boxes(ask: Ask) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    for row in ask.world.known.registry.of(Device):
        fleet = row.fleet_id or next(iter(ask.world.known.fleets("vehicle", row.vehicle_id)), "")
        found[fleet, row.vehicle_id].append(row.device_id)
    return found


LISTS = (
    Endpoint(
        "GET",
        "/devices",
        listed,
        "devices",
        "Devices and their data",
        SEEING,
        Page[DeviceRow],
        query=Wanted,
        long=True,
    ),
)
