"""Traces: a few losses and events, drawn by hand."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pricing.reports.recall import chance, recall, wilson
from pricing.reports.traces import traces, unreported

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WINDOW = timedelta(hours=12)


def claims(**at):
    rows = [
        {"claim_id": name, "fleet_id": "n", "vehicle_id": "v", "cover": "hull", "loss_at": t} for name, t in at.items()
    ]
    return pl.DataFrame(rows)


WHO = {"fleet_id": pl.String, "vehicle_id": pl.String}
EVENTS = WHO | {"event_id": pl.String, "kind": pl.String, "level": pl.Int64, "start": pl.Datetime("ms", "UTC")}
EVENTS |= {"quality": pl.String, "lat_deg": pl.Float64, "lon_deg": pl.Float64}
TRIPS = WHO | {"trip_id": pl.String, "start": pl.Datetime("ms", "UTC"), "end": pl.Datetime("ms", "UTC")}


def after(minutes):
    return NOON + timedelta(minutes=minutes)


def events(*said):
    """(kind, level, minutes after noon, quality)"""
    rows = [
        ("n", "v", f"e{k}", kind, level, after(minutes), quality, 48.0, 9.0)
        for k, (kind, level, minutes, quality) in enumerate(said)
    ]
    return pl.DataFrame(rows, EVENTS, orient="row")


def trips(*said):
    rows = [("n", "v", f"t{k}", after(a), after(b)) for k, (a, b) in enumerate(said)]
    return pl.DataFrame(rows, TRIPS, orient="row")


@pytest.mark.parametrize(
    ("said", "confidence"),
    [
        (("crash", 2, 3, ""), "sure"),
        (("rollover", 3, -14, ""), "sure"),
        (("crash", 2, -300, ""), "likely"),
        (("crash", 2, 800, ""), "possible"),  # told a day wrong
        (("crash", 2, -4300, ""), "possible"),
        (("crash", 2, 4400, ""), "none"),
        (("crash", 2, 800, "unconfirmed"), "none"),
        (("crash", 2, 3, "unconfirmed"), "possible"),
        (("harsh_braking", 3, 2, ""), "likely"),
        (("harsh_braking", 2, 2, ""), "possible"),
        (("harsh_braking", 3, 40, ""), "none"),
        (("tow", 2, -10, ""), "possible"),
        (("idling", 3, 1, ""), "none"),
    ],
)
def test_a_trace_is_as_sure_as_its_kind_and_time(said, confidence):
    (row,) = traces(claims(c=NOON), events(said), trips(), WINDOW).iter_rows(named=True)
    assert row["confidence"] == confidence
    assert (row["event_id"], row["lat_deg"]) == ((None, None) if confidence == "none" else ("e0", 48.0))


def test_the_surest_is_taken_and_of_equals_the_nearest():
    found = events(("harsh_braking", 3, 0, ""), ("crash", 2, 9, ""), ("crash", 2, -4, ""))
    (row,) = traces(claims(c=NOON), found, trips(), WINDOW).iter_rows(named=True)
    assert (row["event_id"], row["minutes"], row["confidence"]) == ("e2", -4.0, "sure")


def test_a_loss_without_an_event_was_under_way_or_not():
    said = claims(a=NOON, b=NOON + timedelta(hours=3))
    found = traces(said, events(), trips((-20, 20)), WINDOW)
    assert found.select("confidence", "trip_id").rows() == [("driving", "t0"), ("none", None)]


@pytest.mark.parametrize(("minutes", "confidence"), [(-719, "likely"), (300, "likely"), (-1500, "possible")])
def test_a_loss_told_by_the_day_is_looked_for_on_all_of_it(minutes, confidence):
    day = claims(c=NOON.replace(hour=0))
    (row,) = traces(day, events(("crash", 2, minutes, "")), trips((-60, 60)), WINDOW).iter_rows(named=True)
    assert (row["confidence"], row["by_day"], row["trip_id"]) == (confidence, True, None)
    assert row["minutes"] == (0.0 if confidence == "likely" else -780.0)


@pytest.mark.parametrize(
    ("minutes", "km", "confidence"),
    [(3, 0.5, "sure"), (3, 5, "sure"), (3, 60, "likely"), (300, 0.5, "sure"), (300, 60, "possible"), (800, 60, "none")],
)
def test_a_place_that_agrees_makes_surer_and_one_that_does_not_less_so(minutes, km, confidence):
    told = claims(c=NOON).with_columns(place_lat=48.0 + km / 111.195, place_lon=9.0)
    (row,) = traces(told, events(("crash", 2, minutes, "")), trips(), WINDOW).iter_rows(named=True)
    assert row["confidence"] == confidence
    assert row["km"] == (None if confidence == "none" else pytest.approx(km, abs=1e-3))


def test_what_came_after_the_report_is_no_trace():
    told = claims(c=NOON).with_columns(reported_at=pl.lit(after(60)))
    crashed = events(("crash", 2, 300, ""), ("harsh_braking", 2, 5, ""))
    assert traces(told, crashed, trips(), WINDOW)["event_id"].to_list() == ["e1"]


def test_a_crash_that_is_another_losss_explains_none_of_another_day():
    said, crashed = claims(a=NOON, b=after(2000)), events(("crash", 2, 3, ""))
    assert traces(said, crashed, trips(), WINDOW)["confidence"].to_list() == ["sure", "none"]


def test_another_vehicles_crash_is_no_trace():
    other = events(("crash", 3, 0, "")).with_columns(vehicle_id=pl.lit("w"))
    assert traces(claims(c=NOON), other, trips(), WINDOW)["confidence"].to_list() == ["none"]


def test_recall_is_told_beside_what_chance_finds():
    day = 24 * 60
    said, braked = (
        claims(a=NOON, b=NOON + timedelta(days=3)),
        events(("crash", 2, 1, ""), ("harsh_braking", 2, 7 * day, "")),
    )
    driven = trips(*[(k * day - 20, k * day + 20) for k in range(-30, 31)])
    found = traces(said, braked, driven, WINDOW)
    whole, hull = recall(found, chance(found, said, braked, driven, WINDOW)).iter_rows(named=True)
    assert (whole["losses"], whole["sure"], whole["driving"], whole["found"]) == (2, 1, 1, 0.5)
    assert (whole["by_chance"], whole["compared"]) == (pytest.approx(0.05), 2)  # a, moved by a week, meets the braking
    assert hull["cover"] == "hull"
    assert (whole["low"], whole["high"]) == wilson(1, 2)


def test_chance_is_not_told_where_no_record_is():
    said, crashed = claims(a=NOON), events(("crash", 2, 1, ""))
    found = traces(said, crashed, trips((-20, 20)), WINDOW)  # one day: moved, the loss is nowhere
    (whole, _) = recall(found, chance(found, said, crashed, trips((-20, 20)), WINDOW)).iter_rows(named=True)
    assert (whole["found"], whole["by_chance"], whole["compared"]) == (1.0, None, 0)


def test_the_interval_of_a_share_is_the_published_one():
    low, high = wilson(15, 148)  # Newcombe 1998, table I: 0.0624 to 0.1605
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)
    assert wilson(0, 0) == (None, None)


def test_a_crash_nobody_told_of_is_listed():
    crashes = events(
        ("crash", 2, 1, ""), ("crash", 3, 3000, ""), ("crash", 1, 6000, "unconfirmed"), ("harsh_braking", 3, 9000, "")
    )
    left = unreported(claims(c=NOON), crashes, trips(), WINDOW)
    assert left.select("event_id", "confidence").rows() == [("e1", "sure"), ("e2", "possible")]
