"""Kamm's circle holds in any weather, class and hand; people slow down in time for it, and who does not slides."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.drivers import draw
from simulator.dynamics import G
from simulator.grip import LANE
from simulator.motion import KNOT, Motion
from simulator.roster import Incidents, roster
from simulator.shifts import Shift
from simulator.traffic import Traffic, Window
from simulator.vehicles import AIR as DENSITY
from simulator.weather import SKIES

from .test_motion import AIR, drive, forces, legs

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe
SNOW = SKIES["snow"].grip
TYRES = 8.0  # m/s², of the mover of test_motion


@pytest.fixture(scope="module", params=SKIES)
def driven(request: pytest.FixtureRequest) -> tuple[float, list[Shift], Motion]:
    """An hour of every class, calm and as rough as can be, on a region's hills."""
    fleet = roster(10, seed=7)
    hands = [np.random.default_rng([9, k]) for k in range(10)]
    rough = (0.97, 0.97, 0.97, 0.1)
    drivers = tuple(
        draw(rng, one.driver_id, one.fleet_id, rough[k % 4], early=False)
        for k, (rng, one) in enumerate(zip(hands, fleet.drivers, strict=True))
    )
    fleet = replace(fleet, drivers=drivers, incidents=(Incidents(),) * 10)
    traffic = Traffic(fleet, Window(START, 1.0), weather=request.param)
    shifts = [traffic.shift(k) for k in range(10)]
    return SKIES[request.param].grip, shifts, traffic.motion(shifts, 0, 10)


def used(grip: float, shift: Shift, motion: Motion, k: int) -> np.ndarray:
    """Share of what tyres hold that each tenth of a second of driving takes, along and across."""
    kind, mass = shift.vehicle.kind, shift.legs["mass"][motion.piece[k, :-1]]
    before, distance = motion.speed[k, :-1], motion.distance[k, :-1]
    slope = shift.slopes[np.minimum((distance / KNOT).astype(int), len(shift.slopes) - 1)]
    force = motion.accel[k, 1:] + G * (kind.rolling + slope) + DENSITY / 2 * kind.front * before**2 / mass
    share = np.hypot(force, motion.lateral[k, 1:]) / (grip * kind.brake)
    return np.asarray(share[motion.speed[k, 1:] > 0])


def test_no_tyre_holds_more_than_its_circle(driven: tuple[float, list[Shift], Motion]) -> None:
    grip, shifts, motion = driven
    assert {shift.vehicle.kind.name for shift in shifts} == {"car", "van", "truck", "bus"}
    assert max(used(grip, shift, motion, k).max() for k, shift in enumerate(shifts)) <= 1.0 + 1e-9


def test_nobody_comes_to_a_bend_too_fast_for_it(driven: tuple[float, list[Shift], Motion]) -> None:
    grip, shifts, motion = driven
    assert not motion.wide.any()
    for k, shift in enumerate(shifts):
        asked = motion.speed[k] ** 2 * np.abs(shift.pieces["curvature"][motion.piece[k]])
        assert asked.max() < 0.7 * grip * shift.vehicle.kind.brake and asked.max() <= shift.vehicle.kind.lateral


def test_a_bend_is_braked_for_with_what_the_snow_gives() -> None:
    """Who would brake late and hard on a dry road begins earlier on a slippery one."""
    bend = {"length": 60.0, "curvature": 0.02, "cap": 25.0, "bend": float(np.sqrt(0.6 * TYRES / 0.02)), "brake": 5.0}
    way = legs({"cap": 25.0, "length": 900.0, "brake": 5.0}, bend, {"wait": 1e9, "brake": 5.0})
    for slope in (0.0, -0.06):
        motion = drive(way, grip=SNOW, slope=slope, keep=10, **AIR)
        inside = motion.piece[0] == 1
        assert motion.speed[0, inside].max() < 1.05 * bend["bend"] * np.sqrt(SNOW)
        assert np.abs(motion.lateral[0, inside]).max() < 0.7 * SNOW * TYRES


@pytest.mark.parametrize("curvature", [0.013, -0.013])
def test_who_misjudges_a_bend_slides_within_the_circle_and_comes_back(curvature: float) -> None:
    bend = {"length": 150.0, "curvature": curvature, "cap": 20.0}
    way = legs({"cap": 20.0, "length": 600.0}, bend, {"cap": 20.0, "length": 900.0, "wait": 1e9})
    motion = drive(way, grip=0.5, keep=10, **AIR)
    _, force = forces(motion, 1_000.0, 0.0)
    moving = motion.speed[0, 1:] > 0
    assert np.hypot(force, motion.lateral[0, 1:])[moving].max() <= 0.5 * TYRES + 1e-9
    wide = -np.sign(curvature) * motion.wide[0]  # to the outside
    assert 0.3 < wide.max() < 6.0 and motion.wide[0, -1] == 0
    inside = motion.piece[0] == 1
    assert 20.0**2 * abs(curvature) > 0.5 * TYRES > motion.speed[0, inside].min() ** 2 * abs(curvature)


def test_who_ran_wide_is_back_but_for_a_tenth_within_160_m_and_speeds_up_once_in_the_lane() -> None:
    bend = {"length": 150.0, "curvature": 0.013, "cap": 20.0}
    way = legs({"cap": 20.0, "length": 600.0}, bend, {"cap": 20.0, "length": 900.0, "wait": 1e9})
    motion = drive(way, grip=0.5, keep=10, **AIR)
    wide, metres = np.abs(motion.wide[0]), motion.distance[0]
    widest = int(wide.argmax())
    tenth = widest + int(np.argmax(wide[widest:] < wide.max() / 10))
    assert 100 < metres[tenth] - metres[widest] < 170
    out, back = (wide > LANE) & (np.arange(len(wide)) > widest), (wide > 0) & (wide < 0.9 * LANE)
    assert motion.accel[0, out].max() <= 0.05 and motion.accel[0, back & (metres > metres[widest])].max() > 0.3
