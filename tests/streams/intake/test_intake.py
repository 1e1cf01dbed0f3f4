"""Intake: who sent it, can it be read, has it been here before; everything else is set aside with its reason."""

import pytest
from sqlalchemy import event

from devices.limits import THROTTLED
from devices.samples import Payload
from streams.intake.intake import AT_ONCE, Intake, extents, stored
from streams.store.store import Commit, memory_store

GOOD = b'{"v":1,"boot":"b","seq":1,"t":[1000.0,1001.0004],"speed_kmh":50}'


@pytest.fixture
def intake():
    return Intake(lambda fleet, vehicle: vehicle != "stranger", ahead=None, earliest=None)


def told(body=GOOD, topic="tripmeter/v1/f/V/telemetry"):
    return Payload(topic, body, 5.0)


def test_a_good_payload_is_received_with_its_digest(intake):
    accepted = intake.accept([told()])
    (received,) = accepted.received
    assert (received.fleet, received.vehicle, received.reading.seq) == ("f", "V", 1)
    assert len(accepted.digests) == 1
    assert accepted.repeated == accepted.rejected == []


@pytest.mark.parametrize(
    ("payload", "reason", "detail"),
    [
        (told(b"{"), "undecodable", "JSON"),
        (told(b'{"v":7}'), "undecodable", "expected one of"),
        (told(topic="else/where"), "wrong_topic", ""),
        (told(topic="tripmeter/v1/f/V/ack"), "wrong_topic", "ack is ours to publish"),
        (told(topic=f"{THROTTLED}tripmeter/v1/f/V/telemetry"), "rate_limit", "more than it may"),
        (told(topic="tripmeter/v1/f/stranger/telemetry"), "unregistered", "tripmeter registry"),
    ],
)
def test_what_cannot_come_in_is_set_aside_whole(intake, payload, reason, detail):
    accepted = intake.accept([payload, told()])
    (rejected,) = accepted.rejected
    assert (rejected.reason, rejected.topic, rejected.body) == (
        reason,
        payload.topic.removeprefix(THROTTLED),
        payload.body,
    )
    assert (rejected.received_at, detail in rejected.detail) == (5.0, True)
    assert len(accepted.received) == 1


def test_the_same_bytes_are_one_payload(intake):
    other_vehicle = told(topic="tripmeter/v1/f/W/telemetry")
    accepted = intake.accept([told(), told(), other_vehicle])
    assert [received.vehicle for received in accepted.received] == ["V", "W"]
    assert [received.vehicle for received in accepted.repeated] == ["V"]


def test_what_is_implausible_is_set_aside_in_parts(intake):
    body = b'{"v":1,"boot":"b","seq":1,"t":[1000.0],"speed_kmh":5000,"lat_deg":48,"lon_deg":8}'
    samples, parts = intake.samples(intake.accept([told(body)]).received)
    assert [part.reason for part in parts] == ["out_of_range"]
    assert (samples.t.tolist(), samples.columns["lat"].tolist()) == ([1000.0], [48.0])


def test_a_clock_that_is_fast_is_judged_by_when_the_payload_came():
    intake = Intake(lambda *_: True, ahead=300.0, earliest=0.0)
    samples, parts = intake.samples(intake.accept([told(), told(GOOD.replace(b"1000.0", b"305.0"))]).received)
    assert samples.t.tolist() == [305.0]
    assert {part.reason for part in parts} == {"far_future"}


def test_the_extent_is_on_whole_milliseconds(intake):
    first, last = extents(intake.accept([told()]).received)
    assert (first.tolist(), last.tolist()) == ([1000.0], [1001.0])


def test_what_was_here_before_is_found_by_index_however_much_is_stored():
    store, asked = memory_store(), [(k % 7, 1000.0 + k, b"%016d" % k) for k in range(3 * AT_ONCE + 1)]
    work = Commit(payloads=[(slot, 0.0, last, last, mark, b"body") for slot, last, mark in asked[1:]])
    store.commit(work)
    other = [(slot, last, bytes(16)) for slot, last, _ in asked]
    plans = []

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            plans.extend(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())

    event.listen(store.engine, "before_cursor_execute", explain)
    with store.reading() as connection:
        assert stored(connection, [*asked, *other]) == set(asked[1:])
        assert stored(connection, []) == set()
    assert plans
    assert not [plan for *_, plan in plans if "SCAN" in plan]
