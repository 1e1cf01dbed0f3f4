"""Deductible: what the policyholder bears of each loss."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "deductible",
    covariate="deductible",
    unit="currency",
    meaning="own share of each loss",
    base=500.0,
    monotone=-1,
    points=((0.0, 1.2), (500.0, 1.0), (1_000.0, 0.88), (2_500.0, 0.7), (5_000.0, 0.55)),
    source="illustrative",
)
