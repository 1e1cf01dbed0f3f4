"""Silence: told by the clock while it lasts, by the samples once it is over, with one id."""

import json

import numpy as np
import pytest

from devices.samples import Samples
from streams.pipeline.pipeline import only
from streams.store import schema

HOUR = 3600.0


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


def drive(rivers, *hours, ignition=1.0, vehicle="V"):
    """A vehicle's samples, one in 20 s, in stretches of (from, to) hours."""
    t = rivers.START + np.concatenate([np.arange(a * HOUR, b * HOUR, 20.0) for a, b in hours])
    columns = {"speed": np.full(t.size, 10.0 if ignition else 0.0), "ignition": np.full(t.size, ignition)}
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, columns)


def send(rivers, river, part):
    river.embedded.take(rivers.payloads(part, boot=str(river.store.position)))


def tick(rivers, river, *hours):
    for hour in hours:
        assert river.embedded.tick(rivers.START + hour * HOUR)


def silences(river):
    rows = [row for row in river.rows(schema.events) if row["kind"] == "device_silent"]
    return [(row["start"], row["end"], row["level"]) for row in rows]


def told(river):
    bodies = [json.loads(row["body"] or b"null") for row in river.rows(schema.outbox)]
    return [body and (body["priority"], body["condition"]) for body in bodies]


def test_a_silence_is_told_while_it_lasts_rises_once_and_ends_with_the_same_id(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.5)))
    last = rivers.START + 1.5 * HOUR - 20
    tick(rivers, river, 1.6, 1.9)
    assert silences(river) == []
    tick(rivers, river, 2.01, 2.02, 2.03)
    assert silences(river) == [(last, None, 2)]
    (before,) = [row["event_id"] for row in river.rows(schema.events)]
    tick(rivers, river, *np.arange(3, 9, 0.25))
    assert silences(river) == [(last, None, 3)]
    send(rivers, river, drive(rivers, (9, 9.1)))
    assert silences(river) == [(last, rivers.START + 9 * HOUR, 3)]
    assert [row["event_id"] for row in river.rows(schema.events)] == [before]
    assert told(river) == [("warning", "active"), ("minor", "active"), ("minor", "cleared")]
    both = rivers.joined_rows([drive(rivers, (1, 1.5)), drive(rivers, (9, 9.1))])
    river.drain()
    assert rivers.differences(rivers.replayed([both], river.rules, river.source), river.tables()) == {}


def test_what_comes_late_from_the_silence_itself_takes_it_back(rivers, river):
    """The line was dead, not the device: it has kept what it could not send."""
    whole = drive(rivers, (1, 4))
    send(rivers, river, only(whole, whole.t < rivers.START + 1.5 * HOUR))
    tick(rivers, river, 3.9)
    assert told(river) == [("minor", "active")]
    send(rivers, river, only(whole, whole.t >= rivers.START + 1.5 * HOUR))
    assert silences(river) == []
    assert told(river)[-1] is None
    river.drain()
    assert rivers.differences(rivers.replayed([whole], river.rules, river.source), river.tables()) == {}


def test_newest_first_after_a_dead_zone_ends_without_a_silence_too(rivers, river):
    whole = drive(rivers, (1, 4))
    parts = [(1, 1.5), (3.5, 4), (3, 3.5), (2.5, 3), (2, 2.5), (1.5, 2)]
    for a, b in parts:
        send(rivers, river, only(whole, (whole.t >= rivers.START + a * HOUR) & (whole.t < rivers.START + b * HOUR)))
        tick(rivers, river, 4)
    river.drain()
    assert silences(river) == []
    assert river.rows(schema.alerts) == []


def test_a_parked_vehicle_may_say_nothing_for_a_day(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.1), ignition=0.0))
    tick(rivers, river, 3, 20, 26)
    assert silences(river) == []
    tick(rivers, river, 26.2)
    assert [level for _, _, level in silences(river)] == [1]


def test_a_silence_survives_a_crash_and_settling(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.2), (1.3, 1.5)))
    tick(rivers, river, 3)
    before, messages = silences(river), told(river)
    river.crash()
    tick(rivers, river, 3.1)
    send(rivers, river, drive(rivers, (1.2, 1.3)))
    river.drain()
    tick(rivers, river, 3.2)
    assert silences(river) == before
    assert told(river) == messages


def test_forty_reconnects_in_an_hour_are_no_alert(rivers, river):
    whole = drive(rivers, (1, 2))
    for k in range(40):
        a, b = rivers.START + HOUR + 90.0 * k, rivers.START + HOUR + 90.0 * (k + 1)
        send(rivers, river, only(whole, (whole.t >= a) & (whole.t < b)))
        tick(rivers, river, 1 + (k + 1) / 40)
    assert river.rows(schema.alerts) == []
