"""Renaming: a payload in which a driver is called otherwise, and nothing else is said than before."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from devices.codecs.msgpack_v1 import HEADS

_unpack = msgspec.msgpack.Decoder(dict[str, Any]).decode  # numbers that happen to spell a name are no payload
DRIVER = ("driver", "driverUniqueId")  # of our formats, and of Traccar's
KEPT = ("boot", "kind", "code", "fault_codes", "alarm", "dtcs")  # words by which things are told apart
SHORTEST = 3  # characters: what is shorter cannot be told from other words in running text
MOST = 64  # characters of a driver's id that count


def renamed(body: bytes, old: str, new: str) -> bytes:
    """``body`` with ``new`` wherever it names the driver ``old``; the very same bytes if it does not.

    The same body always becomes the same bytes, so that a payload sent again is recognised. Of what is no payload the
    bytes are searched.
    """
    packed = body[:1] in [HEADS[k : k + 1] for k in range(len(HEADS))]
    decode: Any = _unpack if packed else msgspec.json.decode
    encode: Any = msgspec.msgpack.encode if packed else msgspec.json.encode
    try:
        before = decode(body)
        after = within(before, old, new)
        return body if after == before else bytes(encode(after))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return text(body.decode("latin-1"), old.encode().decode("latin-1"), new).encode("latin-1")


def within(value: Any, old: str, new: str, key: str = "") -> Any:
    """``value``, as JSON has it, with ``new`` for the driver ``old``."""
    if isinstance(value, dict):
        return {name: within(inner, old, new, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [within(inner, old, new, key) for inner in value]
    if not isinstance(value, str) or key in KEPT:
        return value
    if key in DRIVER:
        return new if value[:MOST] == old else value
    return text(value, old, new)


def text(said: str, old: str, new: str) -> str:
    """``said`` with ``new`` wherever ``old`` stands as a word of its own."""
    return _word(old).sub(lambda _: new, said) if len(old) >= SHORTEST and old in said else said


@lru_cache(maxsize=64)
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
