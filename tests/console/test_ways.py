"""Ways: what trips went along becomes a net of roads; each trip is read once; who sees no vehicle sees no way."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.live.ways import COARSER, FINEST, Ways, line, network

WORLD = (-180.0, -90.0, 180.0, 90.0)
API = "/api/v1/ways"


def drive(*, n=200, lon=9.0, lat=48.5, step=FINEST, every_s=1.0, lost=()):
    """A drive east, a sample each ``every_s``, without those of ``lost``."""
    k = np.setdiff1d(np.arange(n), lost)
    return pl.DataFrame({"t": k * every_s, "lat_deg": np.full(len(k), lat), "lon_deg": lon + (k + 0.5) * step})


def test_a_road_driven_twice_is_one_road_driven_twice():
    once, again = line(drive()), line(drive(step=FINEST / 4, n=800))
    made = network([once, again], WORLD, 10_000)
    assert made.res == FINEST
    assert len(made.places) == 200
    assert {tuple(np.diff(np.sort(made.places[pair, 0])).round(9) > 0) for pair in made.joined[:, :2]} == {(True,)}
    assert made.joined[:, 2].tolist() == [2] * 199
    np.testing.assert_allclose(made.places[:, 1], 48.5)


def test_where_nothing_was_heard_there_is_no_way():
    whole = network([line(drive())], WORLD, 10_000)
    torn = network([line(drive(lost=range(50, 150)))], WORLD, 10_000)  # 100 s
    assert len(whole.joined) == 199
    assert len(torn.joined) == 49 + 49
    assert len(torn.places) == 100


def test_positions_too_far_apart_are_joined_by_no_road():
    found = pl.concat([drive(n=50), drive(n=50, lon=19.0).with_columns(pl.col("t") + 50.0)])
    assert len(network([line(found)], WORLD, 10_000).joined) == 49 + 49


@pytest.mark.parametrize(
    "found", [pl.DataFrame({"t": [1.0]}), drive(n=0), drive().with_columns(lat_deg=pl.lit(None, pl.Float64))]
)
def test_a_drive_without_positions_goes_nowhere(found):
    made = network([line(found)], WORLD, 10)
    assert (len(made.places), len(made.joined)) == (0, 0)


def test_only_what_is_looked_at_is_told_and_coarser_where_it_would_be_too_much():
    lines = [line(drive(lat=48.0 + n / 10, n=400)) for n in range(10)]
    near = network(lines, (9.0, 47.99, 9.2, 48.01), 1_000)
    assert (near.res, len(near.joined)) == (FINEST, 399)
    far = network(lines, WORLD, 1_500)
    assert far.res == COARSER[1]
    assert 0 < len(far.joined) <= 1_500
    least = network(lines, WORLD, 5)
    assert len(least.joined) == 5


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30), max_size=5))
def test_joints_are_those_that_a_slow_count_finds(walks):
    """Each drive's steps between two squares, counted once a drive, one after another."""
    frames = [
        pl.DataFrame(
            {
                "t": np.arange(len(walk)) * 1.0,
                "lon_deg": [x * FINEST + 1e-5 for x, _ in walk],
                "lat_deg": [y * FINEST + 1e-5 for _, y in walk],
            },
            schema=dict.fromkeys(("t", "lon_deg", "lat_deg"), pl.Float64),
        )
        for walk in walks
    ]
    slow: dict[frozenset[tuple[int, int]], int] = {}
    for walk in walks:
        for pair in {frozenset(pair) for pair in pairwise(walk) if pair[0] != pair[1]}:
            slow[pair] = slow.get(pair, 0) + 1
    made = network([line(one) for one in frames], WORLD, 10_000)
    squares = [tuple(map(int, one)) for one in np.floor(made.places / FINEST)]
    assert {frozenset((squares[a], squares[b])): n for a, b, n in made.joined.tolist()} == slow


def test_each_trip_is_read_once_a_few_at_a_time_and_anew_when_it_has_grown():
    ways, read = Ways(), []

    def reader(name):
        read.append(name)
        return line(drive())

    wanted = [(str(n), 1.0) for n in range(7)]
    assert [ways.of(wanted, reader, 3)[1] for _ in range(4)] == [4, 1, 0, 0]
    assert read == [name for name, _ in wanted]
    assert len(ways.of([("0", 2.0)], reader, 3)[0]) == 1
    assert read[-1] == "0"


def everything(client):
    while (answer := client.get(API).json())["left"]:
        assert answer["trips"] > 0
    return answer


def test_a_fleet_sees_the_roads_of_its_own_trips(house):
    seen = everything(house.client("viewer"))
    assert seen["trips"] > 0
    assert len(seen["lon"]) == len(seen["lat"]) > 4
    assert len(seen["joined"]) % 3 == 0
    pairs = np.array(seen["joined"]).reshape(-1, 3)
    assert 0 <= pairs[:, :2].min() <= pairs[:, :2].max() < len(seen["lon"])
    part = {"south": min(seen["lat"]), "north": float(np.median(seen["lat"]))}
    assert 0 < len(house.client("viewer").get(API, params=part).json()["lon"]) < len(seen["lon"])


def test_of_one_site_only_its_vehicles_and_of_nobodys_nothing(house):
    fleet, yard = everything(house.client("viewer")), everything(house.client("yard"))
    assert 0 < yard["trips"] < fleet["trips"]


def test_a_box_is_in_degrees(house):
    answer = house.client("viewer").get(API, params={"west": -999})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
