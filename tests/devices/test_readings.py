"""Readings: what a publisher cuts out of samples says the same when it comes in again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from devices.codecs import JSON_V1
from devices.columns import Received, collect
from devices.plausible import scaled, unscaled
from devices.readings import readings
from devices.samples import DeviceEvent, Payload, Samples, TyreReadings
from devices.signals import SIGNALS

NOW = 1_763_786_400.0
VEHICLES = [("f", "u"), ("f", "v")]


@st.composite
def any_samples(draw):
    """Samples that once came off the wire: each value is a wire value times its scale."""
    count = draw(st.integers(0, 12))
    steps = draw(st.lists(st.integers(-5, 2000), min_size=count, max_size=count))
    t = NOW + np.cumsum(np.array(steps, np.int64)) / 1000
    columns = {}
    for signal in draw(st.lists(st.sampled_from(SIGNALS), unique=True, max_size=4)):
        wire = st.floats(signal.low, signal.high) | st.just(np.nan) | st.just(signal.high)
        columns[signal.name] = scaled(draw(hnp.arrays(np.float64, count, elements=wire)), signal)
    columns.pop("lat", None)  # (0, 0) is nowhere
    vehicle = np.array(draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)), np.int64)
    driver = np.array(draw(st.lists(st.integers(-2, 1), min_size=count, max_size=count)), np.int64)
    first = np.unique(np.stack([vehicle, np.round(t * 1000).astype(np.int64)]), axis=1, return_index=True)[1]
    rows = np.sort(first[: draw(st.integers(0, 3))])
    wheel = np.arange(rows.size) % 5
    tyres = TyreReadings(vehicle[rows], wheel, t[rows], np.full(rows.size, 800.0), np.full(rows.size, np.nan))
    events = [DeviceEvent(int(vehicle[0]), float(t[0]), "sos", 3)] if count else []
    t = np.floor(t * 1000 + 0.5) / 1000
    return Samples(VEHICLES, vehicle, t, columns, ["D1", "D2"], driver, tyres, events)


def told(samples):
    drivers = [*samples.drivers, None, None]
    rows = [
        (samples.vehicles[v], t, code, {n: c[k] for n, c in samples.columns.items() if not np.isnan(c[k])})
        for k, (v, t) in enumerate(zip(samples.vehicle, samples.t, strict=True))
        for code in [-1 if samples.driver is None else samples.driver[k]]
        for code in [drivers[code] or int(code)]
    ]
    tyres = zip(samples.tyres.vehicle, samples.tyres.wheel, samples.tyres.t, samples.tyres.pressure, strict=True)
    events = {(samples.vehicles[event.vehicle], event.t, event.kind) for event in samples.events}
    return rows, {(samples.vehicles[v], *rest) for v, *rest in tyres}, events


@given(any_samples(), st.integers(1, 5))
def test_published_samples_come_in_again_to_the_bit(samples, size):
    sent = [(vehicle, JSON_V1.encode(reading)) for vehicle, reading in readings(samples, boot="a", seq=7, size=size)]
    received = [Received(Payload("", body, NOW), *vehicle, JSON_V1.decode(body)) for vehicle, body in sent]
    again, refused = collect(received, ahead=None)
    assert not refused
    assert told(again) == told(samples)
    for vehicle in VEHICLES:
        seqs = [item.reading.seq for item in received if (item.fleet, item.vehicle) == vehicle]
        assert seqs == list(range(7, 7 + len(seqs)))
    assert all(len(item.reading.t) <= size for item in received)


@given(st.sampled_from(SIGNALS).flatmap(lambda s: st.tuples(st.just(s), st.floats(s.low, s.high))))
def test_a_wire_value_survives_the_way_to_si_and_back(pair):
    signal, wire = pair
    inner = scaled(np.array([wire]), signal)
    assert scaled(unscaled(inner, signal), signal) == inner


def test_numbers_go_out_as_short_as_they_came():
    speed = next(signal for signal in SIGNALS if signal.name == "speed")
    assert unscaled(scaled(np.array([62.1, 61.0, 99.9]), speed), speed).tolist() == [62.1, 61.0, 99.9]
