"""Hours across vehicles, through the whole river: who drove, told early or late, by the device or by the registry."""

import numpy as np
import pytest

from devices.samples import Samples
from streams.hours import KINDS
from streams.store import schema

HOUR, MIN = 3600.0, 60.0
STEP = 30.0


def drive(rivers, vehicle, begins, hours, said=None):
    """``hours`` at 60 km/h from ``begins`` (h into the day), a report every 30 s; ``said`` are (report, driver)."""
    t = rivers.START + begins * HOUR + np.arange(0.0, hours * HOUR + STEP, STEP)
    drivers = sorted({name for _, name in said or () if name})
    codes = np.full(t.size, -1)
    for row, name in said or ():
        codes[row] = drivers.index(name) if name else -2
    columns = {"speed": np.full(t.size, 60 / 3.6), "ignition": np.ones(t.size)}
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, columns, drivers, codes)


def hours_of(tables):
    """(kind, driver, vehicle, level, hours into the first day) of every event of hours."""
    events = tables["events"].filter(tables["events"]["kind"].is_in(KINDS)).sort("start", "kind")
    return [
        (row["kind"], row["driver_id"], row["vehicle_id"], row["level"], row["start"].timestamp())
        for row in events.rows(named=True)
    ]


def two(rivers, *said):
    return [drive(rivers, "V", 4, 3, said[:1]), drive(rivers, "W", 7.25, 2, said[1:])]


@pytest.fixture(scope="module")
def eu(rivers):
    return rivers.judged("hours.rule=eu")


def test_one_driver_of_two_vehicles_has_one_break_to_take(rivers, eu):
    parts = two(rivers, (0, "anna"), (0, "anna"))
    (event,) = hours_of(rivers.replayed(parts, eu, rivers.Everybody()))
    limit = rivers.START + (7.25 + 1.25) * HOUR  # 3 h and 1 h 15: the warning
    assert event == ("continuous_driving", "anna", "W", 2, limit)


def test_pitfall_22_a_driver_named_in_the_first_packet_only_drives_on_until_another_is_named(rivers, eu):
    whole = drive(rivers, "V", 4, 9.4, [(0, "anna"), (600, "bert")])  # after 5 h
    found = hours_of(rivers.replayed([whole], eu, rivers.Everybody()))
    assert [(kind, driver, level) for kind, driver, _, level, _ in found] == [
        ("continuous_driving", "anna", 2),
        ("continuous_driving", "bert", 1),
    ]
    nobody = drive(rivers, "V", 4, 9, [(0, "anna"), (600, "")])
    assert {driver for _, driver, *_ in hours_of(rivers.replayed([nobody], eu, rivers.Everybody()))} <= {"anna", None}


def test_a_driver_assigned_late_is_the_one_who_drove(rivers, eu, tmp_path):
    shift = ((rivers.START, rivers.START + 24 * HOUR, "anna"),)
    parts = two(rivers, (0, "anna"), (0, "anna"))
    unnamed = two(rivers)
    river = rivers.River(tmp_path, eu, rivers.Everybody())
    for part in unnamed:
        river.embedded.take(rivers.payloads(part))
    river.drain()
    assert hours_of(river.tables()) == []  # two vehicles of nobody's
    river.embedded.follow(rivers.Everybody(shift))
    river.drain()
    late = hours_of(river.tables())
    assert late == hours_of(rivers.replayed(unnamed, eu, rivers.Everybody(shift)))
    assert late == hours_of(rivers.replayed(parts, eu, rivers.Everybody()))
    assert all(row["quality"] == "estimate" for row in river.rows(schema.events) if row["kind"] in KINDS)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("crash", [False, True])
def test_the_vehicles_may_be_heard_of_in_any_order_and_the_service_may_crash_between(
    rivers, eu, tmp_path, order, crash
):
    parts = two(rivers, (0, "anna"), (0, "anna"))
    river = rivers.River(tmp_path, eu, rivers.Everybody())
    for k in order:
        river.embedded.take(rivers.payloads(parts[k], size=40))
        if crash:
            river.embedded.snapshot()
            river.crash()
    river.drain()
    assert hours_of(river.tables()) == hours_of(rivers.replayed(parts, eu, rivers.Everybody()))


def test_a_basement_of_nine_hours_is_a_rest(rivers, eu):
    parts = rivers.joined_rows([drive(rivers, "V", 4, 4, [(0, "anna")]), drive(rivers, "V", 17, 4, [(0, "anna")])])
    assert hours_of(rivers.replayed([parts], eu, rivers.Everybody())) == []


def test_a_slow_trackers_lights_do_not_split_its_driving(rivers, eu):
    """A report every 140 s, every fifth of them at a light."""
    whole = drive(rivers, "V", 4, 5, [(0, "anna")])
    t = rivers.START + 4 * HOUR + np.arange(0.0, 5 * HOUR, 140.0)
    speed = np.where(np.arange(t.size) % 5 == 4, 0.0, 12.0)
    slow = Samples(whole.vehicles, np.zeros(t.size, np.int64), t, {"speed": speed}, ["anna"], np.zeros(t.size, int))
    tables = rivers.replayed([slow], eu, rivers.Everybody())
    (interval,) = tables["intervals"].rows(named=True)
    assert interval["quality"] == "sparse"
    (event,) = tables["events"].filter(kind="continuous_driving").rows(named=True)
    assert (event["quality"], event["level"]) == ("estimate sparse", 2)
