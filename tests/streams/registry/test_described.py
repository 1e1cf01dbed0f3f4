"""Described: a vehicle whose class or tyres change is judged by what the registry says of it at each instant."""

import numpy as np
import pytest

from devices.samples import Samples, TyreReadings
from devices.signals import WHEELS
from streams.fleets.fleet import Described
from streams.store import schema, upkeep

CHANGE_S = 3_600.0
PLACARDS = 500.0, 800.0


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


@pytest.fixture
def changed(rivers):
    """A van with soft tyres that is a truck with hard ones from the second hour on."""
    was = Described(-np.inf, 1, np.full(WHEELS, PLACARDS[0]), False)
    return rivers.Everybody(klass=2, since=rivers.START + CHANGE_S, earlier=(was,))


def brake(rivers, at):
    """From 20 m/s a brake of 3.25 m/s²: harsh for a truck (3.13), not for a van (3.33)."""
    t = rivers.START + at + np.arange(0.0, 40.0, 0.5)
    since = t - rivers.START - at - 20.0
    speed = np.clip(20.0 - 3.25 * np.clip(since, 0.0, 3.0), 0.0, None)
    columns = {"speed": speed, "accel_long": np.where((since > 0) & (since <= 3.0), -3.25, 0.0)}
    return Samples([("f", "V")], np.zeros(t.size, np.int64), t, columns)


def rolling(rivers, pressure):
    """Two hours at 15 m/s with one tyre read once a minute."""
    t = rivers.START + np.arange(0.0, 2 * CHANGE_S, 10.0)
    read = t[::6]
    zeros = np.zeros(read.size, np.int64)
    tyres = TyreReadings(zeros, zeros, read, np.full(read.size, pressure), np.full(read.size, 20.0))
    return Samples([("f", "V")], np.zeros(t.size, np.int64), t, {"speed": np.full(t.size, 15.0)}, tyres=tyres)


def events(river, kind):
    return sorted((row for row in river.rows(schema.events) if row["kind"] == kind), key=lambda row: row["start"])


def test_an_event_is_judged_by_the_class_the_vehicle_had(rivers, rules, changed, tmp_path):
    river = rivers.River(tmp_path, rules, changed)
    for at in (2 * CHANGE_S, 0.0):  # the later one first: the other is settled
        river.embedded.take(rivers.payloads(brake(rivers, at), boot=str(at)))
    river.drain()
    assert [row["level"] for row in events(river, "harsh_braking")] == [1, 2]
    limits = [row["threshold"] for row in events(river, "harsh_braking")]
    assert limits == pytest.approx([0.75 * 0.34 * 9.80665, 3.13], abs=0.01)


def test_a_tyre_is_judged_by_the_placard_of_its_time(rivers, rules, changed, tmp_path):
    river = rivers.River(tmp_path, rules, changed)
    river.embedded.take(rivers.payloads(rolling(rivers, 500.0), size=50))
    river.drain()
    (low,) = events(river, "tyre_low")
    assert low["start"] == rivers.START + CHANGE_S
    assert low["peak"] == pytest.approx(37.5)


def test_a_row_told_late_settles_from_its_date_on_and_no_further(rivers, rules, changed, tmp_path):
    river = rivers.River(tmp_path / "late", rules, rivers.Everybody(klass=1, earlier=()))
    parts = [brake(rivers, at) for at in (0.0, 2 * CHANGE_S)]
    for part in parts:
        river.embedded.take(rivers.payloads(part, boot=str(part.t[0])))
    assert [row["level"] for row in events(river, "harsh_braking")] == [1, 1]
    was = changed.earlier[0]._replace(placard=np.full(WHEELS, 800.0))
    river.source = rivers.Everybody(klass=2, since=changed.since, earlier=(was,))
    river.embedded.follow(river.source)
    assert [row["since"] for row in river.rows(upkeep.dirty)] == [changed.since]
    river.drain()
    assert [row["level"] for row in events(river, "harsh_braking")] == [1, 2]
    assert [row["change"] for row in river.rows(schema.revisions) if row["table_name"] == "events"] == ["replaced"]
    asked = rivers.replayed([rivers.stored(river)], rules, river.source)
    assert rivers.differences(asked, river.tables()) == {}


def test_what_is_told_for_later_settles_nothing_and_counts_from_then_on(rivers, rules, changed, tmp_path):
    river = rivers.River(tmp_path, rules, rivers.Everybody(klass=1))
    river.embedded.take(rivers.payloads(brake(rivers, 0.0)))
    was = changed.earlier[0]._replace(placard=np.full(WHEELS, 800.0))
    river.source = rivers.Everybody(klass=2, since=changed.since, earlier=(was,))
    river.embedded.follow(river.source)
    assert river.rows(upkeep.dirty) == []
    river.embedded.take(rivers.payloads(brake(rivers, 2 * CHANGE_S), boot="after"))
    assert [row["level"] for row in events(river, "harsh_braking")] == [1, 2]


def test_a_handful_across_the_date_gives_what_single_samples_give(rivers, rules, changed, tmp_path):
    samples, found = rolling(rivers, 560.0), []
    for size in (1000, 7):
        river = rivers.River(tmp_path / str(size), rules, changed)
        for payload in rivers.payloads(samples, size=size):
            river.embedded.take([payload])
        river.drain()
        found.append(river.tables())
    assert rivers.differences(*found) == {}
