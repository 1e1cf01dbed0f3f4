"""The other tyre detectors: too hard, flat, losing pressure, hot, unlike its neighbours, badly watched."""

import numpy as np
import pytest

from devices.signals import wheel_code
from streams.kernels.params import CLOSE, OPEN, RAISE
from streams.kernels.quality import UNCOMPENSATED

L1, R1, LO, LI, RI, RO = 0, 3, 4, 5, 6, 7
SILENT, STUCK, LEAPING = 0, 1, 2
KINDS = ("tyre_low", "tyre_high", "tyre_flat", "tyre_hot", "tyre_imbalance", "tyre_rapid_loss", "tyre_sensor")


def readings(*pressures, temp=20.0, wheel=L1, every=60.0, since=0.0):
    """A reading a minute."""
    return [(wheel, since + every * k, p, temp) for k, p in enumerate(pressures)]


def drive(road, *rows, v=20.0, klass="truck", placard=800.0, trailers=(), until=0.0, settings=None):
    t = np.arange(0, max([until, *[r[1] for r in rows]]) + 1, 20.0)
    t = np.union1d(t, [r[1] for r in rows])
    speed = np.where(np.arange(t.size) % 2, v, v * 1.001)
    known = {"placard": placard, "klass": klass, "trailers": trailers} | (settings or {})
    return road.drive(t, speed=speed, tyres=rows, settings=known)


def warm(cold, temp):
    """What a tyre reads that has ``cold`` kPa at 20 °C."""
    return (np.asarray(cold) + 101.325) * (temp + 273.15) / 293.15 - 101.325


def silent(driven, *kinds):
    return {kind: driven.opened(kind) for kind in kinds or KINDS if driven.opened(kind)} == {}


def levels(driven, kind):
    return [int(c["level"]) for c in driven.changes[kind]]


# -- what must stay silent ------------------------------------------------------------------------------------------


def test_a_cold_morning_that_warms_up_is_silent(road):
    temps = np.concatenate([np.full(20, -20.0), np.linspace(-20, 40, 60), np.full(20, 40.0)])
    rows = [(w, 60.0 * k, float(warm(230, c)), c) for w in (L1, R1) for k, c in enumerate(temps)]
    assert silent(drive(road, *rows, klass="car", placard=230.0))


def test_a_tyre_that_cools_in_the_rain_loses_nothing(road):
    temps = np.concatenate([np.full(10, 70.0), np.linspace(70, 25, 5), np.full(10, 25.0)])
    rows = [(w, 60.0 * k, float(warm(800, c)), c) for w in (L1, R1) for k, c in enumerate(temps)]
    assert silent(drive(road, *rows))


def test_digits_of_a_sensor_are_no_event(road):
    rng = np.random.default_rng(3)
    rows = [
        (w, 30.0 * k, float(4 * np.round(warm(790 + rng.normal(0, 3), 33.0) / 4)), 33.0 + rng.integers(-1, 2))
        for w in (L1, R1, LO, LI, RI, RO)
        for k in range(120)
    ]
    assert silent(drive(road, *rows))


@pytest.mark.parametrize("wild", [0.0, 400.0, 1600.0])
def test_one_wild_reading_counts_for_nothing(road, wild):
    rows = [(w, 30.0 * k, wild if w == L1 and k == 20 else 800.0, 30.0) for w in (L1, R1) for k in range(60)]
    assert silent(drive(road, *rows))


def test_one_wild_temperature_counts_for_nothing(road):
    rows = [(w, 30.0 * k, 800.0, 190.0 if w == L1 and k == 20 else 30.0) for w in (L1, R1) for k in range(60)]
    assert silent(drive(road, *rows))


def test_sensors_that_change_places_are_no_rapid_loss(road):
    front = [800.0] * 30 + [740.0] * 60
    rear = [740.0] * 30 + [800.0] * 60
    rows = [*readings(*front, every=20.0), *readings(*rear, wheel=LO, every=20.0)]
    assert silent(drive(road, *rows), "tyre_rapid_loss")


