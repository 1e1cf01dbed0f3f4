"""Recovery: after a restart everything goes on as if there had been none, and nobody is told twice."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.samples import Samples
from streams.river.embedded import Pace
from streams.store import schema, upkeep

HOUR = 3600.0
HANDFUL = 7  # payloads


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def drive(rivers, hours, speed=60.0, vehicle="V", driver=None):
    """One vehicle between two hours of the first day at 10 s, 80 km/h being posted."""
    t = rivers.START + np.arange(hours[0] * HOUR, hours[1] * HOUR, 10.0)
    columns = {"speed": np.full(t.size, speed * (1 / 3.6)), "speed_limit": np.full(t.size, 80 * (1 / 3.6))}
    said = None if driver is None else np.zeros(t.size, np.int64)
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, columns, [driver] if driver else [], said)


def send(rivers, river, *parts):
    for part in parts:
        river.embedded.take(rivers.payloads(part, boot=str(river.store.position)))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1, 1000))
@example(190, 108)  # driven before the first tyre is heard
def test_states_are_the_same_to_the_bit(rivers, rules, tmp_path_factory, seed, cut):
    river = rivers.River(tmp_path_factory.mktemp("river"), rules)
    payloads = rivers.payloads(rivers.days(seed, vehicles=2), size=11)
    middle = cut % len(payloads)
    for some in (payloads[:middle], payloads[middle:]):
        river.embedded.take(some)
        if cut % 3 and some is not payloads[middle:]:
            river.embedded.snapshot()
    before = river.pipeline.state[:2].tobytes()
    alerts = dict(river.record.alerts._latest)
    river.crash()
    assert river.pipeline.state[:2].tobytes() == before
    assert river.record.alerts._latest == alerts
    assert river.embedded.newest == max(river.pipeline.watermark(slot) for slot in range(2))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_it_goes_on_from_states_of_many_positions(rivers, rules, tmp_path_factory, seed, order):
    """One vehicle is saved with each commit; some of what comes is late, some is settled meanwhile."""
    samples, rng = rivers.days(seed), np.random.default_rng(order)
    pace = Pace(snapshot_s=0.0, settle_after_s=1e9, settle_within_s=1e9)
    river = rivers.River(tmp_path_factory.mktemp("river"), rules, pace=pace)
    payloads = rivers.payloads(samples, size=8)
    payloads = [payloads[k] for k in np.argsort(np.arange(len(payloads)) + rng.normal(0, 5, len(payloads)))]
    rest = len(payloads) % HANDFUL
    river.embedded.take(payloads[:rest])
    with patch("streams.river.embedded.SAVED", 1 - HANDFUL):
        for k in range(rest, len(payloads), HANDFUL):
            river.embedded.take(payloads[k : k + HANDFUL])
            if rng.random() < 0.1:
                river.embedded.settle_due(at_once=True)
            if rng.random() < 0.2:
                river.crash()
    river.drain()
    assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


def test_nobody_is_told_again(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.2), speed=150))
    river.embedded.snapshot()
    send(rivers, river, drive(rivers, (1.2, 1.4), speed=50), drive(rivers, (3, 3.2), speed=150))
    told = river.rows(schema.outbox)
    assert len(told) >= 3
    for _ in range(2):
        river.crash()
        assert river.rows(schema.outbox) == told
    send(rivers, river, drive(rivers, (3.2, 3.4), speed=50))
    assert len(river.rows(schema.outbox)) > len(told)


def test_without_a_snapshot_all_payloads_run_again(rivers, river):
    parts = [drive(rivers, (1, 1.2), speed=150), drive(rivers, (25, 25.2), speed=150)]
    send(rivers, river, *parts)
    events, midnights = river.rows(schema.events), river.rows(upkeep.midnights)
    river.crash()
    assert (river.rows(schema.events), river.rows(upkeep.midnights)) == (events, midnights)


def test_what_stood_open_at_midnight_stays_as_it_stood_then(rivers, river):
    """The event at the wheel of midnight is closed when its payloads run again; the kept one must stay open."""
    send(rivers, river, drive(rivers, (23.8, 23.9), speed=150))
    river.embedded.snapshot()
    send(rivers, river, drive(rivers, (23.9, 24.2), speed=150), drive(rivers, (24.3, 24.4), speed=50))
    before = river.rows(upkeep.midnights)
    assert '"end": null' in before[-1]["told"]
    river.crash()
    assert river.rows(upkeep.midnights) == before


def test_driving_of_a_vehicle_that_is_silent_since_counts(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.3), driver="D1"))
    river.embedded.snapshot()
    river.crash()
    send(rivers, river, drive(rivers, (1.32, 1.45), vehicle="W", driver="D1"))
    assert [row["vehicle_id"] for row in river.rows(schema.events) if row["kind"] == "continuous_driving"] == ["W"]


def test_what_was_told_of_a_first_drive_is_taken_back_when_it_turns_out_longer(rivers, river):
    """Its payloads run again all at once, so that the state never is what was told."""
    send(rivers, river, drive(rivers, (1, 1.45), driver="D1"), drive(rivers, (0.9, 1), driver="D1"))
    river.crash()
    river.drain()
    told = [row for row in river.rows(schema.events) if row["kind"] == "continuous_driving"]
    assert [(row["start"] - rivers.START) / HOUR for row in told] == pytest.approx([1.25])


def test_a_restart_with_nothing_is_a_beginning(rivers, river):
    river.crash()
    assert river.pipeline.fleet.vehicles == []
    assert river.embedded.newest == -np.inf
    river.embedded.snapshot()
    river.crash()


def test_open_alerts_are_told_again_to_a_broker_that_has_forgotten_them(rivers, river):
    send(rivers, river, drive(rivers, (1, 1.2), speed=150), drive(rivers, (9, 9.2), speed=150, vehicle="W"))
    with river.store.writing() as connection:
        connection.execute(schema.outbox.delete())
    river.crash()
    river.embedded.restate()
    addresses = [(row["sink"], row["address"]) for row in river.rows(schema.outbox)]
    assert addresses == [("mqtt", f"tripmeter/v1/f/{vehicle}/alert/speeding") for vehicle in "VW"]
