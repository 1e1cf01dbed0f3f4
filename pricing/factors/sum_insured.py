"""Sum insured: what the vehicle or the load is worth."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "sum_insured",
    covariate="sum_insured",
    unit="currency",
    meaning="value insured",
    base=30_000.0,
    monotone=1,
    points=((5_000.0, 0.6), (15_000.0, 0.8), (30_000.0, 1.0), (60_000.0, 1.4), (120_000.0, 2.2), (250_000.0, 3.6)),
    source="illustrative; partial losses make it rise more slowly than the value",
)
