"""msgpack version 1: the keys of JSON version 1; a list of numbers may be packed, for devices with much to say."""

from math import isfinite
from typing import Any

import msgspec
import numpy as np

from devices.codecs import columnar
from devices.codecs.base import DecodeError, Reading, Values

HEADS = bytes((*range(0x80, 0x90), 0xDE, 0xDF))  # of a map; JSON begins with a space or a brace

_DECODER: msgspec.msgpack.Decoder[dict[str, Any]] = msgspec.msgpack.Decoder(columnar.payload_type(bytes))
_ENCODER = msgspec.msgpack.Encoder()


class MsgpackV1:
    """The codec; see docs/wire.md for the format."""

    name = "msgpack_v1"
    version = None  # its "v" is no JSON's
    mark = None
    heads = HEADS

    def decode(self, body: bytes) -> Reading:
        """The reading in a payload; raises ``DecodeError``."""
        try:
            payload = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            columnar.explain(self.name, error, body, msgspec.msgpack.decode)
        payload["t"] = t = _times(payload["t"])
        count = len(t) if type(t) is list else 1
        _unpack(payload, count, "$")
        for wheel, columns in (payload.get("tyres") or {}).items():
            _unpack(columns, count, f"$.tyres.{wheel[:16]}")
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


def _times(t: Any) -> Any:
    if type(t) is not bytes:
        return t
    if len(t) % 8 or not t:
        raise DecodeError(f"msgpack_v1: 't' has {len(t)} bytes, expected 8 for each instant, at $.t")
    return np.frombuffer(t, "<f8").tolist()


def _unpack(columns: dict[str, Any], count: int, path: str) -> None:
    """Put lists in the place of packed numbers."""
    for name, values in columns.items():
        if type(values) is bytes:
            columns[name] = _numbers(values, count, f"{path}.{name}")


def _numbers(packed: bytes, count: int, path: str) -> list[float | None]:
    """The ``count`` numbers of eight or four bytes; NaN is not measured."""
    if len(packed) not in (8 * count, 4 * count):
        name, expected = path.rpartition(".")[2], f"{4 * count} or {8 * count}: 4 or 8 for each of 't'"
        raise DecodeError(f"msgpack_v1: '{name}' has {len(packed)} bytes, expected {expected}, at {path}")
    numbers = np.frombuffer(packed, "<f8" if len(packed) == 8 * count else "<f4")
    values: list[float | None] = numbers.tolist()
    return [None if v != v else v for v in values] if np.isnan(numbers).any() else values


def _packed(values: Values) -> Any:
    if not isinstance(values, list):
        return values
    numbers = np.array(values, "<f8")
    with np.errstate(over="ignore"):
        short = numbers.astype("<f4")
    exact = np.array_equal(short.astype("<f8"), numbers, equal_nan=True)
    return (short if exact else numbers).tobytes()


def _see_finite(reading: Reading) -> None:
    """JSON cannot say NaN or infinity where an instant or a place must be; this can."""
    if not all(map(isfinite, reading.t)):
        raise DecodeError("msgpack_v1: 't' holds what is no number, expected ascending instants, at $.t")
    for k, event in enumerate(reading.events):
        if not all(isfinite(value or 0.0) for value in (event.t, event.lat_deg, event.lon_deg)):
            raise DecodeError(f"msgpack_v1: 't' or a position is no number, at $.events[{k}]")
