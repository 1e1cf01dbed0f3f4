"""A load is shared out evenly, and its events are such as the product finds."""

import numpy as np
import pytest

from devices.codecs import decode
from devices.columns import Received, collect
from devices.samples import Payload
from simulator.load import bodies, command
from simulator.load.crew import LoadError
from simulator.load.herd import HARD, advance, herd
from simulator.load.plan import BRAKE, SOS, Plan
from streams import config
from streams.fleets.fleet import Fleet
from streams.kernels.params import OPEN
from streams.pipeline.pipeline import Pipeline
from streams.replay import Assumed
from streams.rules import gather


def plan(**values: float) -> Plan:
    usual = {"vehicles": 100, "hz": 10.0, "batch": 1.0, "duration": 20.0, "events": 4.0}
    rest = {"fleet": "f", "first": 0, "stride": 1, "ramp": 1.0, "codec": "json", "shared": 0}
    return Plan(**(rest | usual | values))  # type: ignore[arg-type]


def test_payloads_are_due_evenly() -> None:
    due = plan().due(np.arange(2_000, dtype=float))
    assert np.diff(due) == pytest.approx(np.full(1_999, 0.01))
    assert due[100] == 1.0  # the first vehicle's second


def test_a_vehicle_has_one_event_at_most_and_later_turns_have_others() -> None:
    one, other = plan().planted(), plan(turn=1).planted()
    for numbers in (one, other):
        assert len(set(numbers % 100)) == len(numbers) > 40
        assert numbers.min() > 0 and numbers.max() < 2_000
    assert set(one) != set(other)


def test_a_payload_of_few_samples_holds_no_brake() -> None:
    assert plan().kind == BRAKE and plan(hz=2.0).kind == SOS
    assert {plan(hz=hz, batch=batch).kind for hz, batch in ((10, 0.5), (10, 0.8), (50, 0.1), (0.1, 100))} == {SOS}


def test_a_brake_goes_through_payloads_of_one_sample_where_they_come_often_enough() -> None:
    assert plan(hz=1.0).kind == BRAKE and plan(hz=0.5, batch=2.0).kind == SOS
    assert [plan(hz=hz, batch=1 / hz).before for hz in (0.5, 1.0, 10.0)] == [0, 1, 0] and plan().before == 0
    assert plan(hz=1.0).planted().min() >= 200  # nor begins it in the first round, which comes after a gap


def test_processes_share_vehicles_connections_and_events() -> None:
    shared = command.plans(10, 3, 1.0, 10.0, 5, 6.0, fleet="f", duration=60.0, ramp=1.0, codec="json")
    assert [one.vehicles for one in shared] == [4, 3, 3]
    assert [one.shared for one in shared] == [2, 2, 1]
    assert sorted(one.vehicle(k) for one in shared for k in range(one.vehicles)) == [f"L-{k:06d}" for k in range(10)]
    assert sum(one.events for one in shared) == 6.0


def test_what_cannot_be_shared_out_is_said() -> None:
    rest = {"fleet": "f", "duration": 60.0, "ramp": 1.0, "codec": "json"}
    with pytest.raises(LoadError, match="samples a payload"):
        command.plans(10, 1, 1_000.0, 10.0, 0, 1.0, **rest)
    with pytest.raises(LoadError, match="give fewer --processes"):
        command.plans(10, 4, 1.0, 10.0, 2, 1.0, **rest)


@pytest.mark.parametrize(("hz", "batch"), [(10.0, 1.0), (10.0, 0.9), (1.0, 10.0), (1.0, 3.0), (50.0, 1.0), (1.0, 1.0)])
def test_the_product_finds_the_planted_brakes_in_the_payload_that_shows_them_and_no_other(
    hz: float, batch: float
) -> None:
    load = plan(hz=hz, batch=batch, vehicles=20, duration=20 * batch, events=0.3 / batch)
    state, planted = herd(20, 7, 0), load.planted()
    state["brake"][planted % 20] = load.brakes(planted)
    layout, table = bodies.layout("msgpack", load.samples, "b"), np.empty((len(bodies.FIELDS), 20, load.samples))
    pipeline, found = Pipeline(Fleet(Assumed()), gather(config.load(environ={})).in_force), []
    for turn in range(20):
        received = []
        advance(state, turn * load.samples, turn * batch, 1 / hz, table)
        t = 1.7637864e9 + turn * batch + np.arange(load.samples) / hz
        for k, row in enumerate(layout.write(turn + 1, np.tile(t, (20, 1)), table)):
            payload = Payload(f"tripmeter/v1/f/v{k}/telemetry", row.tobytes(), 2e9)
            received.append(Received(payload, "f", f"v{k}", decode(payload.body)))
        samples, _ = collect(received)
        opened = pipeline.run(samples).changes
        opened = opened[opened["op"] == OPEN]
        found += [turn * 20 + int(samples.vehicles[slot][1].removeprefix("v")) for slot in opened["slot"]]
    assert sorted(found) == planted.tolist() and len(planted) > 2


def test_speed_is_what_acceleration_makes_of_it() -> None:
    state, table = herd(50, 3, 0), np.empty((len(bodies.FIELDS), 50, 200))
    state["brake"][:10] = 1
    advance(state, 0, 0.0, 0.1, table)
    speed, accel = table[0] / 3.6, table[4]
    assert np.diff(speed, axis=1) == pytest.approx(0.1 * accel[:, 1:], abs=1e-9)
    assert (accel[:10].min(axis=1) == -HARD).all() and accel[10:].min() >= -1.0


def test_of_many_devices_fewer_arrive_in_a_second() -> None:
    assert [command.ramp(count) for count in (100, 1_000, 4_000)] == [1.0, 2.0, 8.0]
    assert 30.0 < command.ramp(10_000) < 60.0 < command.ramp(10_000, known=8_000) < 80.0
