"""Coefficients: the section of a report that lists those of a model, with their errors."""

import polars as pl

from pricing.models.document import row
from pricing.models.model import Model
from pricing.reports.paper import Section, Table

NAMES = ("term", "label", "estimate", "error", "relativity", "low", "high", "p", "rows", "weight", "response")
STYLES = dict.fromkeys(("estimate", "error", "relativity", "low", "high", "p"), "factor")


def coefficients(model: Model) -> Section:
    """Estimate, standard error, relativity, 95 % interval, p-value; of a level what was observed of it."""
    made = [row(one) for one in model.coefficients]
    frame = pl.DataFrame({name: [one[name] for one in made] for name in NAMES}, strict=False)
    return Section("coefficients", "Coefficients", (), (), Table(frame, {"p": "p-value"}, STYLES, most=400))
