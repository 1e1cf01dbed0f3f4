"""Pruning: what has been kept for long enough goes, category by category, and no premium changes before its time."""

import polars as pl
import pytest

from streams.desk import actions, tasks
from streams.keeping import keeping
from streams.keeping.archive import DAY_S
from streams.keeping.keeping import CATEGORIES, PRESETS, Keeping
from streams.objects import Folder
from streams.registry import stored
from streams.registry.book import Registry
from streams.registry.rows import FleetRow
from streams.river.retention import Retention
from streams.settings import Retention as Settings
from streams.store import audit, deeds, schema
from streams.store.marks import let_go

PRICED = ("exposure", "scores", "premiums")


@pytest.fixture
def river(rivers, tmp_path):
    """Three days of a German fleet, an alert that somebody has dealt with, and a task."""
    river = rivers.River(tmp_path, rivers.judged(*rivers.HOURS))
    registry = Registry()
    registry.put(FleetRow(fleet_id="f", name="F", time_zone="Europe/Berlin", jurisdiction="de"))
    with river.store.writing() as connection:
        stored.write(connection, registry, 0.0)
    river.embedded.take(rivers.payloads(rivers.days(9)))
    river.drain()
    name = next(row["alert_id"] for row in river.rows(schema.alerts) if row["condition"] == "cleared")
    now = river.embedded.newest
    actions.act(river.store, name, "dismiss", "Ann", "a test", now)
    tasks.create(river.store, "coach", tasks.About("f", "V0", "", name), "Ann", now)
    return river


def keep(river, folder, days, **said):
    """What is left after so many days."""
    keeper = Retention(river.store, Folder(folder), Keeping(**said))
    keeper.work(river.embedded.newest + days * DAY_S)
    return river


def test_within_the_shortest_period_nothing_goes(rivers, river, tmp_path):
    before = river.tables()
    assert rivers.differences(before, keep(river, tmp_path, 25).tables()) == {}
    with river.store.reading() as connection:
        assert audit.read(connection, action="retention") == []


def test_positions_go_first_and_nothing_else(rivers, river, tmp_path):
    before, after = river.tables(), keep(river, tmp_path, 70).tables()
    trips = ["start_lat_deg", "start_lon_deg", "end_lat_deg", "end_lon_deg"]
    places = {"events": ["lat_deg", "lon_deg"], "trips": trips}
    for name, columns in places.items():
        assert before[name].select(columns).null_count().sum_horizontal().item() < before[name].height * len(columns)
        lasts = pl.col("status") == "open" if name == "trips" else pl.col("end").is_null()
        over = after[name].filter(~lasts)
        assert over.select(columns).null_count().sum_horizontal().item() == over.height * len(columns)
        assert after[name].drop(columns).equals(before[name].drop(columns))
    rest = before.keys() - places.keys()
    assert rivers.differences({k: before[k] for k in rest}, {k: after[k] for k in rest}) == {}


def test_trips_and_what_people_did_go_and_no_premium_changes(rivers, river, tmp_path):
    before, after = river.tables(), keep(river, tmp_path, 1_600).tables()
    assert rivers.differences({k: before[k] for k in PRICED}, {k: after[k] for k in PRICED}) == {}
    assert after["trips"].filter(after["trips"]["status"] == "closed").is_empty()
    assert river.rows(schema.evidence) == river.rows(deeds.task_actions) == []
    assert [(row["action"], row["actor"], row["reason"]) for row in river.rows(deeds.actions)] == [("dismiss", "", "")]
    assert {row["status"] for row in river.rows(schema.intervals)} <= {"open"}
    assert {row["condition"] for row in river.rows(schema.alerts)} <= {"active"}
    assert before["alerts"].height > len(river.rows(schema.alerts))


def test_settling_brings_back_no_alert_that_was_let_go(rivers, river, tmp_path):
    keep(river, tmp_path, 1_600)
    left = river.rows(schema.alerts)
    river.crash()
    for slot in range(3):
        river.embedded.dirty(slot, river.embedded.newest - 0.2 * DAY_S)
    river.drain()
    assert river.rows(schema.alerts) == left


def test_at_last_exposure_goes_too_and_everything_is_on_record(river, tmp_path):
    keep(river, tmp_path, 3_700)
    assert river.rows(schema.segments) == river.rows(deeds.actions) == []
    assert [row for row in river.rows(schema.events) if row["end"] is not None] == []
    with river.store.reading() as connection:
        entries = audit.read(connection, action="retention", fleet_id="f")
        assert audit.verify(connection).problems == []
        today = (river.embedded.newest + 3_700 * DAY_S - 3_600) // DAY_S * DAY_S
        assert let_go(connection, "f", "exposure") == today - 3_650 * DAY_S
    assert {row["action"].partition(".")[2] for row in entries} >= {
        "positions",
        "trips",
        "handling",
        "hours",
        "exposure",
    }


def test_what_a_configuration_says_counts_but_not_below_what_rules_look_back(river, tmp_path):
    keep(river, tmp_path, 20, said={"hours": 1, "trips": 1}, horizon_days=4)
    assert any(row["status"] == "closed" for row in river.rows(schema.trips))
    keep(river, tmp_path, 40, said={"hours": 1, "trips": 0}, horizon_days=4)
    assert {row["status"] for row in river.rows(schema.intervals)} <= {"open"}
    assert any(row["status"] == "closed" for row in river.rows(schema.trips))


def test_a_fleet_of_no_known_jurisdiction_keeps_all_but_payloads(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    river.embedded.take(rivers.payloads(rivers.days(9)))
    river.drain()
    before = river.tables()
    assert rivers.differences(before, keep(river, tmp_path, 5_000).tables()) == {}


def test_every_preset_says_of_everything_how_long_and_on_whose_word():
    for name, preset in PRESETS.items():
        assert list(preset) == list(CATEGORIES), name
        for category, one in preset.items():
            assert one.source, (name, category)
            assert one.days == keeping.FOR_GOOD or one.days >= one.least, (name, category)
    assert set(keeping.JURISDICTIONS.values()) == set(PRESETS) - {"custom"}
    assert Keeping.chosen(Settings(preset="us", trips_days=400), 7).of("DE")["trips"].days == 400
    assert Keeping.chosen(Settings(), 7).name("AT") == "eu"
