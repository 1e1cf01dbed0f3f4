"""Pager: pages leave with the commit that found them, ticks bring what only time can, restarts repeat nothing."""

import json

import numpy as np
import pytest

from devices.samples import Payload
from devices.signals import WHEELS
from streams.desk import quiet
from streams.desk.actions import act, shelve
from streams.desk.desk import laid_out
from streams.fleets.fleet import Known
from streams.store import deeds, schema

NOON = 1_750_000_000.0 // 86_400 * 86_400 + 10 * 3_600  # 12:00 in Berlin
LIMITED = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":%s,"speed_limit_kmh":50}'


def drive(start, speeds, seq=1, vehicle="V"):
    """A payload of a second a speed, where 50 is posted."""
    t = [start + k for k in range(len(speeds))]
    body = LIMITED % (seq, str(t).encode(), str(list(speeds)).encode())
    return Payload(f"tripmeter/v1/f/{vehicle}/telemetry", body, 0.0)


FAST = [100] * 90 + [40] * 30


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged("alerts.speeding.pages=major"), channels=("pager",))


def pages(river):
    bodies = [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "pager"]
    return [body["page"]["step"] for body in bodies if body["kind"] == "speeding"]


def notices(river):
    found = [row for row in river.rows(deeds.notices) if row["kind"] == "speeding"]
    return [(row["step"], row["outcome"], row["why"]) for row in found]


def standing(river):
    with river.store.reading() as connection:
        found = laid_out(connection, river.embedded.newest, standing=True)
    (row,) = [row for row in found if row["kind"] == "speeding"]
    return row


def test_an_alert_pages_once_with_what_to_do(river):
    river.embedded.take([drive(NOON, FAST[:80])])
    river.embedded.take([drive(NOON + 80, FAST[80:], seq=2)])
    assert pages(river) == ["major"]
    (row,) = [row for row in river.rows(schema.outbox) if row["sink"] == "pager"]
    body = json.loads(row["body"])
    assert (body["page"]["action"], body["kind"], row["retain"]) == ("talk to the driver", "speeding", 0)
    assert standing(river)["paged"] == pytest.approx(NOON + 79)


def test_a_vehicles_backlog_is_recorded_and_counted_and_pages_nobody(river):
    river.embedded.take([drive(NOON + 20_000, [40] * 5, vehicle="W")])
    river.embedded.take([drive(NOON, FAST)])
    assert notices(river) == [("major held", "held", "late")]
    assert standing(river)["held"] == "late"
    river.embedded.tick(NOON + 20_040)
    assert pages(river) == []


def test_late_data_pages_nobody(river):
    river.embedded.take([drive(NOON + 5_000, [40] * 5)])
    river.embedded.take([drive(NOON, FAST, seq=2)])
    assert river.embedded.settle_due(at_once=True)
    river.embedded.tick(NOON + 5_040)
    assert standing(river)["kind"] == "speeding"
    assert pages(river) == []


def test_an_earlier_beginning_found_late_pages_nobody_again(river):
    river.embedded.take([drive(NOON + 60, FAST)])
    name = standing(river)["alert_id"]
    river.embedded.take([drive(NOON, [100] * 60, seq=2)])
    assert river.embedded.settle_due(at_once=True)
    assert standing(river)["alert_id"] != name
    assert pages(river) == ["major"]


def test_at_night_it_waits_for_the_morning(river):
    river.embedded.take([drive(NOON + 12 * 3_600, FAST)])
    assert notices(river) == [("major held", "held", "quiet")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"from": "23:00", "to": "05:00", "wakes": "major"}, ("major", "paged", "")),  # loud enough for this fleet
        ({"from": "23:00", "to": "05:00", "wakes": "critical"}, ("major held", "held", "quiet")),
        ({"from": "01:00", "to": "05:00", "wakes": "critical"}, ("major", "paged", "")),  # midnight is not quiet here
        ({"from": "", "to": "", "wakes": "critical"}, ("major", "paged", "")),  # it never is
        ({}, ("major held", "held", "quiet")),  # as the service has it
    ],
)
def test_a_fleets_own_quiet_hours_hold_for_it(river, said, found):
    quiet.change(river.store, "f", {"from": "00:00", "to": "01:00", "wakes": "info"}, "ann", NOON - 120)
    quiet.change(river.store, "f", said, "ann", NOON - 60)
    river.embedded.take([drive(NOON + 12 * 3_600, FAST)])
    assert notices(river) == [found]


