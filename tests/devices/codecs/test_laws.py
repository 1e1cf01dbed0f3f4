"""Laws of every codec: decode undoes encode, and nothing but DecodeError comes of a bad payload."""

from math import isfinite

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import CODECS, JSON_V1, MSGPACK_V1, DecodeError, DeviceReport, Reading, decode
from devices.codecs.base import unpacked
from devices.signals import SIGNALS, TYRE_SIGNALS

numbers = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


def values(count):
    return numbers | st.lists(numbers | st.none(), min_size=count, max_size=count)


def columns(signals, count, least=0):
    names = st.sampled_from([signal.column for signal in signals])
    return st.dictionaries(names, values(count), min_size=least, max_size=min(5, len(signals)))


@st.composite
def any_reading(draw):
    t = sorted(draw(st.lists(numbers, min_size=1, max_size=8, unique=True)))
    tyres = columns(TYRE_SIGNALS, len(t), least=1)
    return Reading(
        boot=draw(names),
        seq=draw(st.integers(0, 2**53)),
        t=t,
        columns=draw(columns(SIGNALS, len(t))),
        driver=draw(st.none() | st.just("") | names),
        tyres=draw(st.dictionaries(names, tyres, max_size=3)),
        events=draw(
            st.lists(st.builds(DeviceReport, numbers, names, st.integers(1, 3), st.none() | names), max_size=2)
        ),
        fault_codes=draw(st.none() | st.lists(names, max_size=3)),
    )


@pytest.mark.parametrize("codec", [JSON_V1, MSGPACK_V1], ids=lambda codec: codec.name)
@given(reading=any_reading())
def test_decode_undoes_encode(codec, reading):
    body = codec.encode(reading)
    assert plain(codec.decode(body)) == reading
    assert plain(decode(body)) == reading


def plain(reading):
    """``reading`` with lists for arrays and packed numbers."""

    def listed(values):
        if not isinstance(values, bytes):
            return values
        return [None if v != v else v for v in unpacked(values, len(reading.t)).tolist()]

    tyres = {wheel: {name: listed(v) for name, v in said.items()} for wheel, said in reading.tyres.items()}
    columns = {name: listed(v) for name, v in reading.columns.items()}
    return msgspec.structs.replace(reading, t=list(reading.t), columns=columns, tyres=tyres)


attributes = st.sampled_from(["alarm", "ignition", "odometer", "sat", "power", "driverUniqueId", "dtcs", "speedLimit"])
traccar = st.fixed_dictionaries(
    {"deviceTime": st.datetimes().map(str) | st.integers()},
    optional={
        "id": st.integers(-(2**63), 2**64),
        "valid": st.booleans(),
        "fixTime": st.none() | st.datetimes().map(str),
        **dict.fromkeys(("latitude", "longitude", "speed", "course", "accuracy"), numbers | st.none() | st.integers()),
        "attributes": st.none()
        | st.dictionaries(attributes, st.none() | st.booleans() | numbers | st.integers() | st.text(max_size=70)),
    },
)
PAYLOADS = {  # of each codec, a strategy: registering one without any fails below
    "json_v1": any_reading().map(JSON_V1.encode),
    "msgpack_v1": any_reading().map(MSGPACK_V1.encode),
    "traccar_v1": traccar.map(lambda position: msgspec.json.encode({"position": position, "device": {"id": 1}})),
}


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@given(data=st.data())
def test_a_payload_is_read_by_its_own_codec_always_the_same_way(codec, data):
    body = data.draw(PAYLOADS[codec.name])
    try:
        reading = codec.decode(body)
    except DecodeError as error:
        assert str(error).startswith(f"{codec.name}: ")
    else:
        assert plain(decode(body)) == plain(reading)
        _decodes_or_raises(body)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@given(data=st.data())
def test_a_broken_payload_is_a_decode_error_or_a_reading(codec, data):
    body = bytearray(data.draw(PAYLOADS[codec.name]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    _decodes_or_raises(bytes(body))


json = st.recursive(
    st.none() | st.booleans() | numbers | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
keys = st.sampled_from(["driver", "tyres", "events", "fault_codes", "speed_kmh", "ignition", "unheard_of"])


@given(
    st.fixed_dictionaries({"v": st.just(1) | json, "boot": names, "seq": st.just(1) | json, "t": json | st.just(1.5)}),
    st.dictionaries(keys, json),
)
def test_any_json_is_a_decode_error_or_a_reading(head, rest):
    _decodes_or_raises(msgspec.json.encode(head | rest))


loose = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=5) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner),
)
reports = st.lists(
    st.fixed_dictionaries({"t": st.floats(), "kind": names, "level": st.just(1), "lat_deg": st.floats()})
)


@given(
    st.fixed_dictionaries({"v": st.just(1) | loose, "boot": names, "seq": st.just(1), "t": st.just([1.5, 2]) | loose}),
    st.dictionaries(keys, loose | st.binary(min_size=16, max_size=16)),
    st.none() | reports,
)
def test_any_msgpack_is_a_decode_error_or_a_reading(head, rest, events):
    _decodes_or_raises(msgspec.msgpack.encode(head | rest | ({} if events is None else {"events": events})))


@given(st.binary())
def test_any_bytes_are_a_decode_error_or_a_reading(body):
    _decodes_or_raises(body)


def _decodes_or_raises(body):
    try:
        reading = decode(body)
    except DecodeError as error:
        assert str(error).split(":")[0] in {"payload"} | {codec.name for codec in CODECS}
    else:
        assert all(map(isfinite, [*reading.t, *(event.t for event in reading.events)]))
        assert all(b > a for a, b in zip(reading.t, reading.t[1:], strict=False))
        for values in reading.columns.values():
            values = unpacked(values, len(reading.t)).tolist() if isinstance(values, bytes) else values
            assert isinstance(values, int | float) or len(values) == len(reading.t)
