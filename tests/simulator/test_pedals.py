"""Lights turn and people stop for them; nobody passes one long after it turned, and crossing ways never both go."""

import numpy as np
import pytest

from simulator.motion import GRID, LEG, SURPRISE, Motion, advance
from simulator.movers import MOVER
from simulator.pedals import AMBER, RED, red
from simulator.regions import REGIONS
from simulator.roads import generate
from simulator.roster import roster
from simulator.routes import SIGNALS, trace
from simulator.traffic import Traffic, Window

CYCLE = 60.0


def meet(phase: float, wait: float = 0.0, seconds: int = 300) -> Motion:
    """A kilometre at 15 m/s up to a light, and another kilometre."""
    mover, way = np.zeros(1, MOVER), np.zeros(2, LEG)
    for name, value in {
        "power": 5e4,
        "force": 3_500.0,
        "brakes": 8e3,
        "friction": 8.0,
        "laden": 1e3,
        "driven": 0.5,
    }.items():
        mover[name] = value
    mover["traction"], mover["top"], mover["cruise"], mover["crash"], mover["marks"] = 3.5, 40.0, 1.2, np.inf, 9.0
    way["length"], way["cap"], way["brake"], way["launch"], way["mass"], way["bend"] = 1e3, 15.0, 1.5, 1.5, 1e3, np.inf
    way["wait"], way["cycle"][0], way["phase"][0] = (wait, 1e9), CYCLE, phase
    even = np.ones((1, seconds // GRID + 2))
    tables = even, even, 0.0 * even, 0.0 * even
    return advance(mover, [way], [np.zeros(0, SURPRISE)], [np.zeros(1)], tables, seconds, 10)


def test_a_light_is_red_for_its_share_of_each_cycle() -> None:
    leg = np.zeros(1, LEG)
    leg["cycle"], leg["phase"] = CYCLE, 17.0
    left = np.array([red(leg[0], t) for t in np.arange(0.0, 10 * CYCLE, 0.5)])
    assert (left > 0).mean() == pytest.approx(RED, abs=0.01)
    assert left.max() == RED * CYCLE
    assert red(np.zeros(1, LEG)[0], 5.0) == 0


@pytest.mark.parametrize("phase", range(0, 60, 4))
def test_whoever_meets_a_red_light_stands_until_it_is_green(phase: float) -> None:
    motion = meet(phase)
    passed = float(motion.reached[0])
    speed = motion.speed[0, round(10 * passed) - 1]
    into = (passed - phase) % CYCLE
    if speed > 0:
        assert into >= RED * CYCLE or into < 15.0 / (2 * AMBER) + 1.0, "passed a red light"
    else:
        assert into < RED * CYCLE
        stood = np.flatnonzero((motion.speed[0] == 0) & (motion.distance[0] > 900) & (motion.distance[0] < 1_100)) / 10
        assert (stood[-1] + 0.1 - phase) % CYCLE == pytest.approx(RED * CYCLE, abs=0.2)
    assert motion.accel.min() > -AMBER * 1.3
    assert motion.distance[0, -1] > 1_900


def test_some_stop_and_some_do_not() -> None:
    still = [bool((meet(float(phase)).speed[0, 500:1_000] == 0).any()) for phase in range(0, 60, 6)]
    assert 0 < sum(still) < len(still)


@pytest.mark.parametrize("phase", range(0, 60, 10))
def test_who_had_to_wait_there_anyhow_leaves_at_green(phase: float) -> None:
    motion = meet(phase, wait=21.0)
    moving = motion.speed[0] > 0
    left = np.flatnonzero(moving & (motion.distance[0] > 998.0) & ~np.append(False, moving[:-1]))[0] / 10
    assert left - motion.reached[0] >= 20.9
    assert (left + 0.1 - phase) % CYCLE >= RED * CYCLE - 0.2


def test_ways_that_cross_are_never_green_together() -> None:
    roads = generate(REGIONS["karlsruhe"], np.random.default_rng(1))
    crossings = 0
    for node, data in roads.graph.nodes(data=True):
        if not data["signals"]:
            continue
        near = sorted(roads.graph.neighbors(node))
        ways = [trace(roads, [a, node, b]) for a in near for b in near if a != b]
        lights = [piece for way in ways for piece in way if piece["gate"] == SIGNALS]
        by_axis = {abs(np.cos(piece["heading"])) > np.sqrt(0.5): piece for piece in lights}
        if len(by_axis) == 2:
            crossings += 1
            t = np.arange(0.0, data["cycle"], 0.5)
            stop = [((t - piece["phase"]) % piece["cycle"]) < RED * piece["cycle"] for piece in by_axis.values()]
            assert (stop[0] | stop[1]).all()
    assert crossings > 10


def test_a_fleet_keeps_to_its_lights() -> None:
    traffic = Traffic(roster(6, seed=3), Window(1_762_923_600.0, 2.0))
    shifts = [traffic.shift(k) for k in range(6)]
    motion = traffic.motion(shifts, 0, 10)
    bounds, met = np.cumsum([0, *(len(shift.legs) for shift in shifts)]), 0
    for k, shift in enumerate(shifts):
        at = motion.reached[bounds[k] : bounds[k + 1]]
        lights = (shift.legs["cycle"] > 0) & ~np.isnan(at) & (shift.legs["wait"] == 0)
        at, legs = at[lights], shift.legs[lights]
        going = motion.speed[k, np.round(10 * at).astype(int) - 1] > 0
        into = (at - legs["phase"]) % legs["cycle"]
        met += len(at)
        assert (~going | (into >= RED * legs["cycle"]) | (into < 4.0)).all()
    assert met > 20