def test_quiet_hours_hold_from_when_they_were_set_on_and_for_that_fleet_alone(river):
    loud = {"from": "", "to": "", "wakes": "critical"}
    quiet.change(river.store, "other", loud, "ann", NOON)
    quiet.change(river.store, "f", loud, "ann", NOON + 2 * 86_400)
    river.embedded.take([drive(NOON + 12 * 3_600, FAST)])
    assert notices(river) == [("major held", "held", "quiet")]


def test_unacknowledged_goes_up_and_acknowledged_does_not(river):
    river.embedded.take([drive(NOON, FAST), drive(NOON, FAST, vehicle="W")])
    river.embedded.tick(NOON + 7_140)
    assert pages(river) == ["major", "major"]
    (first, _) = [row for row in river.rows(schema.alerts) if row["kind"] == "speeding"]
    act(river.store, first["alert_id"], "acknowledge", "Ann", "", NOON)
    river.embedded.tick(NOON + 7_380)
    river.embedded.tick(NOON + 7_380)
    river.embedded.tick(NOON + 7_440)
    assert pages(river) == ["major", "major", "major+1"]


def test_a_shelf_holds_a_page_until_it_ends(river):
    shelve(river.store, "f", "Ann", "test drives", NOON, kind="speeding", until=NOON + 600)
    river.embedded.take([drive(NOON, [100] * 300)])
    assert (notices(river), standing(river)["shelved_until"]) == ([], NOON + 600)
    river.embedded.take([drive(NOON + 300, [100] * 300, seq=2)])
    river.embedded.tick(NOON + 540)
    assert pages(river) == []
    river.embedded.tick(NOON + 600)
    assert pages(river) == ["major"]


def test_after_a_crash_nothing_is_told_twice(river):
    river.embedded.take([drive(NOON, FAST)])
    river.embedded.tick(NOON + 7_380)
    before = pages(river), notices(river)
    river.crash()
    river.embedded.tick(NOON + 7_380)
    river.drain()
    assert (pages(river), notices(river)) == before


def test_without_a_channel_nobody_is_called_and_it_says_so(river):
    river.pager.channels = ()
    river.embedded.take([drive(NOON, FAST)])
    river.embedded.tick(NOON + 7_380)
    assert (notices(river), pages(river)) == ([("major held", "held", "no channel")], [])


def soft(start, seq, count=20, kpa=540, vehicle="V"):
    """A payload of a reading every 30 s, of a tyre that should have 800 kPa."""
    t = str([start + 30 * k for k in range(count)])
    speeds = str([70 + k % 5 for k in range(count)])
    body = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":%s,"tyres":{"1L":{"pressure_kpa":%d,"temp_c":20}}}'
    return Payload(f"tripmeter/v1/f/{vehicle}/telemetry", body % (seq, t.encode(), speeds.encode(), kpa), 0.0)


def tyre(river):
    found = sorted((row for row in river.rows(deeds.notices) if row["kind"] == "tyre_low"), key=lambda row: row["at"])
    return [(row["step"], row["why"], row["at"]) for row in found]


def goes_on(river, start, turns, seq=1):
    for k in range(turns):
        river.embedded.take([soft(start + 600 * k, seq + k)])
        for _ in range(2):  # a tick that comes again changes nothing
            river.embedded.tick(start + 600 * (k + 1))


def test_a_backlog_that_shows_a_danger_pages_once_live_data_shows_that_it_lasts(river):
    river.embedded.take([soft(NOON, 1, 4, 800, "W")])
    for k in range(6):
        river.embedded.take([soft(NOON - 5_400 + 600 * k, 1 + k)])
        river.embedded.tick(NOON + 60 * (k + 2))
    assert [row[:2] for row in tyre(river)] == [("major held", "late")]
    goes_on(river, NOON, 8, seq=7)
    before = tyre(river)
    assert [row[:2] for row in before] == [("major held", "late"), ("major", "")]
    assert before[1][2] <= NOON + 600  # the first minute in which it was no backlog any more
    river.crash()
    river.embedded.tick(NOON + 3_600)
    river.drain()
    assert tyre(river) == before