def test_another_trailer_is_no_rapid_loss(road):
    """The second axle is a trailer's: 820 kPa until a minute before 10 min, then another's at 640."""
    rows = [*readings(*[820.0] * 10, wheel=LO), *readings(*[640.0] * 20, wheel=LO, since=600.0)]
    swap = {"trailers": ((0.0, 590.0, 820.0), (590.0, 9e9, 640.0))}
    assert drive(road, *rows, klass="car").opened("tyre_low") == 1  # as one trailer it is a loss
    assert silent(drive(road, *rows, **swap))


def test_an_uncoupled_trailer_takes_its_episodes_along(road):
    rows = [*readings(*[600.0] * 10, wheel=LO), *readings(*[600.0] * 10)]
    driven = drive(road, *rows, until=1200.0, trailers=((0.0, 700.0, 800.0),))
    lasting = {int(e["subject"]): e["end"] for e in driven.episodes("tyre_low")}
    assert lasting[LO] == road.start + 700
    assert np.isnan(lasting[L1])


def test_what_is_known_of_one_trailer_does_not_open_an_event_of_the_next(road):
    """Low for 40 s on each of two trailers: on neither long enough."""
    rows = readings(*[700.0] * 6, wheel=LO, every=20.0)
    assert drive(road, *rows).opened("tyre_low") == 1
    assert silent(drive(road, *rows, trailers=((0.0, 50.0, 800.0), (50.0, 9e9, 800.0))), "tyre_low")


# -- high and flat --------------------------------------------------------------------------------------------------


def test_a_tyre_pumped_too_hard_is_found_cold_and_ends_when_let_down(road):
    driven = drive(road, *readings(*[1000.0] * 5, 850.0, 850.0, 850.0))
    told = driven.changes["tyre_high"]
    assert told["op"].tolist() == [OPEN, CLOSE]
    assert told["level"].tolist() == [2, 2]
    assert told["peak"][-1] == 25
    assert told["threshold"][-1] == 20
    assert (told["end"][-1] - road.start) / 60 == 6


def test_a_tyre_hard_from_the_heat_is_not(road):
    assert silent(drive(road, *readings(*[float(warm(830, 80))] * 9, temp=80.0)), "tyre_high")
    unknown = drive(road, *readings(*[float(warm(830, 80))] * 9, temp=np.nan))
    assert silent(unknown, "tyre_high")
    (event,) = drive(road, *readings(*[1150.0] * 9, temp=np.nan)).episodes("tyre_high")
    assert event["quality"] & UNCOMPENSATED


@pytest.mark.parametrize(
    ("kind", "bad", "trailers"),
    [
        ("tyre_high", [1150.0] * 5, ()),
        ("tyre_flat", [390.0] * 5, ()),
        ("tyre_low", [500.0] * 5, ()),
        ("tyre_rapid_loss", [760.0, 720.0, 680.0, 640.0, 640.0], ()),
        ("tyre_low", [500.0] * 9, ((0.0, 400.0, 800.0),)),
    ],
    ids=["high", "flat", "low", "rapid loss", "low, uncoupled"],
)
def test_what_began_without_a_temperature_says_so_to_its_end(road, kind, bad, trailers):
    """The last readings have one, or the trailer leaves: what was seen before was uncompensated all the same."""
    rows = readings(800.0, *bad, temp=np.nan, wheel=LO), readings(*[800.0] * 4, wheel=LO, since=60.0 + 60.0 * len(bad))
    told = drive(road, *rows[0], *rows[1], trailers=trailers).changes[kind]
    assert told["op"][-1] == CLOSE
    assert [bool(quality & UNCOMPENSATED) for quality in told["quality"]] == [True] * told.size


def test_a_loss_from_a_reading_without_a_temperature_is_uncompensated(road):
    (event,) = drive(road, (L1, 0.0, 800.0, np.nan), *readings(700, 690, 690, since=60.0)).episodes("tyre_rapid_loss")
    assert event["quality"] & UNCOMPENSATED


