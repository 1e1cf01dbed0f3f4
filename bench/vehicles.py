"""Vehicles: how many one machine serves, product and load generator together, 99 % committed within 250 ms."""

import time
from typing import NamedTuple

from bench.load import AGO_S, Plan
from bench.measure import Result, quantiles
from bench.running import Running

LIMIT_S = 0.25
TRIAL_S = 7.0  # the state is saved every 5 s
STEP = 1.25
TRIALS = 5


class Habit(NamedTuple):
    """How vehicles report."""

    meaning: str
    samples: int  # a payload
    every_s: int  # a payload
    rate: float  # payloads a second to begin with


HABITS = {
    "hz_in_tens": Habit("1 Hz, ten samples in a payload", 10, 10, 3_000),
    "hz_each": Habit("1 Hz, a payload for each sample", 1, 1, 4_000),
    "every_30_s": Habit("one report in 30 s", 1, 30, 2_500),
}


def measure(habit: Habit, trials: int, trial_s: float) -> Result:
    """The highest rate tried that held; it goes up by ``STEP`` while that works, else down."""
    best: Result = {"messages_s": 0.0, "vehicles": 0}
    with Running() as service:
        known, rate, turn, first_t = 0, habit.rate, 0, int(time.time()) - AGO_S
        for _ in range(trials):
            vehicles = int(rate * habit.every_s)
            plan = Plan(vehicles, vehicles, habit.samples, 1.0, first_t, habit.every_s, turn)
            if vehicles > known:  # newcomers are more work; that is not what is asked here
                service.deliver(plan)
                known, turn = vehicles, turn + 1
            plan = plan._replace(payloads=int(rate * trial_s), round=turn, rate=rate)
            done = service.deliver(plan, within=1.0)
            service.catch_up()
            turn += 1 + plan.payloads // vehicles
            held = bool(quantiles(done.latency)["p99"] < LIMIT_S)
            if held and rate > best["messages_s"]:
                best = {"messages_s": rate, "vehicles": vehicles, "cpu_us_message": done.cpu / len(done.sent) * 1e6}
                best["to_commit_ms"] = {name: 1e3 * value for name, value in quantiles(done.latency).items()}
            if not held and best["vehicles"]:
                break
            rate = rate * STEP if held else rate / STEP**2
    return best | {"meaning": habit.meaning}


def run(quick: bool = False) -> Result:
    """Each habit."""
    if quick:
        small = HABITS["hz_in_tens"]._replace(rate=300)
        return {"hz_in_tens": measure(small, 1, 3.0)}
    return {name: measure(habit, TRIALS, TRIAL_S) for name, habit in HABITS.items()}
