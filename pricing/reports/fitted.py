"""Fitted: a model's own page, from its file alone - how it fits, and each factor over what it was fitted to."""

from pricing.models.model import Model
from pricing.reports import drawn, factors
from pricing.reports.coefficients import coefficients
from pricing.reports.paper import Paper, Section, Table
from pricing.reports.quality import HEADS, STYLES, UNHELD


def paper(model: Model) -> Paper:
    """The report of a model without any data."""
    fit = model.fit
    facts = [
        ("model", f"{model.spec.name}, {model.spec.family}"),
        ("rows fitted, of rows read", f"{fit.rows:,} of {fit.rows_read:,}"),
        ("exposure", f"{fit.weight:,.2f}"),
        ("observed, fitted", f"{fit.observed:,.2f}, {fit.fitted:,.2f}"),
        ("deviance", f"{fit.deviance:,.2f}; of everybody at the mean {fit.null_deviance:,.2f}"),
        ("AIC", f"{fit.aic:,.2f}, of {fit.parameters} coefficients"),
        ("Pearson's phi", f"{fit.phi:.5f}"),
    ]
    parts = [_factor(model, k) for k in range(len(factors.drawn(model)))]
    return Paper(f"Model {model.spec.name}: what was fitted", facts, [*parts, coefficients(model)])


def _factor(model: Model, k: int) -> Section:
    term = factors.drawn(model)[k]
    table, kind = factors.kept(model, term), factors.kind(term)
    chart = drawn.factor(f"factor{k}", term.name, table, kind)
    heads = {**HEADS, "level": term.name}
    return Section(f"factor_{k + 1}", f"Factor {term.name}", (), [(chart, UNHELD)], Table(table, heads, STYLES))