def test_what_lasts_through_the_night_pages_when_the_night_is_over(river):
    evening = NOON + 11 * 3_600  # 23:00 in Berlin
    goes_on(river, evening, 48)
    assert [(step, why) for step, why, _ in tyre(river)] == [("major held", "quiet"), ("major", "")]
    assert tyre(river)[1][2] == evening + 7 * 3_600  # 06:00
    bodies = [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "pager"]
    assert [body["page"]["step"] for body in bodies if body["kind"] == "tyre_low"] == ["major"]


def test_what_ended_in_the_night_is_left_to_the_morning_list(river):
    evening = NOON + 11 * 3_600
    goes_on(river, evening, 3)
    for k in range(3, 48):
        river.embedded.take([soft(evening + 600 * k, 1 + k, kpa=800)])
        river.embedded.tick(evening + 600 * (k + 1))
    assert [row[:2] for row in tyre(river)] == [("major held", "quiet")]


ALARM = b'{"v":1,"boot":"b","seq":%d,"t":%d,"speed_kmh":60,"events":[{"t":%d,"kind":"%s","level":2}]}'


def alarm(river, kind, t, seq=1):
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", ALARM % (seq, t, t, kind), 0.0)])
    return [(row["step"], row["why"]) for row in river.rows(deeds.notices) if row["kind"] == kind.decode()]


def test_a_tired_driver_is_paged_at_night(river):
    assert alarm(river, b"fatigue", NOON + 12 * 3_600) == [("major", "")]


def test_an_alarm_that_came_as_backlog_and_is_still_said_pages(river):
    river.embedded.take([soft(NOON + 1_800, 1, 4, 800, "W")])
    assert alarm(river, b"power_cut", NOON) == [("major held", "late")]
    for k in range(1, 32):
        found = alarm(river, b"power_cut", NOON + 60 * k, 1 + k)
        river.embedded.tick(NOON + 1_800 + 60 * k)
    assert ("major", "") not in found
    for k in range(32, 40):
        alarm(river, b"power_cut", NOON + 1_860 + 60 * k, 1 + k)
        river.embedded.tick(NOON + 1_860 + 60 * k)
    assert ("major", "") in alarm(river, b"power_cut", NOON + 1_860 + 2_400, 60)


def test_hours_at_the_wheel_in_the_night_are_paged_in_the_night(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged("hours.rule=china_passenger"), Coach(), channels=("pager",))
    start = NOON + 12 * 3_600 + 1_800  # 00:30
    body = b'{"v":1,"boot":"b","seq":%d,"driver":"D","t":%s,"speed_kmh":60,"ignition":true}'
    for k in range(18):
        t = [start + 600 * k + 30 * j for j in range(20)]
        river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body % (k, str(t).encode()), 0.0)])
        river.embedded.tick(t[-1])
    (found,) = [row for row in river.rows(deeds.notices) if row["kind"] == "night_continuous"]
    assert (found["step"], found["outcome"]) == ("major", "paged")


class Coach:
    """A registry of coaches."""

    def known(self, _fleet_id, _vehicle_id):
        return Known(3, np.full(WHEELS, 800.0), "Europe/Berlin", passenger=True)


def mqtt(river):
    bodies = [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "mqtt"]
    speeding = [body for body in bodies if body["kind"] == "speeding"]
    return [(body["count"], body["condition"], body.get("flapping", False)) for body in speeding]


def test_what_comes_and_goes_is_told_once_and_held_until_it_is_calm(river):
    for turn in range(8):
        river.embedded.take([drive(NOON + 60 * turn, [100] * 40 + [40] * 20, seq=turn)])
    told = mqtt(river)
    assert told[-1] == (4, "cleared", True)
    assert standing(river)["count"] == 8
    assert standing(river)["flapping"]
    assert pages(river) == ["major"]
    river.embedded.tick(NOON + 900)
    assert mqtt(river) == told
    for minute in (1_140, 1_200):
        river.embedded.tick(NOON + minute)
    assert mqtt(river) == [*told, (8, "cleared", False)]
