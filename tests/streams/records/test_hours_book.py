"""Hours book: kept up to date it says what a fold from the beginning would say, and says it in time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.fleets.fleet import Fleet, Known
from streams.hours import RULES, Interval, RuleBook, custom, episodes, person
from streams.journeys.activity import DRIVE, INTERVAL, STATE
from streams.journeys.folds import UNDER_WAY
from streams.kernels.params import CLOSE
from streams.pipeline.rule_set import InForce, RuleSet
from streams.records.hours_book import HoursBook
from streams.records.rows import hours_event

RULE = custom(1, 10, counts="driving")  # told at 45, 60 and 90 minutes
MINUTE = 60.0
START = 1_700_000_040.0
SLOTS = 4
NOBODY = -1


class Anyone:
    def known(self, _fleet_id, _vehicle_id):
        return Known()


class House:
    """Vehicles whose driving is told to a book, as the pipeline tells it."""

    def __init__(self, window=28 * 86_400.0, rule=RULE):
        self.fleet = Fleet(Anyone())
        self.fleet.slots([("f", f"V{3 - slot}") for slot in range(SLOTS)])  # who spoke first is not first by name
        self.fleet.numbers(["D1", "D2"])
        self.rule = rule
        self.book = HoursBook(InForce([RuleSet((), "", hours=RuleBook(rule))]), self.fleet, horizon=0.0)
        self.book.window = window
        self.state = np.zeros(SLOTS, STATE)
        self.rows = {}  # event rows as they stand
        self.told = []  # (id, level) each time one is new or higher

    def drive(self, slot, start, end, driver=0, closed=False):
        """The vehicle has driven from ``start`` up to ``end`` (minutes), and goes on unless ``closed``."""
        found = np.zeros(0, INTERVAL)
        if closed:
            found = np.zeros(1, INTERVAL)
            span = (START + start * MINUTE, START + end * MINUTE)
            found[0] = (CLOSE, slot, driver, 0, DRIVE, *span, 0)
            self.state["phase"][slot] = 0
        else:
            row = self.state["drive"][slot : slot + 1]
            row["start"], row["end"], row["driver"] = START + start * MINUTE, START + end * MINUTE, driver
            self.state["phase"][slot] = UNDER_WAY
        self.note(self.book.take(found, self.state, np.array([slot])))

    def note(self, revised):
        for row in revised.rows:
            before = self.rows.get(row["event_id"])
            if before is None or before["level"] < row["level"]:
                self.told.append((row["event_id"], row["level"]))
            self.rows[row["event_id"]] = row
        for row in revised.retracted:
            del self.rows[row["event_id"]]

    def flush(self):
        self.note(self.book.flush(self.state, np.arange(SLOTS)))

    def levels(self):
        return sorted(row["level"] for row in self.rows.values())


def scratch(house, driven):
    """Event rows of all driving (slot, start, end, driver), folded from the beginning."""
    people = {}
    for slot, start, end, driver in driven:
        people.setdefault(person(driver, slot), []).append((slot, START + start * MINUTE, START + end * MINUTE))
    rows, vehicles = {}, house.fleet.vehicles
    for key, its in people.items():
        intervals = [Interval(start, end, vehicles[slot]) for slot, start, end in its if end > start]
        for one in episodes(intervals, house.rule):
            row = hours_event(one, house.rule, house.fleet.driver_id(key))
            rows[row["event_id"]] = row
    return rows


def test_crossings_are_told_as_driving_goes_on():
    house = House()
    for minute in (10, 44, 45, 46, 59, 61, 80, 91, 95):
        house.drive(0, 0, minute)
    assert [level for _, level in house.told] == [1, 2, 3]
    assert len({name for name, _ in house.told}) == 1


def test_a_long_leap_tells_the_highest_level_at_once():
    house = House()
    house.drive(0, 0, 1)
    house.drive(0, 0, 200)
    assert [level for _, level in house.told] == [3]


def test_one_driver_in_two_vehicles():
    house = House()
    house.drive(0, 0, 40, driver=0, closed=True)
    house.drive(1, 45, 49, driver=0)
    assert house.levels() == []
    house.drive(1, 45, 51, driver=0)
    assert house.levels() == [1]
    (row,) = house.rows.values()
    assert (row["vehicle_id"], row["driver_id"]) == ("V2", "D1")


def test_the_vehicle_left_counts_as_far_as_it_came_though_nothing_more_is_heard_of_it():
    house = House()
    for minute in range(1, 41):
        house.drive(0, 0, minute)
    house.drive(1, 45, 46)
    house.drive(1, 45, 51)
    assert house.levels() == [1]


def test_the_first_vehicle_is_heard_of_after_the_second():
    house = House()
    house.drive(1, 45, 46)
    house.drive(1, 45, 58)
    house.drive(0, 0, 1)
    assert house.levels() == []
    house.drive(0, 0, 40)  # it was 40 minutes, all before the other
    assert house.levels() == [1]


def test_a_break_ends_the_event_and_the_next_driving_says_so():
    house = House()
    house.drive(0, 0, 50, closed=True)
    (row,) = house.rows.values()
    assert row["end"] is None
    house.drive(0, 60, 61)
    (row,) = house.rows.values()
    assert row["end"] == START + 50 * MINUTE


def test_flush_tells_how_far_it_has_come():
    house = House()
    house.drive(0, 0, 50)
    house.drive(0, 0, 55)
    (row,) = house.rows.values()
    assert row["peak"] == pytest.approx(50 / 60)
    house.flush()
    (row,) = house.rows.values()
    assert row["peak"] == pytest.approx(55 / 60)


def test_unknown_drivers_are_their_vehicles():
    house = House()
    house.drive(0, 0, 40, driver=NOBODY, closed=True)
    house.drive(1, 41, 80, driver=NOBODY, closed=True)
    assert house.levels() == []
    house.drive(0, 41, 50, driver=NOBODY)
    (row,) = house.rows.values()
    assert (row["vehicle_id"], row["driver_id"]) == ("V3", None)


def test_what_settling_takes_back_is_folded_without_it():
    house = House()
    house.drive(0, 0, 50, driver=0, closed=True)
    house.drive(1, 0, 50, driver=1)
    assert len(house.rows) == 2
    house.state["phase"][1] = 0  # late data: nobody drove it
    touched = house.book.forget(0, START, set()) | house.book.forget(1, START - 1, set())
    house.note(house.book.fold(touched, house.state))
    assert house.rows == {}


def test_equal_driving_in_two_vehicles_goes_by_the_vehicles_name():
    rows = []
    for order in ((0, 1), (1, 0)):
        house = House()
        for slot in order:
            house.drive(slot, 0, 50, closed=True)
        rows.append(house.rows)
    assert rows[0] == rows[1]
    (row,) = rows[0].values()
    assert row["vehicle_id"] == "V2"


def test_long_ago_is_dropped_and_what_was_told_of_it_stands():
    house = House(window=86_400.0)
    for day in range(6):
        minute = day * 1440
        house.drive(0, minute, minute + 50, closed=True)
    assert house.levels() == [1] * 6
    assert len(house.book._people["f", 0]._held()) < 4
    house.drive(0, 6 * 1440, 6 * 1440 + 30, closed=True)
    assert house.levels() == [1] * 6


def test_driving_from_before_what_is_kept_changes_nothing():
    house = House(window=86_400.0)
    for day in range(6):
        house.drive(0, day * 1440, day * 1440 + 50, closed=True)
    before = dict(house.rows)
    house.drive(1, 51, 100, closed=True)
    assert house.rows == before


def test_a_drive_across_the_edge_of_the_window_is_not_cut():
    house = House(window=40 * MINUTE)
    for k in range(120):
        house.drive(0, k * 30, k * 30 + 25, closed=True)
    (row,) = house.rows.values()
    assert row["peak"] == pytest.approx(120 * 25 / 60)


def test_a_book_loaded_from_the_record_goes_on():
    house, again = House(), House()
    house.drive(0, 0, 40, closed=True)
    house.drive(1, 41, 50, driver=0, closed=True)
    who = {"fleet_id": "f", "driver_id": "D1", "activity": "drive", "quality": ""}
    held = house.book._people["f", 0]._held()
    names = [house.fleet.vehicles[one.slot][1] for one in held]
    spans = [(name, one.interval.start, one.interval.end) for name, one in zip(names, held, strict=True)]
    rows = [who | dict(zip(("vehicle_id", "start", "end"), span, strict=True)) for span in spans]
    again.book.load(rows, house.rows.values())
    again.rows = dict(house.rows)
    for one in (house, again):
        one.drive(1, 52, 75, driver=0)
    assert again.rows == house.rows
    assert again.levels() == [2]
    assert [level for _, level in again.told] == [2]


def shrunk(rules, by):
    """Rules of days as rules of minutes, so that a few drives reach all of them; days and weeks stay what they are."""

    def shorter(part):
        times = {name: value / by for name, value in vars(part).items() if name.endswith("_s")}
        return replace(part, **times)

    def limit(one):
        rest = one.rest and replace(shorter(one.rest), split=one.rest.split and tuple(s / by for s in one.rest.split))
        return replace(shorter(one), rest=rest)

    return replace(rules, limits=tuple(map(limit, rules.limits)))


SHRUNK = [shrunk(RULES[name], 20.0) for name in ("eu", "china_passenger", "us_60_7")]
legs = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([-1, 0, 1]), st.integers(0, 15), st.integers(1, 70)), max_size=10
)


@settings(max_examples=300, deadline=None)
@given(legs, st.randoms(use_true_random=False), st.sampled_from([RULE, custom(1, 10), custom(1, 12, 5), *SHRUNK]))
def test_kept_up_to_date_it_is_what_a_fold_from_the_beginning_gives(legs, chance, rule):
    """Each vehicle tells its own driving in order, in steps of any size; the vehicles in any order."""
    house, at, queues = House(rule=rule), [0] * 3, [[] for _ in range(3)]
    driven = []
    for slot, driver, pause, length in legs:
        start = at[slot] + pause
        driven.append((slot, start, start + length, driver))
        at[slot] = start + length + 1
        steps = sorted(chance.sample(range(1, length + 1), chance.randint(0, min(length, 4))))
        queues[slot] += [(start, start + step, driver, False) for step in steps]
        queues[slot].append((start, start + length, driver, chance.random() < 0.8 or length in steps))
    last = {}
    while any(queues):
        slot = chance.choice([slot for slot in range(3) if queues[slot]])
        start, end, driver, closed = queues[slot].pop(0)
        if slot in last and last[slot][0] != start:
            before = last.pop(slot)
            if not before[3]:  # it was open when the next began: closed by the same run
                house.drive(slot, before[0], before[1], before[2], closed=True)
        house.drive(slot, start, end, driver, closed)
        last[slot] = (start, end, driver, closed)
        if chance.random() < 0.1:
            house.flush()
    house.flush()
    assert house.rows == scratch(house, driven)
