"""Detector: what every peer does with a frame - unpack, decode, watch each vehicle brake and speed, with hysteresis.

Written as cheap as NumPy allows, and far less than Tripmeter does: no checks of what devices say, no gaps, no classes,
two kinds of event. A payload in which nothing can have happened costs two reductions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from devices import frames
from devices.samples import Floats

BRAKE, BRAKE_OVER = -3.4, -2.4  # m/s²
FAST, FAST_OVER = 90.0, 85.0  # km/h


class Body(msgspec.Struct):
    """What is read of a payload: packed numbers."""

    t: bytes
    speed_kmh: bytes
    accel_long_mps2: bytes


class Said(NamedTuple):
    """A payload of a vehicle."""

    vehicle: str
    t: Floats
    speed: Floats
    accel: Floats


class Event(NamedTuple):
    """Something began or ended."""

    vehicle: str
    kind: str
    start: float
    end: float  # NaN while it lasts
    peak: float


@dataclass
class Open:
    """Of one vehicle and kind: since when, and how bad."""

    start: float = float("nan")
    peak: float = 0.0


@dataclass
class State:
    """Of one vehicle."""

    brake: Open | None = None
    fast: Open | None = None


@dataclass
class Detector:
    """All vehicles, in a dict."""

    states: dict[str, State] = field(default_factory=dict)

    def frame(self, frame: bytes) -> list[Event]:
        """What a frame brings about."""
        found: list[Event] = []
        for said in decoded(frame):
            state = self.states.get(said.vehicle)
            if state is None:
                state = self.states[said.vehicle] = State()
            found += look(state, said)
        return found


_DECODER = msgspec.msgpack.Decoder(Body)


def decoded(frame: bytes) -> Iterator[Said]:
    """The payloads of a frame."""
    for payload in frames.unpack(frame):
        body = _DECODER.decode(payload.body)
        t = np.frombuffer(body.t, "<f8")
        vehicle = payload.topic.split("/")[3]
        yield Said(vehicle, t, _numbers(body.speed_kmh, t.size), _numbers(body.accel_long_mps2, t.size))


def _numbers(packed: bytes, count: int) -> Floats:
    return np.frombuffer(packed, "<f4" if len(packed) == 4 * count else "<f8")


def look(state: State, said: Said) -> list[Event]:
    """What a payload brings about."""
    found: list[Event] = []
    if state.brake is not None or said.accel.min() <= BRAKE:
        state.brake = _followed(state.brake, said, "harsh_braking", -said.accel, -BRAKE, -BRAKE_OVER, found)
    if state.fast is not None or said.speed.max() >= FAST:
        state.fast = _followed(state.fast, said, "speeding", said.speed, FAST, FAST_OVER, found)
    return found


def _followed(
    going: Open | None, said: Said, kind: str, values: Floats, limit: float, over: float, found: list[Event]
) -> Open | None:
    for t, value in zip(said.t.tolist(), values.tolist(), strict=True):
        if going is None and value >= limit:
            going = Open(t, value)
            found.append(Event(said.vehicle, kind, t, float("nan"), value))
        elif going is not None and value <= over:
            found.append(Event(said.vehicle, kind, going.start, t, going.peak))
            going = None
        elif going is not None and value > going.peak:
            going.peak = value
    return going
