"""A fleet's weeks: who is worst by what is sure, what could not be seen, what was done, what has changed."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pricing.exposure import SCHEMA
from streams.desk.report import Record, Span, report

SPAN = Span(date(2026, 3, 15), date(2026, 3, 29))
EVENTS = {
    "vehicle_id": pl.String,
    "kind": pl.String,
    "start": pl.Datetime("ms", "UTC"),
    "end": pl.Datetime("ms", "UTC"),
}
ALERTS = {
    "vehicle_id": pl.String,
    "driver_id": pl.String,
    "priority": pl.String,
    "first_seen": pl.Datetime("ms", "UTC"),
}
SCORES = {
    "subject": pl.String,
    "driver_id": pl.String,
    "score": pl.Float64,
    "provisional": pl.Boolean,
    "status": pl.String,
}
NOW = datetime(2026, 3, 29, tzinfo=UTC).timestamp()


def day(vehicle, when, km, harsh=0, driver="D1", gap=0.0):
    """A day of a vehicle; every km is one in which a harsh event would have been seen."""
    row = {name: 0 if kind == pl.Int64 else 0.0 if kind == pl.Float64 else None for name, kind in SCHEMA.items()}
    named = {"fleet_id": "f", "vehicle_id": vehicle, "driver_id": driver, "day": when, "status": "final"}
    return row | named | {"km_measured": km, "observed_km": km, "km_gap": gap, "harsh_braking_2": harsh}


def record(days=(), events=(), alerts=(), tasks=(), sites=None, status="illustrative"):
    sites = {"V1": "north", "V2": "south", "V3": "south"} if sites is None else sites
    return Record(
        sites,
        pl.DataFrame(list(days), schema=SCHEMA),
        pl.DataFrame(list(events), schema=EVENTS, orient="row"),
        pl.DataFrame(list(alerts), schema=ALERTS, orient="row"),
        pl.DataFrame(
            [("driver", "D2", 61.0, False, status), ("driver", "D3", 62.0, True, status)], schema=SCORES, orient="row"
        ),
        list(tasks),
        NOW,
    )


def at(day_of_march, hour=0):
    return datetime(2026, 3, day_of_march, hour, tzinfo=UTC)


def task(name, **more):
    row = {"task_id": name, "fleet_id": "f", "vehicle_id": "V2", "kind": "workshop", "subject": "", "state": "open"}
    return row | {"created": at(20).timestamp(), "due": None, "done_at": None, "assignee": None} | more


@pytest.fixture(scope="module")
def found():
    days = [day("V1", date(2026, 3, 16), 4000.0, 4), day("V2", date(2026, 3, 17), 3000.0, 60, "D2", 500.0)]
    before = [day("V2", date(2026, 3, 2), 3000.0, 5, "D2")]
    few = [day("V1", date(2026, 3, 20), 10.0, 1, "D3")]
    silent = [("V1", "device_silent", at(14), at(16)), ("V3", "device_silent", at(28, 12), None)]
    alerts = [("V2", "D2", "critical", at(17)), ("V2", "D2", "minor", at(17)), ("V2", "D2", "major", at(3))]
    tasks = [
        task("late", due=at(22).timestamp()),
        task("soon", due=at(30).timestamp()),
        task("done", state="done", done_at=at(21).timestamp(), due=at(20).timestamp()),
        task("older", created=at(1).timestamp(), state="verified", done_at=at(2).timestamp()),
    ]
    return report(record([*days, *few, *before], silent, alerts, tasks), SPAN, SPAN.before)


def test_the_worst_is_who_surely_is(found):
    assert [(one.name, one.events) for one in found.sites] == [("south", 60), ("north", 5)]
    assert [one.name for one in found.worst] == ["V2", "V1"]
    assert next(one.name for one in found.drivers) == "D2"
    assert [(one.name, one.above, one.urgent, one.overdue) for one in found.worst] == [
        ("V2", True, 1, 1),
        ("V1", False, 0, 0),
    ]


def test_a_score_of_too_few_km_is_none_and_who_filed_it_is_said(found):
    assert {one.name: one.score for one in found.drivers} == {"D1": None, "D2": 61.0, "D3": None}
    assert found.status == "illustrative"
    assert report(record(status="filed"), SPAN, SPAN.before).status == "filed"


def test_what_could_not_be_seen_is_counted(found):
    assert (found.vehicles, found.heard) == (3, 2)
    assert [(one.vehicle_id, one.heard, one.silent_h) for one in found.blind] == [
        ("V3", False, 12.0),
        ("V1", True, 24.0),
        ("V2", True, 0.0),
    ]
    assert (found.km, found.gap_km, found.silent_h) == (7010.0, 500.0, 36.0)


def test_tasks_count_in_the_period_in_which_they_were_made_and_done(found):
    assert (found.made, [one["task_id"] for one in found.done]) == (3, ["done"])
    assert [one["task_id"] for one in found.overdue] == ["late"]


def test_a_change_is_held_against_as_many_days_before(found):
    said = {one.name: (one.before.events, one.now.events, one.word) for one in found.changes}
    assert said == {"harsh": (5, 65, "more"), "speeding": (0, 0, "unclear"), "urgent": (1, 1, "unclear")}
    assert SPAN.before == (date(2026, 3, 1), date(2026, 3, 15))


def test_a_fleet_of_which_nothing_is_known_has_a_report():
    found = report(record(), SPAN, SPAN.before)
    assert (found.vehicles, found.heard, found.km, found.worst) == (3, 0, 0.0, ())
    assert {one.word for one in found.changes} == {"unclear"}
    assert report(record(sites={}), SPAN, SPAN.before).blind == ()


def test_who_had_urgent_alerts_is_on_a_list_without_any_harsh_event():
    days = [day(f"V{k}", date(2026, 3, 16), 4000.0, 9 - k % 3, f"D{k}") for k in range(1, 12)]
    days.append(day("V12", date(2026, 3, 16), 10.0, 0, "D12"))
    urgent = [("V12", None, "critical", at(17)), ("V13", None, "major", at(18)), ("V1", None, "minor", at(18))]
    found = report(record(days, alerts=urgent, sites={"V13": "north"}), SPAN, SPAN.before)
    assert [(one.name, one.events, one.urgent) for one in found.worst[10:]] == [("V12", 0, 1), ("V13", 0, 1)]
    assert len(found.worst) == 12 and all(one.events for one in found.worst[:10])