def test_half_the_placard_is_flat(road):
    driven = drive(road, *readings(800, 500, 390, 390, 390, 700, 700))
    assert driven.changes["tyre_flat"]["op"].tolist() == [OPEN, CLOSE]
    assert levels(driven, "tyre_flat") == [3, 3]
    assert driven.changes["tyre_flat"]["threshold"][0] == 50


def test_a_car_is_flat_below_150_kpa_even_without_a_placard(road):
    assert levels(drive(road, *readings(*[140.0] * 4), klass="car", placard=np.nan), "tyre_flat") == [3]
    assert levels(drive(road, *readings(*[140.0] * 4), klass="car", placard=250.0), "tyre_flat") == [3]
    assert silent(drive(road, *readings(*[140.0] * 4), klass="van", placard=np.nan))


# -- rapid loss -----------------------------------------------------------------------------------------------------


def leak(share, every, n=20, full=800.0):
    """A tyre that loses ``share`` percent of its filling a minute, after five minutes without loss."""
    t = every * np.arange(int(300 / every) + n)
    return [(L1, s, full * (1 - share / 100 * max(s - 300, 0) / 60), 30.0) for s in t]


def test_two_percent_a_minute_for_three_minutes_is_a_rapid_loss(road):
    found = drive(road, *leak(2.2, 20.0)).changes["tyre_rapid_loss"]
    assert found["op"].tolist() == [OPEN]
    assert found["start"][0] == road.start + 300
    assert found["level"][0] == 3  # at 72 km/h
    assert found["source"][0] == 2
    assert silent(drive(road, *leak(1.5, 20.0)), "tyre_rapid_loss")


def test_twenty_percent_in_ten_minutes_is_a_puncture_even_if_reported_seldom(road):
    (event,) = drive(road, *leak(4.5, 300.0, n=5), v=0.0).episodes("tyre_rapid_loss")
    assert event["source"] == 3
    assert event["level"] == 2  # nobody drives


def test_a_burst_is_told_at_the_second_reading(road):
    driven = drive(road, *readings(800, 800, 300, 0, 0, every=10.0))
    (told,) = driven.changes["tyre_rapid_loss"]
    assert told["source"] == 1
    assert told["peak"] == 100


def test_a_standing_leak_turns_critical_when_driven_on(road):
    t = np.arange(0, 601, 20.0)
    rows = [(L1, float(s), 800.0 - s / 2, 30.0) for s in t]
    driven = road.drive(
        t, speed=np.where(t < 400, 0.0, np.minimum((t - 400) / 10, 10)), tyres=rows, settings={"klass": "truck"}
    )
    assert driven.changes["tyre_rapid_loss"]["op"].tolist() == [OPEN, RAISE]
    assert levels(driven, "tyre_rapid_loss") == [2, 3]


def test_a_rapid_loss_ends_when_the_tyre_is_filled_or_holds(road):
    filled = drive(road, *readings(800, 760, 720, 680, 640, 800, 800, 800, every=30.0))
    assert filled.changes["tyre_rapid_loss"]["op"].tolist() == [OPEN, CLOSE]
    holds = drive(road, *readings(800, 760, 720, *[720] * 15))
    assert holds.changes["tyre_rapid_loss"]["op"].tolist() == [OPEN, CLOSE]


# -- heat -----------------------------------------------------------------------------------------------------------


def test_heat_has_a_ladder(road):
    rows = [(L1, 60.0 * k, 900.0, c) for k, c in enumerate([60, 80, 80, 90, 90, 102, 102, 60, 60])]
    found = drive(road, *rows).changes["tyre_hot"]
    assert found["op"].tolist() == [OPEN, RAISE, RAISE, CLOSE]
    assert found["threshold"].tolist() == [75, 85, 100, 100]
    assert set(found["source"]) == {0}


def test_a_dragging_brake_heats_one_side(road):
    rows = [(w, 60.0 * k, 850.0, 35.0 + (w == L1) * 3.0 * k) for w in (L1, R1) for k in range(12)]
    (event,) = drive(road, *rows).episodes("tyre_hot")
    assert (event["subject"], event["source"], event["level"]) == (L1, 1, 2)


