"""What was mended is mended on the next day too, and what was not goes on, whichever way it came about."""

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from simulator.ailments import Ailment, lasting
from simulator.days import days
from simulator.placed import Placed, PlacingError
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window

START, HOURS = 1_762_923_600.0, 3.0


def week(count: int, incidents: Incidents, *events: Placed) -> list[pl.DataFrame]:
    """Sheets of a van's days."""
    quiet = replace(roster(1, 7), incidents=(incidents,))
    fleet = Traffic(quiet, Window(START, HOURS), {}, events, ailments=0.0)
    return [report.sheet for _, reports in days(fleet, count) for report in reports]


@cache
def usual_wheel() -> str:
    (sheet,) = week(1, Incidents(leak=True))
    return str(sheet.filter(kind="tyre_slow_leak")["subject"][0])


def test_the_usual_leak_is_not_in_the_new_tyre() -> None:
    hole = Placed("puncture", 0, 3_600.0, {"wheel": usual_wheel()})
    one, two = (sheet.filter(kind="tyre_slow_leak") for sheet in week(2, Incidents(leak=True), hole))
    assert one["end"][0].timestamp() < START + 3_600 * HOURS and two.is_empty()


def test_a_leak_that_was_ordered_is_not_in_a_tyre_that_was_changed_by_chance() -> None:
    leak = Placed("leak", 0, 600.0, {"wheel": usual_wheel()})
    found = [[sheet.filter(kind="tyre_slow_leak").height for sheet in week(2, one, leak)] for one in CHANCES]
    assert found == [[1, 1], [1, 0]]


CHANCES = Incidents(), Incidents(puncture=0.4)


def test_a_trouble_code_stays_over_the_night_until_it_is_mended() -> None:
    """Seen on the second day, when it is far from its worst, and mended on the third."""
    order = Placed("thermostat_open", 0, 0.0, {"hours": 60.0, "days": 2.05})
    one, two, three, four = (sheet.filter(kind="fault_code") for sheet in week(4, Incidents(), order))
    assert one.is_empty() and four.is_empty() and two["peak"][0] < 0.5
    assert two["start"][0].timestamp() > START + 86_400 and two["end"][0].timestamp() == START + 86_400 + 3_600 * HOURS
    assert three["start"][0].timestamp() == START + 2 * 86_400
    assert three["end"][0].timestamp() == START + 2.05 * 86_400


def test_a_lorry_that_its_springs_hold_is_not_driven_home_unseen() -> None:
    whole = roster(2, 7)
    lorry = replace(whole, vehicles=whole.vehicles[1:], drivers=whole.drivers[1:], incidents=(Incidents(),))
    leak = Placed("brake_air_leak", 0, 0.0, {"hours": 0.1, "days": 2.0})
    fleet = Traffic(lorry, Window(START, HOURS), {}, (leak,), ailments=0.0)
    one, two, three = (report.evening.odometer for _, reports in days(fleet, 3) for report in reports)
    assert one == two < three - 50_000.0


def test_what_ails_by_chance_is_no_other_than_what_was_ordered_or_that_is_refused() -> None:
    fleet = Traffic(replace(roster(1, 7), incidents=(Incidents(),)), Window(START, HOURS), ailments=400.0)
    chance = next(one for one in fleet.ills(0) if one.start > 600.0)
    before, after = (replace(fleet, events=(Placed(chance.kind, 0, chance.start + late),)) for late in (-60.0, 60.0))
    (report,) = before.reports()
    assert report.sheet.filter(kind=chance.kind)["start"][0].timestamp() == pytest.approx(START + chance.start - 60.0)
    assert report.sheet.filter(kind=chance.kind).height == 1
    with pytest.raises(PlacingError, match=rf"{chance.kind}: VAN-001 has that anyway; .* ailments = 0"):
        _ = after.arranged


def test_what_begins_while_the_same_goes_on_is_no_other() -> None:
    first, other = Ailment("oil_leak", 100.0, 5_000.0, 1.0), Ailment("lining_worn", 200.0, 900.0, 1.0)
    again = [Ailment("oil_leak", at, at + 100_000.0, 1.0) for at in (4_000.0, 6_000.0)]
    for begun in (again[0], other, first), (first, again[0], other):
        assert list(lasting([(0, one) for one in begun], 0, lambda day: 0.0)) == [first, other]
    night = list(lasting([(0, first), (1, again[0]), (1, again[1])], 1, lambda day: 3_000.0 * day))
    assert [(one.start, one.end) for one in night] == [(-2_900.0, 2_000.0), (4_000.0, 104_000.0)]
