"""Tonnage: permitted mass within the vehicle class."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "tonnage",
    covariate="mass_t",
    unit="t",
    meaning="permitted maximum mass",
    base=3.5,
    monotone=1,
    points=((2.0, 0.95), (3.5, 1.0), (7.5, 1.1), (18.0, 1.25), (40.0, 1.45)),
    source="illustrative; bands at the European mass limits 3.5, 7.5, 18 and 40 t",
)
