"""Held alarms: what stays on, or comes again, for longer than anybody drives is the device's, and told once."""

import numpy as np
import pytest

from devices.samples import DeviceEvent, Samples
from streams.records.held import LASTING_LINK_S, LINK_S
from streams.store import deeds, schema

HOUR = 3600


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


def alarms(rivers, times, kind="sos", level=3, code=None):
    """A sample at each of ``times`` (s from the start), and an alarm with it."""
    t = rivers.START + np.array(times, float)
    events = [DeviceEvent(0, at, kind, level, code) for at in t.tolist()]
    return Samples([("f", "V")], np.zeros(t.size, np.int64), t, {"speed": np.full(t.size, 9.0)}, events=events)


def send(rivers, river, samples, size=200):
    for payload in rivers.payloads(samples, size=size, boot=str(river.store.position)):
        river.embedded.take([payload])


def held(river):
    return [row for row in river.rows(schema.events) if row["kind"] == "alarm_held"]


@pytest.mark.parametrize(("hours", "level"), [(1.9, None), (2, 1), (5, 2), (24, 3)])
def test_an_alarm_that_stays_on_is_judged_by_how_long(rivers, river, hours, level):
    send(rivers, river, alarms(rivers, np.arange(0, hours * HOUR + 1, 60)))
    assert [row["level"] for row in held(river)] == ([] if level is None else [level])
    for row in held(river):
        assert (row["subject"], row["start"]) == ("sos", rivers.START)
        assert (row["unit"], row["peak"]) == ("h", pytest.approx(hours))
        assert row["driver_id"] is None
    (raised,) = [row for row in river.rows(schema.events) if row["source"] == "device"]
    assert raised["quality"] == ("" if level is None else "doubted")


def test_held_for_hours_it_is_one_warning_for_the_workshop_and_no_page(rivers, river):
    send(rivers, river, alarms(rivers, np.arange(0, 6 * HOUR, 60), "over_speed", 1))
    (alert,) = [row for row in river.rows(schema.alerts) if "driving" not in row["kind"]]
    assert (alert["kind"], alert["subject"], alert["priority"], alert["count"]) == (
        *("alarm_held", "over_speed"),
        *("warning", 1),
    )
    assert not [row for row in river.rows(deeds.notices) if row["kind"] == "alarm_held"]


def test_one_in_every_report_of_a_tracker_that_speaks_every_ten_minutes(rivers, river):
    send(rivers, river, alarms(rivers, np.arange(0, 6 * HOUR, 600), "speeding", 2, "over"))
    (row,) = held(river)
    assert (row["level"], row["subject"]) == (2, "speeding device over")
    raised = [row for row in river.rows(schema.events) if row["source"] == "device"]
    assert {row["quality"] for row in raised} == {"doubted"}
    assert len(raised) == 36


def test_a_break_of_the_driver_ends_it_unless_it_is_of_a_kind_that_does_not_need_one(rivers, river):
    pause = [*np.arange(0, 4 * HOUR, 60), *np.arange(4 * HOUR + LINK_S, 8 * HOUR, 60)]
    send(rivers, river, alarms(rivers, pause, "lane_departure"))
    assert [row["level"] for row in held(river)] == [1, 1]
    send(rivers, river, alarms(rivers, np.arange(0, 8 * LASTING_LINK_S, LASTING_LINK_S), "sos"))
    assert [row["level"] for row in held(river) if row["subject"] == "sos"] == [2]


def test_two_drivers_alarms_in_a_day_are_not_held(rivers, river):
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.exponential(1_200, 60))
    send(rivers, river, alarms(rivers, times, "harsh_braking", 2))
    assert not held(river)


def test_a_late_report_joins_two_and_one_before_renames_the_first(rivers, river):
    whole = np.arange(0, 6 * HOUR, 600)
    send(rivers, river, alarms(rivers, [t for t in whole if t not in (0, 3 * HOUR)], "speeding"), size=1)
    assert [row["level"] for row in held(river)] == [1, 1]
    send(rivers, river, alarms(rivers, [3 * HOUR], "speeding"))
    assert [(row["start"] - rivers.START, row["level"]) for row in held(river)] == [(600, 2)]
    send(rivers, river, alarms(rivers, [0], "speeding"))
    assert [(row["start"] - rivers.START, row["level"]) for row in held(river)] == [(0, 2)]


@pytest.mark.parametrize("seed", range(2))
def test_any_order_framing_and_repetition_gives_the_same_tables(rivers, tmp_path, seed):
    rng, judged = np.random.default_rng(seed), rivers.judged()
    times = np.cumsum(rng.choice([60.0, 60.0, 120.0, 600.0, 600.0, 899.999, 900.0, 900.001, 3_900.0], 120))
    whole = alarms(rivers, times, "sos" if seed % 2 else "speeding", 2)
    river = rivers.River(tmp_path, judged)
    sent = [payload for size in (1, 7) for payload in rivers.payloads(whole, size=size, boot=str(size))]
    for k in rng.permutation(len(sent)):
        river.embedded.take([sent[k]])
        if rng.random() < 0.03:
            river.crash()
    river.drain()
    replayed = rivers.replayed([whole], judged, river.source)
    assert (replayed["events"]["kind"] == "alarm_held").any()
    assert rivers.differences(replayed, river.tables()) == {}
