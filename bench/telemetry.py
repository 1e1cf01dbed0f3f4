"""Telemetry: frames of a made-up fleet as a bridge would pack them, payloads of msgpack with packed numbers."""

from collections.abc import Iterator
from itertools import islice

import msgspec
import numpy as np

from devices import frames, topics
from devices.codecs import MSGPACK_V1, Reading
from devices.samples import Payload

VEHICLES = 640
FRAME = 500  # samples in a frame, at least a payload
STYLES = 64  # different payloads, but for their instants
HZ = 10
START = 1.7e9
COLUMNS = {"speed_kmh": 60.0, "accel_long_mps2": 0.3, "accel_lat_mps2": 0.3}
PLACE = {"lat_deg": 48.0, "lon_deg": 11.0}


def a_frame(size: int) -> int:
    """Payloads of ``size`` samples in a frame."""
    return max(1, FRAME // size)


def packed(size: int, name: str = "V", vehicles: int = VEHICLES) -> Iterator[bytes]:
    """Frame after frame without end: every vehicle's next payload in turn; they are called ``name`` and a number."""
    said = payloads(size, name, vehicles)
    while True:
        yield frames.pack(list(islice(said, a_frame(size))))


def payloads(size: int, name: str = "V", vehicles: int = VEHICLES) -> Iterator[Payload]:
    """Payload after payload of ``size`` samples, from vehicle 0, 1, ..., 0, 1, ..."""
    styles, names = _styles(size), [topics.telemetry("fleet", f"{name}{k}") for k in range(vehicles)]
    ticks, count = np.arange(size) / HZ, 0
    while True:
        turn, vehicle = divmod(count, vehicles)
        t = START + turn * size / HZ + ticks
        body = styles[count * 7 % STYLES] | {"seq": turn, "t": t.tobytes()}
        yield Payload(names[vehicle], msgspec.msgpack.encode(body), START)
        count += 1


def _styles(size: int) -> list[dict[str, object]]:
    rng, found = np.random.default_rng(0), []
    for _ in range(STYLES):
        reading, wobble = Reading("b", 0, np.arange(1.0, size + 1).tolist()), rng.normal(0, 0.1, size)
        reading.columns = {name: np.float32(value + wobble).tolist() for name, value in COLUMNS.items()}
        reading.columns |= {name: [value] * size for name, value in PLACE.items()}
        found.append(msgspec.msgpack.decode(MSGPACK_V1.encode(reading)))
    return found
