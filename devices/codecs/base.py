"""Codec: what a plug of this rack is - one payload format, bytes to a reading and back."""

from array import array
from typing import TYPE_CHECKING, Annotated, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=256)]
if TYPE_CHECKING:
    Packed = array[float]
else:
    Packed = array  # Python 3.11 knows no array[float]

Values = list[float | None] | bytes | float
"""A value for each sample, None where not measured; or one value that holds for every sample.

Bytes hold little-endian numbers of four or eight bytes each, as many as there are samples; NaN is not measured.
"""


class DecodeError(ValueError):
    """A payload that is not what its format says; the text names the codec, what was found and where."""


class DeviceReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the device itself raised, as it said it."""

    t: float  # UTC epoch s
    kind: Name
    level: Annotated[int, msgspec.Meta(ge=1, le=3)]
    code: Text | None = None
    media: Text | None = None
    lat_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None  # where, WGS 84
    lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


class Reading(msgspec.Struct, gc=False):  # made 4x faster than a dataclass
    """One decoded payload, still in the units of the wire.

    ``t`` (n,) is strictly ascending and not empty; every list in ``columns`` and ``tyres`` is as long. Columns
    not measured are absent. ``driver`` None: the device said nothing; "": it said nobody is at the wheel.
    ``fault_codes`` None: nothing said of them; empty: none is set.
    """

    boot: str
    seq: int
    t: list[float] | Packed
    columns: dict[str, Values] = {}  # by Signal.column
    driver: str | None = None
    tyres: dict[str, dict[str, Values]] = {}  # wheel -> pressure_kpa, temp_c
    events: list[DeviceReport] = []
    fault_codes: list[str] | None = None
    shift: float = 0.0  # s added to every time: a clock that had lost 1,024 weeks


def unpacked(packed: bytes, count: int) -> npt.NDArray[np.float64]:
    """(count,) of packed numbers."""
    return np.frombuffer(packed, f"<f{len(packed) // count}").astype(np.float64)


class Codec(Protocol):
    """One format; ``decode`` raises nothing but ``DecodeError``, and undoes ``encode`` where there is one."""

    @property
    def name(self) -> str: ...  # as errors and documents call it: json_v1

    @property
    def heads(self) -> bytes: ...  # each a first byte that only its payloads have; empty: it is JSON

    @property
    def version(self) -> int | None: ...  # the "v" in JSON of ours; None: it is no JSON, or not ours and says none

    @property
    def mark(self) -> str | None: ...  # a key that only payloads of a format without "v" have

    def decode(self, body: bytes) -> Reading: ...
