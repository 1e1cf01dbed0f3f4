"""Positions: metres about an origin keep their distances, GCJ-02 is undone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.fleets.positions import _shift, from_gcj02, from_plane


@given(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(-60, 60))
def test_a_plane_keeps_distances(x: float, y: float, lat: float) -> None:
    found_lat, found_lon = from_plane(np.array([0.0, x]), np.array([0.0, y]), lat, 10.0)
    east = np.radians(found_lon[1] - found_lon[0]) * np.cos(np.radians(found_lat.mean()))
    metres = 6_371_008.8 * np.hypot(np.radians(found_lat[1] - found_lat[0]), east)
    assert metres == pytest.approx(np.hypot(x, y), rel=6e-3, abs=1e-6)


@given(st.floats(20, 50), st.floats(75, 130))
def test_gcj02_is_undone(lat: float, lon: float) -> None:
    wgs_lat, wgs_lon = np.array([lat]), np.array([lon])
    shift_lat, shift_lon = _shift(wgs_lat, wgs_lon)
    back_lat, back_lon = from_gcj02(wgs_lat + shift_lat, wgs_lon + shift_lon)
    assert back_lat[0] == pytest.approx(lat, abs=1e-7)
    assert back_lon[0] == pytest.approx(lon, abs=1e-7)


def test_tiananmen_lies_where_the_published_example_says() -> None:
    lat, lon = from_gcj02(np.array([39.908823]), np.array([116.397470]))
    assert lat[0] == pytest.approx(39.907420, abs=2e-5)
    assert lon[0] == pytest.approx(116.391224, abs=2e-5)


def test_outside_china_nothing_moves_and_missing_stays_missing() -> None:
    lat, lon = from_gcj02(np.array([48.0, np.nan]), np.array([9.0, np.nan]))
    assert (lat[0], lon[0]) == (48.0, 9.0)
    assert np.isnan([lat[1], lon[1]]).all()
