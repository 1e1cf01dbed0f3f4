"""A trailer weighs: it slows climbs, deepens the pedal, stays until another is coupled, and the bus tells of it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from simulator import couplings, registry
from simulator.placed import Placed, PlacingError
from simulator.profiles import PROFILES
from simulator.reports import Report
from simulator.roster import Incidents, roster
from simulator.traffic import Traffic, Window
from simulator.trailers import EMPTY, GROSS, Trailer, pair, pull
from simulator.vehicles import CLASSES
from streams.registry.checks import validate
from streams.registry.files import read

START, HOURS, LORRY = 1_762_923_600.0, 3.0, 1

FIELDS = ("vehicles", "drivers", "incidents")
TRUCK = CLASSES["truck"]


class Alone(Traffic):
    """The same fleet, whose lorries leave their trailers at home."""

    def trailers(self, k: int) -> tuple[Trailer, ...]:
        return ()


@pytest.fixture(scope="module")
def pulling() -> Traffic:
    """A lorry on the bus gateway that changes trailers after an hour, behind a van."""
    business = roster(2, seed=5)
    business = replace(business, incidents=(Incidents(),) * 2)
    events = (Placed("trailer_swap", LORRY, 3_600.0),)
    return Traffic(business, Window(START, HOURS), {}, events, (PROFILES["can_gateway_10hz"],))


@pytest.fixture(scope="module")
def report(pulling: Traffic) -> Report:
    return list(pulling.reports())[LORRY]


def test_a_trailer_is_within_what_it_may_weigh_and_keeps_its_own_weight() -> None:
    for seed in range(50):
        days = [pair(np.random.default_rng(seed), np.random.default_rng([seed, day])) for day in range(2)]
        for one, again in zip(*days, strict=True):
            assert EMPTY[0] <= one.empty <= EMPTY[1] and one.empty < one.mass <= GROSS
            assert one.empty == again.empty and one.load != again.load
    assert TRUCK.gross + GROSS == 40_000


def test_without_a_trailer_nothing_is_pulled() -> None:
    alone, behind = pull(TRUCK, ()), pull(TRUCK, (Trailer(7_000.0, 9_000.0),) * 2)
    assert (alone.force, alone.brakes, alone.laden) == (TRUCK.force, TRUCK.brakes, TRUCK.mass)
    assert behind.laden == TRUCK.mass + 16_000
    assert behind.brakes / (TRUCK.gross + GROSS) == pytest.approx(alone.brakes / TRUCK.gross)
    assert behind.driven < alone.driven and behind.force / (TRUCK.gross + GROSS) >= 0.14 * 9.8


def test_the_mass_is_the_mornings_trailer_until_the_other_one_is_coupled(pulling: Traffic) -> None:
    shift = pulling.arranged[LORRY].shift
    first, second = shift.orders.trailers
    alone = Alone(pulling.roster, pulling.window).shift(LORRY)
    behind, stops = shift.legs["mass"] - alone.legs["mass"], shift.stops
    changed = stops[shift.orders.changes[0] - 1]
    assert behind[:changed] == pytest.approx(first.mass) and behind[changed:] == pytest.approx(second.mass)


def test_who_pulls_climbs_slower_and_burns_more(pulling: Traffic) -> None:
    alone = Alone(pulling.roster, pulling.window)
    shifts = pulling.arranged[LORRY].shift, alone.shift(LORRY)
    motion, free = (alone.motion([shift], LORRY) for shift in shifts)
    km, before = motion.distance[0, -1], free.distance[0, -1]
    assert km == pytest.approx(before, rel=0.1)
    assert motion.fuel[0, -1] / km > 1.15 * free.fuel[0, -1] / before
    steep = (replace(shift, slopes=np.full_like(shift.slopes, 0.08)) for shift in shifts)
    behind, light = (float(np.quantile(one.speed[one.speed > 0], 0.9)) for one in (alone.motion([s], 1) for s in steep))
    assert 5.0 < behind < 0.85 * light


def test_the_bus_tells_what_is_pulled_in_its_own_steps(pulling: Traffic, report: Report) -> None:
    shift, rows = pulling.arranged[LORRY].shift, report.recording
    told = rows["mass_kg"].to_numpy()
    assert (told % 10 == 0).all()
    swapped = rows["t"].to_numpy() > START + pulling.arranged[LORRY].swapped[0] + 60
    for part, ends in ((~swapped, slice(0, 1)), (swapped, slice(-1, None))):
        assert np.isin(np.round(told[part][ends]), np.round(told)).all()
    masses = set(np.round(shift.legs["mass"] * told[0] / shift.legs["mass"][0], -1))
    assert {float(one) for one in np.unique(told)} <= masses | {one + 10 for one in masses} | {
        one - 10 for one in masses
    }
    assert told.min() > TRUCK.empty + EMPTY[0] - 500


def test_the_heavier_the_deeper_the_pedal_for_the_same_braking(report: Report) -> None:
    rows = report.recording
    pedal, accel, mass = (rows[name].to_numpy() for name in ("brake_pedal_pct", "accel_long_mps2", "mass_kg"))
    hard = (accel < -1.2) & (pedal > 5) & (pedal < 99)
    deep = pedal[hard] / -accel[hard] / mass[hard]
    assert np.quantile(deep, 0.9) < 1.5 * np.quantile(deep, 0.1)


def test_a_van_pulls_no_trailer(pulling: Traffic) -> None:
    with pytest.raises(PlacingError, match="pulls no trailer"):
        _ = replace(pulling, events=(Placed("trailer_swap", 0, 3_600.0),)).arranged


def test_a_brake_that_drags_is_left_with_its_trailer(pulling: Traffic) -> None:
    drag = Placed("brake_drag", LORRY, 1_800.0, {"wheel": "3L"})
    arranged = replace(pulling, events=(*pulling.events, drag)).arranged[LORRY]
    ((force, start, end),) = arranged.shift.drags
    assert force > 500 and (start, end) == (1_800.0, arranged.swapped[0])
    late = replace(drag, at=pulling.events[0].at + 1.0)
    with pytest.raises(PlacingError, match="does not pull trailer B at that time"):
        _ = replace(pulling, events=(*pulling.events, late)).arranged


def test_the_office_knows_both_trailers_and_when_they_changed(pulling: Traffic, tmp_path: Path) -> None:
    registry.write(pulling.roster, START, tmp_path, pulled=couplings.rows(pulling, 1, [pulling]))
    rows = pl.read_csv(tmp_path / "couplings.csv")
    assert rows["trailer"].to_list() == ["T-TRUCK-002-A", "T-TRUCK-002-B"] and rows["to"][0] == rows["from"][1]
    assert rows["to"][1] is None
    assert validate(read(tmp_path)[0]) == []


def test_on_ordinary_days_a_long_haul_pulls_one_of_its_two_trailers(pulling: Traffic) -> None:
    usual = replace(pulling, events=())
    days = [replace(usual, day=day, window=usual.window.later(day, "Europe/Berlin")) for day in range(40)]
    behind = [[one.name for one in day.trailers(LORRY)] for day in days]
    assert behind[0] == ["A", "B"] and {"A", "B"} == {names[0] for names in behind}
    assert len({day.trailers(LORRY)[0].mass for day in days}) == 40
    shift = usual.shift(LORRY)
    assert shift.orders.trailers and {"3L", "5R"} < {wheel for wheel, _ in shift.vehicle.kind.tyres}
    changes = sum(one != other for one, other in pairwise(names[0] for names in behind))
    rows = couplings.rows(usual, 40)["couplings"]
    assert len(rows) == 1 + changes and [row["to"] for row in rows[:-1]] == [row["from"] for row in rows[1:]]
    assert not couplings.rows(replace(usual, roster=roster(1, seed=5)))["couplings"]


def test_what_was_coupled_in_the_evening_is_so_in_the_morning(pulling: Traffic) -> None:
    swapped = replace(pulling, events=(Placed("trailer_swap", LORRY, 3_600.0, day=2),))
    for day in range(20):
        usual, told = (replace(one, day=day).trailers(LORRY)[0].name for one in (replace(pulling, events=()), swapped))
        assert (usual == told) == (day <= 2)


def test_what_is_wrong_with_a_trailers_wheel_goes_with_it_over_the_days() -> None:
    """A brake drags of the second trailer, which is left behind and coupled again: felt then alone."""
    fleet = Traffic(roster(2, seed=5), Window(START, HOURS), ailments=0.0)
    fleet = replace(fleet, roster=replace(fleet.roster, incidents=(Incidents(),) * 2))
    first = [replace(fleet, day=day).trailers(LORRY)[0].name for day in range(4)]
    events = (Placed("brake_drag", LORRY, 600.0, {"wheel": "4L", "days": 9.0}),)
    for day in range(4):
        today = replace(fleet, events=events, day=day, window=fleet.window.later(day, "Europe/Berlin"))
        (flaw,), drags = today.arranged[LORRY].flaws, today.arranged[LORRY].shift.drags
        assert (flaw.trailer, bool(drags)) == (first[0], first[day] == first[0])
