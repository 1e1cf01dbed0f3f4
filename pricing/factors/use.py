"""Use: what the vehicle's work adds to its class."""

from pricing.factors.base import Factor

FACTOR = Factor(
    "use",
    covariate="use",
    meaning="what the vehicle is used for",
    base="own",
    levels=(("own", 1.0), ("hire", 1.2), ("hazmat", 1.5), ("passenger", 1.3)),
    source="illustrative; the order own < hire < hazmat is that of commercial tariffs",
)
