"""Demand: how full the roads are by hour and kind of day, seeded, and how slow that makes everybody."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# share of the roads' capacity by local hour; ours, of the shape of any count of a town's traffic
WORKDAY = (
    0.10, 0.08, 0.08, 0.10, 0.20, 0.40, 0.65, 0.88, 0.86, 0.66, 0.58, 0.58,
    0.60, 0.62, 0.66, 0.76, 0.90, 0.92, 0.78, 0.56, 0.42, 0.34, 0.26, 0.16,
)  # fmt: skip
WEEKEND = (
    0.20, 0.16, 0.12, 0.10, 0.10, 0.12, 0.18, 0.24, 0.34, 0.44, 0.54, 0.58,
    0.58, 0.56, 0.56, 0.56, 0.56, 0.54, 0.50, 0.44, 0.36, 0.32, 0.28, 0.24,
)  # fmt: skip
DAYS, HOURS = 2, 24
SPREAD = 0.10  # sigma of the logarithm, of a whole day and of an hour of it; ours
CAPACITY = {"dry": 1.0, "rain": 0.95, "downpour": 0.90, "snow": 0.80}  # share of it that weather leaves; ours
DELAY, POWER = 0.15, 4.0  # of the Bureau of Public Roads' function, as the FHWA recommends it


def crowds(seed: int, weekday: int, skies: list[str]) -> Floats:
    """Demand over capacity of each hour of two days from a local midnight on; the first is a ``weekday``, 0 Monday."""
    rng = np.random.default_rng([seed, 22])
    usual = np.concatenate([WORKDAY if (weekday + day) % 7 < 5 else WEEKEND for day in range(DAYS)])
    chance = np.repeat(rng.normal(0, SPREAD, DAYS), HOURS) + rng.normal(0, SPREAD, DAYS * HOURS)
    return np.asarray(usual * np.exp(chance) / np.array([CAPACITY[kind] for kind in skies]))


def pace(full: Floats) -> Floats:
    """Share of the speed on an empty road: travel time is ``1 + 0.15 (demand / capacity)^4`` of an empty road's."""
    return np.asarray(1.0 / (1.0 + DELAY * full**POWER))
