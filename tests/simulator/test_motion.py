"""Motion keeps to physics: no vehicle beats its class, goes backwards or stops without braking."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulator.dynamics import STEP, G
from simulator.manoeuvres import BRAKING
from simulator.motion import GRID, LEG, PULSE, SURPRISE, Motion, advance
from simulator.movers import MOVER


def mover(**values: float) -> np.ndarray:
    row = np.zeros(1, MOVER)
    usual = {"power": 50_000.0, "force": 3_500.0, "brakes": 8_000.0, "friction": 8.0, "laden": 1_000.0}
    usual["driven"] = 0.5
    usual |= {"traction": 3.5, "top": 40.0, "cruise": 1.2, "heat": 0.8, "crash": np.inf, "burn": 1e-7, "idle": 2e-4}
    for name, value in (usual | values).items():
        row[name] = value
    row["marks"] = 2.6, 2.3, 2.9
    return row


def legs(*rows: dict[str, float]) -> np.ndarray:
    table = np.zeros(len(rows), LEG)
    for row, values in zip(table, rows, strict=True):
        usual = {"length": 1_000.0, "cap": 15.0, "brake": 1.5, "launch": 1.5, "mass": 1_000.0, "bend": np.inf}
        for name, value in (usual | values).items():
            row[name] = value
    return table


def drive(
    way: np.ndarray,
    *surprises: tuple[float, ...],
    seconds: int = 200,
    slope: float = 0.0,
    grip: float = 1.0,
    keep: int = 1,
    drags: float = 0.0,
    leak: float = 0.0,
    **values: float,
) -> Motion:
    sway = np.ones((1, seconds // GRID + 2))
    sudden = [np.array([(*one, 0.0, 0.0)[:5] for one in surprises], SURPRISE)]
    tables = sway, grip * sway, drags * sway, leak * sway
    return advance(mover(**values), [way], sudden, [np.full(1, slope)], tables, seconds, keep)


def test_a_straight_road_to_a_stop() -> None:
    motion = drive(legs({"wait": 1e9, "off": 1}))
    assert motion.speed.max() == pytest.approx(15.0, abs=0.3)
    assert motion.distance[0, -1] == pytest.approx(1_000, abs=1.5)
    assert motion.accel.min() > -2.2
    assert motion.ignition[0, 30] == 1 and motion.ignition[0, -1] == 0
    assert not motion.noted[0]


def test_a_slow_bend_is_met_slowly() -> None:
    motion = drive(legs({}, {"length": 20.0, "bend": 6.0, "curvature": 0.05}, {"wait": 1e9}))
    within = motion.piece[0] == 1
    assert within.any()
    assert motion.speed[0, within].max() < 6.6
    assert motion.accel.min() > -2.5


def test_a_stop_lasts_as_long_as_the_light_is_red() -> None:
    motion = drive(legs({"wait": 30.0}, {"wait": 1e9}), seconds=300)
    standing = np.flatnonzero((motion.speed[0] == 0) & (motion.distance[0] > 900) & (motion.distance[0] < 1_100))
    assert len(standing) == pytest.approx(30, abs=2)
    assert motion.reached[0] < motion.reached[1]


def test_a_surprise_brakes_as_hard_as_drawn() -> None:
    motion = drive(legs({"wait": 1e9}), (400.0, 4.0, 0.6))
    found = motion.manoeuvres
    assert list(found["kind"]) == [BRAKING]
    assert found["peak"][0] == pytest.approx(4.0, abs=0.05)
    assert motion.accel.min() == pytest.approx(-4.0, abs=0.05)
    assert found["speed"][0] == pytest.approx(15.0, abs=0.6)


def braked(motion: Motion) -> np.ndarray:
    """What was harsh braking; there must be one."""
    (row,) = motion.manoeuvres[motion.manoeuvres["kind"] == BRAKING]
    assert row["peak"] >= -motion.accel.min() - 1e-9
    return np.asarray(row)


@pytest.mark.parametrize("way", [legs({"length": 300.0, "wait": 60.0, "brake": 4.0}, {"wait": 1e9}),
                                 legs({"length": 300.0, "wait": 1e9, "brake": 4.0})])  # fmt: skip
def test_hard_braking_to_a_stop_is_over_when_it_stands(way: np.ndarray) -> None:
    motion = drive(way, keep=10)
    row = braked(motion)
    begun = round(float(row["start"]) / STEP)
    stood = begun + np.argmax(motion.speed[0, begun:] == 0) + 1
    assert row["start"] < row["end"] == pytest.approx(stood * STEP)


def test_hard_braking_into_a_crash_is_over_when_it_hits() -> None:
    motion = drive(legs({"wait": 1e9}), (400.0, 5.0, 0.2), crash=408.0, keep=10)
    assert braked(motion)["start"] < braked(motion)["end"] == motion.crashed[0, 0]


def test_hard_braking_that_goes_on_is_on_the_sheet_as_far_as_it_was_seen() -> None:
    whole = braked(drive(legs({"wait": 1e9}), (400.0, 4.0, 0.6), keep=10))
    seen = int(whole["start"]) + 1
    cut = braked(drive(legs({"wait": 1e9}), (400.0, 4.0, 0.6), seconds=seen, keep=10))
    assert cut["start"] == whole["start"] and cut["end"] == seen < whole["end"]


def test_nobody_brakes_beyond_the_tyres() -> None:
    assert drive(legs({"wait": 1e9}), (400.0, 40.0, 0.9)).accel.min() == pytest.approx(-8.0)


def test_power_bounds_the_pull() -> None:
    weak = drive(legs({"wait": 1e9, "cap": 40.0, "launch": 3.5}), power=10_000.0, traction=1.5)
    pulling = weak.speed[0] > 2
    assert (weak.accel[0, pulling] <= 10.0 / (weak.speed[0, pulling] - 0.4) + 1e-9).all()
    assert weak.accel.max() <= 1.5


def test_a_crash_ends_the_drive() -> None:
    motion = drive(legs({"wait": 1e9}), crash=500.0, seconds=400)
    at, speed = motion.crashed[0]
    assert speed == pytest.approx(15.0, abs=0.3)
    assert 500.0 + speed * PULSE / 2 <= motion.distance[0, -1] < 500.0 + speed * (PULSE / 2 + STEP)
    assert (motion.speed[0, int(at) + 1 :] == 0).all()
    assert motion.ignition[0, int(at) + 60] == 1 and motion.ignition[0, -1] == 0
    assert motion.engine[0, int(at) - 1] == 1 and not motion.engine[0, int(at) :].any()


def test_nothing_moves_before_its_time() -> None:
    motion = drive(legs({"wait": 1e9}), start=50.0)
    assert (motion.speed[0, :49] == 0).all() and motion.speed[0, 55] > 0
    assert motion.ignition[0, 20] == 0 and motion.ignition[0, 48] == 1


def test_a_tyre_warms_with_speed() -> None:
    motion = drive(legs({"length": 1e6, "cap": 25.0}), seconds=7_200)
    assert motion.heat[0, -1] == pytest.approx(0.8 * 25.0, rel=0.02)
    assert (np.diff(motion.heat[0]) >= 0).all()


AIR = {"rolling": 0.01, "drag": 0.5}
HILLS = pytest.mark.parametrize("slope", [-0.06, 0.0, 0.06])


def forces(motion: Motion, mass: float, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Speed at the beginning of each tenth of a second, and m/s² of the tyres' force along the road during it."""
    before, accel = motion.speed[0, :-1], motion.accel[0, 1:]
    return before, accel + G * (AIR["rolling"] + slope) + AIR["drag"] * before**2 / mass


