"""Explain: one row of the tables in words - what happened, by which rule, against which threshold, from what data."""

from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from pricing import explain as pricing_explain
from streams.alert_rules import RAISED, RULES
from streams.detectors import DETECTORS
from streams.hours import KINDS as HOURS
from streams.hours import words as hours_words
from streams.records import faults
from streams.records.evidence import is_kept
from streams.records.rows import SLOW_LEAK
from streams.tables import Tables

Row = dict[str, Any]

KEYS = {"alerts": "alert_id", "events": "event_id", "scores": "score_id", "premiums": "premium_id", "trips": "trip_id"}
LEVELS = {1: "notable", 2: "harsh", 3: "severe"}
OTHERS = {SLOW_LEAK: "A tyre loses a few percent of its pressure a day.", faults.KIND: faults.MEANING}
MEANINGS = {one.kind: one.meaning for one in DETECTORS} | HOURS | OTHERS
ROUND = ("km/h", "%", "m", "min")  # one decimal is enough
LIMITS = {
    "device": "the posted one, from the device",
    "road": "that of the road, from the map",
    "class": "that of the vehicle's class; none was posted",
    "own": "the vehicle's own, which is lower than the posted one",
}
LEAST = 4  # characters that may stand for an id


class UnknownId(Exception):  # noqa: N818  it is no failure of ours
    """No row, or more than one, has this id."""


class Explained(NamedTuple):
    """What was found, and in words."""

    row: Row
    text: str


def explain(tables: Tables, name: str) -> Explained:
    """The row whose id is ``name``, or begins with it, in words; raises ``UnknownId``."""
    table, row = _find(tables, name)
    if table == "alerts":
        return Explained(row, _alert(tables, row))
    if table == "scores":
        return Explained(row, pricing_explain.text(pricing_explain.explain_score(row)))
    if table == "premiums":
        score = _score(tables, row)
        lines = pricing_explain.explain_premium(row, score.get("points") or (), pricing_explain.taken(score))
        return Explained(row, pricing_explain.text(lines))
    return Explained(row, "\n".join(_event(row) if table == "events" else _trip(row)))


def _score(tables: Tables, premium: Row) -> Row:
    """The vehicle's score; empty where there is none."""
    scores = tables["scores"]
    same = [pl.col(name) == premium[name] for name in ("fleet_id", "vehicle_id", "tariff_id")]
    found = scores.filter(*same, pl.col("subject") == "vehicle").to_dicts()
    return found[0] if found else {}


def _find(tables: Tables, name: str) -> tuple[str, Row]:
    if len(name) < LEAST:
        raise UnknownId(f"{name!r} is too short: give at least {LEAST} characters of an id")
    for table, key in KEYS.items():
        found = tables[table].filter(pl.col(key).str.starts_with(name))
        if found.height > 1:
            raise UnknownId(f"{name!r} is the beginning of {found.height} {table}: give more of the id")
        if found.height == 1:
            return table, found.row(0, named=True)
    raise UnknownId(f"nothing has the id {name!r}; ids are in the first column of each table")


def _alert(tables: Tables, alert: Row) -> str:
    rule = RULES.get(alert["kind"], RULES[RAISED])
    events = tables["events"].filter(
        (pl.col("fleet_id") == alert["fleet_id"])
        & (pl.col("vehicle_id") == alert["vehicle_id"])
        & (pl.col("kind") == alert["kind"])
        & (pl.col("subject") == alert["subject"])
        & pl.col("start").is_between(alert["first_seen"], alert["last_seen"])
        & pl.col("level").is_in([k + 1 for k, one in enumerate(rule.priorities) if one])
    )
    times = f"seen {alert['count']} time{'s' * (alert['count'] != 1)}"
    lines = [
        f"{alert['priority']} alert {alert['alert_id']}: {_what(alert)}",
        f"condition {alert['condition']}, state {alert['state']}",
        f"{times}, from {_time(alert['first_seen'])} to {_time(alert['last_seen'])}",
        f"do: {rule.action}",
        *_called(alert),
    ]
    for event in events.iter_rows(named=True):
        lines += ["", *_event(event)]
    return "\n".join(lines)


def _called(alert: Row) -> list[str]:
    """Who was called of an alert or why nobody was, whose it is, until when it is shelved."""
    said = {
        "called": _time(alert["paged"]) if alert["paged"] else "",
        "called nobody": f"it was {alert['held']}" if alert["held"] else "",
        "assigned to": alert["assignee"] or "",
        "shelved until": _time(alert["shelved_until"]) if alert["shelved_until"] else "",
        "flapping": "it comes and goes" if alert["flapping"] else "",
    }
    return [f"{name}: {value}" for name, value in said.items() if value]


def _event(event: Row) -> list[str]:
    meaning = MEANINGS.get(event["kind"], "")
    lines = [
        f"event {event['event_id']}: {_what(event)}, level {event['level']} ({LEVELS.get(event['level'], 'as sent')})",
        f"  when   {_time(event['start'])} to {_time(event['end']) if event['end'] else 'now'}",
    ]
    if meaning:
        lines.append(f"  what   {meaning}")
    if event["peak"] is not None:
        over = (
            f", threshold of its level {_number(event['threshold'], event['unit'])}"
            if event["threshold"] is not None
            else ""
        )
        lines.append(f"  how    {_number(event['peak'], event['unit'])} at its worst{over}")
    if event["speed_kmh"] is not None:
        lines.append(f"  speed  {event['speed_kmh']:.1f} km/h at the start")
    if event["limit_source"]:
        lines.append(f"  limit  {LIMITS[event['limit_source']]}")
    lines.append(f"  rule   {event['rule']}, version {event['rule_version']}, source {event['source']}")
    if event["quality"]:
        lines.append(f"  data   {event['quality'].replace('_', ' ')}")
    if event["note"]:
        lines.append(f"  note   {event['note']}")
    if is_kept(event):
        lines.append(f"  kept   the samples around it: tripmeter evidence export {event['event_id']} --out FILE")
    if event["kind"] in HOURS and event["source"] == "derived":
        lines += hours_words.explain(event["rule"], event["driver_id"])
    return lines


def _trip(trip: Row) -> list[str]:
    minutes = {name: f"{trip[name] / 60:.0f} min" for name in ("driving_s", "idle_s", "night_s")}
    return [
        f"trip {trip['trip_id']} of {trip['fleet_id']}/{trip['vehicle_id']}, driver {trip['driver_id'] or 'unknown'}",
        f"  when   {_time(trip['start'])} to {_time(trip['end'])} ({trip['status']})",
        f"  drove  {trip['km']:.1f} km in {minutes['driving_s']}, of which {minutes['night_s']} at night",
        f"  stood  {minutes['idle_s']}",
    ]


def _what(row: Row) -> str:
    about = f" {row['subject']}" if row["subject"] else ""
    return f"{row['kind']}{about} of {row['fleet_id']}/{row['vehicle_id']}, driver {row['driver_id'] or 'unknown'}"


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if unit in ROUND else f"{value:.2f} {unit}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
