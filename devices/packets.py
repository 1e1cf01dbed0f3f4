"""Packets: MQTT 3.1.1 on the byte level, as far as a fast reader needs it."""

from collections.abc import Callable

Message = tuple[str, int, bytes]
"""Topic, packet id (0 for QoS 0) and body."""

PUBLISH, PUBACK = 0x30, 0x40
DISCONNECT = b"\xe0\x00"


class PacketError(ValueError):
    """Bytes that are no MQTT."""


def split(data: bytes, at: int) -> tuple[int, int, int] | None:
    """First byte, start of the content and end of the packet at ``at``; None while it is not all there."""
    size = len(data)
    length, shift, start = 0, 0, at + 1
    while start < size:
        byte = data[start]
        length |= (byte & 0x7F) << shift
        start += 1
        if byte < 0x80:
            return (data[at], start, start + length) if start + length <= size else None
        shift += 7
        if shift > 21:
            raise PacketError("a packet's length takes more than four bytes")
    return None


def is_simple_publish(head: int) -> bool:
    """Whether a first byte begins a PUBLISH with QoS 0 or 1."""
    return head & 0xF4 == PUBLISH


def publish(data: bytes, head: int, start: int, end: int) -> Message:
    """Topic, packet id (0 for QoS 0) and body of a PUBLISH; a topic that is no UTF-8 holds U+FFFD."""
    at = start + 2 + int.from_bytes(data[start : start + 2], "big")
    if at + (head & 0x02) > end:
        raise PacketError("a topic is longer than its packet")
    topic = data[start + 2 : at].decode(errors="replace")
    if not head & 0x02:
        return topic, 0, data[at:end]
    return topic, data[at] << 8 | data[at + 1], data[at + 2 : end]


def publication(topic: str, body: bytes, mid: int, *, retain: bool = False, again: bool = False) -> bytes:
    """A PUBLISH packet, at QoS 1 or, where ``mid`` is 0, at QoS 0; ``again``: it may have come before."""
    name = topic.encode()
    content = len(name).to_bytes(2, "big") + name + (mid.to_bytes(2, "big") if mid else b"") + body
    head = PUBLISH | (0x02 if mid else 0) | retain | again << 3
    size, length = len(content), bytearray()
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((head, *length, size)) + content


def pubacks(mids: list[int]) -> bytes:
    """PUBACK packets for ``mids``, one after the other."""
    return b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids)


class Reader:
    """Messages off a socket, 64 kB at a time.

    ``receive`` reads the socket: it raises ``BlockingIOError`` when there is nothing for now. ``other`` gets every
    packet that is no simple PUBLISH, and None when the connection is over.
    """

    def __init__(self, receive: Callable[[int], bytes], other: Callable[[bytes | None], None]) -> None:
        self._receive, self._other = receive, other
        self._data, self._at = b"", 0  # read off the socket, and how much of it is done with
        self.dry = True  # nothing more to read for now

    def messages(self, room: int) -> list[Message]:
        """Up to ``room`` messages; raises ``PacketError`` for what is no MQTT."""
        self.dry = False
        found: list[Message] = []
        while len(found) < room and not self.dry:
            packet = split(self._data, self._at)
            if packet is None:
                self._refill()
                continue
            head, start, end = packet
            if is_simple_publish(head):
                found.append(publish(self._data, head, start, end))
            else:
                self._other(self._data[self._at : end])
            self._at = end
        return found

    def _refill(self) -> None:
        try:
            more = self._receive(65_536)
        except BlockingIOError:
            self.dry = True
            return
        except OSError:
            more = b""
        if more:
            self._data, self._at = self._data[self._at :] + more, 0
        else:
            self.dry = True
            self._other(None)
