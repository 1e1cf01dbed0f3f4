"""Codecs in use, and the choice among them by a payload's version."""

import re

import msgspec

from devices.codecs.base import Codec, DecodeError, DeviceReport, Reading, Values
from devices.codecs.json_v1 import JSON_V1

__all__ = ["CODECS", "Codec", "DecodeError", "DeviceReport", "Reading", "Values", "decode"]

CODECS: tuple[Codec, ...] = (JSON_V1,)

_BY_VERSION = {codec.version: codec for codec in CODECS}
_HEAD = re.compile(
    rb'\s*\{\s*"v"\s*:\s*(\d{1,4})\s*[,}]'
)  # 4x faster than a scan for "v", which most payloads begin with


class _Version(msgspec.Struct):
    v: int


_SCAN = msgspec.json.Decoder(_Version)


def decode(body: bytes) -> Reading:
    """The reading in a payload, by the codec its "v" names; raises ``DecodeError``."""
    codec = _BY_VERSION.get(_version(body))
    if codec is None:
        known = ", ".join(str(version) for version in _BY_VERSION)
        raise DecodeError(f"payload: 'v' is {_version(body)}, expected one of {known}, at $.v")
    return codec.decode(body)


def _version(body: bytes) -> int:
    head = _HEAD.match(body)
    if head:
        return int(head[1])
    try:
        return _SCAN.decode(body).v
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(f"payload: no JSON object with a whole number 'v' in it ({error})") from None
