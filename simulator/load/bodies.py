"""Bodies: payloads of one fixed layout, so that a kernel writes those of many vehicles into one table of bytes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from simulator.load.herd import Columns, Floats

Bytes = npt.NDArray[np.uint8]


class Field(NamedTuple):
    """A column as it is written in JSON: so wide, with spaces before, and so many decimals."""

    name: str
    width: int
    decimals: int


FIELDS = (  # in the order of herd.Columns
    Field("speed_kmh", 5, 1),
    Field("lat_deg", 10, 6),
    Field("lon_deg", 11, 6),
    Field("heading_deg", 5, 1),
    Field("accel_long_mps2", 6, 2),
)
TIME = Field("t", 14, 3)
SEQ = 10  # digits


@dataclass(frozen=True)
class Layout:
    """A payload with holes: ``at`` where the first number of each column stands, ``t`` the first."""

    codec: str
    samples: int
    template: Bytes
    seq: int
    at: tuple[int, ...]

    def write(self, seq: int, t: Floats, columns: Columns) -> Bytes:
        """(vehicles, size) payloads; ``t`` (vehicles, samples) UTC epoch s, ``columns`` (fields, vehicles, samples)."""
        table = np.tile(self.template, (columns.shape[1], 1))
        if self.codec == "json":
            _digits(table, seq, t, columns, self.seq, np.array(self.at), WIDTHS, DECIMALS)
            return table
        table[:, self.seq : self.seq + 4] = np.frombuffer(np.array([seq], ">u4").tobytes(), np.uint8)
        size = 8 * self.samples
        table[:, self.at[0] : self.at[0] + size] = np.ascontiguousarray(np.round(t, 3), "<f8").view(np.uint8)
        for field, at, values in zip(FIELDS, self.at[1:], columns, strict=True):
            packed = np.round(values, field.decimals).astype(_packed(field))
            table[:, at : at + packed.itemsize * self.samples] = packed.view(np.uint8)
        return table


WIDTHS = np.array([TIME.width, *(field.width for field in FIELDS)])
DECIMALS = np.array([TIME.decimals, *(field.decimals for field in FIELDS)])


def layout(codec: str, samples: int, boot: str) -> Layout:
    """The layout of payloads of so many samples."""
    return _json(samples, boot) if codec == "json" else _msgpack(samples, boot)


def _json(samples: int, boot: str) -> Layout:
    body = bytearray(f'{{"v":1,"boot":"{boot}","seq":'.encode())
    seq = len(body)
    body += b" " * SEQ
    at = []
    for field in (TIME, *FIELDS):
        body += f',"{field.name}":['.encode()
        at.append(len(body))
        body += b",".join([b" " * field.width] * samples) + b"]"
    body += b',"ignition":true}'
    return Layout("json", samples, np.frombuffer(bytes(body), np.uint8), seq, tuple(at))


def _msgpack(samples: int, boot: str) -> Layout:
    body = bytearray([0x80 | 4 + 1 + len(FIELDS)])
    body += _text("v") + b"\x01" + _text("boot") + _text(boot) + _text("ignition") + b"\xc3" + _text("seq") + b"\xce"
    seq = len(body)
    body += bytes(4)
    at = []
    for field in (TIME, *FIELDS):
        size = np.dtype(_packed(field)).itemsize * samples
        body += _text(field.name) + b"\xc5" + size.to_bytes(2, "big")
        at.append(len(body))
        body += bytes(size)
    return Layout("msgpack", samples, np.frombuffer(bytes(body), np.uint8), seq, tuple(at))


def _text(text: str) -> bytes:
    return bytes([0xA0 | len(text)]) + text.encode()


def _packed(field: Field) -> str:
    """Places need eight bytes, and so do instants."""
    return "<f8" if field.decimals == 6 or field is TIME else "<f4"


@kernel
def _digits(
    table: Bytes, seq: int, t: Floats, columns: Columns, seq_at: int, at: Floats, widths: Floats, decimals: Floats
) -> None:
    for v in range(table.shape[0]):
        row = table[v]
        _number(row, seq_at, 10, 0, float(seq))
        for j in range(t.shape[1]):
            _number(row, at[0] + j * (widths[0] + 1), widths[0], decimals[0], t[v, j])
            for f in range(columns.shape[0]):
                _number(row, at[f + 1] + j * (widths[f + 1] + 1), widths[f + 1], decimals[f + 1], columns[f, v, j])


@kernel
def _number(row: Bytes, at: int, width: int, decimals: int, value: float) -> None:
    """Write a number from the right, spaces before it."""
    whole = np.int64(np.floor(abs(value) * 10.0**decimals + 0.5))
    negative = value < 0 and whole > 0
    k = at + width - 1
    written = 0
    while written <= decimals or whole > 0:
        if written == decimals and decimals > 0:
            row[k] = 46
            k -= 1
        row[k] = 48 + whole % 10
        whole //= 10
        written += 1
        k -= 1
    if negative:
        row[k] = 45
        k -= 1
    while k >= at:
        row[k] = 32
        k -= 1
