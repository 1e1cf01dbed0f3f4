"""Samples: decoded readings of several vehicles as one long table in SI units, the door into the river."""

from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def _ints() -> Ints:
    return np.empty(0, np.int64)


def _floats() -> Floats:
    return np.empty(0, np.float64)


class Payload(msgspec.Struct, frozen=True, gc=False):  # made 5x faster than a dataclass
    """One message as it arrived: the identity is in the topic, ``token`` gives the broker its PUBACK."""

    topic: str
    body: bytes
    received_at: float  # UTC epoch s
    token: object = None


@dataclass(frozen=True)
class Rejected:
    """A payload, or a part of one, set aside: why, where, and what was found."""

    reason: str  # undecodable, unregistered, out_of_range, wrong_topic, far_future, ...
    detail: str
    topic: str
    body: bytes
    received_at: float


@dataclass(frozen=True)
class TyreReadings:
    """Tyre readings, one row a wheel and instant; ``vehicle`` indexes ``Samples.vehicles``. NaN is not measured.

    Every (vehicle, t) here is also a row of the samples it came with.
    """

    vehicle: Ints = field(default_factory=_ints)  # (m,)
    wheel: Ints = field(default_factory=_ints)  # (m,) signals.wheel_code
    t: Floats = field(default_factory=_floats)  # (m,) UTC epoch s
    pressure: Floats = field(default_factory=_floats)  # (m,) kPa, gauge
    temp: Floats = field(default_factory=_floats)  # (m,) °C


@dataclass(frozen=True)
class DeviceEvent:
    """What the device itself raised (driver assistance, SOS, power cut): stored, never merged with ours."""

    vehicle: int  # index into Samples.vehicles
    t: float
    kind: str
    level: int
    code: str | None = None
    media: str | None = None
    place: tuple[float, float] | None = None  # latitude and longitude, degrees


@dataclass(frozen=True)
class FaultList:
    """All diagnostic trouble codes set at an instant, which is also a row of the samples it came with."""

    vehicle: int  # index into Samples.vehicles
    t: float
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Samples:
    """Readings in any order, one row a (vehicle, t); absent columns and NaN are not measured."""

    vehicles: list[tuple[str, str]]  # (fleet id, vehicle id)
    vehicle: Ints  # (n,) index into vehicles
    t: Floats  # (n,) UTC epoch s, on whole milliseconds
    columns: dict[str, Floats]  # inner signal name -> (n,) SI
    drivers: list[str] = field(default_factory=list)
    driver: Ints | None = None  # (n,) index into drivers, -1 nothing said, -2 said "nobody"; None: nothing said at all
    tyres: TyreReadings = field(default_factory=TyreReadings)
    events: list[DeviceEvent] = field(default_factory=list)
    faults: list[FaultList] = field(default_factory=list)
