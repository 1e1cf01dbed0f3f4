"""Quality: whether a model orders, levels and holds, and what it is worth over another - as a page."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats
from pricing.monitoring import lift
from pricing.monitoring.bins import equal
from pricing.monitoring.bootstrap import Interval
from pricing.monitoring.calibration import Murphy, auto_calibration, murphy
from pricing.monitoring.deviance import improvement
from pricing.monitoring.lorenz import EXPOSURE, POLICIES, Order, gain, gini, order
from pricing.reports import drawn, factors
from pricing.reports.changed import dislocation
from pricing.reports.coefficients import coefficients
from pricing.reports.judged import Fitted, Judged
from pricing.reports.paper import Paper, Section, Table

BINS = 10
CELLS = 1000  # equal parts of the exposure in which calibration is tested
TWENTIETHS = np.linspace(0.0, 1.0, 21)
RATIO = {"ratio": "A/E", "low": "95 % low", "high": "95 % high", "off": "does not hold 1"}
NUMBERS = ("exposure", "actual", "expected", "old", "new", "claims")
FACTORS = ("ratio", "low", "high", "fitted", "fitted_low", "fitted_high", "observed", "psi", "gini", "gain")
STYLES = {
    **dict.fromkeys(("rows", "bin"), "count"),
    **dict.fromkeys(NUMBERS, "number"),
    **dict.fromkeys(FACTORS, "factor"),
}
HEADS = {"fitted_low": "fitted, low", "fitted_high": "fitted, high"}
ENDS = {"low": "95 % low", "high": "95 % high"}
TENTH = "tenth of the exposure, by rising prediction"
TOLD = "Who is told to have a rate has it where the interval holds 1."
LIFTED = "Lift: how far the best and the worst tenth are apart."
NORMAL = "Amounts: intervals by the family's variance and Pearson's phi, not exact."
UNHELD = "Fitted against the base, observed with other factors not held."
BINNED = (
    "PSI against the exposure of the data the model was fitted to, by level and by parts of a number whose ends stay; "
    "of the prediction too where that data is given: watch from 0.10, moved from 0.25."
)
PROOF = "Each on the same draws, both models at the level of what came. An interval that holds 0 is no proof."
SHARED = "Share of what came that the exposure up to here had, in rising order of the predicted rate."


@dataclass(frozen=True)
class Chance:
    """How intervals by bootstrap are drawn: the same seed, the same intervals."""

    draws: int = 200
    seed: int = 20_260_101

    def generator(self) -> np.random.Generator:
        """A fresh one, so that no figure hangs on which others were worked out before it."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True)
class Beside:
    """What a model is held against."""

    other: Judged | None = None  # another model on the same rows
    reference: Fitted | None = None  # the model on the data it was fitted to
    before: Floats | None = None  # premiums in force, one a row


def paper(found: Fitted, name: str, grouped_by: str, chance: Chance, beside: Beside) -> Paper:
    """The report of a model on data it may never have seen."""
    other, before = beside.other, beside.before
    total = found.by(np.zeros(found.exposure.size, np.int64), 1).row(0, named=True)
    facts = [
        ("model", f"{found.model.spec.name}, {found.model.spec.family}"),
        ("data", f"{name}: {found.frame.height:,} rows"),
        ("exposure", f"{total['exposure']:,.2f}"),
        ("actual, expected", f"{total['actual']:,.2f}, {total['expected']:,.2f}"),
        ("A/E", _said(Interval(total["ratio"], total["low"], total["high"]), ".3f")),
        ("whose rows belong together", grouped_by or "each row is its own"),
        ("intervals", f"95 %; by bootstrap of {chance.draws} draws, seed {chance.seed}"),
    ]
    parts = [calibration(found, chance), *ordered(found, other, chance)]
    if other is not None:
        parts += [double(found, other), worth(found, other, chance)]
    parts += [_factor(found, k) for k in range(len(factors.drawn(found.model)))]
    parts += [
        _stability(found, beside.reference),
        *([] if before is None else dislocation(before, found.expected)),
        coefficients(found.model),
    ]
    return Paper(f"Model {found.model.spec.name}: how good it is", facts, parts)


def calibration(found: Judged, chance: Chance) -> Section:
    """A/E by tenth of the prediction with its interval, and the rates of the tenths."""
    table = found.by(equal(found.rate, found.exposure, BINS), BINS).with_row_index("bin", 1)
    table = table.filter(pl.col("rows") > 0)
    names = [str(k) for k in table["bin"]]
    own, told = ((table[x] / table["exposure"]).to_list() for x in ("actual", "expected"))
    off = drawn.ratios("deciles", "A/E by tenth of the prediction", table, names, TENTH)
    up = drawn.lines("lift", "Rate by tenth", names, [("actual", own), ("expected", told)], (TENTH, "rate"))
    said = _tested(found, chance) if found.counted else [NORMAL]
    charts = [(off, TOLD), (up, LIFTED)]
    return Section("calibration", "Calibration and lift", said, charts, Table(table, RATIO, STYLES))


