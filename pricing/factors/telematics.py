"""Telematics: expected claim frequency of the vehicle's own driving against its class, as the score sees it."""

import numpy as np

from pricing.factors.base import Factor

FACTOR = Factor(
    "telematics",
    covariate="eta",
    meaning="own driving against the class: exp of the score's linear predictor",
    base=0.0,
    km_only=True,
    monotone=1,
    code=np.exp,
    source="Denuit, Guillen, Trufin 2019: telematics enters by credibility updating; coefficients are the tariff's",
)
