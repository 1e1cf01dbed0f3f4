"""Random drives on a map with false friends: docs/roads.md, written a second time, gives the same limits."""

from math import cos, radians

import numpy as np
import pytest

from devices.samples import Samples
from streams import config
from streams.roads.table import Way, table
from streams.roads.tags import Road
from streams.rules import gather

from .both import differences, pipeline, twins
from .positions import DEGREE
from .roads import Line, Map
from .twin import About

LAT, LON = 49.0, 8.4
NOON = 1_750_000_000.0
MOTORWAY, RURAL, URBAN, RESIDENTIAL = 1, 2, 3, 4


def line(road_class, limit, *points, oneway=False):
    """A road through points in metres."""
    places = [(round(LAT + y / DEGREE, 7), round(LON + x / DEGREE / cos(radians(LAT)), 7)) for x, y in points]
    return Line(tuple(places), road_class, float(limit), oneway)


LINES = [
    line(MOTORWAY, 120, (-3_000, 0), (0, 0), (3_000, 200), oneway=True),
    line(URBAN, 50, (-500, 14), (1_000, 14)),  # beside it, and meets nothing
    line(RURAL, 80, (3_000, 200), (3_400, 500), (3_500, 1_500)),
    line(RURAL, 80, (3_500, 1_500), (3_000, 2_500)),
    line(URBAN, 50, (3_000, 2_500), (1_000, 2_500), (1_000, 2_000), (-3_000, 2_000)),
    line(RESIDENTIAL, 30, (1_000, 2_000), (1_000, 14), (1_000, -800)),
    line(URBAN, 50, (3_400, 500), (3_440, 500), (3_540, 1_500)),  # a fork that stays near
]
WAY = [(-2_900, 0), (0, 0), (3_000, 200), (3_400, 500), (3_500, 1_500), (3_000, 2_500), (1_000, 2_500), (1_000, 2_000)]


def drive(seed):
    """Along the way at any speed and rate, by receivers of all kinds: noisy, held, without a course or an accuracy."""
    rng = np.random.default_rng(seed)
    period = float(rng.choice([0.5, 1.0, 2.0, 5.0, 12.0]))
    v = float(rng.uniform(8, 35))
    x, y = np.array([*WAY, (1_000, -800)], float).T
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.arange(0.0, metres[-1], v * period)
    stand = np.searchsorted(at, 3_500.0)  # beside the street that does not meet the motorway
    at = np.concatenate([at[:stand], np.full(int(rng.choice([0, 30]) / period), at[stand]), at[stand:]])
    stands = np.diff(at, append=np.inf) == 0
    keep = rng.random(at.size) < 0.97
    t = NOON + np.round(np.arange(at.size) * period, 3)
    east, north = np.interp(at, metres, x), np.interp(at, metres, y)
    course = np.degrees(np.arctan2(np.gradient(east), np.gradient(north))) + rng.normal(0, 4, at.size)
    noise = rng.choice([1.0, 5.0, 12.0])
    lat = LAT + (north + rng.normal(0, noise, at.size)) / DEGREE
    lon = LON + (east + rng.normal(0, noise, at.size)) / DEGREE / cos(radians(LAT))
    held = (rng.random(at.size) < rng.choice([0.0, 0.3])) | stands
    shown = np.maximum.accumulate(np.where(held, 0, np.arange(at.size)))
    columns = {
        "speed": np.where(stands, 0.0, np.where(rng.random(at.size) < 0.05, np.nan, v)),
        "lat": lat[shown],
        "lon": lon[shown],
        "heading": np.where(rng.random(at.size) < rng.choice([0.0, 0.1, 1.0]), np.nan, course % 360),
        "gnss_accuracy": np.where(rng.random(at.size) < 0.5, np.nan, rng.choice([3.0, 12.0, 40.0, 150.0], at.size)),
        "speed_limit": np.where(rng.random(at.size) < 0.95, np.nan, 70 / 3.6),
    }
    return Samples([("f", "v")], np.zeros(int(keep.sum()), np.int64), t[keep], {k: c[keep] for k, c in columns.items()})


@pytest.fixture(scope="module")
def rules():
    ways = []
    for one in LINES:
        limits = ((one.limit,) * 4,) * 2
        ways.append(Way(Road(one.road_class, int(one.oneway), limits, None), [(lon, lat) for lat, lon in one.points]))
    sets = ["detectors.condition.own_rural_kmh.truck=60"]
    return gather(config.load(None, {}, sets), table(ways))


def test_the_drives_are_on_roads_and_off_them(rules):
    segments = [row for seed in range(6) for row in pipeline([drive(seed)], {}, rules)["segments"]]
    on, driven = (sum(row[name] for row in segments) for name in ("limit_road_m", "metres"))
    assert 0.2 < on / driven < 0.9


@pytest.mark.parametrize("seed", range(60))
def test_the_page_says_what_the_program_does(rules, seed):
    samples, klass = drive(seed), ("car", "truck")[seed % 2]
    about = {("f", "v"): About(klass)}
    ours = pipeline([samples], about, rules)
    theirs = twins(
        [samples],
        about,
        rules,
        settings={"condition": {"own_rural_kmh": 60.0}} if klass == "truck" else {},
        roads=Map(LINES),
    )
    assert differences(ours, theirs) == []
