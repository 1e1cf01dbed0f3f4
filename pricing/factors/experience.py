"""Experience: the claims coefficient of the vehicle inside its fleet, already credibility-weighted."""

import numpy as np

from pricing.factors.base import Factor, Floats

LEAST = 0.01  # the tariff's caps lie far above


def coefficient(x: Floats) -> Floats:
    """The coefficient itself, kept positive."""
    return np.maximum(x, LEAST)


FACTOR = Factor(
    "experience",
    covariate="experience",
    meaning="own claims against the expected ones; 1 without a history",
    base=1.0,
    monotone=1,
    km_only=True,
    code=coefficient,
    source="Desjardins, Dionne, Pinquet 2001: vehicle effect inside a fleet effect",
)
