"""Changed: whose premium moves by how much, in the form supervisors ask for.

Source: NAIC, Regulatory Review of Predictive Models (2021), appendix D: rate disruption.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats
from pricing.money import decimal
from pricing.monitoring.dislocation import bands
from pricing.reports import drawn
from pricing.reports.paper import Section, Table

FILED = "As a rate filing asks for it."
STYLES = {"vehicles": "count", "share": "share", "old": "money", "new": "money", "change": "share", "least": "share",
          "most": "share", "value": "money"}  # fmt: skip


def dislocation(before: Floats, told: Floats) -> list[Section]:
    """From premiums in force to those a model asks for, brought to the same total."""
    after = told * (before.sum() / told.sum())
    said = [f"Predictions times {before.sum() / told.sum():.6g}, which brings them to the total in force."]
    return sections(before, after, said)


def sections(before: Floats, after: Floats, said: Sequence[str]) -> list[Section]:
    """Bands of change, and the extremes."""
    kept = (before > 0) & (after > 0)
    old, new = ([decimal(x) for x in premiums[kept]] for premiums in (before, after))
    table = bands(old, new)
    share = [float(x) for x in table["share"]]
    chart = drawn.bars(
        "disruption", "Share by band of change", table["band"].to_list(), share, ("change of premium", "share")
    )
    heads = {"vehicles": "insured", "old": "in force", "new": "proposed", "least": "smallest", "most": "largest"}
    left_out = int((~kept).sum())
    more = [f"{left_out:,} rows have no premium on one side and are left out."] if left_out else []
    return [
        Section("disruption", "Dislocation", [*said, *more], [(chart, FILED)], Table(table, heads, STYLES)),
        Section("extremes", "Largest changes", (), (), Table(_extremes(before[kept], after[kept]), {}, STYLES)),
    ]  # fmt: skip


def _extremes(before: Floats, after: Floats) -> pl.DataFrame:
    """Items of the form: largest fall and rise, in percent and in money."""
    share, money = after / before - 1, after - before
    schema = {"item": pl.String, **dict.fromkeys(("in force", "proposed", "change", "value"), pl.Float64)}
    if not share.size:
        return pl.DataFrame(schema=schema)
    items = {"largest fall, %": np.argmin(share), "largest rise, %": np.argmax(share),
             "largest fall, money": np.argmin(money), "largest rise, money": np.argmax(money)}  # fmt: skip
    rows = [(item, before[k], after[k], share[k], money[k]) for item, k in items.items()]
    return pl.DataFrame([(item, *map(float, more)) for item, *more in rows], schema, orient="row")
