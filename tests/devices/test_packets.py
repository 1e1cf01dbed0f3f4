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


@given(messages, st.lists(st.integers(1, 5000), max_size=8).map(sorted))
def test_messages_are_read_however_they_are_cut(sent, cuts):
    stream = b"".join(publish_packet(*message) for message in sent)
    read, rest = [], b""
    for start, end in pairwise([0, *cuts, max(len(stream), *cuts, 0)]):
        rest += stream[start:end]
        at = 0
        while packet := packets.split(rest, at):
            assert packets.is_simple_publish(packet[0])
            read.append(packets.publish(rest, *packet))
            at = packet[2]
        rest = rest[at:]
    assert read == sent
    assert rest == b""


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


def test_pubacks_are_packets():
    assert packets.pubacks([1, 65535]) == b"\x40\x02\x00\x01\x40\x02\xff\xff"
