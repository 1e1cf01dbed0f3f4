"""Brakes that work by air hold what there is of it; where it is missing springs grip, and nobody drives."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.airbrakes import CUT_IN, CUT_OUT, ENOUGH, FREE, GRIPS, MORNING, USED, held, morning
from simulator.days import days
from simulator.motion import Motion
from simulator.placed import Placed
from simulator.roster import Incidents, Roster, roster
from simulator.sensors import TRAVEL
from simulator.traffic import Traffic, Window

from .test_motion import drive, legs

START, HOURS = 1_762_930_800.0, 1.5  # 2025-11-12 08:00 in Karlsruhe
LORRY = {"springs": 5_000.0, "air": 860.0, "idles": 600.0, "least": 1_050.0, "geared": 50.0}
ROUND = legs(*({"length": 300.0, "wait": 20.0} for _ in range(30)))
DRIVES = 3.0  # m/s


def gripped(motion: Motion) -> np.ndarray:
    return np.asarray((motion.speed[0] > DRIVES) & (motion.air[0] < GRIPS))


def test_with_all_its_air_a_lorry_brakes_as_if_it_needed_none() -> None:
    lorry, car = (drive(ROUND, (1_400.0, 6.0, 0.6), seconds=900, **values) for values in (LORRY, {}))
    assert (lorry.speed == car.speed).all() and (lorry.fuel == car.fuel).all() and np.isnan(car.air).all()
    assert lorry.air.min() > CUT_IN - USED and lorry.air.max() < CUT_OUT + 5 and lorry.air[0, 0] > 850


def test_without_air_it_comes_to_stand_and_stays_there() -> None:
    motion = drive(ROUND, seconds=1_200, leak=1.0, **LORRY)
    assert motion.speed[0, :200].max() > 10 and motion.air[0, -1] < FREE
    assert not gripped(motion).any() and (motion.speed[0, -300:] == 0).all()
    assert (np.diff(motion.fuel[0, -300:]) > 0).all()  # its engine pumps in vain


@pytest.mark.parametrize("slope", [-0.06, 0.0, 0.06])
def test_it_sets_out_once_its_compressor_has_filled_the_tanks(slope: float) -> None:
    motion = drive(legs({"length": 1e5}), seconds=900, slope=slope, **LORRY | {"air": 0.0})
    sets_out = int(np.argmax(motion.speed[0] > 0))
    assert 100 < sets_out < 800 and GRIPS < motion.air[0, sets_out] < FREE + 5
    assert motion.speed[0, -1] > 5


def test_what_brakes_hold_follows_the_pressure() -> None:
    still = {"idles": 0.0, "least": 0.0, "geared": 0.0, "springs": 2_000.0}
    for air in (ENOUGH, 0.7 * ENOUGH):
        motion = drive(legs({"wait": 1e9}), (400.0, 40.0, 0.5), keep=10, **LORRY | still | {"air": air})
        assert motion.accel.min() == pytest.approx(-8.0 * air / ENOUGH)
    assert held(8_000.0, np.array([np.nan, ENOUGH, ENOUGH / 4, 0.0])) == pytest.approx([8e3, 8e3, 2e3, 8.0])


def test_a_leak_goes_on_over_the_night() -> None:
    assert morning(0.0, 36_000.0) == MORNING and morning(1.0, 36_000.0) < 1
    assert 10 < morning(0.01, 36_000.0) < MORNING / 2


@pytest.fixture(scope="module")
def lorry() -> Roster:
    whole = roster(4, 7)
    last = {name: getattr(whole, name)[3:] for name in ("vehicles", "drivers")}
    return replace(whole, incidents=(Incidents(),), **last)


def test_a_lorry_whose_air_leaks_stands_until_it_is_mended(lorry: Roster) -> None:
    leak = Placed("brake_air_leak", 0, 600.0, {"hours": 0.5, "days": 1.0})
    fleet = Traffic(lorry, Window(START, HOURS), events=(leak,), ailments=0.0, weather="dry")
    first, second = (report for _, reports in days(fleet, 2) for report in reports)
    for report in (first, second):
        air, speed = (report.recording[name].fill_nan(None).forward_fill() for name in ("brake_air_kpa", "speed_kmh"))
        assert not ((air < GRIPS - 8.0) & (speed > 3.6 * DRIVES)).any()
    assert first.recording["speed_kmh"].max() > 30 and first.recording["speed_kmh"][-600:].max() == 0
    t, speed = (second.recording[name].to_numpy() for name in ("t", "speed_kmh"))
    mended = START + 86_400 + 600
    assert speed[t < mended].max() == 0 and speed[t > mended + 300].max() > 30
    air = second.recording.filter(second.recording["t"] < mended)["brake_air_kpa"].drop_nans().to_numpy()
    assert air[0] < 10 and air.max() < FREE


def test_the_less_air_the_deeper_the_pedal() -> None:
    full, low = (held(1e5, np.array([air])) for air in (ENOUGH, ENOUGH / 2))
    assert (5e4 / low) ** TRAVEL > 1.3 * (5e4 / full) ** TRAVEL
