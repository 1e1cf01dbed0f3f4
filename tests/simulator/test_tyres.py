"""Tyre pressures follow the gas law, and leaks only fall."""

import numpy as np
import pytest

from simulator.answers import hot
from simulator.tyres import DRAG, DRAGS, UNFILLED, Flaw, flawed, gauge, mates, temperature, wheels
from simulator.vehicles import CLASSES

T = np.arange(0.0, 36_000.0, 60.0)


def test_gay_lussac_by_hand() -> None:
    assert gauge(np.array(230.0), np.array(-20.0)) == pytest.approx(184.8, abs=0.1)
    assert gauge(np.array(230.0), np.array(60.0)) == pytest.approx(275.2, abs=0.1)
    assert gauge(np.array(830.0), np.array(60.0)) == pytest.approx(957, abs=0.5)


@pytest.mark.parametrize("kind", CLASSES.values(), ids=lambda kind: kind.name)
def test_a_sound_tyre_keeps_its_air(kind) -> None:  # type: ignore[no-untyped-def]
    for wheel in wheels(kind, T, np.random.default_rng(1)):
        assert np.ptp(wheel.cold) == 0
        assert wheel.cold[0] == pytest.approx(wheel.placard, rel=0.06)


def test_one_tyre_leaks_and_only_falls() -> None:
    found = [w for w in wheels(CLASSES["van"], T, np.random.default_rng(1), leak=0.0) if np.ptp(w.cold) > 0]
    assert len(found) == 1
    assert (np.diff(found[0].cold) < 0).all()
    assert 1 - found[0].cold[-1] / found[0].placard > 0.20


def test_a_punctured_tyre_is_changed() -> None:
    found = wheels(CLASSES["truck"], T, np.random.default_rng(1), puncture=(6_000.0, 9_000.0))
    (flat,) = [w for w in found if np.ptp(w.cold) > 0]
    during = (T >= 6_000) & (T < 9_000)
    assert (np.diff(flat.cold[during]) < 0).all()
    assert flat.cold[during][-1] < 0.1 * flat.placard
    assert (flat.cold[T >= 9_000] == flat.placard).all()


def test_a_soft_tyre_runs_hotter() -> None:
    sound, soft = (w for w in wheels(CLASSES["car"], T, np.random.default_rng(1), leak=0.0)[:2])
    pair = sorted((sound, soft), key=lambda wheel: float(np.ptp(wheel.cold)))
    ambient, heat = np.full(len(T), 10.0), np.full(len(T), 20.0)
    warm, hot = (temperature(wheel, ambient, heat)[-1] for wheel in pair)
    assert hot >= warm >= 30.0


def test_a_dragging_brake_warms_its_wheel_by_degrees_and_leaves_its_air() -> None:
    sound = wheels(CLASSES["truck"], T, np.random.default_rng(1))
    ill = flawed(sound, T, [Flaw(DRAGS, "1R", 7_200.0, np.inf, rate=0.0, drag=DRAG)])
    ambient, heat = np.full(len(T), 10.0), np.full(len(T), 25.0)
    more = temperature(ill[1], ambient, heat) - temperature(sound[1], ambient, heat)
    assert (more[T <= 7_200] == 0).all() and (np.diff(more) >= 0).all()
    assert more[-1] == pytest.approx(DRAG * 25.0, rel=1e-3)
    assert (ill[1].cold == sound[1].cold).all()
    assert all(one is other for k, (one, other) in enumerate(zip(ill, sound, strict=True)) if k != 1)
    (fact,) = hot(ill, T, heat)
    assert (fact.subject, fact.level) == ("1R", 3) and fact.start > 7_200


def test_a_tyre_filled_too_low_is_apart_from_its_pair_all_day() -> None:
    sound = wheels(CLASSES["truck"], T, np.random.default_rng(1))
    ill = flawed(sound, T, [Flaw(UNFILLED, "2LI", 0.0, np.inf, rate=0.0, missing=0.08)])
    pairs = {(one.name, other.name): (other.cold - one.cold) / other.cold for one, other, pair in mates(ill) if pair}
    assert (pairs["2LI", "2LO"] > 0.05).all() and np.ptp(pairs["2LI", "2LO"]) == 0
    assert set(pairs) == {("2LO", "2LI"), ("2LI", "2LO"), ("2RI", "2RO"), ("2RO", "2RI")}


def test_mates_stand_across_the_axle_and_in_pairs() -> None:
    names = {(one.name, other.name) for one, other, _ in mates(wheels(CLASSES["bus"], T, np.random.default_rng(1)))}
    assert {("1L", "1R"), ("2LO", "2RO"), ("2RI", "2LI"), ("2LI", "2LO")} <= names
    assert len(names) == 10
