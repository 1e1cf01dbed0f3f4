"""Packets: the few of MQTT 3.1.1 that a device needs, to bytes and back."""

from collections.abc import Iterator
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9

PING = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
LARGEST = 1 << 20  # bytes of a packet; nobody sends a device more

REFUSED = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not take the client id",
    3: "it is not available",
    4: "the user name or password is wrong",
    5: "this client is not authorised",
}  # by CONNACK's return code


class ProtocolError(Exception):
    """The other end does not speak MQTT 3.1.1 as we understand it."""


class Packet(NamedTuple):
    """One packet: its type, the four flag bits beside it, and what follows the length."""

    kind: int
    flags: int
    body: bytes


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _framed(first: int, body: bytes) -> bytes:
    """A packet: its first byte, the length in seven bits a byte, the rest."""
    length, size = bytearray(), len(body)
    while True:
        size, digit = size >> 7, size & 0x7F
        length.append(digit | 0x80 if size else digit)
        if not size:
            return bytes((first,)) + bytes(length) + body


def connect(client_id: str, user: str | None, password: str | None, clean: bool, keepalive: int) -> bytes:
    """CONNECT; ``clean`` begins a new session and ends it with the connection."""
    flags = (0x80 if user is not None else 0) | (0x40 if password is not None else 0) | (0x02 if clean else 0)
    body = b"\x00\x04MQTT\x04" + bytes((flags,)) + keepalive.to_bytes(2, "big") + _text(client_id)
    for part in (user, password):
        if part is not None:
            body += _text(part)
    return _framed(0x10, body)


def publish(topic: str, payload: bytes, qos: int, number: int = 0, retain: bool = False) -> bytes:
    """PUBLISH at QoS 0 or 1; ``number`` is the packet's, 1 to 65,535, at QoS 1."""
    head = _text(topic) + (number.to_bytes(2, "big") if qos else b"")
    return _framed(0x30 | qos << 1 | retain, head + payload)


def subscribe(number: int, topic: str, qos: int) -> bytes:
    """SUBSCRIBE to one topic filter."""
    return _framed(0x82, number.to_bytes(2, "big") + _text(topic) + bytes((qos,)))


def puback(number: bytes) -> bytes:
    """PUBACK of a packet number, given as it came."""
    return b"\x40\x02" + number


def split(buffer: bytearray) -> Iterator[Packet]:
    """Take the whole packets off the front of what arrived; raises ``ProtocolError``."""
    at = 0
    try:
        while True:
            size = shift = 0
            mark = at + 1
            while True:
                if mark >= len(buffer):
                    return
                digit = buffer[mark]
                size |= (digit & 0x7F) << shift
                shift, mark = shift + 7, mark + 1
                if digit < 0x80:
                    break
                if shift > 21:
                    raise ProtocolError("a packet's length takes more than four bytes")
            if size > LARGEST:
                raise ProtocolError(f"a packet of {size} bytes")
            if mark + size > len(buffer):
                return
            first = buffer[at]
            body = bytes(buffer[mark : mark + size])
            at = mark + size
            yield Packet(first >> 4, first & 0x0F, body)
    finally:
        del buffer[:at]


def message(packet: Packet) -> tuple[str, bytes, bytes]:
    """Topic, payload and (at QoS 1) packet number of a PUBLISH."""
    body, end = packet.body, 2 + int.from_bytes(packet.body[:2], "big")
    number = body[end : end + 2] if packet.flags & 0x06 else b""
    return body[2:end].decode(), body[end + len(number) :], number
