"""JSON version 1: columnar, a scalar holds for every sample, null or absence is not measured."""

from typing import Any

import msgspec

from devices.codecs import columnar
from devices.codecs.base import Reading

_DECODER: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(columnar.payload_type())
_ENCODER = msgspec.json.Encoder()


class JsonV1:
    """The codec; see docs/wire.md for the format."""

    name = "json_v1"
    version = 1
    mark = None
    heads = b""

    def decode(self, body: bytes) -> Reading:
        """The reading in a payload; raises ``DecodeError``."""
        try:
            payload = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            columnar.explain(self.name, error, body, msgspec.json.decode)
        return columnar.reading(self.name, payload)

    def encode(self, reading: Reading) -> bytes:
        """The payload of a reading, without spaces."""
        return _ENCODER.encode(columnar.payload(reading))


JSON_V1 = JsonV1()