@HILLS
@pytest.mark.parametrize("grip", [0.3, 1.0])
@pytest.mark.parametrize("mass", [700.0, 2_000.0])
def test_no_force_beyond_the_tyres_the_brakes_or_the_engine(slope: float, grip: float, mass: float) -> None:
    way = legs({"mass": mass, "cap": 30.0, "launch": 3.5}, {"mass": mass, "length": 60.0, "wait": 1e9, "brake": 6.0})
    motion = drive(way, (300.0, 40.0, 0.5), slope=slope, grip=grip, keep=10, **AIR)
    before, force = forces(motion, mass, slope)
    driven = (before > 0) & (motion.speed[0, 1:] > 0)
    assert np.abs(force[driven]).max() <= grip * 8.0 + 1e-9
    assert -force[driven].min() <= 8_000.0 / mass + 1e-9
    assert (mass * force * before)[driven].max() <= 50_000.0 + 1e-6
    assert motion.speed.min() >= 0


@HILLS
def test_work_becomes_height_speed_and_warmth(slope: float) -> None:
    mass = 1_200.0
    way = legs({"mass": mass, "cap": 25.0, "length": 1e6})
    motion = drive(way, seconds=150, slope=slope, keep=10, **AIR)
    before, force = forces(motion, mass, slope)
    metres = np.diff(motion.distance[0])
    lost = (G * AIR["rolling"] + AIR["drag"] * before**2 / mass) @ metres
    height, kinetic = slope * motion.distance[0, -1], motion.speed[0, -1] ** 2 / 2
    assert kinetic > 150
    assert force @ metres == pytest.approx(kinetic + G * height + lost, rel=0.02)


