"""Held: an alarm of a device that stays on, or comes again and again, for longer than anybody drives."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, or_, select

from streams.ids import identify
from streams.records.rows import Revised
from streams.store import schema
from streams.store.store import rows_of

Row = dict[str, Any]
Who = tuple[str, str, str, str]  # fleet, vehicle; kind and subject of the alarm

KIND = "alarm_held"
HOUR = 3600.0
LEVELS_S = (2 * HOUR, 5 * HOUR, 24 * HOUR)
LINK_S = 900.0  # ours: trackers that speak every 10 min repeat an alarm so; no lawful break is shorter
LASTING = ("sos", "power_cut", "device_fault")  # may be on whether anybody drives or not
LASTING_LINK_S = 3_900.0  # ours: parked trackers speak once an hour, and may be late
DOUBTED = "doubted"  # quality of what a held alarm says


def follow(who: Who, now: Iterable[Row], gone: Collection[str], connection: Connection) -> Revised:
    """What has become of an alarm's events, and of its being held.

    ``now`` are its events as reports have just made them, ``gone`` the ids of those they replace. Reports only ever
    come in addition, so chains of events only grow: one that reaches back further than level 1 is on record as held.
    """
    link = LASTING_LINK_S if who[2] in LASTING else LINK_S
    new = {row["event_id"]: row for row in now}
    reach = LEVELS_S[0] + link + 1
    since, until = min(row["start"] for row in new.values()), max(row["end"] for row in new.values())
    before = {row["event_id"]: row for row in _standing(who, since - reach, until + reach, connection)}
    after = {name: row for name, row in (before | new).items() if name not in gone}
    revised = Revised([], [before[name] for name in gone])
    for chain in _chains(after.values(), link):
        if any(row["event_id"] in new for row in chain):
            rows = _judged(who, chain)
            names = {row["event_id"] for row in rows}
            revised.rows.extend(row for row in rows if before.get(row["event_id"]) != row)
            revised.retracted.extend(row for row in chain if row["event_id"] not in names)
    return revised


def _chains(events: Iterable[Row], link: float) -> list[list[Row]]:
    """Events at most ``link`` s apart, together."""
    chains: list[list[Row]] = []
    end = float("-inf")
    for row in sorted(events, key=lambda row: (row["start"], row["event_id"])):
        if chains and round((row["start"] - end) * 1000) <= link * 1000:
            chains[-1].append(row)
            end = max(end, row["end"])
        else:
            chains.append([row])
            end = row["end"]
    return chains


def _judged(who: Who, chain: list[Row]) -> list[Row]:
    """The alarm's events of a chain, and what tells that it is held, if it is."""
    start, end = chain[0]["start"], max(row["end"] for row in chain)
    level = sum(round((end - start) * 1000) >= limit * 1000 for limit in LEVELS_S)
    raised = [row for row in chain if row["kind"] != KIND or row["source"] == "device"]
    if level == 0:
        return raised
    return [*(row | {"quality": DOUBTED} for row in raised), _row(who, level, start, end)]


def _row(who: Who, level: int, start: float, end: float) -> Row:
    subject = _subject(who)
    said: Row = {
        "event_id": identify(*who[:2], KIND, subject, start),
        "fleet_id": who[0],
        "vehicle_id": who[1],
        "kind": KIND,
        "subject": subject,
        "level": level,
        "start": start,
        "end": end,
        "peak": (end - start) / HOUR,
        "unit": "h",
        "threshold": LEVELS_S[level - 1] / HOUR,
        "rule": KIND,
        "rule_version": "",
        "quality": "",
        "source": "derived",
    }
    return dict.fromkeys(schema.events.c.keys()) | said


def _subject(who: Who) -> str:
    """The alarm in words: its kind, then its subject if it has one."""
    return " ".join(filter(None, who[2:]))


def _standing(who: Who, since: float, until: float, connection: Connection) -> list[Row]:
    """Events on record of the alarm, and of its being held, that touch a stretch of time."""
    events = schema.events
    query = select(events).where(events.c.fleet_id == who[0], events.c.vehicle_id == who[1])
    raised = (events.c.kind == who[2]) & (events.c.subject == who[3]) & (events.c.source == "device")
    told = (events.c.kind == KIND) & (events.c.subject == _subject(who)) & (events.c.source == "derived")
    return rows_of(connection, query.where(or_(raised, told), events.c.end >= since, events.c.start <= until))
