"""Where a way parts from another and meets it again is known to the metre, and when somebody was there."""

import numpy as np
import pytest

from simulator.roster import roster
from simulator.routes import PIECE, place, trace
from simulator.ways import along, parting, passed


def straight(*lengths: float, north: float = 0.0) -> np.ndarray:
    rows = np.zeros(len(lengths), PIECE)
    rows["length"], rows["x"], rows["y"] = lengths, np.cumsum([0.0, *lengths[:-1]]), north
    return rows


def test_two_ways_go_together_as_far_as_the_shorter_of_the_pieces_that_differ() -> None:
    planned, driven = straight(100.0, 200.0, 300.0), straight(100.0, 150.0, 350.0)
    driven["y"][2] = 40.0
    assert parting(planned, driven)[0] == 250.0
    assert parting(planned, straight(100.0, 200.0, 300.0, north=5.0)) == (0.0, 0.0)


def test_from_behind_it_is_the_same() -> None:
    planned, driven = straight(100.0, 200.0, 300.0), straight(100.0, 220.0, 280.0)
    driven["y"][:2] = 30.0
    assert parting(planned, driven) == (0.0, 280.0)


def test_a_detour_through_a_town_parts_from_the_way_and_meets_it_again() -> None:
    roads = roster(1, 7).roads
    way = max((roads.path(roads.city[0], there) for there in roads.country), key=len)
    other = [*way[:3], *roads.detour(way[3:-3]), *way[-3:]]
    planned, driven = trace(roads, way), trace(roads, other)
    left, met = parting(planned, driven)
    assert 0.0 < left < planned["length"].sum() and 0.0 < met < planned["length"].sum()
    whole = [one["length"].sum() for one in (planned, driven)]
    for together, metres in ((True, 1.0), (False, -60.0)):
        ahead = [_place(one, left - metres) for one in (planned, driven)]
        behind = [_place(one, of - met + metres) for one, of in zip((planned, driven), whole, strict=True)]
        assert (np.hypot(*np.subtract(*ahead)) < 1e-3, np.hypot(*np.subtract(*behind)) < 1e-3) == (together,) * 2
    x, y = along(planned)
    assert len(x) > planned["length"].sum() / 50 and np.isfinite([x, y]).all()


def _place(pieces: np.ndarray, metres: float) -> np.ndarray:
    ends = np.cumsum(pieces["length"])
    index = np.searchsorted(ends, [metres])
    return np.concatenate(place(pieces, index, metres - ends[index] + pieces["length"][index])[:2])


def test_when_it_came_so_far() -> None:
    distance = np.array([0.0, 0.0, 10.0, 30.0, 30.0, 50.0])
    assert [passed(distance, metres) for metres in (5.0, 10.0, 20.0, 31.0)] == pytest.approx([2.5, 3.0, 3.5, 5.05])
    assert np.isnan(passed(distance, 60.0))