def test_the_odometer_is_the_integral_of_speed() -> None:
    motion = drive(legs({}, {"wait": 1e9}), (400.0, 4.0, 0.6), slope=0.03, keep=10, **AIR)
    assert np.cumsum(motion.speed[0]) / 10 == pytest.approx(motion.distance[0], abs=0.04)  # the last 0.4 m/s of a stop


def test_a_brake_that_drags_costs_fuel_and_speed_uphill() -> None:
    way = legs({"length": 1e6, "cap": 20.0})
    free, dragging = (drive(way, drags=drags, **AIR) for drags in (0.0, 200.0))
    assert dragging.speed[0, -1] == pytest.approx(free.speed[0, -1], abs=0.1)
    metres, more = dragging.distance[0, -1], dragging.fuel[0, -1] - free.fuel[0, -1]
    assert more == pytest.approx(200.0 * metres * 1e-7, rel=0.02)  # l: N by m by l/J
    free, dragging = (drive(way, drags=drags, slope=0.05, power=12_000.0, **AIR) for drags in (0.0, 200.0))
    for motion, drags in ((free, 0.0), (dragging, 200.0)):
        speed = motion.speed[0, -1]
        assert speed * (drags + 1_000.0 * G * 0.06 + 0.5 * speed**2) == pytest.approx(12_000.0, rel=0.01)


@pytest.mark.parametrize("wait", [5.0, 60.0])
def test_an_engine_runs_where_it_burns_fuel_and_nowhere_else(wait: float) -> None:
    motion = drive(legs({"wait": wait, "off": 1}, {"wait": 1e9, "off": 1}), seconds=400, start=20.0, slope=0.01, **AIR)
    burnt, runs = np.diff(motion.fuel[0]), motion.engine[0]
    assert not burnt[(runs[1:] == 0) & (runs[:-1] == 0)].any()
    idles = (runs[1:] == 1) & (runs[:-1] == 1) & (motion.speed[0, 1:] == 0) & (motion.speed[0, :-1] == 0)
    assert idles.sum() > 10 and burnt[idles] == pytest.approx(2e-4)
    lit = motion.ignition[0] == 1
    assert (lit[runs == 1]).all() and (motion.speed[0][runs == 0] == 0).all()
    assert (lit & (runs == 0)).sum() == (2 if wait < 12 else 4)  # cranked for two seconds


