"""Route deviation: driving outside the corridor, for a time and a distance."""

import numpy as np
import polars as pl
import pytest

from streams.fleets.geometry import EARTH
from streams.fleets.zones import Route

DEGREE = EARTH * np.pi / 180
TOUR = "LINESTRING(11 48, 11 48.3)"


def assigned(line=TOUR, width=200.0, start=-np.inf, end=np.inf):
    return [Route("tour", line, width, (), start, end)]


def drive(road, east, period=1.0, speed=15.0, routes=None, **columns):
    """North at 15 m/s, ``east`` m off the line."""
    east = np.asarray(east, float)
    said = columns.pop("said", speed)
    return road.drive(
        t=np.arange(east.size) * period,
        speed=said,
        lat=48 + np.arange(east.size) * period * speed / DEGREE,
        lon=11 + east / DEGREE / np.cos(np.radians(48.1)),
        settings={"source": road.told(routes=assigned() if routes is None else routes)},
        **columns,
    )


def detour(metres, n=1200, ramp=100):
    """Off by ``metres`` in the middle third."""
    off = np.zeros(n)
    off[n // 3 : 2 * n // 3] = metres
    return np.convolve(off, np.ones(ramp) / ramp, "same")


@pytest.mark.parametrize(("metres", "level"), [(500.0, 1), (1500.0, 2), (5500.0, 3)])
def test_a_detour_is_found_with_how_far_it_was(road, metres, level):
    driven = drive(road, detour(metres))
    (event,) = driven.episodes("route_deviation")
    assert (event["level"], event["subject"]) == (level, 0)
    assert event["peak"] == pytest.approx(metres - 200, rel=0.01)
    assert event["start"] < road.start + 420
    assert road.start + 780 < event["end"] < road.start + 870


@pytest.mark.parametrize("period", [10.0, 30.0])
def test_a_sparse_tracker_shows_it_too(road, period):
    driven = drive(road, detour(1500.0, n=int(2000 / period), ramp=5), period=period)
    (event,) = driven.episodes("route_deviation")
    assert event["level"] == 2


def test_inside_the_corridor_and_for_a_moment_outside_is_nothing(road):
    assert drive(road, detour(190.0)).episodes("route_deviation") == []
    off = np.zeros(1200)
    off[600:620] = 260.0
    assert drive(road, off).episodes("route_deviation") == []
    rng = np.random.default_rng(1)
    wild = rng.normal(0, 5, 1200) + np.where(rng.random(1200) < 0.05, rng.normal(0, 250, 1200), 0)
    assert drive(road, wild, gnss_accuracy=1.7).episodes("route_deviation") == []


def test_standing_outside_is_no_deviation(road):
    n = 3600
    at = {"lat": np.full(n, 48.1), "lon": np.full(n, 11.05)}
    settings = {"source": road.told(routes=assigned())}
    assert road.drive(speed=0.0, settings=settings, **at).episodes("route_deviation") == []


def test_it_ends_with_the_assignment_and_without_one_there_is_none(road):
    (event,) = drive(road, detour(1500.0), routes=assigned(end=road.start + 600)).episodes("route_deviation")
    assert event["end"] == road.start + 599
    assert drive(road, detour(1500.0), routes=()).episodes("route_deviation") == []


def test_a_frozen_receiver_strays_no_further(road):
    east = np.full(1200, 0.0)
    east[600:] = 400.0
    driven = drive(road, east)
    frozen = {
        name: np.where(np.arange(1200) > 600, getattr(driven.batch, name)[600], getattr(driven.batch, name))
        for name in ("lat", "lon")
    }
    settings = {"source": road.told(routes=assigned())}
    assert road.drive(speed=15.0, settings=settings, **frozen).episodes("route_deviation") == []


def test_along_a_real_track(road, shared_data):
    """RSK's longest trip as the corridor: driven as recorded it is kept; moved aside for a stretch it is left once."""
    frame = pl.read_parquet(shared_data / "driving" / "rsk_twizy_speedlimit" / "trips.parquet")
    trip = frame.group_by("trip_id").len().sort("len", "trip_id")["trip_id"][-1]
    mine = frame.filter(pl.col("trip_id") == trip, pl.col("latitude_deg").is_not_null())
    lat, lon = (mine[name].to_numpy().astype(float) for name in ("latitude_deg", "longitude_deg"))
    seen = (lat != 0) & (lon != 0)
    lat, lon = lat[seen], lon[seen]
    points = list(dict.fromkeys(zip(lon.tolist(), lat.tolist(), strict=True)))
    line = f"LINESTRING({', '.join(f'{x} {y}' for x, y in points)})"
    speed = mine["speed_kmh"].to_numpy().astype(float)[seen] / 3.6
    settings = {"source": road.told(routes=assigned(line, 100.0))}
    as_recorded = road.drive(speed=speed, lat=lat, lon=lon, settings=settings)
    assert as_recorded.km > 5
    assert as_recorded.episodes("route_deviation") == []
    n = lat.size
    aside = np.zeros(n)
    aside[n // 3 : 2 * n // 3] = 0.09  # 10 km north, beyond all of it
    moved = road.drive(
        speed=speed, lat=lat + np.convolve(aside, np.ones(300) / 300, "same"), lon=lon, settings=settings
    )
    (event,) = moved.episodes("route_deviation")
    assert event["level"] == 3
    assert event["start"] - road.start == pytest.approx(n / 3, abs=300)
