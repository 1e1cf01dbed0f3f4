"""Tyre pressures follow the gas law, leaks only fall, and whatever is wrong with a tyre adds up."""

import numpy as np
import pytest

from simulator.flaws import leaking, puncture
from simulator.tyres import (
    DRAG,
    DRAGS,
    LEAKS,
    UNFILLED,
    Flaw,
    Tyre,
    Wheel,
    coupled,
    flawed,
    gauge,
    mates,
    temperature,
    wheels,
)
from simulator.tyres import tyres as filled
from simulator.vehicles import CLASSES, Class

T = np.arange(0.0, 36_000.0, 60.0)


def shod(kind: str, *flaws: Flaw) -> dict[str, Wheel]:
    return {wheel.name: wheel for wheel in wheels(flawed(filled(CLASSES[kind], np.random.default_rng(1))[0], flaws), T)}


def left(*flaws: Flaw, wheel: str = "1L") -> np.ndarray:
    """Share of its filling that is left in a tyre."""
    return shod("van", *flaws)[wheel].cold / shod("van")[wheel].cold


def test_gay_lussac_by_hand() -> None:
    assert gauge(np.array(230.0), np.array(-20.0)) == pytest.approx(184.8, abs=0.1)
    assert gauge(np.array(230.0), np.array(60.0)) == pytest.approx(275.2, abs=0.1)
    assert gauge(np.array(830.0), np.array(60.0)) == pytest.approx(957, abs=0.5)


@pytest.mark.parametrize("kind", CLASSES.values(), ids=lambda kind: kind.name)
def test_a_sound_tyre_keeps_its_air(kind: Class) -> None:
    for wheel in shod(kind.name).values():
        assert np.ptp(wheel.cold) == 0
        assert wheel.cold[0] == pytest.approx(wheel.placard, rel=0.06)


def test_one_tyre_leaks_and_only_falls() -> None:
    found = [wheel for wheel in shod("van", leaking("2R", 0.0)).values() if np.ptp(wheel.cold) > 0]
    assert [wheel.name for wheel in found] == ["2R"]
    assert (np.diff(found[0].cold) < 0).all()
    assert left(leaking("2R", 0.0), wheel="2R")[0] == pytest.approx(0.97)
    assert 1 - found[0].cold[-1] / found[0].placard > 0.20


def test_a_punctured_tyre_is_changed() -> None:
    flat = shod("truck", puncture("1L", 6_000.0, 9_000.0))["1L"]
    during = (T >= 6_000) & (T < 9_000)
    assert (np.diff(flat.cold[during]) < 0).all()
    assert flat.cold[during][-1] < 0.1 * flat.placard
    assert (flat.cold[T >= 9_000] == flat.placard).all()


def test_what_loses_air_adds_up_until_the_wheel_is_changed() -> None:
    leak, hole = Flaw(LEAKS, "1L", 3_600.0, rate=0.05), puncture("1L", 18_000.0, 21_600.0)
    both = shod("van", leak, hole)["1L"]
    before = hole.end > T
    assert left(leak, hole)[before] == pytest.approx((left(leak) * left(hole))[before])
    assert (both.cold[~before] == both.placard).all()
    assert [(ill.flaw.cause, ill.start, ill.end) for ill in both.ills] == [
        ("leaks slowly", 3_600.0, 21_600.0),
        ("punctured", 18_000.0, 21_600.0),
    ]


def test_a_leak_goes_on_beside_a_dragging_brake() -> None:
    leak, drag = Flaw(LEAKS, "1L", 3_600.0, rate=0.05), Flaw(DRAGS, "1L", 7_200.0, drag=DRAG)
    both = shod("van", leak, drag)["1L"]
    assert (both.cold == shod("van", leak)["1L"].cold).all() and (both.drag == shod("van", drag)["1L"].drag).all()
    assert [ill.flaw.cause for ill in both.ills] == ["leaks slowly", "brake drags"]


def test_pressures_of_some_instants_are_those_of_all_at_these() -> None:
    ill = flawed(filled(CLASSES["van"], np.random.default_rng(1))[0], [leaking("1L", 0.0), puncture("1L", 9e3, 2e4)])
    for one, other in zip(wheels(ill, T), wheels(ill, T[::7]), strict=True):
        assert (one.cold[::7] == other.cold).all()


def test_a_soft_tyre_runs_hotter() -> None:
    pair = shod("car")["1L"], shod("car", leaking("1L", 0.0))["1L"]
    ambient, heat = np.full(len(T), 10.0), np.full(len(T), 20.0)
    warm, hot = (temperature(wheel, ambient, heat)[-1] for wheel in pair)
    assert hot > warm >= 30.0


def test_a_dragging_brake_warms_its_wheel_by_degrees_and_leaves_its_air() -> None:
    sound, ill = shod("truck"), shod("truck", Flaw(DRAGS, "1R", 7_200.0, drag=DRAG))
    ambient, heat = np.full(len(T), 10.0), np.full(len(T), 25.0)
    more = temperature(ill["1R"], ambient, heat) - temperature(sound["1R"], ambient, heat)
    assert (more[T <= 7_200] == 0).all() and (np.diff(more) >= 0).all()
    assert more[-1] == pytest.approx(DRAG * 25.0, rel=1e-3)
    assert all((ill[name].cold == sound[name].cold).all() for name in sound)


def test_a_tyre_filled_too_low_is_apart_from_its_pair_all_day() -> None:
    ill = list(shod("truck", Flaw(UNFILLED, "2LI", 0.0, missing=0.08)).values())
    pairs = {(one.name, other.name): (other.cold - one.cold) / other.cold for one, other, pair in mates(ill) if pair}
    assert (pairs["2LI", "2LO"] > 0.05).all() and np.ptp(pairs["2LI", "2LO"]) == 0
    assert set(pairs) == {("2LO", "2LI"), ("2LI", "2LO"), ("2RI", "2RO"), ("2RO", "2RI")}


def test_what_is_wrong_with_a_trailer_goes_with_it_and_comes_back_with_it() -> None:
    a, b = ([Tyre("3L", 850.0, 850.0)], [Tyre("3L", 850.0, 850.0)])
    both = [
        *coupled(a, "A", [(-np.inf, 10_000.0), (20_000.0, np.inf)], np.random.default_rng(1)),
        *coupled(b, "B", [(10_000.0, 20_000.0)], np.random.default_rng(2)),
    ]
    (wheel,) = wheels(flawed(both, [Flaw(LEAKS, "3L", 3_600.0, rate=0.05, trailer="A")]), T)
    other = (T >= 10_000) & (T < 20_000)
    assert np.ptp(wheel.cold[other]) == 0 and np.ptp(wheel.cold[T < 3_600]) == 0
    assert wheel.cold[-1] / wheel.cold[0] == pytest.approx(np.exp(-0.05 * (T[-1] / 3_600 - 1)))
    assert [(ill.start, ill.end) for ill in wheel.ills] == [(3_600.0, 10_000.0), (20_000.0, np.inf)]


def test_mates_stand_across_the_axle_and_in_pairs() -> None:
    names = {(one.name, other.name) for one, other, _ in mates(list(shod("bus").values()))}
    assert {("1L", "1R"), ("2LO", "2RO"), ("2RI", "2LI"), ("2LI", "2LO")} <= names
    assert len(names) == 10
