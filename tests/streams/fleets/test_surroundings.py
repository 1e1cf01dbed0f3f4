"""Surroundings: the zones near a sample and the way off its route; a row by itself, whoever else is in the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.samples import Samples
from streams.fleets.batch import NEAR, SURROUNDINGS, assemble
from streams.fleets.fleet import Fleet, Known
from streams.fleets.geometry import EARTH, ShapeError, area, circle, line
from streams.fleets.surroundings import REACH, surround
from streams.fleets.zones import ALLOWED, CUSTOMER, FORBIDDEN, NO_ROUTE, NO_STOPS, NOWHERE, SITE, STOP, Route, Zone

EVER, NEVER = float("-inf"), float("inf")
DEGREE = EARTH * np.pi / 180
SQUARE = "POLYGON((9 48, 9.01 48, 9.01 48.01, 9 48.01, 9 48))"
LINE = "LINESTRING(9 48, 9 48.1)"


class Told:
    """Every vehicle knows the same."""

    def __init__(self, zones=(), routes=()):
        self.all = Known(zones=tuple(zones), routes=tuple(routes))

    def known(self, _fleet, _vehicle):
        return self.all


def zone(name, kind, shape=SQUARE, start=EVER, end=NEVER):
    return Zone(name, kind, shape, start, end)


def around(lat, lon, zones=(), routes=(), t=None, fleet=None, vehicle="v"):
    lat, lon = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
    t = np.arange(lat.size, dtype=float) + 1000 if t is None else np.asarray(t, float)
    fleet = fleet or Fleet(Told(zones, routes))
    samples = Samples([("f", vehicle)], np.zeros(lat.size, np.int64), t, {"lat": lat, "lon": lon})
    batch, _ = assemble(samples, fleet.slots(samples.vehicles), np.empty(0, np.int64))
    fleet.columns()
    return surround(batch, fleet), fleet


def near(batch, fleet, i):
    rows = slice(*batch.near_bounds[[i, i + 1]])
    names = [fleet.zones[n][1] for n in batch.near_zone[rows]]
    return list(zip(names, batch.near_kind[rows].tolist(), batch.near_depth[rows].tolist(), strict=True))


def test_a_fleet_without_places_pays_nothing():
    batch, fleet = around([48.0, 48.1], [9.0, 9.0])
    assert surround(batch, fleet) is batch
    assert batch.route.tolist() == [NOWHERE, NOWHERE]


def test_depth_is_metres_to_the_border():
    batch, fleet = around([48.005, 48.005, 48.005, 48.0], [9.001, 8.999, 8.99, np.nan], [zone("a", FORBIDDEN)])
    metres = 0.001 * DEGREE * np.cos(np.radians(48.005))
    assert near(batch, fleet, 0) == [("a", FORBIDDEN, pytest.approx(metres, abs=0.02))]
    assert near(batch, fleet, 1) == [("a", FORBIDDEN, pytest.approx(-metres, abs=0.02))]
    assert near(batch, fleet, 2) == []
    assert near(batch, fleet, 3) == []


@pytest.mark.parametrize("lat", [0.0, 48.0, -33.0, 69.0])
def test_a_circle_reaches_as_far_as_it_says(lat):
    shape = circle(lat, 9.0, 500.0)
    east = 9 + np.array([0.0, 490.0, 510.0]) / DEGREE / np.cos(np.radians(lat))
    batch, fleet = around(np.full(3, lat), east, [zone("c", SITE, shape)])
    assert [near(batch, fleet, i)[0][2] if i else None for i in range(3)] == [
        None,
        pytest.approx(10, abs=0.7),
        pytest.approx(-10, abs=0.7),
    ]


def test_zones_hold_in_their_period_and_come_in_order_of_id():
    zones = [zone("b", CUSTOMER), zone("a", FORBIDDEN, end=1001.0)]
    batch, fleet = around([48.005, 48.005], [9.0005, 9.0005], zones)
    assert [name for name, *_ in near(batch, fleet, 0)] == ["a", "b"]
    assert [name for name, *_ in near(batch, fleet, 1)] == ["b"]
    assert batch.route.tolist() == [NO_ROUTE, NO_ROUTE]


def test_the_nearest_allowed_zone_counts():
    far = "POLYGON((9.02 48, 9.03 48, 9.03 48.01, 9.02 48.01, 9.02 48))"
    batch, fleet = around([48.005] * 2, [9.005, 9.016], [zone("a", ALLOWED), zone("b", ALLOWED, far)])
    assert [fleet.zones[n][1] for n in batch.allowed] == ["a", "b"]
    assert batch.beyond[0] < 0 < batch.beyond[1]
    assert batch.beyond[1] == pytest.approx(0.004 * DEGREE * np.cos(np.radians(48.005)), abs=0.05)


def test_a_route_has_a_corridor_and_stops_while_it_is_assigned():
    route = Route("R", LINE, 200.0, ("a",), 1001.0, 1002.0)
    batch, fleet = around([48.005] * 3, [9.0005, 9.01, 9.0005], [zone("a", FORBIDDEN)], [route])
    assert [fleet.zones[n][1] if n >= 0 else n for n in batch.route] == [NO_STOPS, "R", NO_STOPS]
    assert np.isnan(batch.astray[[0, 2]]).all()
    assert batch.astray[1] == pytest.approx(0.01 * DEGREE * np.cos(np.radians(48.005)) - 200, abs=0.1)
    assert [near(batch, fleet, i)[0][1] for i in (0, 1, 2)] == [FORBIDDEN, STOP, FORBIDDEN]


@given(st.lists(st.tuples(st.floats(47.99, 48.02), st.floats(8.99, 9.02)), min_size=2, max_size=40), st.data())
def test_a_row_is_judged_by_itself(places, data):
    cut = data.draw(st.integers(1, len(places) - 1))
    zones = [zone("a", FORBIDDEN), zone("b", ALLOWED), zone("c", SITE, circle(48.0, 9.0, 300.0))]
    lat, lon = np.array(places).T
    fleet = Fleet(Told(zones, [Route("R", LINE, 50.0, (), EVER, NEVER)]))
    t = np.arange(lat.size) + 1000.0
    whole, _ = around(lat, lon, t=t, fleet=fleet)
    parts = [around(lat[rows], lon[rows], t=t[rows], fleet=fleet)[0] for rows in (slice(cut), slice(cut, None))]
    for name in (*SURROUNDINGS, *NEAR):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert getattr(whole, name).tobytes() == joined.tobytes()
    assert np.diff(whole.near_bounds).tolist() == [n for part in parts for n in np.diff(part.near_bounds)]
    assert (np.abs(whole.near_depth) <= REACH + 0.01)[whole.near_depth < 0].all()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("POLYGON((9 48, 9.1 48", "cannot be read"),
        ("POINT(9 48)", "is a Point"),
        ("POLYGON EMPTY", "is empty"),
        ("POLYGON((48 91, 48 92, 49 92, 48 91))", "latitude 91 to 92"),
        ("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))", "no proper shape"),
        ("POLYGON((-179 0, 179 0, 179 1, -179 0))", "longitude -179 to 179"),
        ('{"type": "Polygon"}', "cannot be read"),
    ],
)
def test_a_bad_shape_is_refused_in_words(text, what):
    with pytest.raises(ShapeError, match=what):
        area(text)


def test_geojson_says_the_same_as_wkt():
    text = '{"type": "Polygon", "coordinates": [[[9, 48], [9.01, 48], [9.01, 48.01], [9, 48.01], [9, 48]]]}'
    assert area(text).equals(area(SQUARE))
    assert line('{"type": "LineString", "coordinates": [[9, 48], [9, 48.1]]}').equals(line(LINE))
