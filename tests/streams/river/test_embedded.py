"""Embedded: what is acknowledged is on record, whatever the disk does and whenever the process dies."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from devices.samples import Payload
from streams.river.embedded import Pace
from streams.store import schema, upkeep
from streams.store import store as store_module

SHM = Path("/dev/shm")  # noqa: S108  every commit waits for its disk
seeds = st.integers(0, 1_000_000)
TOPIC = "tripmeter/v1/f/{}/telemetry"


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def payload(t, vehicle="V", seq=1, more="", received_at=0.0):
    body = f'{{"v":1,"boot":"b","seq":{seq},"t":{list(t)},"speed_kmh":50{more}}}'
    return Payload(TOPIC.format(vehicle), body.encode(), received_at)


def seqs(taken):
    return sorted(received.reading.seq for received in taken)


class PowerCut(Exception):  # noqa: N818  nobody's error
    """The process dies here."""


class Cutting:
    """Dies at the n-th statement that reaches the database."""

    def __init__(self, engine):
        self.left = -1
        event.listen(engine, "before_cursor_execute", self.count)
        event.listen(engine, "commit", self.count)

    def count(self, *_arguments):
        self.left -= 1
        if self.left == 0:
            raise PowerCut


def test_cut_off_at_any_statement_with_devices_that_resend(rivers, rules):
    cuts = []

    @settings(max_examples=12, deadline=None)
    @given(seeds, seeds)
    def cut_off(seed, order):
        samples, rng = rivers.days(seed, vehicles=2), np.random.default_rng(order)
        with tempfile.TemporaryDirectory(dir=SHM if SHM.is_dir() else None) as data:
            river = rivers.River(Path(data), rules)
            cuts.append(send_until_acknowledged(river, rivers.payloads(samples, size=8), rng))
            river.drain()
            stored = [(row["slot"], row["digest"]) for row in river.rows(schema.payloads)]
            assert len(stored) == len(set(stored)) == len(rivers.payloads(samples, size=8))
            assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}

    cut_off()
    assert any(cuts)


def send_until_acknowledged(river, waiting, rng):
    """Send handfuls in disorder, cutting the power now and then; how often that was."""
    cutting, cuts = Cutting(river.engine), 0
    while waiting:
        handful = [waiting[k] for k in rng.permutation(min(len(waiting), 60))[: rng.integers(1, 40)]]
        cutting.left = int(rng.integers(1, 12)) if rng.random() < 0.6 else -1
        try:
            acknowledged = {received.payload.body for received in river.embedded.take(handful)}
            waiting = [one for one in waiting if one.body not in acknowledged]
            if rng.random() < 0.3:
                river.embedded.settle_due(at_once=True)
            elif rng.random() < 0.3:
                river.embedded.snapshot()
        except PowerCut:
            cuts += 1
            cutting.left = int(rng.integers(1, 200))  # also while it recovers
            with suppress(PowerCut):
                river.crash()
            cutting.left = -1
            river.crash()
        cutting.left = -1
    return cuts


def test_a_full_disk_is_waited_for_and_nothing_is_acknowledged_meanwhile(river, monkeypatch):
    monkeypatch.setattr(store_module, "RETRY_S", 0.0)
    tries, put = [], river.store._put

    def full(work):
        tries.append(len(tries))
        if len(tries) < 4:
            raise OperationalError("COMMIT", {}, Exception("disk is full"))
        put(work)

    monkeypatch.setattr(river.store, "_put", full)
    assert river.store.position == 0
    assert seqs(river.embedded.take([payload([1000.0]), payload([1000.0], "W", seq=2)])) == [1, 2]
    assert len(tries) == 4
    assert river.store.position == 2
    assert [row["position"] for row in river.rows(schema.payloads)] == [1, 2]


def test_told_to_stop_while_the_disk_is_full_it_acknowledges_and_saves_nothing(river, monkeypatch):
    river.embedded.take([payload([1000.0])])
    river.embedded.snapshot()
    river.stopping = lambda: True

    def full(_work):
        raise OperationalError("COMMIT", {}, Exception("disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(river.store, "_put", full)
        assert river.embedded.take([payload([2000.0], seq=2)]) == []
    river.embedded.snapshot()  # the state has seen what the store has not: it must not be saved
    assert not river.embedded.settle_due(at_once=True)
    river.crash()
    assert river.pipeline.watermark(0) == 1000.0
    river.stopping = lambda: False
    assert seqs(river.embedded.take([payload([2000.0], seq=2)])) == [2]
    assert river.pipeline.watermark(0) == 2000.0
    assert river.rows(upkeep.dirty) == []


def test_the_very_same_payload_is_stored_once_and_acknowledged_each_time(river):
    assert seqs(river.embedded.take([payload([1000.0, 1001.0])])) == [1]
    assert seqs(river.embedded.take([payload([1000.0, 1001.0])])) == [1]
    assert seqs(river.embedded.take([payload([1002.0], seq=2)] * 3)) == [2, 2, 2]
    assert len(river.rows(schema.payloads)) == 2
    assert river.rows(upkeep.dirty) == []


def test_another_reading_of_the_newest_instant_is_settled(river):
    river.embedded.take([payload([1000.0, 1001.0])])
    river.embedded.take([payload([1001.0], seq=2, more=',"odometer_km":7')])
    assert [(row["slot"], row["since"]) for row in river.rows(upkeep.dirty)] == [(0, 1001.0)]
    assert river.embedded.settle_due(at_once=True)
    assert river.rows(upkeep.dirty) == []
    assert not river.embedded.settle_due(at_once=True)


def test_late_data_waits_for_more_and_a_restart_does_not_forget_it(river):
    river.embedded.take([payload([1000.0])])
    river.embedded.take([payload([900.0], seq=2)])
    river.embedded.snapshot()
    assert not river.embedded.settle_due()
    river.crash()
    assert river.embedded.settle_due(at_once=True)
    assert river.rows(upkeep.dirty) == []


def test_one_poisoned_payload_holds_nobody_up(river):
    poisoned = [
        Payload(TOPIC.format("V"), b"\xff not json", 1.0),
        Payload("somewhere/else", b"{}", 1.0),
        Payload("tripmeter/v1/f/V/ack", b"{}", 1.0),
        payload([1000.0], more=',"lat_deg":999'),
    ]
    assert seqs(river.embedded.take([*poisoned, payload([1000.0], "W", seq=2)])) == [1, 2]
    reasons = sorted(row["reason"] for row in river.rows(schema.quarantine))
    assert reasons == ["out_of_range", "undecodable", "wrong_topic", "wrong_topic"]
    assert all(row["body"] for row in river.rows(schema.quarantine))
    river.embedded.take(poisoned)
    assert len(river.rows(schema.quarantine)) == 4


def test_a_vehicle_whose_payload_was_refused_takes_no_slot(river):
    river.embedded.take([Payload(TOPIC.format("X"), b"not json", 1.0)])
    assert river.pipeline.fleet.vehicles == []


def test_what_lies_beyond_the_horizon_is_set_aside_and_acknowledged(rivers, rules, tmp_path):
    river = rivers.River(tmp_path, rules, pace=Pace(horizon_s=100.0))
    river.embedded.take([payload([1000.0])])
    assert seqs(river.embedded.take([payload([899.0], seq=2), payload([899.0, 900.0], seq=3)])) == [2, 3]
    assert [row["reason"] for row in river.rows(schema.quarantine)] == ["beyond_retention"]
    assert len(river.rows(schema.payloads)) == 2


def retry_all(river):
    with river.store.writing() as connection:
        connection.execute(schema.quarantine.update().values(retry=1))
    return river.embedded.retry()


def test_a_payload_sent_back_from_quarantine_is_taken_and_leaves_it(river):
    river.embedded.intake.registered = lambda _fleet, _vehicle: False
    river.embedded.take([payload([1000.0]), Payload(TOPIC.format("V"), b"not json", 1.0)])
    assert retry_all(river) == []
    assert len(river.rows(schema.quarantine)) == 2
    river.embedded.intake.registered = lambda _fleet, _vehicle: True
    assert seqs(retry_all(river)) == [1]
    (left,) = river.rows(schema.quarantine)
    assert (left["reason"], left["retry"]) == ("undecodable", 0)
    assert river.pipeline.watermark(0) == 1000.0
    assert river.embedded.retry() == []


def test_parts_that_a_fix_can_read_are_settled(river):
    river.embedded.intake.ahead = 300.0
    river.embedded.take([payload([1.0, 1000.0])])
    (aside,) = river.rows(schema.quarantine)
    assert aside["reason"] == "far_future"
    retry_all(river)
    assert [row["reason"] for row in river.rows(schema.quarantine)] == ["far_future"]
    river.embedded.intake.ahead = None
    retry_all(river)
    river.drain()
    assert river.rows(schema.quarantine) == []
    assert river.pipeline.watermark(0) == 1000.0


def test_an_impossible_first_date_does_not_take_the_rest_with_it(rivers, rules, tmp_path):
    river = rivers.River(tmp_path, rules, pace=Pace(horizon_s=100.0))
    river.embedded.intake.earliest = 500.0
    river.embedded.take([payload([1000.0])])
    river.embedded.take([payload([5.0, 1001.0], seq=2)])
    assert river.pipeline.watermark(0) == 1001.0
    assert [row["reason"] for row in river.rows(schema.quarantine)] == ["implausible_time"]


def test_names_of_vehicles_and_drivers_survive(river):
    river.embedded.take([payload([1000.0], "A", more=',"driver":"D1"'), payload([1000.0], "B", more=',"driver":"D2"')])
    river.embedded.take([payload([1000.0], "C", more=',"driver":"D1"')])
    river.crash()
    assert river.pipeline.fleet.vehicles == [("f", "A"), ("f", "B"), ("f", "C")]
    assert river.pipeline.fleet.drivers == ["D1", "D2"]
