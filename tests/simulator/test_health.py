"""A sound engine warms up and is held, its battery is charged, brakes have air; each ailment shows where it must."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.ailments import (
    AILMENTS,
    ALTERNATOR_FAILS,
    BATTERY_TIRED,
    BRAKE_AIR_LEAK,
    COOLANT_LEAK,
    LINING_WORN,
    OIL_LEAK,
    THERMOSTAT_OPEN,
    THERMOSTAT_SHUT,
)
from simulator.engines import BUILDS, CRANKED, turning
from simulator.health import WORN, Health, live
from simulator.tracks import Track
from simulator.vehicles import CLASSES

N = 7_200
KINDS = pytest.mark.parametrize("kind", CLASSES)


def track(burns: float) -> Track:
    """Off for a minute, then two hours of stop and go on ``burns`` l an hour."""
    t = np.arange(1.0, N + 1)
    wave = np.clip(np.sin(t / 60), 0, 1)
    moving = t > 70
    columns: dict[str, Any] = dict.fromkeys(Track._fields, np.zeros(N))
    accel = np.gradient(20 * wave) * moving
    columns |= {"t": t, "speed": 20 * wave * moving, "accel": accel, "mass": np.full(N, 2_000.0)}
    columns |= {"fuel": np.cumsum(burns / 3_600 * (t > 62)), "ignition": (t > 60) * 1.0, "engine": (t > 62) * 1.0}
    return Track(**columns | {"distance": np.cumsum(columns["speed"])})


def lived(kind: str = "truck", ambient: float = 10.0, odometer: float = 1e6, /, **ills: float) -> Health:
    """The health of a class, with ailments of so much from the beginning on."""
    grown = np.zeros((len(AILMENTS), N))
    for name, much in ills.items():
        grown[list(AILMENTS).index(name)] = much
    burns = 25.0 * CLASSES[kind].power / CLASSES["truck"].power
    rng = np.random.default_rng(1)
    return live(CLASSES[kind], track(burns), np.full(N, ambient), odometer, grown, rng)


def late(values: np.ndarray) -> np.ndarray:
    return values[N // 2 :]


def test_ailments_stand_where_the_kernel_looks_for_them() -> None:
    places = [COOLANT_LEAK, THERMOSTAT_SHUT, THERMOSTAT_OPEN, ALTERNATOR_FAILS]
    places += [BATTERY_TIRED, OIL_LEAK, BRAKE_AIR_LEAK, LINING_WORN]
    names = "coolant_leak thermostat_shut thermostat_open alternator_fails"
    names += " battery_tired oil_leak brake_air_leak lining_worn"
    assert [list(AILMENTS)[place] for place in places] == names.split()


@KINDS
@pytest.mark.parametrize("ambient", [-15.0, 10.0, 38.0])
def test_a_sound_engine_warms_up_and_is_held_by_its_thermostat(kind: str, ambient: float) -> None:
    health = lived(kind, ambient)
    opens = BUILDS[kind].opens
    assert health.coolant[0] == pytest.approx(ambient, abs=0.1)
    assert opens - 4 < late(health.coolant).min() and late(health.coolant).max() < opens + 14


@KINDS
def test_a_sound_battery_dips_when_the_engine_is_started_and_is_charged_then(kind: str) -> None:
    volts = lived(kind).battery * 12 / BUILDS[kind].volts
    assert volts[:59] == pytest.approx(12.7)
    assert volts[60:62] == pytest.approx(10.5)
    assert (volts[62:] >= 13.5).all() and (volts <= 14.8).all()


@KINDS
def test_oil_pressure_follows_the_engine_and_falls_as_it_warms(kind: str) -> None:
    health = lived(kind)
    runs = health.rpm > CRANKED
    assert (health.oil[~runs] == 0).all() and health.oil[runs].min() > 150
    idles = np.flatnonzero(runs & (health.rpm == BUILDS[kind].idle))
    assert health.oil[idles[0]] > health.oil[idles[-1]]
    assert health.oil[runs][health.rpm[runs].argmax()] > health.oil[idles[-1]]


def test_engines_turn_between_idling_and_what_they_like() -> None:
    for name, build in BUILDS.items():
        speeds = np.linspace(0, CLASSES[name].top, 200)
        rpm = np.array([turning(build.idle, build.least, build.top, speed) for speed in speeds])
        assert rpm[0] == rpm.min() == build.idle and rpm.max() < (1_900 if build.air else 3_300)
        assert (rpm[rpm > build.idle] >= build.idle).all() and rpm[-1] == build.top * speeds[-1]


@pytest.mark.parametrize("ill", ["coolant_leak", "thermostat_shut"])
def test_an_engine_that_is_not_cooled_boils(ill: str) -> None:
    assert late(lived(**{ill: 1.0}).coolant).max() > 115 > 100 > late(lived(**{ill: 0.3}).coolant).max()


def test_an_open_thermostat_leaves_the_engine_cold() -> None:
    assert late(lived(thermostat_open=1.0).coolant).max() < 70


def test_without_an_alternator_the_battery_empties() -> None:
    volts = lived(alternator_fails=0.8).battery
    assert volts[100] < 25.2 and volts[-1] < volts[100] and volts[-1] < 23.4
    assert (lived(alternator_fails=0.4).battery[62:] > 26).all()


def test_a_tired_battery_breaks_down_only_when_the_engine_is_started() -> None:
    health = lived(battery_tired=1.0)
    assert health.battery[60] < 16 < 24 < health.battery[0] and health.battery[62:].min() > 26


def test_what_is_lost_is_missed() -> None:
    sound = lived()
    assert late(lived(oil_leak=1.0).oil).max() < 0.3 * late(sound.oil).max()
    assert lived(lining_worn=0.5).lining == pytest.approx(np.maximum(sound.lining - 50, 0))


def test_linings_wear_all_day_and_are_changed_in_the_night_after_they_came_to_their_least() -> None:
    km = np.linspace(0.0, 2 * BUILDS["truck"].lining, 60)
    found = [lived("truck", 10.0, float(driven)).lining for driven in km]
    assert all((np.diff(lining) <= 0).all() and np.ptp(lining) < 0.1 for lining in found)
    mornings = np.array([lining[0] for lining in found])
    assert (np.diff(mornings) > 50).sum() == 2 and WORN <= mornings.min() < mornings.max() <= 100


def test_a_wreck_with_its_ignition_on_turns_nothing_and_is_not_charged() -> None:
    driven = track(25.0)
    wrecked = driven._replace(engine=np.where(driven.t < 3_600, driven.engine, 0.0))
    health = live(
        CLASSES["car"], wrecked, np.full(N, 10.0), 1e6, np.zeros((len(AILMENTS), N)), np.random.default_rng(1)
    )
    assert (late(health.rpm) == 0).all() and (late(health.oil) == 0).all()
    assert late(health.battery) == pytest.approx(12.7, abs=0.1)


def digest() -> str:
    ill = lived("bus", **dict.fromkeys(AILMENTS, 0.6))
    return hashlib.sha256(b"".join(column.tobytes() for column in ill)).hexdigest()


@pytest.mark.parametrize("off", ["0", "1"])
def test_compiled_and_plain_agree_to_the_bit(off: str) -> None:
    script = "import test_health as here; print(here.digest())"
    env = os.environ | {"NUMBA_DISABLE_JIT": off, "PYTHONPATH": str(Path(__file__).parent)}
    said = subprocess.run([sys.executable, "-c", script], env=env, check=True, capture_output=True, text=True)
    assert said.stdout.strip() == digest()
