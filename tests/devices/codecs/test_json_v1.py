"""JSON v1: the payload of the wire contract, and what its errors say."""

import pytest

from devices.codecs import JSON_V1, DecodeError, DeviceReport, decode

EXAMPLE = b"""{"v": 1, "boot": "b3f1", "seq": 4711, "driver": "D-17", "t": [1763786400.0, 1763786401.0],
 "speed_kmh": [62.1, 61.0], "lat_deg": [31.23, 31.2301], "lon_deg": [121.47, 121.4702], "heading_deg": 45.0,
 "accel_long_mps2": [-0.3, -0.4], "accel_lat_mps2": 0.0, "brake_pedal_pct": [0, 12], "ignition": true,
 "speed_limit_kmh": 80, "odometer_km": 184223.4, "tyres": {"1L": {"pressure_kpa": [830, 830], "temp_c": 31}},
 "events": [{"t": 1763786400.4, "kind": "forward_collision_warning", "level": 2}]}"""


def test_the_example_of_the_contract_is_read():
    reading = decode(EXAMPLE)
    assert (reading.boot, reading.seq, reading.driver) == ("b3f1", 4711, "D-17")
    assert reading.t == [1763786400.0, 1763786401.0]
    assert reading.columns["speed_kmh"] == [62.1, 61.0]
    assert reading.columns["heading_deg"] == 45.0
    assert reading.columns["ignition"] == 1
    assert reading.tyres == {"1L": {"pressure_kpa": [830, 830], "temp_c": 31}}
    assert reading.events == [DeviceReport(1763786400.4, "forward_collision_warning", 2)]


def payload(rest, t="[1, 2, 3, 4]"):
    return f'{{"v": 1, "boot": "a", "seq": 1, "t": {t}{", " * bool(rest)}{rest}}}'.encode()


def test_null_is_not_measured():
    assert decode(payload('"speed_kmh": null, "lat_deg": [1, null, 3, 4]')).columns == {"lat_deg": [1, None, 3, 4]}


def test_a_driver_may_be_someone_nobody_or_not_said():
    said = [decode(payload(rest)).driver for rest in ('"driver": "D"', '"driver": ""', '"driver": null', "")]
    assert said == ["D", "", "", None]


def test_t_may_be_one_instant():
    reading = decode(payload('"speed_kmh": [5]', t="17.25"))
    assert (reading.t, reading.columns) == ([17.25], {"speed_kmh": [5]})


def test_an_event_may_name_a_picture():
    reading = decode(payload('"events": [{"t": 5, "kind": "sos", "level": 3, "media": "cam/1"}]', t="5"))
    assert reading.events == [DeviceReport(5, "sos", 3, media="cam/1")]


def test_unknown_keys_are_left_alone():
    rest = (
        '"cargo": {"doors": [1]}, "events": [{"t": 1, "kind": "x", "level": 1, "mood": 5}], "tyres": {"1L": {"rpm": 5}}'
    )
    reading = decode(payload(rest))
    assert (reading.columns, reading.tyres) == ({}, {})
    assert reading.events == [DeviceReport(1, "x", 1)]


def test_zero_or_one_may_be_said_as_true_or_false():
    assert decode(payload('"abs_active": [true, false, 1, null]')).columns == {"abs_active": [1, 0, 1, None]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            payload('"speed_kmh": [1, 2, "fast", 4]'),
            "json_v1: 'speed_kmh' is 'fast', expected a number or null, at $.speed_kmh[2]",
        ),
        (payload('"speed_kmh": [1, 2, 3]'), "json_v1: 'speed_kmh' has 3 values, expected 4 like 't', at $.speed_kmh"),
        (
            payload('"speed_kmh": true'),
            "json_v1: 'speed_kmh' is True, expected a number, a list or null, at $.speed_kmh",
        ),
        (payload('"speed_kmh": 1e999'), "json_v1: 'speed_kmh' is unreadable, number out of range, at $.speed_kmh"),
        (payload('"speed_kmh": NaN'), "json_v1: JSON is malformed: invalid character (byte 64)"),
        (payload("", t="[1, 3, 3, 4]"), "json_v1: 't' is 3.0 after 3.0, expected ascending instants, at $.t[2]"),
        (payload("", t="[1, 3, 2, 4]"), "json_v1: 't' is 2.0 after 3.0, expected ascending instants, at $.t[2]"),
        (payload("", t="[]"), "json_v1: 't' is [], expected a list of length >= 1, at $.t"),
        (payload("", t="null"), "json_v1: 't' is None, expected a number or a list, at $.t"),
        (
            payload('"tyres": {"1L": {"temp_c": [1]}}'),
            "json_v1: 'temp_c' has 1 value, expected 4 like 't', at $.tyres.1L.temp_c",
        ),
        (payload('"events": [{"t": 1, "kind": "x"}]'), "json_v1: 'level' is missing, at $.events[0]"),
        (
            payload('"events": [{"t": 1, "kind": "x", "level": 9}]'),
            "json_v1: 'level' is 9, expected a whole number <= 3, at $.events[0].level",
        ),
        (payload('"driver": 17'), "json_v1: 'driver' is 17, expected text or null, at $.driver"),
        (b'{"v": 1, "boot": "a", "t": 1}', "json_v1: 'seq' is missing, at $"),
        (b'{"v": 1, "boot": "a", "seq": 1.5, "t": 1}', "json_v1: 'seq' is 1.5, expected a whole number, at $.seq"),
        (b'{"v": 1, "v": 2}', "json_v1: 'v' is 2, expected 1, at $.v"),
        (b'{"v": 2, "t": 1}', "payload: 'v' is 2, expected one of 1, at $.v"),
        (
            b"spam",
            "payload: no JSON object with a whole number 'v' in it (JSON is malformed: invalid character (byte 0))",
        ),
    ],
)
def test_an_error_says_what_was_found_and_where(body, error):
    with pytest.raises(DecodeError) as caught:
        decode(body)
    assert str(caught.value) == error


def test_brackets_without_end_are_a_decode_error():
    with pytest.raises(DecodeError, match="recursion"):
        decode(payload('"unheard_of": ' + "[" * 100_000))


def test_a_small_body_cannot_fill_the_memory():
    t = ",".join(str(k) for k in range(10_001))
    with pytest.raises(DecodeError, match="at most 10000"):
        decode(payload("", t=f"[{t}]"))


def test_encoding_leaves_out_what_was_not_said():
    assert (
        JSON_V1.encode(decode(payload('"speed_kmh": 5', t="1")))
        == b'{"v":1,"boot":"a","seq":1,"t":[1.0],"speed_kmh":5.0}'
    )
