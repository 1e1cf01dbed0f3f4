"""Surprises: where someone ahead brakes suddenly, and how hard this driver, so close and so tired, must brake then."""

import numpy as np

from simulator.drivers import Driver
from simulator.dynamics import G
from simulator.motion import SURPRISE, Records
from simulator.pedals import RED
from simulator.roads import AVENUE, MOTORWAY, RURAL, STREET
from simulator.vehicles import Class

BREAK = 47.0 * 60  # s; 45 minutes are due after 4.5 hours (EU 561/2006)
AT_STREET = {STREET: 1.6, AVENUE: 1.6, RURAL: 0.8, MOTORWAY: 0.25}  # how much likelier a surprise is than on average
SWERVED = 1 / 8  # of surprises in which one swerves as well, as most people only brake; ours
ASIDE = (1.0, 2.5)  # m; ours: past half a car, or past all of it
LEANT = 0.9  # share of the push that would slide or tip the vehicle, at most


def about(pieces: Records, kind: Class) -> np.ndarray:
    """About how long each piece takes, with the light at its end."""
    return np.asarray(pieces["length"] / (0.85 * np.minimum(pieces["limit"], kind.top)) + RED**2 / 2 * pieces["cycle"])


def at_the_wheel(pieces: Records, legs: Records, kind: Class) -> np.ndarray:
    """h at the wheel since the last break, at the beginning of each piece."""
    before = np.cumsum(about(pieces, kind)) - about(pieces, kind)
    rested = np.append(False, legs["wait"][:-1] >= BREAK)
    return np.asarray((before - np.maximum.accumulate(np.where(rested, before, 0.0))) / 3600)


def surprises(pieces: Records, hours: np.ndarray, kind: Class, driver: Driver, rng: np.random.Generator) -> Records:
    """Where someone ahead brakes, and how hard this driver, with this headway and so tired, must brake or swerve."""
    likelier = np.array([AT_STREET[road] for road in range(4)])[pieces["road"]] * (1 + driver.fatigue * hours)
    rate = np.cumsum(pieces["length"] * likelier) * driver.surprises / 100_000
    at = np.interp(np.sort(rng.uniform(0, rate[-1], rng.poisson(rate[-1]))), rate, np.cumsum(pieces["length"]))
    rows = np.zeros(len(at), SURPRISE)
    rows["at"] = at
    peak = kind.harsh[0] * G * (0.7 + 0.45 * (1 - driver.smooth) + 0.15 * rng.normal(size=len(at)))
    rows["brake"] = np.clip(peak, 1.5, 0.9 * kind.brake)
    rows["drop"] = rng.uniform(0.35, 0.75, len(at))
    swerves = np.where(rng.random(len(at)) < SWERVED, rng.choice((-1.0, 1.0), len(at)), 0.0)
    rows["aside"] = swerves * rng.uniform(*ASIDE, len(at))
    push = kind.harsh[2] * G * (0.7 + 0.45 * (1 - driver.smooth) + 0.15 * rng.normal(size=len(at)))
    rows["push"] = np.clip(push, 1.5, LEANT * kind.lateral)
    return rows


def joined(before: Records, after: Records, at: float) -> Records:
    """Surprises of one plan up to ``at`` metres, then those of another."""
    return np.concatenate([before[before["at"] < at], after[after["at"] >= at]])
