"""Pitfalls of order, repetition and time: backlogs, redelivery, clocks, crashes. Numbers as in docs/pitfalls.md."""

import json
import threading

import msgspec
import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from streams.pipeline.pipeline import DAY_S
from streams.river import outbox
from streams.river.embedded import Embedded, Pace
from streams.sinks.base import SinkError
from streams.store import schema
from streams.store.store import Commit

SNAPSHOT = 100  # samples, for the test


def trip(pit, minutes=30):
    """City and country, a hard braking, an end; with positions."""
    t = np.arange(0.0, 60.0 * minutes)
    speed = 50 + 30 * np.sin(t / 90)
    speed[900:905], speed[905:960] = (60, 40, 20, 5, 0), 0
    speed[-60:] = 0
    return pit.drive(t, speed, metres=np.cumsum(speed) / 3.6, speed_limit=60 / 3.6)


def test_01_a_backlog_sent_newest_first_is_the_same_trip(pit):
    whole = trip(pit)
    river = pit.river()
    for body in reversed(pit.rivers.payloads(whole)):
        river.embedded.take([body])
    river.drain()
    assert pit.events(river.tables(), "harsh_braking")
    assert pit.differences(pit.replayed(whole), river.tables()) == {}


def test_02_a_rule_over_minutes_fires_once_with_the_times_of_the_drive(pit):
    t = np.arange(0.0, 360.0, 10.0)
    over = pit.drive(t, 80, speed_limit=60 / 3.6)
    calm = pit.drive(np.arange(400.0, 800.0, 10.0), 50, speed_limit=60 / 3.6)
    river = pit.river("detectors.speeding.hold_s=300")
    pit.send(river, calm, pit.rivers.reordered(over, [18])).drain()
    assert pit.events(river.tables(), "speeding") == []
    pit.send(river, over).drain()
    (one,) = pit.events(river.tables(), "speeding")
    assert (one["start"].timestamp(), one["end"].timestamp()) == (pit.start, pit.start + 350.0)


def test_03_a_day_sent_again_in_another_packing_changes_nothing(pit):
    day = pit.rivers.days(11)
    river = pit.send(pit.river(), day, size=10)
    river.drain()
    before = river.tables()
    pit.send(river, day, size=7)
    order = np.random.default_rng(1).permutation(day.t.size)
    pit.send(river, pit.rivers.reordered(day, order), size=13).drain()
    assert pit.differences(before, river.tables()) == {}


