"""Factors in use, in the order in which a premium applies them."""

from pricing.factors import (
    annual_km,
    deductible,
    experience,
    limit,
    sum_insured,
    telematics,
    tonnage,
    use,
    use_tonnage,
    vehicle_age,
)
from pricing.factors.base import Factor

FACTORS: tuple[Factor, ...] = (
    use.FACTOR,
    tonnage.FACTOR,
    use_tonnage.FACTOR,
    vehicle_age.FACTOR,
    limit.FACTOR,
    sum_insured.FACTOR,
    deductible.FACTOR,
    annual_km.FACTOR,
    telematics.FACTOR,
    experience.FACTOR,
)

__all__ = ["FACTORS", "Factor"]
