"""Drivers: lasting traits - headway, speed, smoothness, tiring, night work - which every manoeuvre follows from."""

from dataclasses import dataclass
from math import exp, log

import numpy as np

CALM_S, ROUGH_S = 2.2, 0.9  # s behind the one ahead, of the calmest and the roughest; see ``draw``
CALM_PACE, ROUGH_PACE = 0.92, 1.05  # of the limit; ours
HETEROGENEITY = 0.3  # variance of what no trait explains; ours, see ``draw``


@dataclass(frozen=True)
class Driver:
    """A person's way of driving; ``rough`` (0 calm, 1 rough) is what the traits have in common, each has its scatter.

    All a foot does follows from the traits, and so do claims (perils.py). How strongly is ours throughout.
    """

    driver_id: str
    fleet_id: str
    rough: float
    headway: float  # s kept to the one ahead
    pace: float  # chosen speed as a share of the limit
    smooth: float  # 1 as smooth as can be, 0 as rough
    fatigue: float  # growth of surprises, and of claims, with each hour at the wheel without a break
    night: float  # share of shifts begun in the night
    frailty: float  # claims against those of others of the same traits, mean 1; shows in nothing that a device measures
    habit: tuple[float, float, float]  # of brake, accel and lateral, against those of others as smooth; normal
    early: bool  # begins in the night today
    discipline: float = 1.0  # of the depot: claims against those of other depots, mean 1; shows in nothing measured

    @property
    def brake(self) -> float:
        """m/s² used to stop where planned."""
        return 1.1 + 0.7 * (1 - self.smooth) + 0.08 * self.habit[0]

    @property
    def accel(self) -> float:
        """Share of the class's tractive limit used to get away."""
        return 0.33 + 0.2 * (1 - self.smooth) + 0.02 * self.habit[1]

    @property
    def lateral(self) -> float:
        """m/s² a car of theirs takes in bends."""
        return 1.4 + 1.0 * (1 - self.smooth) + 0.1 * self.habit[2]

    @property
    def surprises(self) -> float:
        """Hard brakings forced by a short headway, per 100 km, when fresh; most are those of few."""
        short = log(CALM_S / self.headway) / log(CALM_S / ROUGH_S)
        return 0.4 + 9.0 * max(0.0, short) ** 2

    @property
    def late(self) -> float:
        """Share of stops braked for late and hard, and left with the pedal down."""
        return 0.06 * (1 - self.smooth) ** 3

    @property
    def hurry(self) -> float:
        """Share of roads driven well over the limit."""
        return 0.15 * max(0.0, (self.pace - CALM_PACE) / (ROUGH_PACE - CALM_PACE)) ** 2


def draw(rng: np.random.Generator, driver_id: str, fleet_id: str, rough: float, early: bool) -> Driver:
    """A driver of the given roughness.

    ``headway``: lognormal (ours) around 2.2 s (calm) to 0.9 s (rough): in rush hours drivers follow at 1 to 2 s (Ayres
    et al. 2001), and many keep less than they need to react (Taieb-Maimon & Shinar 2001). ``pace``: normal around 0.92
    to 1.05 of the limit, ours: free speeds on one road vary by more, but much of that is the road's. ``smooth``: 1 -
    ``rough`` and a scatter of 0.05 (ours). ``fatigue``: lognormal, median 8 % an hour (ours). ``night``: beta, mean
    0.75 for those who begin in the night and 0.04 for others (ours). ``frailty``: gamma of variance 0.3 (ours: enough
    that no score can be perfect).
    """
    scatter, own = rng.normal(size=4), rng.spawn(1)[0]
    return Driver(
        driver_id,
        fleet_id,
        rough,
        headway=CALM_S * (ROUGH_S / CALM_S) ** rough * exp(0.08 * own.normal()),
        pace=CALM_PACE + (ROUGH_PACE - CALM_PACE) * rough + 0.015 * float(scatter[0]),
        smooth=float(np.clip(1 - rough + 0.05 * own.normal(), 0.0, 1.0)),
        fatigue=0.08 * exp(0.5 * own.normal()),
        night=float(own.beta(6, 2) if early else own.beta(1, 24)),
        frailty=float(own.gamma(1 / HETEROGENEITY, HETEROGENEITY)),
        habit=(float(scatter[1]), float(scatter[2]), float(scatter[3])),
        early=early,
    )


def roughness(rng: np.random.Generator, count: int) -> list[float]:
    """Roughness of ``count`` drivers: most are calm, one in five is rough; ours, so that few make most harsh events."""
    calm = rng.beta(1.8, 5.0, count) * 0.7
    rough = rng.uniform(0.75, 1.0, count)
    chosen = rng.permutation(count) < max(1, count // 5)
    return [float(value) for value in np.where(chosen, rough, calm)]