def test_04_redelivery_after_every_one_of_20_cuts_loses_and_doubles_nothing(pit):
    day = pit.rivers.days(12)
    bodies = pit.rivers.payloads(day)
    river, size = pit.river(), -(-len(bodies) // 20)
    for first in range(0, len(bodies), size):
        river.embedded.take(bodies[first : first + size])
        river.crash()
        river.embedded.take(bodies[max(first - size, 0) : first + size])
    river.drain()
    assert len(river.rows(schema.payloads)) == len(bodies)
    assert pit.differences(pit.replayed(day), river.tables()) == {}


def test_05_two_triggers_a_millisecond_apart_are_one_alert(pit):
    body = '{"v":1,"boot":"b","seq":%d,"t":[%.3f],"events":[{"t":%.3f,"kind":"sos","level":3}]}'
    bodies = [pit.payload((body % (k, pit.start + k / 1000, pit.start + k / 1000)).encode()) for k in (1, 2)]
    river = pit.river()
    for one in bodies:
        river.embedded.take([one])
    assert len(river.rows(schema.alerts)) == 1


@pytest.mark.parametrize("off", [10 * 365 * DAY_S, -1024 * 7 * DAY_S, 25 * 3_600.0])
def test_13_a_clock_years_or_a_day_off_poisons_nothing_that_comes_after(pit, off):
    river = pit.river()
    river.embedded.intake.ahead, river.embedded.intake.earliest = 300.0, pit.start - 365 * DAY_S
    now = pit.start + 100.0
    said = '{"v":1,"boot":"b","seq":%d,"t":[%.3f],"speed_kmh":50}'
    river.embedded.take([pit.payload((said % (1, pit.start)).encode(), received_at=now)])
    river.embedded.take([pit.payload((said % (2, pit.start + off)).encode(), received_at=now)])
    river.embedded.take([pit.payload((said % (3, pit.start + 90)).encode(), received_at=now)])
    assert river.pipeline.watermark(0) == pit.start + 90
    assert {row["reason"] for row in river.rows(schema.quarantine)} <= {
        "far_future",
        "implausible_time",
        "beyond_retention",
    }
    put_right = off == -1024 * 7 * DAY_S
    assert bool(river.rows(schema.quarantine)) != put_right
    assert "clock_fault" in [row["kind"] for row in river.rows(schema.events)]


def test_23_a_store_that_takes_nothing_for_a_while_gets_no_acknowledgement_and_loses_nothing(pit):
    day = pit.rivers.days(13)
    river, refusals = pit.river(), iter(range(25))

    def refuse(_connection, _cursor, statement, *_more):
        if statement.startswith("INSERT INTO payloads") and next(refusals, None) is not None:
            raise OperationalError(statement, {}, Exception("disk is full"))

    event.listen(river.engine, "before_cursor_execute", refuse)
    river.stopping = lambda: True  # told to give up at once, so that the test need not wait
    acknowledged = []
    for body in pit.rivers.payloads(day):
        while not (done := river.embedded.take([body])):
            river.crash()
        acknowledged += done
    river.stopping = lambda: False
    river.drain()
    assert next(refusals, None) is None
    assert len(acknowledged) == len(river.rows(schema.payloads))
    assert pit.differences(pit.replayed(day), river.tables()) == {}


class Away:
    """A receiver that takes nothing for so many tries, and counts what it is given at once."""

    name = "one"

    def __init__(self, tries):
        self.tries, self.handfuls, self.got, self.done = tries, [], [], threading.Event()

    def write(self, messages):
        if self.tries:
            self.tries -= 1
            raise SinkError("away")
        self.handfuls.append(len(messages))
        self.got += [message.body for message in messages]
        if self.got[-1] == b"last":
            self.done.set()


def test_23_a_receiver_that_was_away_gets_all_of_it_in_as_few_handfuls_as_there_are(pit, monkeypatch):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.001, 0.002))
    store, away, work = pit.river().store, Away(200), Commit()
    bodies = [b"%d" % k for k in range(10 * outbox.AT_ONCE + 1)] + [b"last"]
    work.append(schema.outbox, [{"sink": "one", "address": "", "body": body, "retain": 0} for body in bodies])
    store.commit(work)
    sender = outbox.Sender(store, away)
    sender.start()
    assert away.done.wait(60)
    sender.stop()
    assert away.got == bodies
    assert away.handfuls == [outbox.AT_ONCE] * 10 + [2]  # never more in memory, and no message twice


def test_24_a_worker_killed_at_load_has_the_state_of_one_that_was_not(pit):
    day = pit.rivers.days(14)
    bodies = pit.rivers.payloads(day)
    calm, killed, rng = pit.river(), pit.river(), np.random.default_rng(14)
    for one in bodies:
        calm.embedded.take([one])
        killed.embedded.take([one])
        if rng.random() < 0.05:
            killed.embedded.snapshot()
        if rng.random() < 0.05:
            killed.crash()
    assert killed.pipeline.state[:3].tobytes() == calm.pipeline.state[:3].tobytes()


def test_24_a_restart_runs_again_only_what_the_last_snapshot_has_not_seen(pit, monkeypatch):
    again, size, rerun = [], 10, Embedded.rerun

    def counted(embedded, samples, since):
        again[-1] += samples.t.size
        rerun(embedded, samples, since)

    monkeypatch.setattr(Embedded, "rerun", counted)
    river = pit.river(pace=Pace(snapshot_s=1e9, snapshot_samples=SNAPSHOT))
    for number, one in enumerate(pit.rivers.payloads(pit.rivers.days(14), size=size)):
        river.embedded.take([one])
        if number % 3 == 0:
            again.append(0)
            river.crash()
    assert len(again) > 20
    assert 0 < max(again) < SNAPSHOT + size


def test_21_the_vehicle_is_the_topics_whatever_the_payload_says(pit):
    body = {"v": 1, "boot": "b", "seq": 1, "t": [pit.start], "speed_kmh": 50, "vehicle_id": "other", "fleet_id": "g"}
    river = pit.river()
    river.embedded.intake.registered = lambda fleet, vehicle: (fleet, vehicle) == ("f", "V")
    stranger = msgspec.structs.replace(
        pit.payload(json.dumps(body).encode(), vehicle="X"), topic="tripmeter/v1/f/X/telemetry"
    )
    river.embedded.take([pit.payload(json.dumps(body).encode()), stranger])
    assert river.pipeline.fleet.vehicles == [("f", "V")]
    assert [row["reason"] for row in river.rows(schema.quarantine)] == ["unregistered"]
