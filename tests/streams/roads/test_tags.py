"""Tags: units, zones, directions, trucks, nights; what is not understood is counted."""

from collections import Counter
from math import inf, isnan, nan

import pytest

from streams.roads import tags
from streams.roads.tags import MOTORWAY, RESIDENTIAL, RURAL, UNKNOWN, URBAN, Night


def road(highway="primary", **said):
    ignored = Counter()
    found = tags.road({"highway": highway, **{key.replace("__", ":"): value for key, value in said.items()}}, ignored)
    return found, ignored


@pytest.mark.parametrize(
    ("said", "kmh"),
    [
        ("50", 50),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("80 km/h", 80),
        ("10 knots", 18.52),
        ("none", inf),
        ("walk", 7),
        ("DE:urban", 50),
        ("DE:motorway", inf),
        ("GB:nsl_single", 96.56064),
        ("signals", nan),
        ("50;30", nan),
        ("0", nan),
        ("XX:urban", nan),
        ("BE:rural", nan),
    ],
)
def test_a_limit_has_a_unit_a_zone_or_is_counted(said, kmh):
    ignored = Counter()
    assert tags.kmh(said, ignored) == pytest.approx(kmh, nan_ok=True)
    assert sum(ignored.values()) == isnan(kmh)


def test_what_is_no_road_for_through_traffic_is_left_out_and_counted():
    for highway in ("service", "footway", "track", "proposed", ""):
        found, ignored = road(highway, maxspeed="50")
        assert found is None
        assert sum(ignored.values()) == 1


@pytest.mark.parametrize(
    ("highway", "said", "kind"),
    [
        ("motorway_link", {}, MOTORWAY),
        ("living_street", {"maxspeed": "walk"}, RESIDENTIAL),
        ("primary", {"maxspeed": "100"}, RURAL),
        ("primary", {"maxspeed": "50"}, URBAN),
        ("primary", {"maxspeed": "70", "source:maxspeed": "DE:urban"}, URBAN),
        ("tertiary", {"maxspeed": "30", "zone:traffic": "DE:rural"}, RURAL),
        ("secondary", {"maxspeed": "30", "source:maxspeed": "DE:30"}, URBAN),
        ("tertiary", {"maxspeed": "30", "source:maxspeed": "AT:zone:30"}, URBAN),
        ("trunk", {}, RURAL),
        ("tertiary", {}, UNKNOWN),
    ],
)
def test_the_class_of_a_road(highway, said, kind):
    found = tags.road({"highway": highway, **said}, Counter())
    assert found.kind == kind


def test_a_zone_gives_the_limit_that_nobody_tagged():
    found, _ = road(source__maxspeed="FR:rural")
    assert found.limits == ((80.0,) * 4,) * 2
    unknown, _ = road()
    assert all(isnan(limit) for limit in unknown.limits[0])


def test_directions_may_differ():
    found, _ = road(maxspeed="70", maxspeed__backward="50")
    assert found.limits == ((70.0,) * 4, (50.0,) * 4)


def test_a_truck_has_its_own_limit_where_it_is_lower():
    found, _ = road(maxspeed="100", maxspeed__hgv="60", maxspeed__bus="120")
    assert found.limits[0] == (100.0, 100.0, 60.0, 100.0)
    alone, _ = road(maxspeed__hgv="60 mph")
    assert alone.limits[0][2] == pytest.approx(96.56, abs=0.01)
    assert isnan(alone.limits[0][0])


def test_a_night_has_hours_and_perhaps_one_class():
    found, ignored = road(maxspeed="50", maxspeed__conditional="30 @ (22:00-06:00)")
    assert found.night == Night(22 * 60, 6 * 60, (30.0,) * 4)
    assert not ignored
    trucks, _ = road(maxspeed="50", maxspeed__hgv__conditional="30 @ 22:00-06:00")
    assert [k for k, limit in enumerate(trucks.night.kmh) if limit == 30] == [2]


def test_other_conditions_are_counted():
    for said in ("80 @ wet", "30 @ (Mo-Fr 07:00-17:00)", "30 @ (22:00-06:00); 60 @ (05:00-07:00)"):
        found, ignored = road(maxspeed="100", maxspeed__conditional=said)
        assert (found.night is None) == ("22:00" not in said)
        assert ignored == {"maxspeed:conditional: not hours of the day alone": 1}


def test_oneway_is_said_or_implied():
    assert [road(oneway=said)[0].oneway for said in ("yes", "-1", "no", "alternating")] == [1, -1, 0, 0]
    assert road("motorway")[0].oneway == 1
    assert road("motorway", oneway="no")[0].oneway == 0
    assert road(junction="roundabout")[0].oneway == 1