def _tested(found: Judged, chance: Chance) -> list[str]:
    """Murphy's parts, and whether the miscalibration is chance; over equal parts of the exposure in order."""
    cell = equal(found.rate, found.exposure, CELLS)
    cells = found.by(cell, CELLS).filter(pl.col("exposure") > 0)
    claims, expected, exposure = (cells[x].to_numpy() for x in ("actual", "expected", "exposure"))
    parts: Murphy = murphy(claims, expected, exposure)
    p = auto_calibration(claims, expected, exposure, chance.generator(), chance.draws)
    taken_apart = (
        f"Mean deviance {parts.deviance:.6f} = uncertainty {parts.uncertainty:.6f} - discrimination "
        f"{parts.discrimination:.6f} + miscalibration {parts.miscalibration:.6f} (Murphy), over {cells.height:,} parts "
        "of equal exposure."
    )
    return [taken_apart, f"A miscalibration as large as this comes by chance with probability {p:.3f}."]


def ordered(found: Judged, other: Judged | None, chance: Chance) -> list[Section]:
    """Gini on both x-axes, on which the same predictions differ by up to 0.07, and the Lorenz curve."""
    models = [found] if other is None else [found, other]
    rows = []
    for one in models:
        for axis in (EXPOSURE, POLICIES):
            value = gini(_ranked(one, axis), one.group, chance.generator(), chance.draws)
            rows.append((one.name, axis, *value))
    schema = {"model": pl.String, "x-axis": pl.String, **dict.fromkeys(("gini", "low", "high"), pl.Float64)}
    curves = [(one.name, _ranked(one, EXPOSURE).curve()) for one in models]
    chart = drawn.curves(
        "lorenz", "Lorenz curve",
        [(name, curve.x, curve.claims) for name, curve in curves],
        ("exposure, in rising order of the predicted rate", "share of the actual"),
    )  # fmt: skip
    table = Table(pl.DataFrame(rows, schema, orient="row"), ENDS, STYLES)
    points = {"exposure": TWENTIETHS, **{name: np.interp(TWENTIETHS, curve.x, curve.claims) for name, curve in curves}}
    drawn_of = Table(pl.DataFrame(points), {"exposure": "exposure up to"}, dict.fromkeys(points, "share"))
    return [
        Section("order", "Order: Lorenz and Gini", (), [(chart, "The x-axis counts exposure.")], table),
        Section("lorenz_curve", "Lorenz curve, point by point", [SHARED], (), drawn_of),
    ]


def _ranked(one: Judged, axis: str) -> Order:
    weight = one.exposure if axis == EXPOSURE else np.ones_like(one.exposure)
    return order(one.rate, weight, one.actual, axis)


def double(found: Judged, other: Judged) -> Section:
    """Where the two disagree, which of them what came takes the side of."""
    ours, theirs = found.name, other.name
    table = lift.double(found.actual, other.expected, found.expected, found.exposure)
    old, new = lift.errors(table)
    names = [str(k) for k in table["bin"]]
    series = [(f"to {ours}", table["actual_to_new"].to_list()), (f"to {theirs}", table["actual_to_old"].to_list())]
    axes = (f"tenth of the exposure, by rising {ours} / {theirs}", "actual / expected")
    chart = drawn.lines("double", "Double lift", names, series, axes)
    said = (
        f"Both at the level of what came. Mean error over the tenths: {new:.4f} of {ours}, {old:.4f} of {theirs}; the "
        "smaller knows better where the two disagree."
    )
    table = table.rename({"claims": "actual"})
    heads = {"old": theirs, "new": ours, "actual_to_old": f"actual / {theirs}", "actual_to_new": f"actual / {ours}"}
    return Section("double_lift", "Double lift", [said], [(chart, "")], Table(table, heads, STYLES))


def worth(found: Judged, other: Judged, chance: Chance) -> Section:
    """What the model is worth over the other: of telematics, where the other has only the class."""
    made = {}
    if found.counted and other.counted:
        before, after = (one.expected * (one.actual.sum() / one.expected.sum()) for one in (other, found))
        share = improvement(found.actual, before, after, found.group, chance.generator(), chance.draws)
        made["share of the deviance done away with"] = share
    for axis in (EXPOSURE, POLICIES):
        both = _ranked(other, axis), _ranked(found, axis)
        made[f"Gini on {axis}"] = gain(*both, found.group, chance.generator(), chance.draws)
    rows = [(name, *value, value.low > 0 or value.high < 0) for name, value in made.items()]
    schema = {"figure": pl.String, **dict.fromkeys(("gain", "low", "high"), pl.Float64), "proven": pl.Boolean}
    table = Table(pl.DataFrame(rows, schema, orient="row"), {**ENDS, "proven": "interval does not hold 0"}, STYLES)
    return Section("value", f"What {found.name} is worth over {other.name}", [PROOF], (), table)


def _factor(found: Fitted, k: int) -> Section:
    term = factors.drawn(found.model)[k]
    table = factors.factor(found, term)
    kind = factors.kind(term)
    curve = drawn.factor(f"factor{k}", term.name, table, kind)
    off = drawn.ratios(f"factor{k}-ae", f"{term.name}: A/E", table, table["level"].to_list(), kind)
    heads = {**RATIO, **HEADS, "level": term.name}
    charts = [(curve, UNHELD), (off, "Actual over expected, 95 %.")]
    return Section(f"factor_{k + 1}", f"Factor {term.name}", (), charts, Table(table, heads, STYLES))


def _stability(found: Fitted, reference: Fitted | None) -> Section:
    table = Table(factors.stability(found, reference), {}, STYLES)
    return Section("stability", "Has the portfolio moved?", [BINNED], (), table)


def _said(interval: Interval, number: str) -> str:
    return f"{interval.value:{number}} [{interval.low:{number}}, {interval.high:{number}}]"
