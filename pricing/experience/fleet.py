"""Fleet: the claims coefficient of a vehicle inside its fleet, credibility on two levels.

Claims of a vehicle are Poisson with mean ``expected * R * S``: R its fleet's effect, S its own, independent,
of mean 1. Source: Desjardins, Dionne and Pinquet 2001, ASTIN Bulletin 31; Jewell's form.
"""

from dataclasses import dataclass

import numpy as np

from pricing.credibility.panel import Codes, Floats, over, sums


@dataclass(frozen=True)
class Effects:
    """How much fleets differ, and vehicles within a fleet: variances of R and S."""

    fleet: float  # V_R
    vehicle: float  # V_S

    @property
    def tau(self) -> float:
        """V_S (1 + V_R): variance of R S about the fleet's effect."""
        return self.vehicle * (1 + self.fleet)


@dataclass(frozen=True)
class Experience:
    """What claims say of each vehicle and each fleet; 1 is the expected."""

    z: Floats  # (vehicles,) credibility of the own claims inside the fleet
    coefficient: Floats  # (vehicles,) X: times the expected claims
    fleet_z: Floats  # (fleets,)
    fleet: Floats  # (fleets,) R estimated: the coefficient of a vehicle without a history


def experience(expected: Floats, claims: Floats, fleet: Codes, effects: Effects) -> Experience:
    """Best linear coefficients; ``expected`` claims of the tariff's prior for the exposure that had ``claims``.

    A vehicle without a claim in a bad fleet pays for the fleet; one without a history has its fleet's coefficient.
    """
    # z = q tau: by q, a vehicle's share of its fleet's evidence, fleets count also where vehicles do not differ
    q = over(expected, 1 + expected * effects.tau)
    evidence = sums(fleet, q)
    ratio = over(claims, expected)
    fleet_z = evidence * effects.fleet / (evidence * effects.fleet + 1)
    found = 1 + fleet_z * (over(sums(fleet, q * ratio), evidence) - 1)
    z = q * effects.tau
    return Experience(z, z * ratio + (1 - z) * found[fleet], fleet_z, found)


def directly(expected: Floats, claims: Floats, effects: Effects) -> Floats:
    """The same coefficients of one fleet from the covariances themselves; slow, and plain."""
    shared = np.outer(expected, expected) * effects.fleet
    claims_vary = shared + np.diag(expected + expected**2 * effects.tau)
    with_effect = effects.fleet + effects.tau * np.eye(expected.size)
    return np.asarray(1 + expected * with_effect @ np.linalg.solve(claims_vary, claims - expected), np.float64)


def alone(expected: Floats, claims: Floats, variance: float) -> Floats:
    """X = (1 + n V) / (1 + expected V): a vehicle of no fleet, Poisson claims and a gamma effect, exact by Bayes."""
    return (1 + claims * variance) / (1 + expected * variance)
