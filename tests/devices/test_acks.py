"""Acks: the union of what is told is what was committed, and nobody is told more than once a second."""

from collections import defaultdict
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import acks, topics
from devices.acks import Acks, ranges

payloads = st.tuples(st.sampled_from("fg"), st.sampled_from("uv"), st.sampled_from(["b1", "b2"]), st.integers(0, 30))
steps = st.lists(
    st.tuples(st.lists(payloads, max_size=20), st.integers(0, 20).map(lambda eighths: eighths / 8)), max_size=8
)


@given(steps)
def test_what_is_told_is_exactly_what_was_committed(steps):
    collector, now, told, last = Acks(), 0.0, set(), {}
    committed = set()
    for batch, later in [*steps, *[([], 1.0)] * 4]:
        for payload in batch:
            collector.add(*payload)
            committed.add(payload)
        heard = defaultdict(int)
        for topic, body in collector.due(now):
            where = topics.parse(topic)
            assert where.channel == "ack"
            heard[topic] += 1
            assert now - last.get(topic, -1.0) >= 1.0
            last[topic] = now
            said = msgspec.json.decode(body)
            assert set(said) == {"boot", "seqs"}
            told |= {
                (where.fleet, where.vehicle, said["boot"], seq) for a, b in said["seqs"] for seq in range(a, b + 1)
            }
        assert all(count == 1 for count in heard.values())
        now += later
    assert told == committed


@given(st.sets(st.integers(0, 50)))
def test_ranges_are_exact_and_the_fewest(seqs):
    found = ranges(seqs)
    assert [seq for a, b in found for seq in range(a, b + 1)] == sorted(seqs)
    assert all(b + 1 < a for (_, b), (a, _) in pairwise(found))


def test_the_first_ack_goes_at_once_and_the_next_a_second_later():
    collector = Acks()
    collector.add("f", "v", "b3f1", 4711)
    assert list(collector.due(10.0)) == [("tripmeter/v1/f/v/ack", b'{"boot":"b3f1","seqs":[[4711,4711]]}')]
    collector.add("f", "v", "b3f1", 4713)
    collector.add("f", "v", "b3f1", 4712)
    assert list(collector.due(10.9)) == []
    assert list(collector.due(11.0)) == [("tripmeter/v1/f/v/ack", b'{"boot":"b3f1","seqs":[[4712,4713]]}')]


def test_many_ranges_take_several_messages(monkeypatch):
    monkeypatch.setattr(acks, "RANGES", 2)
    collector = Acks()
    for seq in (1, 3, 5, 6, 9):
        collector.add("f", "v", "b", seq)
    said = [msgspec.json.decode(body)["seqs"] for now in range(4) for _, body in collector.due(now)]
    assert said == [[[1, 1], [3, 3]], [[5, 6], [9, 9]]]


def test_when_thousands_wait_each_is_told_rarer_and_of_more_at_a_time():
    """Each of 4,000 vehicles says a payload a second, for a minute."""
    collector, told = Acks(), []
    for now in range(60):
        for vehicle in range(4_000):
            collector.add("f", f"v{vehicle}", "b", now)
        told += [(now, topic, body) for topic, body in collector.due(float(now))]
    assert len(told) == pytest.approx(60 * acks.MOST, rel=0.1)
    times = [now for now, topic, _ in told if topic == "tripmeter/v1/f/v7/ack"]
    assert max(b - a for a, b in pairwise(times)) <= acks.LONGEST
    bodies = [msgspec.json.decode(body)["seqs"] for _, topic, body in told if topic == "tripmeter/v1/f/v7/ack"]
    assert [seq for said in bodies for a, b in said for seq in range(a, b + 1)] == list(range(max(times) + 1))
