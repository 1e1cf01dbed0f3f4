"""msgpack version 1: the keys of JSON version 1; a list of numbers may be packed, for devices with much to say."""

import sys
from array import array
from math import isfinite
from operator import lt
from typing import Any

import msgspec
import numpy as np

from devices.codecs import columnar
from devices.codecs.base import DecodeError, Packed, Reading, Values

HEADS = bytes((*range(0x80, 0x90), 0xDE, 0xDF))  # of a map; JSON begins with a space or a brace
SHORT = 64  # instants, up to which a loop is quicker than numpy

_DECODER: msgspec.msgpack.Decoder[dict[str, Any]] = msgspec.msgpack.Decoder(columnar.payload_type(bytes))
_ENCODER = msgspec.msgpack.Encoder()


class MsgpackV1:
    """The codec; see docs/wire.md for the format."""

    name = "msgpack_v1"
    version = None  # its "v" is no JSON's
    mark = None
    heads = HEADS

    def decode(self, body: bytes) -> Reading:
        """The reading in a payload; raises ``DecodeError``. Instants that came packed are an array there."""
        try:
            payload = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            columnar.explain(self.name, error, body, msgspec.msgpack.decode)
        t = payload["t"]
        if type(t) is bytes:
            t = payload["t"] = _times(t)
        count = 1 if type(t) is float else len(t)
        _check(payload, count, "$")
        for wheel, columns in (payload.get("tyres") or {}).items():
            _check(columns, count, f"$.tyres.{wheel[:16]}")
        reading = columnar.reading(self.name, payload)
        _see_finite(reading)
        return reading

    def encode(self, reading: Reading) -> bytes:
        """The payload of a reading: lists packed in four bytes a number where these hold it, else in eight."""
        payload = columnar.payload(reading) | {name: _packed(values) for name, values in reading.columns.items()}
        payload["t"] = np.array(reading.t, "<f8").tobytes()
        if reading.tyres:
            payload["tyres"] = {
                wheel: {name: _packed(values) for name, values in columns.items()}
                for wheel, columns in reading.tyres.items()
            }
        return _ENCODER.encode(payload)


MSGPACK_V1 = MsgpackV1()


def _times(packed: bytes) -> Packed:
    """Instants of eight bytes, each later than the one before."""
    if len(packed) % 8 or not packed:
        raise DecodeError(f"msgpack_v1: 't' has {len(packed)} bytes, expected 8 for each instant, at $.t")
    t: Packed = array("d")
    t.frombytes(packed)
    if sys.byteorder == "big":
        t.byteswap()
    if len(t) < SHORT:
        ascending = all(map(lt, t, t[1:]))
    else:
        numbers = np.frombuffer(t)
        ascending = bool((numbers[1:] > numbers[:-1]).all())
    if not ascending:
        columnar.not_ascending("msgpack_v1", t)
    return t


def _check(columns: dict[str, Any], count: int, path: str) -> None:
    """See that packed numbers are as many as there are instants."""
    right = 4 * count, 8 * count
    for name, values in columns.items():
        if type(values) is bytes and len(values) not in right:
            found, expected = f"{len(values)} bytes", f"{right[0]} or {right[1]}: 4 or 8 for each of 't'"
            raise DecodeError(f"msgpack_v1: '{name}' has {found}, expected {expected}, at {path}.{name}")


def _packed(values: Values) -> Any:
    if isinstance(values, int | float | bytes):
        return values
    numbers = np.array(values, "<f8")
    with np.errstate(over="ignore"):
        short = numbers.astype("<f4")
    exact = np.array_equal(short.astype("<f8"), numbers, equal_nan=True)
    return (short if exact else numbers).tobytes()


def _see_finite(reading: Reading) -> None:
    """JSON cannot say NaN or infinity where an instant or a place must be; this can."""
    instants = (reading.t[0], reading.t[-1]) if type(reading.t) is array else reading.t
    if not all(map(isfinite, instants)):
        raise DecodeError("msgpack_v1: 't' holds what is no number, expected ascending instants, at $.t")
    for k, event in enumerate(reading.events):
        if not all(isfinite(value or 0.0) for value in (event.t, event.lat_deg, event.lon_deg)):
            raise DecodeError(f"msgpack_v1: 't' or a position is no number, at $.events[{k}]")
