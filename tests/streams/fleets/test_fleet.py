"""Fleet: slots and numbers for good, time zones as the calendar has them, assignments by slot."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.signals import WHEELS
from streams.conditioning.context import daypart_at
from streams.fleets.fleet import Described, Fleet, Known
from streams.fleets.time_zones import ZONE_YEARS, offsets
from streams.kernels.params import CLASSES

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Shanghai", "Africa/Casablanca", "Australia/Lord_Howe"]
instants = st.datetimes(datetime(ZONE_YEARS[0], 1, 2), datetime(ZONE_YEARS[1] - 1, 12, 30), timezones=st.just(UTC))


class Told:
    """A registry in a dict."""

    def __init__(self, **known):
        self.rows = known

    def known(self, _fleet_id, vehicle_id):
        return self.rows.get(vehicle_id, Known())


def offset_at(zone, t):
    starts, values = offsets(zone)
    return values[np.searchsorted(starts, t, "right") - 1]


@given(st.sampled_from(ZONES), instants)
def test_offsets_are_those_of_the_calendar(zone, instant):
    expected = instant.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()
    assert offset_at(zone, instant.timestamp()) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_change_on_the_second(zone):
    starts, values = offsets(zone)
    assert starts[0] == -np.inf
    assert starts == sorted(starts)
    assert all(before != after for before, after in pairwise(values))
    for start in starts[1:]:
        for shift in (-1, 0):
            instant = datetime.fromtimestamp(start, UTC) + timedelta(seconds=shift)
            assert offset_at(zone, start + shift) == instant.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()


def test_a_zone_that_puts_its_clocks_back_an_hour_twice_a_year():
    starts, values = offsets("Europe/Berlin")
    assert datetime.fromtimestamp(starts[-1], UTC).month == 10
    assert set(values[-10:]) == {3600.0, 7200.0}
    assert offsets("Asia/Shanghai")[1][-1] == 28800.0


@given(st.sampled_from(ZONES), instants)
def test_the_day_has_five_parts_on_the_fleets_clock(kit, zone, instant):
    fleet = Fleet(Told(V=Known(zone="Asia/Kathmandu"), W=Known(zone=zone)))
    fleet.slots([("f", "V"), ("f", "W")])
    part, until = kit.plain(daypart_at)(fleet.columns(), 1, instant.timestamp())
    hour = instant.astimezone(ZoneInfo(zone)).hour
    assert part == (1 if hour >= 22 else 1 + sum(hour >= begins for begins in (5, 9, 16, 19)))
    assert until > instant.timestamp()


def test_slots_and_numbers_are_given_once_and_for_good():
    fleet = Fleet(Told())
    assert fleet.slots([("f", "B"), ("f", "A"), ("g", "A"), ("f", "B")]).tolist() == [0, 1, 2, 0]
    assert fleet.numbers(["x", "y", "x"]).tolist() == [0, 1, 0]
    assert fleet.slot(("g", "A")) == 2
    assert [fleet.driver_id(number) for number in (-2, -1, 0, 1)] == [None, None, "x", "y"]
    assert fleet.slots([]).dtype == np.int64


def test_columns_say_what_the_registry_says():
    placard = np.arange(float(WHEELS))
    spans = [(0.0, 10.0, "D1"), (10.0, np.inf, "D2")]
    fleet = Fleet(Told(B=Known(2, placard, "Asia/Shanghai", spans)))
    fleet.slots([("f", "A"), ("f", "B")])
    columns = fleet.columns()
    assert CLASSES[columns.klass[1]] == "truck"
    assert np.isnan(columns.placard[0]).all()
    assert columns.placard[1].tolist() == placard.tolist()
    assert columns.assigned_bounds.tolist() == [0, 0, 2]
    assert columns.assigned_to.tolist() == [10.0, np.inf]
    assert [fleet.driver_id(number) for number in columns.assigned_driver] == ["D1", "D2"]
    zone = columns.zone[1]
    assert columns.zone_offset[columns.zone_bounds[zone + 1] - 1] == 28800.0


def test_columns_are_made_anew_for_a_new_vehicle_or_registry_only():
    fleet = Fleet(Told())
    fleet.slot(("f", "A"))
    first = fleet.columns()
    assert fleet.columns() is first
    fleet.slot(("f", "A"))
    assert fleet.columns() is first
    fleet.slot(("f", "B"))
    assert fleet.columns().klass.size == 2
    fleet.changed(Told(A=Known(1)))
    assert fleet.columns().klass.tolist() == [1, 0]


def test_columns_are_those_of_the_time_asked_about():
    was = Described(-np.inf, 1, np.full(WHEELS, 500.0), False), Described(10.0, 1, None, True)
    fleet = Fleet(Told(B=Known(2, np.full(WHEELS, 800.0), since=20.0, earlier=was)))
    slots = fleet.slots([("f", "A"), ("f", "B")])
    vehicle, t = np.array([1, 1, 0, 1, 1]), np.array([0.0, 9.9, 15.0, 10.0, 20.0])
    numbers = fleet.description(slots, vehicle, t)
    assert numbers.tolist() == [-2, -2, 0, -1, 0]
    found = [fleet.columns_at(slots, np.full(2, at)) for at in (5.0, 10.0, 20.0)]
    assert [columns.klass.tolist() for columns in found] == [[0, 1], [0, 1], [0, 2]]
    assert [columns.placard[1, 0] for columns in (found[0], found[2])] == [500.0, 800.0]
    assert np.isnan(found[1].placard[1]).all()
    assert found[2] is fleet.columns()
    assert fleet.columns_at(slots[:1], np.array([5.0])) is fleet.columns()
    fleet.changed(Told())
    assert fleet.description(slots, vehicle, t).tolist() == [0] * 5


def test_a_fleet_without_vehicles_has_columns_of_the_same_types():
    none, some = Fleet(Told()), Fleet(Told(A=Known()))
    some.slot(("f", "A"))
    pairs = zip(none.columns(), some.columns(), strict=True)
    assert all(one.dtype == other.dtype and one.ndim == other.ndim for one, other in pairs)
