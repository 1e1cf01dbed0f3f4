"""Packets: what was written is read, however the network cut it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import packets
from devices.packets import PacketError


def length(size):
    out = b""
    while True:
        size, low = divmod(size, 128)
        out += bytes([low | (128 if size else 0)])
        if not size:
            return out


def publish_packet(topic, mid, body, flags=0):
    content = len(topic.encode()).to_bytes(2, "big") + topic.encode() + (mid.to_bytes(2, "big") if mid else b"") + body
    return bytes([0x30 | flags | (2 if mid else 0)]) + length(len(content)) + content


bodies = st.binary(max_size=20) | st.integers(100, 20_000).map(bytes)
messages = st.lists(st.tuples(st.text(max_size=5), st.integers(0, 65535), bodies), max_size=5)


class Socket:
    """Gives a stream in pieces, nothing for now after each, and at last its end."""

    def __init__(self, stream, cuts):
        self.pieces = [piece for start, end in pairwise([0, *cuts, len(stream)]) for piece in (stream[start:end], None)]

    def receive(self, size):
        piece = self.pieces.pop(0) if self.pieces else b""
        if not piece and self.pieces:
            raise BlockingIOError
        return piece or b""


others = st.sampled_from([b"\x20\x02\x01\x00", b"\xd0\x00", b"\x90\x03\x00\x01\x01", b"\x34\x05\x00\x01a\x00\x01"])


@given(st.lists(messages.map(tuple) | others, max_size=4), st.data(), st.integers(1, 3))
def test_messages_are_read_however_they_are_cut(parts, data, room):
    packets_ = [p for part in parts for p in ([part] if isinstance(part, bytes) else map(_packet, part))]
    stream = b"".join(packets_)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    rest, read = [], []
    reader = packets.Reader(Socket(stream, cuts).receive, rest.append)
    while None not in rest:
        read += (some := reader.messages(room))
        assert len(some) <= room
        assert reader.dry or len(some) == room
    assert read == [message for part in parts if not isinstance(part, bytes) for message in part]
    assert rest == [*(part for part in parts if isinstance(part, bytes)), None]


def _packet(message):
    return publish_packet(*message)


@given(messages.filter(bool))
def test_a_packet_that_is_not_all_there_waits(sent):
    whole = publish_packet(*sent[0])
    assert all(packets.split(whole[:cut], 0) is None for cut in {*range(min(len(whole), 8)), len(whole) - 1})


@pytest.mark.parametrize(("head", "simple"), [(0x30, True), (0x3B, True), (0x34, False), (0x40, False), (0x20, False)])
def test_only_qos_0_and_1_are_simple(head, simple):
    assert packets.is_simple_publish(head) is simple


def test_what_is_no_mqtt_is_an_error():
    with pytest.raises(PacketError, match="four bytes"):
        packets.split(b"\x30\xff\xff\xff\xff\x01", 0)
    with pytest.raises(PacketError, match="topic"):
        packets.publish(b"\x30\x03\x00\x09a", 0x30, 2, 5)
    with pytest.raises(PacketError, match="topic"):
        packets.publish(b"\x30\x00", 0x30, 2, 2)


def test_a_topic_that_is_no_text_does_not_stop_the_reader():
    assert packets.publish(b"\x30\x04\x00\x01\xffx", 0x30, 2, 6) == ("\ufffd", 0, b"x")


@given(messages, st.booleans(), st.booleans())
def test_what_is_sent_is_read_again(sent, retain, again):
    for topic, mid, body in sent:
        packet = packets.publication(topic, body, mid, retain=retain, again=again)
        head, start, end = packets.split(packet, 0)
        assert packets.publish(packet, head, start, end) == (topic, mid, body)
        assert (end, head & 0x01, head & 0x08) == (len(packet), retain, 8 * again)


def test_pubacks_are_packets():
    assert packets.pubacks([1, 65535]) == b"\x40\x02\x00\x01\x40\x02\xff\xff"
