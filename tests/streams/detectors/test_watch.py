"""Brakes and engine: a value beyond its limits for long enough, in a vehicle that runs or drives."""

import numpy as np
import pytest

from streams.kernels.params import CLOSE, OPEN, RAISE

NAN = np.nan
TRUCK = {"klass": "truck"}


def ops(driven, kind):
    return driven.changes[kind]["op"].tolist()


def test_air_running_out_on_the_move_rises_and_ends_when_it_is_back(road):
    air = np.r_[np.full(20, 800.0), np.full(10, 500.0), np.full(10, 400.0), np.full(10, 300.0), np.full(10, 700.0)]
    driven = road.drive(speed=15.0, brake_air=air, settings=TRUCK)
    assert ops(driven, "brake_air_low") == [OPEN, RAISE, RAISE, CLOSE]
    (event,) = driven.episodes("brake_air_low")
    assert (event["start"] - road.start, event["end"] - road.start) == (20, 49)
    assert (event["level"], event["peak"], event["threshold"]) == (3, 300.0, 310.0)


def test_a_compressor_that_fills_the_tanks_before_driving_is_nothing(road):
    air = np.r_[np.linspace(100, 800, 120), np.full(60, 800.0)]
    driven = road.drive(speed=np.r_[np.zeros(120), np.full(60, 15.0)], brake_air=air, settings=TRUCK)
    assert not driven.changes["brake_air_low"].size


def test_one_wild_reading_or_full_braking_is_no_lack_of_air(road):
    air = np.where(np.arange(100) % 20 == 0, 0.0, 800.0)
    air[50:54] = 540.0
    assert not road.drive(speed=15.0, brake_air=air, settings=TRUCK).changes["brake_air_low"].size


def test_a_value_at_the_limit_is_one_event_not_many(road):
    air = 552.0 + np.tile([-5.0, 5.0], 300)
    air[300:310] = 500.0
    assert ops(road.drive(speed=15.0, brake_air=air, settings=TRUCK), "brake_air_low") == [OPEN]


def test_readings_with_a_long_silence_between_do_not_add_up(road):
    t = np.r_[np.arange(3.0), 400 + np.arange(3.0)]
    assert not road.drive(t, speed=15.0, brake_air=400.0, settings=TRUCK).changes["brake_air_low"].size


def test_a_worn_lining_is_told_once_until_it_is_new(road):
    left = np.r_[np.linspace(27, 4, 240), np.full(10, 100.0)]
    driven = road.drive(np.arange(250) * 3600.0, brake_lining=left)
    (event,) = driven.episodes("brake_lining_worn")
    assert (event["level"], event["threshold"]) == (3, 5.0)
    assert ops(driven, "brake_lining_worn") == [OPEN, RAISE, RAISE, CLOSE]


@pytest.mark.parametrize(("klass", "level"), [("car", 0), ("truck", 2)])
def test_coolant_is_judged_by_class(road, klass, level):
    driven = road.drive(engine_rpm=1500.0, coolant=np.full(60, 111.5), settings={"klass": klass})
    assert [e["level"] for e in driven.episodes("coolant_hot")] == [level] * (level > 0)


def test_heat_that_comes_after_the_engine_is_off_is_nothing(road):
    rpm = np.r_[np.full(60, 1500.0), np.zeros(300)]
    coolant = np.r_[np.full(60, 98.0), np.full(300, 118.0)]
    assert not road.drive(engine_rpm=rpm, coolant=coolant, settings=TRUCK).changes["coolant_hot"].size


@pytest.mark.parametrize(
    ("rpm", "pressure", "level"),
    [(700, 90.0, 0), (2000, 90.0, 3), (2000, 200.0, 2), (1350, 145.0, 1), (0, 0.0, 0), (NAN, 0.0, 0), (250, 0.0, 0)],
    ids=["idling", "at speed", "a little low", "hardly enough", "engine off", "rpm unknown", "starter"],
)
def test_oil_pressure_is_judged_by_engine_speed(road, rpm, pressure, level):
    driven = road.drive(engine_rpm=rpm, oil_pressure=np.full(30, pressure))
    assert [e["level"] for e in driven.episodes("oil_pressure_low")] == [level] * (level > 0)


def test_oil_pressure_that_comes_within_seconds_of_the_start_is_right(road):
    pressure = np.r_[np.zeros(5), np.full(60, 300.0)]
    assert not road.drive(engine_rpm=800.0, oil_pressure=pressure).changes["oil_pressure_low"].size


@pytest.mark.parametrize("system", [1, 2], ids=["12 V", "24 V"])
def test_a_battery_that_is_not_charged_is_found_in_both_systems(road, system):
    volts = system * np.r_[np.full(60, 13.9), np.linspace(12.5, 12.0, 900)]
    driven = road.drive(engine_rpm=900.0, battery=volts)
    assert [e["level"] for e in driven.episodes("battery_low")] == [2]
    assert not road.drive(engine_rpm=0.0, battery=volts).changes["battery_low"].size


def brakes(count, effect, mass=12_000.0, pedal=30.0):
    """``count`` applications of four seconds, one in ten; ``effect`` (count,) in m/s²."""
    braking = np.arange(count * 10) % 10 < 4
    accel = np.where(braking, -np.repeat(effect, 10), 0.5)
    return {"speed": 15.0, "accel_long": accel, "brake_pedal": np.where(braking, pedal, 0.0), "mass": mass}


def noisy(count, seed=1):
    """Hills, tyres, wind: an application in three is 30 % off."""
    return np.random.default_rng(seed).normal(1, 0.3, count).clip(0.2, 2)


def test_brakes_that_fade_are_found_and_the_history_is_not_dragged_along(road):
    effect = np.r_[np.full(100, 3.0), np.full(200, 1.7)] * noisy(300)
    driven = road.drive(**brakes(300, effect), settings=TRUCK)
    (event,) = driven.episodes("brake_fade")
    assert event["level"] == 3
    assert event["peak"] == pytest.approx(43, abs=8)
    assert np.isnan(event["end"])


@pytest.mark.parametrize("seed", range(5))
def test_hills_and_tyres_are_no_fading(road, seed):
    driven = road.drive(**brakes(600, 3.0 * noisy(600, seed)), settings=TRUCK)
    assert not driven.changes["brake_fade"].size


def test_a_load_is_no_fading_where_mass_is_known_and_lorries_without_are_not_judged(road):
    loaded = np.arange(3000) >= 1500
    effect = np.where(loaded[::10], 1.5, 3.0)
    mass = np.where(loaded, 24_000.0, 12_000.0)
    assert not road.drive(**brakes(300, effect, mass), settings=TRUCK).changes["brake_fade"].size
    assert not road.drive(**brakes(300, effect, NAN), settings=TRUCK).changes["brake_fade"].size
    assert road.drive(**brakes(300, effect, NAN), settings={"klass": "car"}).opened("brake_fade") == 1


def test_too_few_brakes_are_no_history(road):
    effect = np.r_[np.full(20, 3.0), np.full(25, 1.0)]
    assert not road.drive(**brakes(45, effect), settings=TRUCK).changes["brake_fade"].size
