"""msgpack v1: packed lists say what JSON says, in less; what its errors say."""

import struct

import msgspec
import numpy as np
import pytest

from devices.codecs import MSGPACK_V1, DecodeError, Reading, decode
from devices.codecs.base import unpacked
from devices.columns import Received, collect
from devices.samples import Payload

HEAD = {"v": 1, "boot": "a", "seq": 1}
NAN, INF = float("nan"), float("inf")


def payload(**rest):
    return msgspec.msgpack.encode(HEAD | {"t": [1, 2, 3, 4]} | rest)


def test_lists_may_be_packed_or_plain():
    said = {"speed_kmh": [62.5, None, 0, 61], "ignition": True, "tyres": {"1L": {"temp_c": [31, 30, 30, 29]}}}
    packed = {
        "t": struct.pack("<4d", 1, 2, 3, 4),
        "speed_kmh": struct.pack("<4f", 62.5, NAN, 0, 61),
        "ignition": 1,
        "tyres": {"1L": {"temp_c": struct.pack("<4d", 31, 30, 30, 29)}},
    }
    json = msgspec.json.encode(HEAD | {"t": [1, 2, 3, 4]} | said)
    expected, *others = [samples(body) for body in (json, payload(**said), payload(**packed))]
    for found in others:
        assert found.t.tolist() == expected.t.tolist()
        assert found.columns.keys() == expected.columns.keys()
        for name, column in expected.columns.items():
            assert np.array_equal(found.columns[name], column, equal_nan=True)
        assert found.tyres.temp.tolist() == expected.tyres.temp.tolist()


def samples(*bodies):
    received = [Received(Payload("t", body, 4.0), "f", f"v{k}", decode(body)) for k, body in enumerate(bodies)]
    return collect(received, earliest=None)[0]


def test_payloads_of_both_sorts_stand_side_by_side():
    packed = payload(speed_kmh=struct.pack("<4f", 36, 72, NAN, 0), heading_deg=struct.pack("<4d", 1, 2, 3, 4))
    found = samples(payload(speed_kmh=[None, 3.6, 0, 36]), packed, payload(fuel_pct=5), packed)
    speed = [NAN, 1, 0, 10, 10, 20, NAN, 0, *[NAN] * 4, 10, 20, NAN, 0]
    assert np.allclose(found.columns["speed"], speed, rtol=1e-12, equal_nan=True)
    assert np.array_equal(found.columns["heading"], [*[NAN] * 4, 1, 2, 3, 4, *[NAN] * 4, 1, 2, 3, 4], equal_nan=True)
    assert np.array_equal(found.columns["fuel"], [*[NAN] * 8, *[5] * 4, *[NAN] * 4], equal_nan=True)
    assert found.t.tolist() == [1, 2, 3, 4] * 4


def test_packing_loses_nothing_and_takes_four_bytes_where_these_hold_it():
    t = [1763786400.0 + k / 50 for k in range(500)]
    columns = {"accel_lat_mps2": [k / 64 for k in range(500)], "lat_deg": [31.23 + k * 1e-7 for k in range(500)]}
    body = MSGPACK_V1.encode(Reading("b3f1", 4711, t, columns))
    found = decode(body)
    said = {name: unpacked(values, 500).tolist() for name, values in found.columns.items()}
    assert (found.t.tolist(), said) == (t, columns)
    assert len(body) - 500 * (8 + 4 + 8) < 80


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            payload(speed_kmh=bytes(12)),
            "msgpack_v1: 'speed_kmh' has 12 bytes, expected 16 or 32: 4 or 8 for each of 't', at $.speed_kmh",
        ),
        (
            payload(tyres={"1L": {"temp_c": b""}}),
            "msgpack_v1: 'temp_c' has 0 bytes, expected 16 or 32: 4 or 8 for each of 't', at $.tyres.1L.temp_c",
        ),
        (payload(speed_kmh=[1]), "msgpack_v1: 'speed_kmh' has 1 value, expected 4 like 't', at $.speed_kmh"),
        (payload(t=b"1234"), "msgpack_v1: 't' has 4 bytes, expected 8 for each instant, at $.t"),
        (payload(t=b""), "msgpack_v1: 't' has 0 bytes, expected 8 for each instant, at $.t"),
        (
            payload(t=struct.pack("<2d", 2, 1)),
            "msgpack_v1: 't' is 1.0 after 2.0, expected ascending instants, at $.t[1]",
        ),
        (
            payload(t=struct.pack("<70d", *range(69), 5)),
            "msgpack_v1: 't' is 5.0 after 68.0, expected ascending instants, at $.t[69]",
        ),
        (
            payload(t=struct.pack("<2d", 1, NAN)),
            "msgpack_v1: 't' is nan after 1.0, expected ascending instants, at $.t[1]",
        ),
        (
            payload(t=struct.pack("<2d", 1, INF)),
            "msgpack_v1: 't' holds what is no number, expected ascending instants, at $.t",
        ),
        (payload(t=NAN), "msgpack_v1: 't' holds what is no number, expected ascending instants, at $.t"),
        (payload(t=[1, INF]), "msgpack_v1: 't' holds what is no number, expected ascending instants, at $.t"),
        (
            payload(events=[{"t": INF, "kind": "sos", "level": 3}]),
            "msgpack_v1: 't' or a position is no number, at $.events[0]",
        ),
        (
            payload(speed_kmh="fast"),
            "msgpack_v1: 'speed_kmh' is 'fast', expected a number, packed numbers, a list or null, at $.speed_kmh",
        ),
        (msgspec.msgpack.encode(HEAD), "msgpack_v1: 't' is missing, at $"),
        (msgspec.msgpack.encode({**HEAD, "v": 2}), "msgpack_v1: 'v' is 2, expected 1, at $.v"),
        (payload()[:-1], "msgpack_v1: Input data was truncated"),
    ],
)
def test_an_error_says_what_was_found_and_where(body, error):
    with pytest.raises(DecodeError) as caught:
        decode(body)
    assert str(caught.value) == error


def test_a_small_body_cannot_fill_the_memory():
    with pytest.raises(DecodeError, match="at most 10000"):
        decode(payload(t=struct.pack("<10001d", *range(10_001))))
