"""Vehicle age: whole years since the year of build."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "vehicle_age",
    covariate="vehicle_age",
    unit="years",
    meaning="age of the vehicle at the start of the period",
    base=5.0,
    points=((0.0, 1.08), (5.0, 1.0), (12.0, 0.95), (20.0, 1.0)),
    source="illustrative",
)
