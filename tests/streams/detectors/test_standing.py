"""Unplanned stop and idling: what a stand amounts to."""

import numpy as np
import pytest

from streams.fleets.geometry import EARTH, circle
from streams.fleets.zones import CUSTOMER, FORBIDDEN, SITE, Route, Zone

DEGREE = EARTH * np.pi / 180
DAY = 1_750_000_000.0  # 15:06 UTC, 23:06 on the fleet's clock of the tests
ROUTE = Route("tour", "LINESTRING(11 48, 11 49)", 5000.0, (), -np.inf, np.inf)


def zone(kind=SITE, north=0.0, radius=200.0):
    return Zone("yard", kind, circle(48 + north / DEGREE, 11.0, radius), -np.inf, np.inf)


def trip(road, stand=1200.0, period=1.0, zones=None, routes=(), ignition=1.0, speed=None, hours=-8.0, **columns):
    """3 km at 15 m/s, a stand, 3 km; at 15:06 local time, or later by ``hours``."""
    n = max(int(200 / period), 6)
    metres = np.concatenate([np.arange(n) * 15.0 * period, np.full(int(stand / period), n * 15.0 * period)])
    metres = np.concatenate([metres, metres[-1] + np.arange(1, n) * 15.0 * period])
    said = np.where(np.diff(metres, prepend=-1) > 0, 15.0, 0.0) if speed is None else speed
    t = np.arange(metres.size) * period + hours * 3600
    settings = {"source": road.told([zone()] if zones is None else zones, routes)}
    lat = columns.pop("lat", 48 + metres / DEGREE)
    return road.drive(t=t, speed=said, lat=lat, lon=11.0, ignition=ignition, settings=settings, **columns)


@pytest.mark.parametrize("period", [1.0, 30.0, 120.0])
@pytest.mark.parametrize("ignition", [0.0, 1.0, np.nan])
def test_a_long_stand_in_the_middle_of_nowhere(road, period, ignition):
    (event,) = trip(road, period=period, ignition=ignition).episodes("unplanned_stop")
    assert event["level"] == 1
    assert event["end"] - event["start"] == pytest.approx(1200, abs=4 * period)
    assert event["peak"] == pytest.approx(20, abs=4 * period / 60)


def test_more_is_expected_on_a_route_and_more_still_at_night(road):
    (event,) = trip(road, routes=[ROUTE]).episodes("unplanned_stop")
    assert event["level"] == 2
    (event,) = trip(road, routes=[ROUTE], hours=0.0).episodes("unplanned_stop")
    assert event["level"] == 3
    (event,) = trip(road, hours=0.0).episodes("unplanned_stop")
    assert event["level"] == 1


@pytest.mark.parametrize("kind", [SITE, CUSTOMER])
def test_a_known_place_is_as_good_as_planned(road, kind):
    assert trip(road, zones=[zone(kind, north=3000)]).episodes("unplanned_stop") == []
    assert trip(road, zones=[zone(kind, north=3250)]).episodes("unplanned_stop") == []  # 50 m from it


def test_who_knows_no_place_plans_no_stop(road):
    assert trip(road, zones=[]).episodes("unplanned_stop") == []
    assert trip(road, zones=[zone(FORBIDDEN)]).episodes("unplanned_stop") == []
    assert len(trip(road, zones=[], routes=[ROUTE]).episodes("unplanned_stop")) == 1


def test_creeping_in_a_jam_and_lights_are_no_stop(road):
    jam = np.where(np.arange(1599) % 60 < 10, 2.0, 0.0)
    assert trip(road, speed=jam, stand=1200).episodes("unplanned_stop") == []
    assert trip(road, stand=800).episodes("unplanned_stop") == []


def test_without_position_nobody_knows(road):
    assert trip(road, lat=np.nan).episodes("unplanned_stop") == []


def test_a_stop_goes_on_over_a_gap_if_the_vehicle_is_still_there(road):
    said = trip(road, stand=3600)
    keep = np.ones(said.batch.t.size, bool)
    keep[500:3500] = False
    part = {name: getattr(said.batch, name)[keep] for name in ("speed", "lat", "lon")}
    settings = {"source": road.told([zone()])}
    t = said.batch.t[keep] - road.start
    (event,) = road.drive(t=t, settings=settings, **part).episodes("unplanned_stop")
    assert event["peak"] == pytest.approx(60, abs=0.2)
    moved = part | {"lat": np.where(np.arange(t.size) < 500, part["lat"], part["lat"] + 0.1)}
    first = road.drive(t=t, settings=settings, **moved).episodes("unplanned_stop")
    assert all(event["start"] > road.start - 8 * 3600 + 3000 for event in first)


@pytest.mark.parametrize("period", [1.0, 30.0, 120.0])
def test_idling_grows_with_its_length(road, period):
    for stand, level in ((700.0, 1), (1500.0, 2), (4400.0, 3)):
        (event,) = trip(road, stand=stand, period=period).episodes("idling")
        assert event["level"] == level
        assert event["peak"] == pytest.approx(stand / 60, abs=4 * period / 60)
        assert event["threshold"] == [5, 15, 60][level - 1]


def test_twenty_stops_at_lights_are_no_idling(road):
    """Pitfall 11."""
    speed = np.tile(np.r_[np.full(60, 12.0), np.zeros(90)], 20)
    driven = road.drive(speed=speed, ignition=1.0, lat=48 + np.cumsum(speed) / DEGREE, lon=11.0)
    assert driven.episodes("idling") == []


@pytest.mark.parametrize("off", [{"ignition": 0.0}, {"ignition": np.nan}, {"engine_rpm": 0.0}, {"speed": np.nan}])
def test_without_engine_or_speed_there_is_no_idling(road, off):
    said = {"speed": 0.0, "ignition": 1.0} | off
    assert road.drive(t=np.arange(3000), **said).episodes("idling") == []


def test_an_ignition_said_once_holds_until_a_gap(road):
    t = np.r_[np.arange(400.0), 1000 + np.arange(400.0)]
    ignition = np.full(800, np.nan)
    ignition[0] = 1.0
    (event,) = road.drive(t=t, speed=np.zeros(800), ignition=ignition).episodes("idling")
    assert event["end"] == road.start + 399
