"""Annual km: a much-driven vehicle claims more in all, but less for each km."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "annual_km",
    covariate="annual_km",
    unit="km",
    meaning="declared km a year; works on the rate per km",
    base=20_000.0,
    km_only=True,
    monotone=-1,
    points=((8_000.0, 1.3), (12_000.0, 1.15), (20_000.0, 1.0), (40_000.0, 0.85), (80_000.0, 0.75), (150_000.0, 0.7)),
    source="illustrative; Norwegian claims a year rise by 1.55 from 8,000 to 20,000 km, less than the km do",
)
