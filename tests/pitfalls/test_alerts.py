"""Alerts that close, stay closed, and come back as new ones; alarms held or thrown together; devices that flap."""

import itertools
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from devices.samples import Payload
from streams.desk.actions import act
from streams.desk.decisions import GONE, STATES
from streams.desk.desk import laid_out
from streams.store import schema

DAY = 20_000 * 86_400.0
QUIET_S = 3_600.0  # of speeding
SPEEDS = {2: 75, 3: 100}  # where 50 is posted
BODY = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":%s,"speed_limit_kmh":50}'


def payload(seq, start, speeds):
    t = [round(start + k, 3) for k in range(len(speeds))]
    return Payload("tripmeter/v1/f/V/telemetry", BODY % (seq, str(t).encode(), str(speeds).encode()), 0.0)


class Manager(RuleBasedStateMachine):
    """A manager, a vehicle that speeds, crashes of the service and late data, in any order; and a model of it."""

    river_in = None  # the river of a folder

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.river = self.river_in(self.folder)
        self.t = self.last = DAY + 9 * 3_600.0
        self.seq = itertools.count()
        self.expected = None  # the alert that stands
        self.alerts = 0

    @rule(level=st.sampled_from((2, 3)), pause=st.sampled_from((60.0, 300.0, QUIET_S + 600.0)))
    def speeds(self, level, pause):
        self.t += pause
        self.river.embedded.take([payload(next(self.seq), self.t, [SPEEDS[level]] * 40 + [40] * 20)])
        quiet, self.last = self.t - self.last, self.t + 40
        self.t += 60
        alert = self.expected
        if alert is None or alert["state"] in GONE or quiet > QUIET_S:
            self.alerts += 1
            self.expected = {"state": "open", "level": level, "count": 1}
        else:
            alert["state"] = "open" if level > alert["level"] else alert["state"]
            alert["level"], alert["count"] = max(level, alert["level"]), alert["count"] + 1

    @precondition(lambda self: self.expected is not None)
    @rule(done=st.sampled_from(tuple(STATES)))
    def decides(self, done):
        act(self.river.store, self.standing()["alert_id"], done, "Ann", "", self.t, "test" * (done == "dismiss"))
        self.expected["state"] = STATES[done]

    @rule()
    def crashes(self):
        self.river.crash()

    @rule(minutes=st.sampled_from((5, 45, 90)))  # no quiet comes near that of the rule
    def waits(self, minutes):
        self.t += 60 * minutes
        self.river.embedded.tick(self.t // 60 * 60)

    @precondition(lambda self: self.expected is not None)
    @rule(back=st.integers(1, 50))
    def hears_late(self, back):
        self.river.embedded.take([payload(next(self.seq), self.t - 5_000 - back - 0.5, [40])])
        while self.river.embedded.settle_due(at_once=True):
            pass

    def standing(self):
        with self.river.store.reading() as connection:
            found = [row for row in laid_out(connection, self.t, standing=True) if row["kind"] == "speeding"]
        assert len(found) <= 1
        return found[0] if found else None

    @invariant()
    def is_as_expected(self):
        if self.expected is not None:
            alert = self.standing()
            assert {name: alert[name] for name in self.expected} == self.expected
            assert alert["condition"] == "cleared"

    def teardown(self):
        events, alerts = speeding(self.river, schema.events), speeding(self.river, schema.alerts)
        assert all(row["end"] is not None and row["end"] > row["start"] for row in events)
        assert (len(alerts), sum(row["count"] for row in alerts)) == (self.alerts, len(events))
        told = pages(self.river)
        assert len(told) == len(set(told))
        self.river.store.close()
        shutil.rmtree(self.folder)


def speeding(river, table):
    return [row for row in river.rows(table) if row["kind"] == "speeding"]


def pages(river):
    bodies = [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "pager"]
    return [(body["alert_id"], body["page"]["step"]) for body in bodies]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_25_an_alert_closes_once_stays_as_people_left_it_and_comes_back_as_a_new_one(rivers):
    judged = rivers.judged("alerts.speeding.pages=warning")

    class Here(Manager):
        river_in = staticmethod(lambda folder: rivers.River(folder, judged, channels=("pager",)))

    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=8, stateful_step_count=12, deadline=None),
    )


@pytest.mark.slow
def test_19_an_alarm_held_for_an_hour_is_one_alert_and_three_at_once_are_three(pit):
    river = pit.river("alerts.sos.pages=info", channels=("pager",))
    held = '{"v":1,"boot":"b","seq":%d,"t":[%.1f],"speed_kmh":[0],"events":[{"t":%.1f,"kind":"sos","level":2}]}'
    for packet in range(720):
        t = pit.start + 36_000 + 5 * packet
        river.embedded.take([pit.payload((held % (packet, t, t)).encode())])
    (alert,) = [row for row in river.rows(schema.alerts) if row["kind"] == "sos"]
    assert (alert["kind"], alert["last_seen"] - alert["first_seen"]) == ("sos", 5 * 719)
    assert len([row for row in river.rows(schema.outbox) if row["sink"] == "pager"]) == 1
    three = [{"t": pit.start, "kind": kind, "level": 2} for kind in ("sos", "fatigue", "power_cut")]
    body = {"v": 1, "boot": "b", "seq": 1, "t": [pit.start], "speed_kmh": [0], "events": three}
    other = pit.river()
    other.embedded.take([pit.payload(json.dumps(body).encode())])
    assert {row["kind"] for row in other.rows(schema.alerts)} >= {"fatigue", "power_cut", "sos"}


def test_20_a_line_that_comes_and_goes_forty_times_in_an_hour_is_one_alert_and_one_page(pit):
    river = pit.river(
        "detectors.device_silent.level2_awake_h=0.01", "alerts.device_silent.pages=info", channels=("pager",)
    )
    for turn in range(41):
        t = pit.start + 36_000 + 90.0 * turn
        river.embedded.take(
            [pit.payload(b'{"v":1,"boot":"b","seq":%d,"t":%d,"speed_kmh":50,"ignition":true}' % (turn, t))]
        )
        river.embedded.tick(t + 60)
    silences = [row for row in river.rows(schema.events) if row["kind"] == "device_silent"]
    (alert,) = [row for row in river.rows(schema.alerts) if row["kind"] == "device_silent"]
    assert (len(silences), alert["count"], alert["flapping"]) == (41, 41, 1)
    assert len(pages(river)) == 1
    told = [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "mqtt"]
    assert max(body["count"] for body in told) == 4  # then it flaps, and what follows is held back
