"""Leak book: the history of a tyre follows its trailer, whatever order the points come in."""

import numpy as np
import pytest

from devices.signals import WHEELS, wheel_code
from streams import config, rules
from streams.alert_rules import RULES
from streams.fleets.fleet import Coupled, Fleet, Known
from streams.journeys.tyre_history import POINT
from streams.pipeline import chain
from streams.records.leak_book import LeakBook
from streams.records.rows import tyre_points

H, DAY = 3600.0, 86_400.0
START = 1_750_032_000.0
A, B = ("f", "tractor-a"), ("f", "tractor-b")
INF = float("inf")
FULL = np.full(WHEELS, 800.0)


class Yard:
    """Trailer T is behind A for two days on axle 3, then behind B, where it is axle 4."""

    def __init__(self, swap=2 * DAY):
        self.swap = START + swap

    def known(self, _fleet, vehicle):
        first = vehicle == "tractor-a"
        span = (-INF, self.swap) if first else (self.swap, INF)
        axle = 2 if first else 3
        return Known(2, FULL, couplings=(Coupled(*span, "T", axle, 6, FULL),))


def book(yard=None, horizon=7 * DAY):
    fleet = Fleet(yard or Yard())
    fleet.slots([A, B])
    return LeakBook(rules.gather(config.load(None, {}, {}, chain.PARAMS, RULES)).in_force, fleet, horizon)


def point(slot, wheel, t, cold):
    row = np.zeros(1, POINT)
    row["slot"], row["wheel"], row["start"], row["cold"], row["count"] = slot, wheel_code(wheel), START + t, cold, 9
    return row


def leaking(days=4.0, rate=0.03, swap=2 * DAY):
    """A point every four hours, of the trailer's first left tyre."""
    times = np.arange(0, days * DAY, 4 * H)
    return [point(int(t >= swap), "3L" if t < swap else "4L", t, 800 * (1 - rate * t / DAY)) for t in times]


def standing(book, *many):
    """What stands after points in this order, by id."""
    rows = {}
    for points in many:
        revised = book.take(points)
        for row in revised.retracted:
            rows.pop(row["event_id"])
        rows |= {row["event_id"]: row for row in revised.rows}
    return rows


def test_a_slow_leak_follows_the_trailer_to_its_next_tractor():
    (row,) = standing(book(), *leaking()).values()
    assert (row["vehicle_id"], row["subject"], row["kind"]) == ("tractor-a", "3L", "tyre_slow_leak")
    assert row["peak"] == pytest.approx(3.0)
    assert row["end"] is None
    assert "tyre 1L of trailer T" in row["note"]
    assert "in 68 h" in row["note"]


def test_a_leak_seen_only_behind_the_second_tractor_is_told_of_it():
    (row,) = standing(book(Yard(0.8 * DAY)), *leaking(3.0, swap=0.8 * DAY)).values()
    assert (row["vehicle_id"], row["subject"]) == ("tractor-b", "4L")
    assert "tyre 1L of trailer T" in row["note"]


def test_another_trailer_in_its_place_is_no_leak():
    times = np.arange(0, 4 * DAY, 4 * H)
    full = [point(0, "3L", t, 820.0 if t < 2 * DAY else 700.0 * (1 - 0.004 * t / DAY)) for t in times]
    assert standing(book(), *full) == {}


def test_the_order_of_points_makes_no_difference():
    points = leaking()
    expected = standing(book(), *points)
    for seed in range(5):
        mixed = [points[k] for k in np.random.default_rng(seed).permutation(len(points))]
        assert standing(book(), *mixed) == expected
    assert standing(book(), np.concatenate(points)) == expected


def test_a_book_loaded_again_goes_on_as_before():
    points = leaking()
    whole = standing(book(), *points)
    first, again = book(), book()
    rows = standing(first, *points[:18])
    again.load(tyre_points(np.concatenate(points[:18]), again.fleet), rows.values())
    assert rows | standing(again, *points[17:]) == whole


def test_what_is_forgotten_and_told_anew_stands_as_before():
    points, one = leaking(), book()
    before = standing(one, *points)
    added = one.add(np.concatenate([p for p in points if p["slot"][0] == 1]))
    revised = one.fold(added, one.forget(1, START + 2 * DAY))
    assert (revised.rows, revised.retracted) == ([], [])
    gone = one.fold({}, one.forget(0, -INF) | one.forget(1, -INF))
    assert [row["event_id"] for row in gone.retracted] == list(before)


def test_old_points_are_dropped_but_never_under_a_lasting_leak():
    one = book(horizon=0.0)
    calm = [point(0, "1L", t, 800.0) for t in np.arange(0, 40 * DAY, 4 * H)]
    assert standing(one, *calm) == {}
    (history,) = one._tyres.values()
    assert len(list(history)) < 14 * 6
    (row,) = standing(
        one, *[point(0, "1L", 40 * DAY + t, 800 * (1 - 0.03 * t / DAY)) for t in np.arange(0, 6 * DAY, 4 * H)]
    ).values()
    assert row["end"] is None
