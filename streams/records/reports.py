"""Reports: what devices themselves raise, told again in every packet while it lasts, joined to one event an episode."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from devices.samples import Samples
from streams.ids import identify
from streams.records import held
from streams.records.rows import Revised
from streams.store import schema
from streams.store.store import rows_of

Row = dict[str, Any]
Driver = Callable[[tuple[str, str], float], str | None]

JOIN_S = 120.0  # ours: four reports of a tracker that speaks every 30 s, so an alarm held survives lost packets
MOST_MEDIA = 8  # ours: an alarm held for hours with a picture in every packet is not worth more
BESIDE = "device"  # subject of a report whose kind is one of ours: its alert stands beside ours

EVENT_COLUMNS = tuple(schema.events.c.keys())


class Key(NamedTuple):
    """What an episode is about."""

    fleet_id: str
    vehicle_id: str
    kind: str
    subject: str


class Span(NamedTuple):
    """An episode: its first and last report, and the highest level said."""

    start: float
    end: float
    level: int
    place: tuple[float, ...] = ()  # latitude and longitude where it began; of several said, the greatest
    media: tuple[str, ...] = ()  # references to what the device recorded of it, ascending, the first ``MOST_MEDIA``


def joined(spans: Iterable[Span]) -> list[Span]:
    """``spans`` at most ``JOIN_S`` apart made one, ascending.

    The ends of a span are reports themselves, so joining bit by bit, in any order and however often, makes the same
    spans: the runs of all reports without a longer pause.
    """
    found: list[Span] = []
    for span in sorted(spans):
        if found and round((span.start - found[-1].end) * 1000) <= JOIN_S * 1000:
            last = found.pop()
            place = max(last.place, span.place) if last.start == span.start else last.place
            media = tuple(sorted({*last.media, *span.media})[:MOST_MEDIA])
            span = Span(last.start, max(last.end, span.end), max(last.level, span.level), place, media)
        found.append(span)
    return found


def report(samples: Samples, ours: Iterable[str], connection: Connection, driver: Driver) -> Revised:
    """What ``samples`` say devices raised, joined to what is on record; ``ours`` are the kinds that we find as well.

    ``driver(vehicle, t)`` is who drove then.

    An event that begins earlier than was known, or is joined to the one before, gets another name: its old row goes.
    """
    revised = Revised([], [])
    for key, said in _by_key(samples, set(ours)).items():
        before = {row["event_id"]: row for row in _standing(connection, key, said)}
        spans = joined([*said, *map(_span, before.values())])
        rows = [_row(key, span, driver(key[:2], span.start)) for span in spans]
        after = {row["event_id"]: row for row in rows}
        found = held.follow(key, after.values(), before.keys() - after.keys(), connection)
        revised.rows.extend(found.rows)
        revised.retracted.extend(found.retracted)
    revised.rows.sort(key=lambda row: (row["start"], row["event_id"]))
    return revised


def _by_key(samples: Samples, ours: set[str]) -> dict[Key, list[Span]]:
    found: dict[Key, list[Span]] = defaultdict(list)
    for event in samples.events:
        words = [BESIDE] if event.kind in ours else []
        subject = " ".join([*words, event.code] if event.code else words)
        key = Key(*samples.vehicles[event.vehicle], event.kind, subject)
        found[key].append(Span(event.t, event.t, event.level, event.place or (), (event.media,) if event.media else ()))
    return found


def _standing(connection: Connection, key: Key, said: list[Span]) -> list[Row]:
    """Events on record that ``said`` may belong to."""
    events = schema.events
    query = select(events).where(*[events.c[name] == value for name, value in key._asdict().items()])
    near = (
        events.c.source == "device",
        events.c.end >= min(said).start - JOIN_S - 1,
        events.c.start <= max(said).start + JOIN_S + 1,
    )
    return rows_of(connection, query.where(*near))


def _row(key: Key, span: Span, driver_id: str | None) -> Row:
    fleet_id, vehicle_id, kind, subject = key
    said: Row = {
        "event_id": identify(fleet_id, vehicle_id, f"device:{kind}", subject, span.start),
        "unit": "",
        "rule": "device",
        "rule_version": "",
        "quality": "",
        "source": "device",
    }
    lat, lon = span.place or (None, None)
    said |= {"start": span.start, "end": span.end, "level": span.level, "lat_deg": lat, "lon_deg": lon}
    said |= {"driver_id": driver_id, "media": "\n".join(span.media) or None}
    return dict.fromkeys(EVENT_COLUMNS) | key._asdict() | said


def _span(row: Row) -> Span:
    place = () if row["lat_deg"] is None else (row["lat_deg"], row["lon_deg"])
    media = tuple(row["media"].split("\n")) if row["media"] else ()
    return Span(row["start"], row["end"], row["level"], place, media)
