"""Frames: what goes in comes out, and whatever happened to the bytes on the way is noticed."""

import struct
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.frames import HEADER, FrameError, Origin, origin, pack, partition, size, unpack
from devices.samples import Payload

times = st.floats(allow_nan=False)
payloads = st.lists(st.builds(Payload, st.text(st.characters(codec="utf-8"), max_size=80), st.binary(), times))
origins = st.builds(Origin, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))


@given(payloads, origins)
def test_unpack_undoes_pack(sent, who):
    frame = pack(sent, who)
    assert unpack(frame) == sent
    assert origin(frame) == who
    assert len(frame) == HEADER + sum(map(size, sent))


def test_a_token_stays_in_its_own_process():
    assert unpack(pack([Payload("t", b"b", 1.0, token=(1, 7))])) == [Payload("t", b"b", 1.0)]


@given(payloads, st.data())
def test_any_flipped_byte_is_refused(sent, data):
    frame = bytearray(pack(sent))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    for read in (unpack, origin):
        with pytest.raises(FrameError, match="frame: "):
            read(bytes(frame))


@given(payloads, st.data())
def test_a_frame_that_was_cut_or_grew_is_refused(sent, data):
    frame = pack(sent)
    cut = frame[: data.draw(st.integers(0, len(frame) - 1))]
    for other in (cut, frame + data.draw(st.binary(min_size=1)), frame + frame):
        with pytest.raises(FrameError):
            unpack(other)


@given(st.binary())
def test_any_bytes_are_no_frame(some):
    with pytest.raises(FrameError):
        unpack(some)


def sealed(rest):
    return b"TMF\x01" + struct.pack("<I", crc32(rest)) + rest


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (b"", "frame: 0 bytes, expected at least the 28 of a header"),
        (b"{" * 40, r"frame: begins with b'\{\{\{', expected b'TMF'"),
        (b"TMF\x02" + bytes(24), "frame: version 2, expected 1; a newer bridge packed it"),
        (pack([])[:-1] + b"\1", "frame: checksum [0-9a-f]{8} of 28 bytes, expected [0-9a-f]{8}: damaged or cut"),
        (sealed(struct.pack("<IQQ", 1, 0, 0)), "frame: ends at byte 28, in payload 0 of 1"),
        (
            sealed(struct.pack("<IQQdII", 1, 0, 0, 0.0, 1, 5) + b"tb"),
            "frame: ends at byte 46, but payload 0 of 1 at 50",
        ),
        (sealed(struct.pack("<IQQ", 0, 0, 0) + b"more"), "frame: 4 bytes follow the last of 0 payloads"),
        (
            sealed(struct.pack("<IQQdII", 1, 0, 0, 0.0, 1, 0) + b"\xff"),
            "frame: the topic of payload 0 is no UTF-8",
        ),
    ],
)
def test_the_error_says_what_was_found(frame, error):
    with pytest.raises(FrameError, match=error):
        unpack(frame)


def test_a_fleet_has_its_partition_for_good_or_each_vehicle_its_own():
    assert [partition(f"fleet-{k}", "truck", 16) for k in range(6)] == [3, 5, 15, 9, 10, 12]
    assert {partition("acme", f"truck-{k}", 16) for k in range(6)} == {partition("acme", "", 16)}
    assert [partition("acme", f"truck-{k}", 16, "vehicle") for k in range(6)] == [2, 4, 14, 8, 11, 13]
    assert partition("acme", "truck-1", 1) == 0
