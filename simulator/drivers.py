"""Drivers: persistent traits from calm to rough, which every manoeuvre of theirs follows from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Driver:
    """A person's way of driving; all traits follow from ``rough`` (0 calm, 1 rough) and some scatter."""

    driver_id: str
    fleet_id: str
    rough: float
    pace: float  # chosen speed as a share of the limit
    brake: float  # m/s² used to stop where planned
    accel: float  # share of the class's tractive limit used to get away
    lateral: float  # m/s² a car of theirs takes in bends
    surprises: float  # hard brakings forced by a short headway, per 100 km
    late: float  # share of stops braked for late and hard, and left with the pedal down
    hurry: float  # share of roads driven well over the limit
    early: bool  # begins in the night


def draw(rng: np.random.Generator, driver_id: str, fleet_id: str, rough: float, early: bool) -> Driver:
    """A driver of the given roughness."""
    scatter = rng.normal(size=4)
    return Driver(
        driver_id,
        fleet_id,
        rough,
        pace=0.92 + 0.13 * rough + 0.015 * scatter[0],
        brake=1.1 + 0.7 * rough + 0.08 * scatter[1],
        accel=0.33 + 0.2 * rough + 0.02 * scatter[2],
        lateral=1.4 + 1.0 * rough + 0.1 * scatter[3],
        surprises=0.4 + 9.0 * rough**2,
        late=0.06 * rough**3,
        hurry=0.15 * rough**2,
        early=early,
    )


def roughness(rng: np.random.Generator, count: int) -> list[float]:
    """Roughness of ``count`` drivers: most are calm, one in five is rough.

    Source of the shape: naturalistic studies, where a fifth of drivers make most g-force events
    (Simons-Morton 2012).
    """
    calm = rng.beta(1.8, 5.0, count) * 0.7
    rough = rng.uniform(0.75, 1.0, count)
    chosen = rng.permutation(count) < max(1, count // 5)
    return [float(value) for value in np.where(chosen, rough, calm)]
