"""A swerve goes around something and back into the lane, within what tyres hold, and is on the sheet as it was."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.manoeuvres import SWERVING
from simulator.motion import Motion
from simulator.placed import Placed, PlacingError
from simulator.profiles import PROFILES
from simulator.roster import Incidents, roster
from simulator.swerves import GRASP, WHOLE, bend, beside
from simulator.traffic import Traffic, Window

from .test_motion import drive, legs

START = 1_762_923_600.0
ROOM = {"length": 2_000.0, "cap": 20.0, "wait": 1e9}


def swerves(motion: Motion) -> np.ndarray:
    return motion.manoeuvres[motion.manoeuvres["kind"] == SWERVING]


def test_it_ends_as_it_began_and_was_aside_meanwhile() -> None:
    metres = np.linspace(0.0, 1.2 * WHOLE * 30.0, 4_001)
    away, heads = beside(0.0, 2.0, 30.0, metres)
    assert (away[0], away[-1]) == (0.0, pytest.approx(0.0, abs=1e-12)) and away.max() == pytest.approx(2.0)
    assert heads[0] == pytest.approx(0.0) and heads[-1] == pytest.approx(0.0, abs=1e-12)
    assert np.gradient(away, metres) == pytest.approx(np.tan(heads), abs=1e-3)
    assert np.gradient(np.tan(heads), metres)[1:-1] == pytest.approx(bend(0.0, 2.0, 30.0, metres)[1:-1], abs=1e-3)


def test_it_pushes_as_hard_as_asked_while_it_brakes_a_little() -> None:
    one = swerves(drive(legs(ROOM), (600.0, 1.5, 0.1, -2.0, 4.0)))
    assert len(one) == 1 and one["speed"][0] == pytest.approx(20.0, abs=0.6)
    assert one["peak"][0] == pytest.approx(4.0, rel=0.12) and one["peak"][0] < 4.05
    assert one["end"][0] - one["start"][0] == pytest.approx(np.sqrt(2 * np.pi * 2.0 / 4.0), rel=0.1)


@pytest.mark.parametrize("grip", [1.0, 0.5, 0.35])
def test_no_tyre_holds_more_than_its_circle(grip: float) -> None:
    motion = drive(legs(ROOM), (600.0, 9.0, 0.6, 2.5, 30.0), grip=grip, keep=10)
    row = swerves(motion)[0]
    assert row["peak"] <= GRASP * grip * 8.0 + 1e-9
    assert np.hypot(motion.accel[0], motion.lateral[0]).max() <= grip * 8.0 + 1e-9
    assert np.abs(motion.lateral[0]).max() == pytest.approx(row["peak"])
    assert not motion.wide.any()


def test_without_room_one_only_brakes() -> None:
    short = drive(legs({"length": 630.0, "cap": 20.0}, {"length": 30.0, "curvature": 0.02, "bend": 12.0}, ROOM),
                  (600.0, 4.0, 0.3, 2.0, 4.0))  # fmt: skip
    assert not len(swerves(short)) and len(short.manoeuvres)


@pytest.fixture(scope="module")
def placed() -> Traffic:
    business = roster(2, seed=5)
    business = replace(business, incidents=(Incidents(),) * 2)
    events = (Placed("swerve", 0, 1_200.0), Placed("swerve", 1, 1_800.0, {"mps2": 2.6}))
    return Traffic(business, Window(START, 1.5), {}, events, (PROFILES["can_gateway_10hz"],))


def test_a_placed_swerve_is_on_the_sheet_and_in_what_the_device_says(placed: Traffic) -> None:
    for report in placed.reports():
        fact = report.sheet.filter(kind="lane_change").row(0, named=True)
        begins, ends = (fact[name].timestamp() for name in ("start", "end"))
        during = report.recording.filter((report.recording["t"] >= begins) & (report.recording["t"] <= ends))
        pushes = during["accel_lat_mps2"].to_numpy()
        assert -pushes.min() == pytest.approx(fact["peak"], abs=0.6) and pushes.max() > 0.7 * fact["peak"]
        turned = float((during["yaw_rate_dps"] * 0.1).sum())
        assert abs(turned) < 3.0 < float((during["yaw_rate_dps"].abs() * 0.1).sum())
        assert fact["cause"] == "swerved around somebody" and fact["unit"] == "m/s²"


def test_who_stands_at_home_cannot_swerve(placed: Traffic) -> None:
    with pytest.raises(PlacingError, match="does not drive fast enough"):
        _ = replace(placed, events=(Placed("swerve", 0, 5_399.0),)).arranged
