"""Limit: the most the insurer pays for one loss."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "limit",
    covariate="limit",
    unit="currency",
    meaning="limit of indemnity",
    base=1_000_000.0,
    monotone=1,
    points=((250_000.0, 0.85), (500_000.0, 0.93), (1_000_000.0, 1.0), (5_000_000.0, 1.12), (20_000_000.0, 1.2)),
    source="illustrative",
)
