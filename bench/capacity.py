"""Capacity: a fleet of own connections at the embedded service, as `tripmeter-sim load` brings it."""

import json
import subprocess
import sys
from typing import Any

from bench.markdown import rows
from bench.measure import Result
from bench.running import BenchError, Running
from simulator.load.capacity import HABITS, OWN, Habit, judged, row, search

FLEETS = {"ten_at_a_time": "10s", "one_at_a_time": "1s"}  # s of driving in a payload
STARTS = {"hz_each": 4_000, "hz_in_tens": OWN, "every_30_s": OWN}  # vehicles to begin with, of each of HABITS
TRIAL_S = 20.0
HANGS_S = 600  # s, after which a load that says nothing is given up


def bring(vehicles: int, hz: float, batch: str, duration: str) -> Any:
    """What `tripmeter-sim load` says of a service just started."""
    words = ["--vehicles", str(vehicles), "--hz", str(hz), "--batch", batch, "--duration", duration]
    with Running() as service:
        command = [sys.executable, "-m", "simulator", "load", "--mqtt", f"127.0.0.1:{service.port}", *words]
        return json.loads(_said([*command, "--codec", "msgpack", "--json"]))


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=HANGS_S)
    except subprocess.TimeoutExpired as late:
        raise BenchError(f"`{' '.join(command)}` said nothing within {HANGS_S} s") from late
    if not done.stdout:
        raise BenchError(f"`{' '.join(command)}` ended with {done.returncode}")
    return done.stdout


def served(habit: Habit, start: int) -> Result:
    """How many of a habit; each number is brought to a service of its own, so that there is nothing to rest from."""

    def trial(vehicles: int) -> Result:
        return dict(bring(vehicles, habit.hz, f"{habit.batch}s", f"{max(TRIAL_S, habit.batch)}s"))

    return row(habit, search(judged(trial, lambda: None), start, OWN))


def run(quick: bool = False) -> Result:
    """A fleet at 10 Hz, and how many vehicles of each habit have their alerts in time."""
    vehicles, duration = (200, "5s") if quick else (10_000, "60s")
    fleets = {name: bring(vehicles, 10.0, batch, duration) for name, batch in FLEETS.items()}
    habits = {} if quick else dict(zip(STARTS, HABITS, strict=True))
    return {"fleets": fleets, "served": {name: served(habit, STARTS[name]) for name, habit in habits.items()}}


def table(found: Result) -> str:
    """Two tables: the fleets at 10 Hz, and the capacity."""
    heads = ["at 10 Hz", "samples/s", "payloads/s", "payloads sent", "lost", "alerts missed", "alerts p50 / p99"]
    fleets = [
        [
            f"{one['vehicles']:,} vehicles, {one['batch_s']:g} s of driving in a payload",
            f"{one['samples_per_second']:,.0f}",
            f"{one['payloads_per_second']:,.0f}",
            f"{one['sent']:,}",
            f"{one['lost']:,}",
            f"{one['alerts_missed']:,} of {one['alerts_planted']:,}",
            f"{_ms(one['alert_ms']['p50'])} / {_ms(one['alert_ms']['p99'])}",
        ]
        for one in found["fleets"].values()
    ]
    served = [
        [
            one["habit"],
            f"{one['vehicles']:,}{'+' if one['bound'] else ''}",
            _ms(one["alert_ms"]["p99"]),
            one["alerts_of"],
        ]
        for one in found["served"].values()
        if one["vehicles"]
    ]
    return f"{rows(heads, fleets)}\n\n{rows(['99 % of alerts within 250 ms', 'vehicles', 'p99', 'alerts of'], served)}"


def _ms(value: float | None) -> str:
    return "never" if value is None else f"{value:,.0f} ms"
