"""Codecs in use, and the choice among them: by a payload's first byte, its version, or its shape if it is not ours."""

import re
from typing import Any

import msgspec

from devices.codecs.base import Codec, DecodeError, DeviceReport, Reading, Values
from devices.codecs.json_v1 import JSON_V1
from devices.codecs.msgpack_v1 import MSGPACK_V1
from devices.codecs.traccar_v1 import TRACCAR_V1

__all__ = ["CODECS", "JSON_V1", "MSGPACK_V1", "Codec", "DecodeError", "DeviceReport", "Reading", "Values", "decode"]

CODECS: tuple[Codec, ...] = (JSON_V1, MSGPACK_V1, TRACCAR_V1)

_BY_VERSION = {codec.version: codec for codec in CODECS if codec.version is not None}
_BY_HEAD = {head: codec for codec in CODECS for head in codec.heads}
_BY_MARK = {codec.mark: codec for codec in CODECS if codec.mark is not None}
_HEAD = re.compile(
    rb'\s*\{\s*"v"\s*:\s*(\d{1,4})\s*[,}]'
)  # 4x faster than a scan for "v", which most payloads begin with
_SCAN: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct("_Shape", [("v", int | None, None), *[(mark, msgspec.Raw, msgspec.Raw()) for mark in _BY_MARK]])
)


def decode(body: bytes) -> Reading:
    """The reading in a payload: by the codec its "v" names, its first byte tells, or whose mark it has.

    Raises ``DecodeError``.
    """
    codec = _BY_HEAD.get(body[0]) if body else None
    if codec is None:
        head = _HEAD.match(body)
        codec = _by_version(int(head[1])) if head else _by_shape(body)
    return codec.decode(body)


def _by_version(version: int) -> Codec:
    codec = _BY_VERSION.get(version)
    if codec is None:
        known = ", ".join(str(version) for version in _BY_VERSION)
        raise DecodeError(f"payload: 'v' is {version}, expected one of {known}, at $.v")
    return codec


def _by_shape(body: bytes) -> Codec:
    """The codec of a payload that does not begin with its version."""
    try:
        shape = _SCAN.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(f"payload: no JSON object with a whole number 'v' in it ({error})") from None
    if shape.v is not None:
        return _by_version(shape.v)
    for mark, codec in _BY_MARK.items():
        if getattr(shape, mark):
            return codec
    raise DecodeError("payload: 'v' is missing, at $")