def test_sun_on_one_side_of_a_parked_vehicle_is_no_brake(road):
    rows = [(w, 60.0 * k, 850.0, 60.0 if w == L1 else 30.0) for w in (L1, R1) for k in range(12)]
    assert silent(drive(road, *rows, v=0.0), "tyre_hot")


def test_a_hot_soft_tyre_is_found_although_it_reads_full(road):
    driven = drive(road, *readings(*[float(warm(0.76 * 800, 90.0))] * 5, temp=90.0))
    assert levels(driven, "tyre_low") == [2]
    assert levels(driven, "tyre_hot") == [2]


# -- neighbours -----------------------------------------------------------------------------------------------------


def pairs(road, cold, temps=None, n=20, **known):
    """All tyres of two axles once a minute."""
    wheels = (L1, R1, LO, LI, RI, RO)
    temps = temps or dict.fromkeys(wheels, 30.0)
    rows = [(w, 60.0 * k, float(warm(cold.get(w, 800.0), temps[w])), temps[w]) for w in wheels for k in range(n)]
    return drive(road, *rows, **known)


def test_a_soft_tyre_is_told_from_the_one_across(road):
    (event,) = pairs(road, {L1: 700.0}).episodes("tyre_imbalance")
    assert (event["subject"], event["source"], event["level"]) == (L1, 0, 1)
    assert event["peak"] == pytest.approx(100 / 750 * 100, abs=0.1)
    assert pairs(road, {L1: 730.0}).opened("tyre_imbalance") == 0


def test_of_a_pair_the_softer_is_told_at_5_percent(road):
    (event,) = pairs(road, {LI: 755.0}).episodes("tyre_imbalance")
    assert (event["subject"], event["source"]) == (LI, 1)
    assert silent(pairs(road, {LI: 775.0}), "tyre_imbalance")


def test_a_warmer_inner_tyre_is_no_imbalance(road):
    assert silent(
        pairs(road, {}, dict(zip((L1, R1, LO, LI, RI, RO), (30.0, 30.0, 40.0, 50.0, 50.0, 40.0), strict=True)))
    )


def test_readings_far_apart_in_time_are_not_compared(road):
    rows = [*readings(*[800.0] * 3, wheel=R1), *readings(*[700.0] * 30, since=1500.0)]
    assert silent(drive(road, *rows), "tyre_imbalance")


# -- sensors --------------------------------------------------------------------------------------------------------


def test_a_sensor_that_falls_silent_while_driving_is_told_until_it_speaks(road):
    talks = [(R1, 60.0 * k, 800.0 + k % 3, 30.0) for k in range(80)]
    rows = [*readings(*[800.0] * 10), *readings(800.0, since=3600.0), *talks]
    found = drive(road, *rows).changes["tyre_sensor"]
    assert found["op"].tolist() == [OPEN, CLOSE]
    assert found["subject"].tolist() == [L1, L1]
    assert found["source"].tolist() == [SILENT, SILENT]
    assert found["start"][0] == road.start + 9 * 60 + 1800
    assert found["end"][1] == road.start + 3600


def test_parked_sensors_may_sleep_and_unknown_ones_may_go(road):
    rows = [*readings(*[800.0] * 10), *[(R1, 60.0 * k, 800.0 + k % 3, 30.0) for k in range(80)]]
    assert silent(drive(road, *rows, v=0.0))
    assert silent(drive(road, *rows, placard=np.nan))
    assert silent(drive(road, *readings(*[800.0] * 10, wheel=LO), *rows[10:], trailers=((0.0, 900.0, 800.0),)))


def test_a_dead_receiver_is_one_event_of_the_vehicle(road):
    rows = [(w, 60.0 * k, 800.0, 30.0) for w in (L1, R1, LO, RO) for k in range(5)]
    (event,) = drive(road, *rows, until=4000.0).episodes("tyre_sensor")
    assert event["subject"] == -1


