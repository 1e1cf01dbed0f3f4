"""Matching in the pipeline: pitfall 7, what a match needs, which limit holds, and that cutting changes nothing."""

from itertools import pairwise

import numpy as np
import pytest

from streams.fleets.fleet import Fleet
from streams.pipeline.pipeline import Pipeline, only
from streams.replay import Assumed

MOTORWAY = {"highway": "motorway", "maxspeed": "120", "oneway": "yes"}
STREET = {"highway": "tertiary", "maxspeed": "50"}


@pytest.fixture
def parallel(city):
    """A motorway, and from 0 on a street of 50 km/h 12 m beside it that does not meet it."""
    return city.rules(city.line((-9_000, 0), (30_000, 0), **MOTORWAY), city.line((0, 12), (30_000, 12), **STREET))


def km(tables, *columns):
    return [round(float(tables["exposure"][f"{name}_km"].sum()), 3) for name in columns]


@pytest.mark.parametrize("start", [-5_000, 0, 2_000])
@pytest.mark.parametrize("hz", [1.0, 5.0])
@pytest.mark.parametrize("seed", range(3))
def test_pitfall_7_a_parallel_road_of_50_at_12_m_makes_no_false_speeding(parallel, along, tables_of, start, hz, seed):
    x = start + 115 / 3.6 * np.arange(600 * hz) / hz
    found = tables_of(parallel, along(x, 0.0, 115, hz, noise=8.0, seed=seed))
    measured, over = found["exposure"]["km_measured"].sum(), sum(km(found, *OVER))
    assert over / measured < 0.01
    assert "speeding" not in set(found["events"]["kind"])


OVER = tuple(f"over_limit_{band}" for band in ("0_10", "10_20", "20_30", "30"))


def test_who_was_on_the_motorway_is_still_on_it_beside_the_street(parallel, along, tables_of):
    x = -5_000 + 30.0 * np.arange(600)
    found = tables_of(parallel, along(x, 0.0, 108, noise=4.0))
    assert km(found, "limit_road", "motorway") == [found["exposure"]["km_measured"].sum()] * 2


def test_who_comes_from_nowhere_beside_two_roads_is_on_neither(parallel, along, tables_of):
    found = tables_of(parallel, along(1_000 + 14.0 * np.arange(300), 6.0, 50.4))
    assert km(found, "limit_known", "motorway", "urban") == [0, 0, 0]


def test_a_jam_beside_the_street_is_no_reason_to_forget_the_motorway(parallel, along, tables_of):
    x = np.concatenate([-2_000 + 20.0 * np.arange(150), np.full(60, 1_000.0), 1_000 + 20.0 * np.arange(150)])
    kmh = np.concatenate(
        [np.full(148, 72.0), np.linspace(48, 0, 10), np.zeros(54), np.linspace(0, 72, 10), np.full(138, 72.0)]
    )
    found = tables_of(parallel, along(x, 0.0, kmh, heading=90.0))
    assert km(found, "limit_road") == [pytest.approx(found["exposure"]["km_measured"].sum(), rel=0.03)]


def test_a_street_that_crosses_is_not_driven(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY), city.line((1_000, -500), (1_000, 500), **STREET))
    found = tables_of(rules, along(30.0 * np.arange(100), 0.0, 108, noise=4.0))
    assert km(found, *OVER) == [0, 0, 0, 0]
    assert km(found, "motorway") == [found["exposure"]["km_measured"].sum()]


def test_the_wrong_way_on_a_one_way_road_is_no_match(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY))
    found = tables_of(rules, along(5_000 - 30.0 * np.arange(100), 0.0, 108))
    assert km(found, "limit_road") == [0]


def test_without_a_course_two_positions_give_one(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY), city.line((1_000, -500), (1_000, 500), **STREET))
    found = tables_of(rules, along(30.0 * np.arange(100), 0.0, 108, heading=None))
    assert km(found, *OVER) == [0, 0, 0, 0]
    assert km(found, "motorway") == [pytest.approx(found["exposure"]["km_measured"].sum(), rel=0.05)]


def test_held_and_poor_positions_are_on_no_road(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY))
    x = 30.0 * np.arange(300)
    assert km(tables_of(rules, along(x, 0.0, 108, gnss_accuracy=31.0)), "limit_road") == [0]
    held = tables_of(rules, along(x[::10].repeat(10), 0.0, 108, heading=90.0))
    assert km(held, "limit_road") == [pytest.approx(0.1 * held["exposure"]["km_measured"].sum(), rel=0.05)]


