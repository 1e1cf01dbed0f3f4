"""MQTT packets: what goes out is what the standard says, and what comes in may come in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import packets
from simulator.packets import PUBLISH, Packet, ProtocolError


def whole(data: bytes) -> list[Packet]:
    return list(packets.split(bytearray(data)))


def test_connect_as_in_the_standard() -> None:
    packet = packets.connect("dev", "joe", "word", clean=True, keepalive=30)
    assert packet == b"\x10\x1a\x00\x04MQTT\x04\xc2\x00\x1e\x00\x03dev\x00\x03joe\x00\x04word"


def test_connect_without_an_account_keeps_its_session() -> None:
    assert packets.connect("dev", None, None, clean=False, keepalive=30)[9:10] == b"\x00"


@given(topic=st.text(min_size=1, max_size=50), payload=st.binary(max_size=40_000), qos=st.sampled_from([0, 1]))
def test_a_publish_comes_back(topic: str, payload: bytes, qos: int) -> None:
    (packet,) = whole(packets.publish(topic, payload, qos, number=77))
    assert packet.kind == PUBLISH
    assert packets.message(packet) == (topic, payload, b"\x00\x4d" if qos else b"")


@given(payloads=st.lists(st.binary(max_size=300), max_size=8), data=st.data())
def test_packets_may_arrive_cut_anywhere(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(packets.publish("a/b", payload, 1, 5) for payload in payloads)
    cut = data.draw(st.integers(0, len(stream)))
    buffer = bytearray(stream[:cut])
    found = list(packets.split(buffer))
    buffer += stream[cut:]
    found += packets.split(buffer)
    assert [packets.message(packet)[1] for packet in found] == payloads
    assert not buffer


def test_nonsense_is_refused() -> None:
    with pytest.raises(ProtocolError, match="four bytes"):
        whole(b"\x30\xff\xff\xff\xff\xff")
    with pytest.raises(ProtocolError, match="bytes"):
        whole(b"\x30\xff\xff\xff\x7f")
