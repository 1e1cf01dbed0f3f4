"""Aftermath: a crash after which the device is silent for good is closed by the clock, and by samples if they come."""

import json

import numpy as np
import pytest

from devices.samples import Samples
from streams.pipeline.pipeline import only
from streams.store import schema

BLOW = 10.0  # s after the start


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


def crash(rivers, dv=-240.0, speed=24.0, after=0.5, later=(), seen=False):
    """Driving at 100 Hz into a blow of ``dv`` m/s² for 0.1 s, felt or only seen, then silence; ``later``: (s, m/s)."""
    t = np.r_[np.arange(0, BLOW + 0.1 + after, 0.01), [at for at, _ in later]]
    accel = np.where((t >= BLOW) & (t < BLOW + 0.1), dv, 0.0)
    v = np.r_[np.full(t.size - len(later), speed), [v for _, v in later]]
    v = np.round((v + 0.1 * np.sin(np.arange(t.size))) * 3.6, 1) * (1 / 3.6)  # as devices send it
    v = np.where((t >= BLOW) & (t <= BLOW + 0.1 + after), np.nan, np.maximum(v, 0.0))
    columns = {"speed": v} | ({} if seen else {"accel_long": accel})
    return Samples([("f", "V")], np.zeros(t.size, np.int64), np.round(rivers.START + t, 3), columns)


def send(rivers, river, part):
    river.embedded.take(rivers.payloads(part, boot=str(river.store.position), size=200))


def tick(rivers, river, *seconds):
    for one in seconds:
        assert river.embedded.tick(rivers.START + one)


def crashes(river):
    rows = [row for row in river.rows(schema.events) if row["kind"] == "crash"]
    return [(row["level"], row["end"] is not None, row["quality"].removesuffix(" no_fix")) for row in rows]


def told(river):
    bodies = [json.loads(row["body"] or b"null") for row in river.rows(schema.outbox)]
    return [body and (body["kind"], body["level"], body["condition"]) for body in bodies]


def unlike_a_replay(rivers, river, whole):
    river.drain()
    return rivers.differences(rivers.replayed([whole], river.rules, river.source), river.tables())


def before(rivers, whole, seconds):
    """(what came before that time, what came after)."""
    early = whole.t < rivers.START + seconds
    return only(whole, early), only(whole, ~early)


def test_silence_for_good_confirms_a_severe_crash_and_closes_it(rivers, river):
    send(rivers, river, crash(rivers))
    assert crashes(river) == [(2, False, "accelerometer")]
    tick(rivers, river, 60)
    assert crashes(river) == [(2, False, "accelerometer")]  # its next report may only be under way
    tick(rivers, river, 120, 180, 240)
    assert crashes(river) == [(3, True, "accelerometer confirmed")]
    assert told(river) == [("crash", 2, "active"), ("crash", 3, "cleared")]


def test_the_clock_says_what_a_sample_says_that_comes_later_and_measures_nothing(rivers, river):
    send(rivers, river, crash(rivers))
    tick(rivers, river, 120)
    by_clock = [row for row in river.rows(schema.events) if row["kind"] == "crash"]
    send(rivers, river, before(rivers, crash(rivers, later=[(600.0, 0.0)]), 300.0)[1])
    assert [row for row in river.rows(schema.events) if row["kind"] == "crash"] == by_clock
    assert unlike_a_replay(rivers, river, crash(rivers, later=[(600.0, 0.0)])) == {}


def test_a_minor_one_is_closed_as_what_it_was(rivers, river):
    send(rivers, river, crash(rivers, dv=-30.0))
    tick(rivers, river, 120)
    assert crashes(river) == [(2, True, "accelerometer confirmed")]


def drove_on():
    return [(BLOW + 1.0 + k, 17.0 + 0.1 * k) for k in range(90)]


@pytest.mark.parametrize("back", [5.0, 40.0, 200.0])
@pytest.mark.parametrize("cut_off", [False, True])
def test_who_drove_on_in_a_dead_zone_is_put_right_when_it_speaks(rivers, river, back, cut_off):
    whole = crash(rivers, later=drove_on())
    early, rest = before(rivers, whole, BLOW + 0.6)
    send(rivers, river, early)
    tick(rivers, river, 120)
    assert crashes(river) == [(3, True, "accelerometer confirmed")]
    first, last = before(rivers, rest, BLOW + back)
    send(rivers, river, first)
    if cut_off:
        river.crash()
    if last.t.size:
        river.drain()
        assert [(level, over) for level, over, _ in crashes(river)] == [(2, False)]
        send(rivers, river, last)
    assert crashes(river) == [(2, True, "accelerometer unconfirmed")]
    assert unlike_a_replay(rivers, river, whole) == {}


def test_a_restart_and_late_data_of_before_leave_what_the_clock_said(rivers, river):
    early, rest = before(rivers, crash(rivers), 2.0)
    send(rivers, river, rest)
    tick(rivers, river, 120)
    said, messages = crashes(river), told(river)
    river.crash()
    tick(rivers, river, 180)
    assert (crashes(river), told(river)) == (said, messages)
    send(rivers, river, early)
    river.drain()
    assert (crashes(river), told(river)) == (said, messages)


def test_with_the_clock_of_a_feed_a_recording_that_has_ended_is_no_silence(rivers, river):
    river.embedded.wall = False
    send(rivers, river, crash(rivers))
    tick(rivers, river, 120)
    assert crashes(river) == [(2, False, "accelerometer")]
    assert unlike_a_replay(rivers, river, crash(rivers)) == {}


def a_crash_somehow(rivers, rng, start):
    """A blow or two, after which the vehicle drives on or stands, heard of at odd times for two minutes."""
    t = np.r_[np.arange(0, 11, 0.02), np.sort(rng.uniform(11, 150, rng.integers(1, 60)))]
    accel = np.where((t >= 8) & (t < 8.1), rng.choice([-240.0, -40.0]), 0.0)
    if rng.random() < 0.4:
        accel[(t >= 9.5) & (t < 9.6)] = -150.0
    v = np.where(t < 8, 24.0, rng.choice([0.0, 15.0])) + 0.2 * np.sin(np.arange(t.size))
    v = np.round(np.maximum(v, 0) * 3.6, 1) * (1 / 3.6)
    v[(t >= 8) & (t < 8.6)] = np.nan
    columns = {"speed": v, "accel_long": accel}
    return t, Samples([("f", "V")], np.zeros(t.size, np.int64), np.round(start + t, 3), columns)


@pytest.mark.parametrize("seed", range(8))
def test_any_order_ticks_cuts_and_a_midnight_between_end_as_a_replay_does(rivers, river, seed):
    rng = np.random.default_rng(seed)
    start = rivers.START + (86_400 - rng.uniform(-5, 40) if seed % 2 else 0)
    t, whole = a_crash_somehow(rivers, rng, start)
    piece = np.searchsorted(np.sort(rng.choice([8.5, 9.7, 10.5, 20, 35, 45, 60, 75, 100], 4, replace=False)), t)
    for k, number in enumerate(rng.permutation(5) if seed % 3 else range(5)):
        if (piece == number).any():
            send(rivers, river, only(whole, piece == number))
        tick(rivers, river, *[start - rivers.START + 400 + 60 * k] * int(rng.integers(0, 2)))
        if rng.random() < 0.3:
            river.crash()
        if rng.random() < 0.3:
            river.drain()
    assert unlike_a_replay(rivers, river, whole) == {}
