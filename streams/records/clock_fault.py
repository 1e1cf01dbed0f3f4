"""Clock fault: samples stamped with a time that cannot be, an event a vehicle and day of arrival."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select

from devices.columns import Received
from devices.plausible import YEAR_2100
from streams.ids import identify
from streams.pipeline.pipeline import DAY_S
from streams.records.rows import Revised
from streams.store import schema
from streams.store.store import rows_of

Row = dict[str, Any]
Fault = tuple[str, str, float, float]  # fleet, vehicle, arrival, s the clock was ahead (negative: behind)

KIND = "clock_fault"
SEVERE_S = 3_600.0  # ours: a wrong time zone or date, against a clock that only drifts
HOUR = 3_600.0


def clock_faults(faults: Iterable[Fault], connection: Connection) -> Revised:
    """The events that ``faults`` make or carry on."""
    revised, days = Revised([], []), dict[tuple[str, str, int], list[Fault]]()
    for fault in faults:
        days.setdefault((fault[0], fault[1], int(fault[2] // DAY_S)), []).append(fault)
    for (fleet_id, vehicle_id, day), some in days.items():
        before = _standing(connection, fleet_id, vehicle_id, day)
        after = _row(fleet_id, vehicle_id, some, before)
        revised.rows.extend([after] if after not in before else [])
        revised.retracted.extend(row for row in before if row["event_id"] != after["event_id"])
    revised.rows.sort(key=lambda row: row["start"])
    return revised


def wrong(received: Iterable[Received], ahead: float | None, earliest: float | None) -> Iterator[Fault]:
    """Payloads whose times cannot be; the bounds as the door has them, None: nothing is known."""
    for one in received:
        arrival, first, last = one.payload.received_at, one.reading.t[0], one.reading.t[-1]
        if one.reading.shift:
            yield one.fleet, one.vehicle, arrival, -one.reading.shift
        elif ahead is not None and last > arrival + ahead:
            yield one.fleet, one.vehicle, arrival, min(last, YEAR_2100) - arrival
        elif ahead is not None and earliest is not None and first < earliest:
            yield one.fleet, one.vehicle, arrival, max(first, 0.0) - arrival


def _standing(connection: Connection, fleet_id: str, vehicle_id: str, day: int) -> list[Row]:
    events = schema.events
    query = select(events).where(events.c.fleet_id == fleet_id, events.c.vehicle_id == vehicle_id)
    here = events.c.kind == KIND, events.c.source == "derived", events.c.subject == ""
    return rows_of(connection, query.where(*here, events.c.start >= day * DAY_S, events.c.start < (day + 1) * DAY_S))


def _row(fleet_id: str, vehicle_id: str, faults: list[Fault], before: list[Row]) -> Row:
    """The day's event, with what was known of it."""
    arrivals = [arrival for _, _, arrival, _ in faults]
    offsets = [offset for _, _, _, offset in faults] + [row["peak"] * HOUR for row in before]
    worst = max(offsets, key=lambda offset: (abs(offset), offset))
    start = min(arrivals + [row["start"] for row in before])
    return dict.fromkeys(schema.events.c.keys()) | {
        "event_id": identify(fleet_id, vehicle_id, KIND, "", start),
        "fleet_id": fleet_id,
        "vehicle_id": vehicle_id,
        "kind": KIND,
        "subject": "",
        "level": 2 if abs(worst) >= SEVERE_S else 1,
        "start": start,
        "end": max(arrivals + [row["end"] for row in before]),
        "peak": worst / HOUR,
        "unit": "h",
        "rule": KIND,
        "rule_version": "",
        "quality": "",
        "source": "derived",
    }
