"""Roads: limits found on a map against the true ones, on drawn maps with false friends, and on RSK's own roads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from devices.samples import Floats, Samples
from evaluation.measure import Fact, Section
from evaluation.recordings import read
from simulator import roads as drawn
from simulator.regions import REGIONS
from simulator.roads import AVENUE, MOTORWAY, RURAL, STREET, Roads
from simulator.routes import place, trace
from streams.conditioning import condition
from streams.conditioning.places import DEGREE
from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet
from streams.kernels.params import thresholds
from streams.replay import Assumed
from streams.roads.beside import Roads as Beside
from streams.roads.table import Way, table
from streams.roads.tags import MOTORWAY as MOTORWAYS
from streams.roads.tags import RESIDENTIAL, URBAN, Road
from streams.roads.tags import RURAL as OUTSIDE

SEEDS = range(9_000, 9_004)  # no test draws from these
PERIODS, ERRORS = (1.0, 5.0, 10.0, 30.0), (3.0, 8.0, 15.0)
KMH = 1 / 3.6
DRIVES = 12  # a map
KINDS = {STREET: RESIDENTIAL, AVENUE: URBAN, RURAL: OUTSIDE, MOTORWAY: MOTORWAYS}
BESIDE_KMH, BESIDE_M, BESIDE_SHARE = 50.0, (12.0, 45.0), 0.3
Course = tuple[Floats, Floats, Floats, Floats]  # metres from the start, x and y or lat and lon, true limit
Region = tuple[Beside, list[Course]]  # a map, and the ways driven on it
TEXT = f"""{len(SEEDS)} drawn regions (a town's grid, roads between villages, motorways; {DRIVES} drives each), at
reporting intervals of 1 to 30 s and receivers with an error of 3 to 15 m (one sigma a side, half of it wandering
within 30 s). Beside {BESIDE_SHARE:.0%} of the motorways and rural roads lies a street of {BESIDE_KMH:g} km/h,
{BESIDE_M[0]:g} to {BESIDE_M[1]:g} m away, that does not meet them: the false friend of pitfall 7. Everybody drives
at 85 to 110 % of the true limit. *Right* is the share of the km with a limit whose limit is the true one;
*coverage* the share of all km with a limit; *false speeding* the share of all km over the limit found, though not
over the true one. Beside a false friend there is no telling, and no limit, unless the vehicle was known on its road
before.

RSK is real: roads are made of every other trip's positions and posted limits, and the trips between are matched to
them. Its receiver renews a position every 7 to 31 s, 8 s late, without a course: most km have no fresh position,
and so no limit."""


@dataclass
class Tally:
    """Metres driven, with a limit, with the right one, and over it only because it is wrong."""

    driven: float = 0.0
    known: float = 0.0
    right: float = 0.0
    false: float = 0.0

    def add(self, metres: Floats, speed: Floats, found: Floats, true: Floats) -> None:
        known = ~np.isnan(found)
        right = known & (np.abs(found - true) < 0.5 * KMH)
        wrong = known & ~right & (speed > found) & ~(speed > true)
        self.driven += float(metres.sum())
        self.known, self.right = self.known + float(metres[known].sum()), self.right + float(metres[right].sum())
        self.false += float(metres[wrong].sum())

    def fact(self, data: str) -> Fact:
        coverage, false = (100 * part / max(self.driven, 1.0) for part in (self.known, self.false))
        note = f"coverage {coverage:.0f} %, false speeding {false:.2f} % of {self.driven / 1000:,.0f} km"
        return Fact(data, "right", 100 * self.right / max(self.known, 1.0), "% of km with a limit", note)


def section() -> Section:
    """Right limits, coverage and false speeding by interval and error, then on RSK."""
    regions = [_region(seed) for seed in SEEDS]
    facts = [
        _driven(regions, period, error, with_course).fact(
            f"drawn, {period:g} s, {error:g} m" + ("" if with_course else ", no course")
        )
        for with_course, period, error in (*product((True,), PERIODS, ERRORS), *product((False,), PERIODS, (8.0,)))
    ]
    return Section("Roads and their limits", TEXT, facts=[*facts, _rsk().fact("RSK")])


def _driven(regions: Sequence[Region], period: float, error: float, with_course: bool) -> Tally:
    """All drives of all regions, as such devices report them."""
    tally = Tally()
    for seed, (map_, ways) in zip(SEEDS, regions, strict=True):
        rng = np.random.default_rng([seed, 1])
        for way in ways:
            _judge(map_, *_drive(way, rng, period, error, with_course), tally)
    return tally


def limits(map_: Beside, samples: Samples) -> tuple[Floats, Floats, Floats]:
    """(metres, speed, limit of the road or NaN) of each sample, as conditioning has them."""
    fleet = Fleet(Assumed())
    batch, _ = assemble(samples, fleet.slots(samples.vehicles), np.empty(0, np.int64))
    batch = map_.beside(batch, fleet.columns())
    state = np.zeros(max(len(samples.vehicles), 2), [("before", "i8"), ("state", condition.STATE)])["state"]
    condition.condition(batch, fleet.columns(), state, thresholds(condition.PARAMS))
    return batch.step, batch.v, batch.limit


def _judge(map_: Beside, samples: Samples, true: Floats, tally: Tally) -> None:
    tally.add(*limits(map_, samples), true)


def _region(seed: int) -> Region:
    """A map, and the ways driven on it."""
    rng = np.random.default_rng(seed)
    region = drawn.generate(REGIONS["karlsruhe"], rng)
    ways, friends = [], []
    for a, b, data in region.graph.edges(data=True):
        if a > b:  # every road has both directions
            continue
        points = _points(region, [a, b])
        ways.append(_way(region, KINDS[data["road"]], data["limit"], points[1:3]))
        if data["road"] in (RURAL, MOTORWAY) and rng.random() < BESIDE_SHARE:
            friends.append(_aside(points, float(rng.uniform(*BESIDE_M))))
            ways.append(_way(region, URBAN, BESIDE_KMH * KMH, friends[-1][1:3]))
    nodes = [*region.city, *region.country, *region.exits]
    pairs = rng.choice(nodes, (DRIVES, 2))
    driven = [_points(region, region.path(int(a), int(b))) for a, b in pairs if a != b]
    some = rng.choice(len(friends), min(3, len(friends)), replace=False)
    placed = [(way[0], *region.degrees(way[1], way[2]), way[3]) for way in [*driven, *(friends[k] for k in some)]]
    return _map(ways), placed


def _map(ways: Sequence[Way]) -> Beside:
    return Beside(table(ways), float(thresholds(condition.PARAMS)["road_clear_m"].max()))


def _points(region: Roads, nodes: list[int], step: float = 10.0) -> Course:
    """A way over nodes, a point every ``step`` m and at each node: (metres, x, y, limit)."""
    pieces = trace(region, nodes)
    counts = np.maximum(np.ceil(pieces["length"] / step).astype(np.int64), 1)
    index = np.repeat(np.arange(counts.size), counts)
    into = np.concatenate([np.arange(n) * (length / n) for n, length in zip(counts, pieces["length"], strict=True)])
    x, y, _ = place(pieces, index, into)
    last = region.graph.nodes[nodes[-1]]
    x, y = np.append(x, last["x"]), np.append(y, last["y"])
    x[0], y[0] = (region.graph.nodes[nodes[0]][side] for side in ("x", "y"))
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    return metres, x, y, np.append(pieces["limit"][index], pieces["limit"][-1])


def _aside(way: Course, away: float) -> Course:
    """A street beside a way, which meets neither end of it."""
    metres, x, y, _ = way
    angle = np.arctan2(np.gradient(y), np.gradient(x))
    x, y = x - away * np.sin(angle), y + away * np.cos(angle)
    return metres, x, y, np.full(x.size, BESIDE_KMH * KMH)


def _way(region: Roads, kind: int, limit: float, points: Sequence[Floats]) -> Way:
    lat, lon = region.degrees(points[0], points[1])
    kmh = (round(limit / KMH, 3),) * 4
    return Way(Road(kind, 0, (kmh, kmh), None), list(zip(lon.tolist(), lat.tolist(), strict=True)))


def _drive(
    way: Course, rng: np.random.Generator, period: float, error: float, with_course: bool
) -> tuple[Samples, Floats]:
    """A drive along ``way`` as a device reports it, and the true limit of each report."""
    metres, lat, lon, limit = way
    pace = rng.uniform(0.85, 1.1)
    clock = np.concatenate([[0.0], np.cumsum(np.diff(metres) / (pace * limit[:-1]))])
    t = np.arange(0.0, clock[-1], period)
    row = np.minimum(np.searchsorted(clock, t, side="right") - 1, limit.size - 1)
    north, east = np.interp(t, clock, lat), np.interp(t, clock, lon)
    scale = np.cos(np.radians(lat[0]))
    ahead = [np.interp(t + 0.5, clock, side) - np.interp(t - 0.5, clock, side) for side in (lat, lon)]
    course = np.degrees(np.arctan2(ahead[1] * scale, ahead[0])) + rng.normal(0, 3.0, t.size)
    columns = {
        "speed": pace * limit[row],
        "lat": north + _error(rng, t, error) / DEGREE,
        "lon": east + _error(rng, t, error) / DEGREE / scale,
    }
    columns |= {"heading": course % 360} if with_course else {}
    return Samples([("f", "v")], np.zeros(t.size, np.int64), 1.75e9 + t, columns), limit[row]


def _error(rng: np.random.Generator, t: Floats, error: float) -> Floats:
    """m of a receiver's error, half of its variance wandering within 30 s."""
    knots = np.arange(0.0, t[-1] + 60.0, 30.0) if t.size else np.zeros(1)
    wander = np.interp(t, knots, rng.normal(0, error, knots.size))
    return np.asarray(0.7 * wander + 0.7 * rng.normal(0, error, t.size))


def _rsk() -> Tally:
    """RSK's trips matched to roads made of the trips before and after them."""
    pieces = [trip for samples in read("rsk") for trip in _trips(samples)]
    ways = [way for trip in pieces[::2] for way in _roads_of(trip)]
    map_, tally = _map(ways), Tally()
    for trip in pieces[1::2]:
        unsaid = {name: column for name, column in trip.columns.items() if name != "speed_limit"}
        _judge(map_, Samples(trip.vehicles, trip.vehicle, trip.t, unsaid), trip.columns["speed_limit"], tally)
    return tally


def _trips(samples: Samples) -> Iterator[Samples]:
    """Drives more than ten minutes apart."""
    order = np.argsort(samples.t, kind="stable")
    edges = [0, *(np.flatnonzero(np.diff(samples.t[order]) > 600) + 1).tolist(), order.size]
    for a, b in pairwise(edges):
        rows = order[a:b]
        columns = {name: column[rows] for name, column in samples.columns.items()}
        yield Samples(samples.vehicles, samples.vehicle[rows], samples.t[rows], columns)


def _roads_of(trip: Samples) -> Iterator[Way]:
    """Straight roads between positions up to 300 m apart, where the posted limit is the same at both."""
    lat, lon, posted = (trip.columns[name] for name in ("lat", "lon", "speed_limit"))
    fresh = np.flatnonzero(np.append(True, (np.diff(lat) != 0) | (np.diff(lon) != 0)) & ~np.isnan(lat))
    for a, b in pairwise(fresh.tolist()):
        away = np.hypot(lat[b] - lat[a], (lon[b] - lon[a]) * np.cos(np.radians(lat[a]))) * DEGREE
        if posted[a] == posted[b] and 0 < away < 300:
            kmh = (round(float(posted[a]) / KMH, 3),) * 4
            yield Way(Road(URBAN, 0, (kmh, kmh), None), [(lon[a], lat[a]), (lon[b], lat[b])])
