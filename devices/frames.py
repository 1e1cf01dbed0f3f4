"""Frames: raw payloads on their way between our own processes, many in one record, as they came from the devices.

Version 1, little-endian: ``TMF``, version u1, CRC-32 of all that follows u4; count u4, bridge u8, seq u8; then for each
payload received_at f8, length of the topic u4 and of the body u4, topic (UTF-8), body.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from devices.samples import Payload

MAGIC, VERSION = b"TMF", 1
_SEAL = struct.Struct("<3sBI")
_HEAD = struct.Struct("<IQQ")
_ITEM = struct.Struct("<dII")

HEADER = _SEAL.size + _HEAD.size  # bytes of a frame before its first payload
MAX_BODY = 1 << 20  # bytes of a payload, by the wire contract
MAX_FRAME = HEADER + _ITEM.size + 3 * 65_535 + MAX_BODY  # bytes of the largest single payload, whatever its topic


class FrameError(ValueError):
    """Bytes that are no whole frame: what was found, and what was expected."""


class Origin(NamedTuple):
    """Who packed a frame: one run of a bridge, and the number of the frame in it."""

    bridge: int = 0
    seq: int = 0


NOBODY = Origin()


def pack(payloads: Sequence[Payload], origin: Origin = NOBODY) -> bytes:
    """A frame that holds ``payloads`` in their order; their tokens stay behind."""
    parts = [_HEAD.pack(len(payloads), *origin)]
    for payload in payloads:
        topic = payload.topic.encode()
        parts += (_ITEM.pack(payload.received_at, len(topic), len(payload.body)), topic, payload.body)
    rest = b"".join(parts)
    return _SEAL.pack(MAGIC, VERSION, crc32(rest)) + rest


def size(payload: Payload) -> int:
    """Bytes a payload takes in a frame."""
    return _ITEM.size + len(payload.topic.encode()) + len(payload.body)


def unpack(frame: bytes) -> list[Payload]:
    """The payloads of a frame; raises ``FrameError`` for anything that is not exactly one whole frame."""
    count = _opened(frame)[0]
    payloads, at = [], HEADER
    for k in range(count):
        if at + _ITEM.size > len(frame):
            raise FrameError(f"frame: ends at byte {len(frame)}, in payload {k} of {count}")
        received_at, topic_size, body_size = _ITEM.unpack_from(frame, at)
        body_at = at + _ITEM.size + topic_size
        at = body_at + body_size
        if at > len(frame):
            raise FrameError(f"frame: ends at byte {len(frame)}, but payload {k} of {count} at {at}")
        payloads.append(Payload(_text(frame[body_at - topic_size : body_at], k), frame[body_at:at], received_at))
    if at != len(frame):
        raise FrameError(f"frame: {len(frame) - at} bytes follow the last of {count} payloads")
    return payloads


def origin(frame: bytes) -> Origin:
    """Who packed a frame; raises ``FrameError`` as ``unpack`` does for what is none."""
    return Origin(*_opened(frame)[1:])


def partition(fleet: str, vehicle: str, partitions: int, spread: str = "fleet") -> int:
    """Which of ``partitions`` has the vehicle, on every machine and for good.

    A fleet is in one of them, so that who drives its vehicles and what they pull is known in one place; ``spread`` by
    ``vehicle`` gives that up for a fleet too large for one processor.
    """
    return crc32((fleet if spread == "fleet" else f"{fleet}/{vehicle}").encode()) % partitions


def _opened(frame: bytes) -> tuple[int, int, int]:
    """Count, bridge and seq of a frame whose seal holds."""
    if len(frame) < HEADER:
        raise FrameError(f"frame: {len(frame)} bytes, expected at least the {HEADER} of a header")
    magic, version, seal = _SEAL.unpack_from(frame)
    if magic != MAGIC:
        raise FrameError(f"frame: begins with {magic!r}, expected {MAGIC!r}")
    if version != VERSION:
        raise FrameError(f"frame: version {version}, expected {VERSION}; a newer bridge packed it?")
    found = crc32(memoryview(frame)[_SEAL.size :])
    if found != seal:
        raise FrameError(f"frame: checksum {found:08x} of {len(frame)} bytes, expected {seal:08x}: damaged or cut")
    count, bridge, seq = _HEAD.unpack_from(frame, _SEAL.size)
    return count, bridge, seq


def _text(topic: bytes, k: int) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError as error:
        raise FrameError(f"frame: the topic of payload {k} is no UTF-8 ({error.reason})") from None
