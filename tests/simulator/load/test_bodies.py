"""Payloads made by the table are what the wire's codecs read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import decode
from simulator.load import bodies
from simulator.load.herd import advance, herd


def columns(vehicles: int, samples: int) -> np.ndarray:
    table = np.empty((len(bodies.FIELDS), vehicles, samples))
    advance(herd(vehicles, 7, 0), 0, 0.0, 0.1, table)
    return table


@pytest.mark.parametrize("samples", [1, 10, 100])
@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_they_say_what_the_columns_hold(codec: str, samples: int) -> None:
    said, t = columns(3, samples), 1_763_786_400.0 + np.arange(samples) / 10
    table = bodies.layout(codec, samples, "b0071d").write(41, np.tile(t, (3, 1)), said)
    for vehicle, row in enumerate(table):
        reading = decode(row.tobytes())
        assert (reading.boot, reading.seq) == ("b0071d", 41)
        assert np.array(reading.t) == pytest.approx(t, abs=1e-6)
        assert reading.columns.pop("ignition") == 1
        assert list(reading.columns) == [field.name for field in bodies.FIELDS]
        for field, values in zip(bodies.FIELDS, said, strict=True):
            said_of_it = reading.columns[field.name]
            packed = isinstance(said_of_it, bytes)
            kind = f"<f{len(said_of_it) // samples}" if packed else "<f8"
            found = np.frombuffer(said_of_it, kind) if packed else np.array(said_of_it, "<f8")
            assert found == pytest.approx(values[vehicle], abs=0.51 * 10.0**-field.decimals)


@given(value=st.floats(-999_999, 999_999), decimals=st.integers(0, 6))
def test_a_number_is_written_as_it_is(value: float, decimals: int) -> None:
    row = np.zeros(20, np.uint8)
    bodies._number(row, 2, 16, decimals, value)
    text = row.tobytes()
    assert text[:2] == b"\0\0" and text[18:] == b"\0\0"
    assert float(text[2:18]) == pytest.approx(value, abs=0.5000001 * 10.0**-decimals)
    assert b"-0" not in text or b"-0." in text