def test_who_is_laden_climbs_slower_and_burns_more() -> None:
    def climb(mass: float) -> Motion:
        way = legs({"mass": mass, "cap": 40.0, "length": 1e6})
        return drive(way, slope=0.05, power=20_000.0, seconds=300, **AIR)

    light, laden = climb(800.0), climb(1_600.0)
    assert laden.speed[0, -1] < 0.75 * light.speed[0, -1]
    assert laden.fuel[0, -1] / laden.distance[0, -1] > 1.25 * light.fuel[0, -1] / light.distance[0, -1]


def test_who_is_laden_brakes_longer_where_brakes_and_not_tyres_are_the_bound() -> None:
    light, laden = (drive(legs({"mass": mass, "wait": 1e9}), (400.0, 40.0, 0.9)) for mass in (800.0, 1_600.0))
    assert light.accel.min() == pytest.approx(-8.0)
    assert laden.accel.min() == pytest.approx(-5.0)


def test_a_wet_road_brakes_longer_and_its_bends_are_met_slower() -> None:
    bend = {"length": 60.0, "curvature": 0.01, "cap": 30.0, "bend": float(np.sqrt(0.6 * 8.0 / 0.01))}
    way = legs({"cap": 30.0, "length": 800.0}, bend, {"cap": 30.0, "length": 2_000.0, "wait": 1e9})
    dry, wet = (drive(way, (1_800.0, 40.0, 0.9), grip=grip, keep=10) for grip in (1.0, 0.4))
    through = [motion.speed[0, motion.piece[0] == 1].max() for motion in (dry, wet)]
    assert through[1] < through[0] - 3.0
    assert through[1] ** 2 * 0.01 < 0.4 * 8.0
    assert dry.accel.min() == pytest.approx(-8.0)
    assert wet.accel.min() == pytest.approx(-0.4 * 8.0)


def test_fuel_is_burnt_standing_and_climbing_and_not_rolling_downhill() -> None:
    way = legs({"length": 2_000.0, "wait": 60.0}, {"length": 1e6})
    up, down = (drive(way, slope=slope, seconds=400, **AIR) for slope in (0.04, -0.04))
    assert (np.diff(up.fuel[0]) >= 0).all() and up.fuel[0, -1] > 2 * down.fuel[0, -1] > 0
    still = (up.speed[0, 1:] == 0) & (up.speed[0, :-1] == 0) & (up.fuel[0, 1:] > 0)
    assert np.diff(up.fuel[0])[still] == pytest.approx(2e-4)
    rolling = (down.speed[0, 1:] > 10) & (np.abs(down.accel[0, 1:]) < 0.01)
    assert np.diff(down.fuel[0])[rolling].max() == 0


def rough() -> Motion:
    """A drive with something of everything."""
    way = legs({"cap": 30.0}, {"length": 40.0, "cap": 8.0, "curvature": 0.03}, {"wait": 20.0}, {"wait": 1e9})
    air = {"springs": 4_000.0, "air": 500.0, "idles": 600.0, "least": 1_050.0, "geared": 50.0}
    return drive(way, (600.0, 5.0, 0.5), slope=0.02, grip=0.7, leak=0.7, keep=10, **AIR | air)


def digest(motion: Motion) -> str:
    return hashlib.sha256(b"".join(column.tobytes() for column in motion)).hexdigest()


@pytest.mark.parametrize("off", ["0", "1"])
def test_compiled_and_plain_agree_to_the_bit(off: str) -> None:
    script = "import test_motion as here; print(here.digest(here.rough()))"
    env = os.environ | {"NUMBA_DISABLE_JIT": off, "PYTHONPATH": str(Path(__file__).parent)}
    said = subprocess.run([sys.executable, "-c", script], env=env, check=True, capture_output=True, text=True)
    assert said.stdout.strip() == digest(rough())
