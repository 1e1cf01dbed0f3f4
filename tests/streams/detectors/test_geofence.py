"""Geofence and arrival: borders are crossed by driving, not by a receiver that errs."""

import numpy as np
import pytest

from streams.fleets.geometry import EARTH, circle
from streams.fleets.zones import ALLOWED, CUSTOMER, FORBIDDEN, SITE, STOP, Route, Zone

DEGREE = EARTH * np.pi / 180
LAT, LON = 48.0, 11.0
EVER, NEVER = -np.inf, np.inf
KMH = 1 / 3.6


def zone(kind, name="z", north=0.0, radius=500.0):
    """A circle whose centre lies ``north`` m of the origin."""
    return Zone(name, kind, circle(LAT + north / DEGREE, LON, radius), EVER, NEVER)


def along(road, metres, zones=(), routes=(), east=0.0, period=1.0, **columns):
    """A drive along a meridian: ``metres`` north of the origin at each sample."""
    metres = np.asarray(metres, float)
    speed = columns.pop("speed", np.abs(np.diff(metres, append=metres[-1])) / period)
    lon = LON + east / DEGREE / np.cos(np.radians(LAT))
    return road.drive(
        t=np.arange(metres.size) * period,
        speed=speed,
        lat=LAT + metres / DEGREE,
        lon=lon,
        settings={"source": road.told(zones, routes)},
        **columns,
    )


def there_and_back(period=1.0, stay=600.0, speed=15.0):
    """From 6 km south into the middle of the zone, a stay, and back."""
    way = np.arange(-6000.0, 0.0, speed * period)
    return np.concatenate([way, np.zeros(int(stay / period)), way[::-1]])


@pytest.mark.parametrize("period", [1.0, 10.0, 30.0, 60.0, 120.0])
def test_a_forbidden_zone_is_entered_and_left_once(road, period):
    metres = there_and_back(period, stay=1800)
    driven = along(road, metres, [zone(FORBIDDEN)], period=period)
    (event,) = driven.episodes("geofence")
    inside = road.start + np.flatnonzero(metres > -500) * period
    assert event["start"] == pytest.approx(inside[0], abs=period + 3)
    assert event["end"] == pytest.approx(inside[-1], abs=period + 3)
    assert (event["level"], event["subject"]) == (3, 0)
    assert event["peak"] == pytest.approx(500, abs=1)


def test_passing_through_is_notable_and_a_near_miss_is_nothing(road):
    metres = np.arange(-2000.0, 2000.0, 20.0)
    (event,) = along(road, metres, [zone(FORBIDDEN)]).episodes("geofence")
    assert event["level"] == 1
    assert along(road, metres, [zone(FORBIDDEN)], east=490.0).episodes("geofence") == []


def test_leaving_the_allowed_zone_lasts_until_it_is_back_in_any(road):
    metres = np.arange(0.0, 7700.0, 15.0)
    zones = [zone(ALLOWED, "home", radius=2000.0), zone(ALLOWED, "other", north=7000, radius=800)]
    driven = along(road, metres, zones)
    (event,) = driven.episodes("geofence")
    assert event["start"] == pytest.approx(road.start + 2030 / 15, abs=2)
    assert event["end"] == pytest.approx(road.start + 6230 / 15, abs=2)
    assert event["peak"] == pytest.approx(2100, abs=10)


def test_parked_at_the_border_with_wild_but_confident_fixes_nothing_happens(road):
    """Pitfall 18: 8 h parked 5 m from the border, fixes 200 m off that claim 1.7 m."""
    for seed, period, kind in [(s, p, k) for s in range(3) for p in (1.0, 30.0) for k in (FORBIDDEN, ALLOWED)]:
        rng = np.random.default_rng(seed)
        n = int(8 * 3600 / period)
        arrives = np.arange(-3000.0, -505.0, 15.0) if kind == FORBIDDEN else np.arange(0.0, 495.0, 5.0)
        parked = arrives[-1] + (-505 - arrives[-1] if kind == FORBIDDEN else 495 - arrives[-1])
        off = rng.normal(0, 3, (2, n)) + np.where(rng.random(n) < 0.05, rng.normal(0, 200, (2, n)), 0)
        metres = np.concatenate([arrives, parked + off[0]])
        east = np.concatenate([np.zeros(arrives.size), off[1]])
        speed = np.concatenate([np.full(arrives.size, 15.0), np.zeros(n)])
        zones = [zone(kind), zone(SITE, "site")]
        driven = along(road, metres, zones, east=east, period=period, speed=speed, gnss_accuracy=1.7)
        assert driven.episodes("geofence") == []
        assert driven.opened("arrival") <= (kind == ALLOWED)  # 5 m inside is there


def test_a_parked_tracker_without_speed_is_as_silent(road):
    rng = np.random.default_rng(1)
    n = 8 * 120
    off = rng.normal(0, 5, (2, n)) + np.where(rng.random(n) < 0.03, rng.normal(0, 200, (2, n)), 0)
    driven = along(road, -505 + off[0], [zone(FORBIDDEN)], east=off[1], period=30.0, speed=np.nan, gnss_accuracy=1.7)
    assert driven.episodes("geofence") == []


def test_a_tracker_without_speed_enters_too(road):
    driven = along(road, there_and_back(30.0, stay=1800), [zone(FORBIDDEN)], period=30.0, speed=np.nan)
    (event,) = driven.episodes("geofence")
    assert event["level"] == 3


def test_no_fix_is_no_event(road):
    metres = there_and_back()
    assert along(road, metres, [zone(FORBIDDEN)], gnss_accuracy=300.0).episodes("geofence") == []
    lat = np.where(metres > -500, 0.0, metres)
    assert along(road, np.where(lat == 0, np.nan, metres), [zone(FORBIDDEN)], speed=15.0).episodes("geofence") == []


def test_a_forbidden_zone_where_a_stop_is_planned_is_none(road):
    route = Route("tour", "LINESTRING(11 47, 11 49)", 500.0, ("z",), EVER, NEVER)
    driven = along(road, there_and_back(), [zone(FORBIDDEN)], [route])
    assert driven.episodes("geofence") == []
    (event,) = driven.episodes("arrival")
    assert driven.batch.near_kind[driven.batch.near_depth > 0].tolist() == [STOP] * int(
        (driven.batch.near_depth > 0).sum()
    )
    assert event["end"] - event["start"] == pytest.approx(600 + 500 / 15, abs=5)


@pytest.mark.parametrize("kind", [SITE, CUSTOMER])
@pytest.mark.parametrize("period", [1.0, 30.0, 120.0])
def test_an_arrival_lasts_until_the_vehicle_has_left(road, kind, period):
    driven = along(road, there_and_back(period, stay=1800), [zone(kind)], period=period)
    (event,) = driven.episodes("arrival")
    assert event["level"] == 1
    assert event["start"] == pytest.approx(road.start + 6000 / 15, abs=2 * period)
    assert event["peak"] == pytest.approx((event["end"] - event["start"]) / 60)
    assert event["peak"] == pytest.approx((1800 + 500 / 15) / 60, abs=2.5 * period / 60)


def test_waiting_at_the_gate_is_no_arrival(road):
    driven = along(road, there_and_back(stay=100), [zone(SITE)])
    assert driven.episodes("arrival") == []


def test_standing_where_it_always_stood_is_no_arrival(road):
    assert along(road, np.zeros(3600), [zone(SITE)], speed=0.0).episodes("arrival") == []
