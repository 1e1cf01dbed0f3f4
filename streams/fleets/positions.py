"""Positions: metres about an origin, or the shifted datum of Chinese maps, as WGS 84 degrees."""

import numpy as np

from devices.samples import Floats

EARTH_M = 6_371_008.8  # mean radius
_A, _E2 = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940, on which GCJ-02 is built


def from_plane(x: Floats, y: Floats, origin_lat: float, origin_lon: float) -> tuple[Floats, Floats]:
    """Latitude and longitude of ``x`` metres east and ``y`` metres north of an origin; good to 0.1 % within 50 km."""
    lat = origin_lat + np.degrees(y / EARTH_M)
    lon = origin_lon + np.degrees(x / (EARTH_M * np.cos(np.radians(origin_lat))))
    return lat, lon


def from_gcj02(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """WGS 84 position of a GCJ-02 one, to 1e-8 degrees; outside China the two are the same.

    Source: the public GCJ-02 offset polynomials (eviltransform), inverted by fixed-point iteration.
    """
    inside = (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)
    wgs_lat, wgs_lon = lat.copy(), lon.copy()
    for _ in range(5):
        shift_lat, shift_lon = _shift(wgs_lat, wgs_lon)
        wgs_lat, wgs_lon = lat - shift_lat, lon - shift_lon
    return np.where(inside, wgs_lat, lat), np.where(inside, wgs_lon, lon)


def _shift(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """How far GCJ-02 lies from WGS 84, degrees."""
    x, y = lon - 105.0, lat - 35.0
    both = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both * 2 / 3
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y / 30 * np.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both * 2 / 3
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    magic = 1 - _E2 * np.sin(np.radians(lat)) ** 2
    meridian = _A * (1 - _E2) / (magic * np.sqrt(magic))
    parallel = _A / np.sqrt(magic) * np.cos(np.radians(lat))
    return np.degrees(north / meridian), np.degrees(east / parallel)
