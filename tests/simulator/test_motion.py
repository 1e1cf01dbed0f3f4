"""Motion keeps to physics: no vehicle beats its class, goes backwards or stops without braking."""

import numpy as np
import pytest

from simulator.motion import BRAKING, LEG, MOVER, SURPRISE, Motion, advance


def mover(**values: float) -> np.ndarray:
    row = np.zeros(1, MOVER)
    usual = {"power": 50.0, "traction": 3.5, "brake": 8.0, "top": 40.0, "cruise": 1.2, "heat": 0.8, "crash": np.inf}
    for name, value in (usual | values).items():
        row[name] = value
    row["marks"] = 2.6, 2.3, 2.9
    return row


def legs(*rows: dict[str, float]) -> np.ndarray:
    table = np.zeros(len(rows), LEG)
    for row, values in zip(table, rows, strict=True):
        usual = {"length": 1_000.0, "cap": 15.0, "brake": 1.5, "launch": 1.5}
        for name, value in (usual | values).items():
            row[name] = value
    return table


def drive(way: np.ndarray, *surprises: tuple[float, float, float], seconds: int = 200, **values: float) -> Motion:
    sway = np.ones((1, seconds // 20 + 2))
    return advance(mover(**values), [way], [np.array(list(surprises), SURPRISE)], sway, seconds)


def test_a_straight_road_to_a_stop() -> None:
    motion = drive(legs({"wait": 1e9, "off": 1}))
    assert motion.speed.max() == pytest.approx(15.0, abs=0.3)
    assert motion.distance[0, -1] == pytest.approx(1_000, abs=1.5)
    assert motion.accel.min() > -2.2
    assert motion.ignition[0, 30] == 1 and motion.ignition[0, -1] == 0
    assert not motion.noted[0]


def test_a_slow_bend_is_met_slowly() -> None:
    motion = drive(legs({}, {"length": 20.0, "cap": 6.0, "curvature": 0.05}, {"wait": 1e9}))
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


def test_nobody_brakes_beyond_the_tyres() -> None:
    assert drive(legs({"wait": 1e9}), (400.0, 40.0, 0.9)).accel.min() == pytest.approx(-8.0)


def test_power_bounds_the_pull() -> None:
    weak = drive(legs({"wait": 1e9, "cap": 40.0, "launch": 3.5}), power=10.0, traction=1.5)
    pulling = weak.speed[0] > 2
    assert (weak.accel[0, pulling] <= 10.0 / (weak.speed[0, pulling] - 0.4) + 1e-9).all()
    assert weak.accel.max() <= 1.5


def test_a_crash_ends_the_drive() -> None:
    motion = drive(legs({"wait": 1e9}), crash=500.0, seconds=400)
    at, speed = motion.crashed[0]
    assert speed == pytest.approx(15.0, abs=0.3)
    assert motion.distance[0, -1] == pytest.approx(500.0, abs=2)
    assert (motion.speed[0, int(at) + 1 :] == 0).all()
    assert motion.ignition[0, int(at) + 60] == 1 and motion.ignition[0, -1] == 0


def test_nothing_moves_before_its_time() -> None:
    motion = drive(legs({"wait": 1e9}), start=50.0)
    assert (motion.speed[0, :49] == 0).all() and motion.speed[0, 55] > 0
    assert motion.ignition[0, 20] == 0 and motion.ignition[0, 48] == 1


def test_a_tyre_warms_with_speed() -> None:
    motion = drive(legs({"length": 1e6, "cap": 25.0}), seconds=7_200)
    assert motion.heat[0, -1] == pytest.approx(0.8 * 25.0, rel=0.02)
    assert (np.diff(motion.heat[0]) >= 0).all()