def test_a_value_that_never_changes_is_stuck(road):
    rows = [(w, 300.0 * k, 800.0 + (w == R1) * (k % 2), 30.0) for w in (L1, R1) for k in range(50)]
    (event,) = drive(road, *rows).episodes("tyre_sensor")
    assert (event["subject"], event["source"]) == (L1, STUCK)


def test_a_sensor_that_leaps_is_faulty_and_fires_no_tyre_event(road):
    rows = readings(*[800.0, 500.0] * 10, every=20.0)
    driven = drive(road, *rows)
    assert [(e["source"], e["level"]) for e in driven.episodes("tyre_sensor")] == [(LEAPING, 1)]
    assert silent(driven, "tyre_rapid_loss", "tyre_flat")
    assert driven.changes["tyre_sensor"]["op"][-1] != CLOSE


# -- many at once, and a sensor that a burst takes along ---------------------------------------------------------------

RIG = ("1L", "1R", "2LO", "2LI", "2RO", "2RI", "3L", "3R", "4L", "4R", "5L", "5R")


def rig(pressure, n=20):
    """Twelve wheels once a minute, all with the pressure of the minute."""
    return [(wheel_code(w), 60.0 * k + i * 0.01, pressure(k), 20.0) for k in range(n) for i, w in enumerate(RIG)]


def test_all_tyres_of_a_rig_are_told_at_once(road):
    assert drive(road, *rig(lambda k: 1100.0)).opened("tyre_high") == len(RIG)
    lost = drive(road, *rig(lambda k: 830 * (1 - 0.05 * k)))
    found = {kind: lost.opened(kind) for kind in ("tyre_low", "tyre_flat", "tyre_rapid_loss")}
    assert found == dict.fromkeys(found, len(RIG))


def burst(road, *, after=(), v=20.0, until=1500.0, last=0.0):
    """Ten minutes at full pressure, one reading of ``last``, then ``after``; another wheel goes on."""
    rows = [(L1, 60.0 * k, 830.0, 20.0) for k in range(10)] + [(L1, 600.0, last, 20.0)]
    rows += [(L1, t, p, 20.0) for t, p in after]
    rows += [(R1, 60.0 * k, 830.0 + k % 2, 20.0) for k in range(int(until / 60))]
    return drive(road, *rows, v=v, until=until)


def test_a_burst_that_takes_its_sensor_along_is_told_after_two_minutes_on_the_move(road):
    (told,) = burst(road).changes["tyre_rapid_loss"]
    assert (told["op"], told["level"], told["subject"], told["peak"]) == (OPEN, 3, L1, 100)
    assert told["start"] == road.start + 540
    assert silent(burst(road, last=500.0), "tyre_rapid_loss")  # a third less and silence may be a sensor
    assert silent(burst(road, v=0.0), "tyre_rapid_loss")  # parked sensors sleep


def test_silence_bears_a_loss_out_only_until_the_sensor_speaks(road):
    assert silent(burst(road, after=[(690.0, 830.0)]), "tyre_rapid_loss", "tyre_flat", "tyre_low")
    (told,) = burst(road, after=[(690.0, 0.0)]).changes["tyre_rapid_loss"]
    assert told["level"] == 3


def test_a_sensor_that_speaks_every_five_minutes_is_waited_for_twice_as_long(road):
    rows = [(L1, 300.0 * k, 0.0 if k == 3 else 830.0, 40.0) for k in range(8)]
    assert silent(drive(road, *rows), "tyre_rapid_loss")


def test_creeping_on_after_a_burst_is_not_yet_critical(road):
    rows = [(L1, 60.0 * k, 830.0, 40.0) for k in range(10)] + [(L1, 600.0, 0.0, 40.0)]
    t = np.arange(0, 1500.0, 10.0)
    speed = np.where(t < 900, 4.0, 15.0) + np.arange(t.size) % 2 * 0.01
    driven = road.drive(t, speed=speed, tyres=rows, settings={"klass": "truck"})
    assert driven.changes["tyre_rapid_loss"]["op"].tolist() == [OPEN, RAISE]
    assert levels(driven, "tyre_rapid_loss") == [2, 3]