def test_where_the_limit_changes_it_is_in_doubt_for_a_moment(city, along, tables_of):
    rules = city.rules(
        city.line((-9_000, 0), (0, 0), highway="primary", maxspeed="50"),
        city.line((0, 0), (9_000, 0), highway="primary", maxspeed="100"),
    )
    found = tables_of(rules, along(-1_500 + 25.0 * np.arange(120), 0.0, 90))
    known, over = km(found, "limit_known", "over_limit_30")
    assert known == pytest.approx(2.975 - 0.12, abs=0.06)
    assert over == pytest.approx(1.5 - 0.06, abs=0.06)


def test_the_device_knows_better_than_the_map(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY))
    found = tables_of(rules, along(30.0 * np.arange(100), 0.0, 108, speed_limit=80 / 3.6))
    (event,) = found["events"].filter(kind="speeding").rows(named=True)
    assert event["limit_source"] == "device"
    assert km(found, "limit_road", "motorway") == [0, pytest.approx(2.97, abs=0.04)]


def test_a_truck_is_judged_by_its_own_limit_and_the_record_says_so(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), **MOTORWAY))
    samples = along(30.0 * np.arange(100), 0.0, 108)
    assert tables_of(rules, samples)["events"].height == 0
    (event,) = tables_of(rules, samples, "truck")["events"].filter(kind="speeding").rows(named=True)
    assert (event["limit_source"], event["peak"]) == ("own", pytest.approx(18))
    posted = tables_of(city.rules(), along(30.0 * np.arange(100), 0.0, 108, speed_limit=120 / 3.6), "truck")
    (event,) = posted["events"].filter(kind="speeding").rows(named=True)
    assert event["limit_source"] == "own"
    assert km(posted, "limit_known", "over_limit_10_20", "limit_device") == [pytest.approx(2.97, abs=0.04)] * 2 + [0]


def test_a_countrys_rule_for_trucks_holds_on_its_class_of_road(city, along, tables_of):
    rules = city.rules(
        city.line((-9_000, 0), (9_000, 0), **MOTORWAY), sets=("detectors.condition.own_motorway_kmh.truck=80",)
    )
    samples = along(25.5 * np.arange(100), 0.0, 92)
    assert km(tables_of(rules, samples, "truck"), "over_limit_10_20") == [pytest.approx(2.5, abs=0.05)]
    assert km(tables_of(rules, samples, "bus"), "over_limit_10_20") == [0]


def test_a_map_that_posts_less_for_trucks_is_the_roads_limit(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), maxspeed__hgv="80", **MOTORWAY))
    (event,) = tables_of(rules, along(27.0 * np.arange(100), 0.0, 97), "truck")["events"].rows(named=True)
    assert (event["limit_source"], event["peak"]) == ("road", pytest.approx(17))


def test_no_limit_is_a_limit_that_nobody_breaks(city, along, tables_of):
    rules = city.rules(city.line((-9_000, 0), (9_000, 0), highway="motorway", maxspeed="none"))
    found = tables_of(rules, along(60.0 * np.arange(100), 0.0, 216))
    assert found["events"].height == 0
    assert km(found, "limit_known") == [pytest.approx(5.94, abs=0.07)]


def test_km_without_a_road_are_a_class_of_their_own(city, along, tables_of):
    found = tables_of(city.rules(), along(30.0 * np.arange(100), 0.0, 108))
    assert km(found, "road_unknown") == [found["exposure"]["km_measured"].sum()]


def test_the_rule_version_names_the_roads(city):
    with_roads, without = (
        rules.in_force.sets[0].version for rules in (city.rules(city.line((0, 0), (9, 0), **MOTORWAY)), city.rules())
    )
    assert with_roads.startswith(f"{without}+roads.")


@pytest.mark.parametrize("seed", range(5))
def test_cutting_anywhere_changes_nothing(parallel, along, seed):
    rng = np.random.default_rng(seed)
    x = -1_000 + 32.0 * np.arange(200)
    whole = along(x, np.where(np.arange(200) > 120, 12.0, 0.0), 115, noise=8.0, seed=seed)
    edges = sorted({0, 200, *rng.integers(0, 200, 5).tolist()})
    states = set()
    for cuts in ([0, 200], edges, list(range(201))):
        pipeline = Pipeline(Fleet(Assumed()), parallel.in_force)
        for a, b in pairwise(cuts):
            rows = np.zeros(200, bool)
            rows[a:b] = True
            pipeline.run(only(whole, rows))
        states.add(pipeline.state[:1].tobytes())
    assert len(states) == 1
