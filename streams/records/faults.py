"""Faults: trouble codes outstanding, each from the first list that names it to the first list that no longer does."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from devices.samples import Samples
from devices.topics import MAX_ID
from streams.ids import identify
from streams.records.rows import Revised
from streams.store import schema
from streams.store.store import rows_of

Row = dict[str, Any]
Vehicle = tuple[str, str]
Lists = dict[float, set[str]]  # codes said, by instant

KIND = "fault_code"
MEANING = "A control unit of the vehicle reports this trouble code."
CHASSIS = "C"  # SAE J2012: brakes, steering, suspension
FORBIDDEN = str.maketrans(dict.fromkeys("+#/\0", "_"))  # in a topic, where the code is a level


def take(samples: Samples, connection: Connection) -> Revised:
    """What lists newer than all before them open and close; the codes outstanding are those on record."""
    rows = []
    for vehicle, lists in _lists(samples).items():
        lasting = _standing(connection, vehicle, schema.events.c.end.is_(None))
        rows += _fold(vehicle, {row["subject"]: row for row in lasting}, lists)
    return Revised(rows, [])


def settle(samples: Samples, connection: Connection, vehicle: Vehicle, since: float) -> Revised:
    """A vehicle's faults made anew from ``samples``, which are all of it from ``since`` on."""
    events = schema.events
    touched = _standing(
        connection, vehicle, or_(events.c.end.is_(None), events.c.end >= since, events.c.start >= since)
    )
    before = {row["subject"]: row | {"end": None} for row in touched if row["start"] < since}
    rows = {row["event_id"]: row for row in before.values()}
    rows |= {row["event_id"]: row for row in _fold(vehicle, before, _lists(samples).get(vehicle, {}))}
    gone = [row for row in touched if row["event_id"] not in rows]
    return Revised(sorted(rows.values(), key=lambda row: (row["start"], row["event_id"])), gone)


def _lists(samples: Samples) -> dict[Vehicle, Lists]:
    """What each vehicle listed when; two lists of one instant are one."""
    found: dict[Vehicle, Lists] = defaultdict(lambda: defaultdict(set))
    for said in samples.faults:
        found[samples.vehicles[said.vehicle]][said.t].update(map(_name, said.codes))
    return found


def _name(code: str) -> str:
    """A code as the subject of an event, and the last level of its alert's topic."""
    return (code.strip().translate(FORBIDDEN).lstrip("$") or "unknown")[:MAX_ID]


def _fold(vehicle: Vehicle, outstanding: Mapping[str, Row], lists: Lists) -> list[Row]:
    """The rows that ``lists`` begin or end, as they stand after them, in order of start."""
    lasting, changed = dict(outstanding), dict[str, Row]()
    for t, codes in sorted(lists.items()):
        ended = [lasting.pop(code) | {"end": t} for code in sorted(lasting.keys() - codes)]
        begun = {code: _row(vehicle, code, t) for code in sorted(codes - lasting.keys())}
        lasting |= begun
        changed |= {row["event_id"]: row for row in [*ended, *begun.values()]}
    return sorted(changed.values(), key=lambda row: (row["start"], row["event_id"]))


def _row(vehicle: Vehicle, code: str, start: float) -> Row:
    said = {
        "event_id": identify(*vehicle, KIND, code, start),
        "fleet_id": vehicle[0],
        "vehicle_id": vehicle[1],
        "kind": KIND,
        "subject": code,
        "level": 2 if code.upper().startswith(CHASSIS) else 1,
        "start": start,
        "unit": "",
        "rule": KIND,
        "rule_version": "",
        "quality": "",
        "source": "derived",
    }
    return dict.fromkeys(schema.events.c.keys()) | said


def _standing(connection: Connection, vehicle: Vehicle, which: ColumnElement[bool]) -> list[Row]:
    """A vehicle's events on record."""
    events = schema.events
    query = select(events).where(
        events.c.fleet_id == vehicle[0], events.c.vehicle_id == vehicle[1], events.c.kind == KIND, which
    )
    return rows_of(connection, query.where(events.c.source == "derived"))
