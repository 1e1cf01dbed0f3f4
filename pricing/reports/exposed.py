"""Exposed: who drove how much, where, how fast and when, and what claims are to be expected of it, as a page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from pricing import crossing
from pricing.past import VEHICLE
from pricing.reports.losses import ReportError
from pricing.reports.paper import Paper, Section, Table
from pricing.tariff import Tariff
from pricing.together import together
from pricing.views import BY, LEVELS, levels, view

COUNTS = dict.fromkeys(("vehicle_days", "days_heard", "vehicles"), "count")
DAYS = (
    "Vehicle-days are insured, by the calendar; days heard are those on record. Km declared are those of the days "
    "insured; km of the gap were driven unseen, and are charged at class rate. Of what nobody knows nothing is zero."
)
REST = "What of the km measured no level is known of, as of days before these levels were counted, is unknown."
MEAN = (
    "The frequency is that of claims to be expected against as many km of the class: the mean of the vehicles by km, "
    "put on the scale once. Unevenness is what vehicles that differ cost beside their mean points."
)

TOLD = {  # columns that pricing may know where it may know scores and km alone
    *crossing.KM,
    *crossing.SCORES,
    *("cover", "vehicle_days", "days_heard", "km_declared", "vehicles", "frequency", "unevenness"),
}


def paper(
    exposure: pl.DataFrame,
    scores: pl.DataFrame,
    tariffs: Sequence[Tariff],
    by: str,
    insured: pl.DataFrame | None = None,
    days: tuple[date, date] | None = None,
    daily: bool = False,
) -> Paper:
    """Exposure ``by`` fleet, vehicle, driver or cover; ``scores`` as they are on the last day on record."""
    seen = view(exposure, by, insured, days, daily)
    spread = levels(view(exposure, by, insured, days) if daily else seen, *BY[by])
    made = _made(scores, tariffs)
    scored = scores_by(scores, exposure, made, by, insured, days)
    facts = [
        ("by", by),
        ("days", "all on record" if days is None else f"{days[0]} to {days[1]}, end excluded"),
        ("tariff of the scores", "; ".join(f"{one.tariff_id}, {one.status}" for one in made) or "none"),
    ]
    parts = [
        Section("exposure", "Exposure", [DAYS], (), Table(seen, {}, COUNTS)),
        Section("levels", f"Km by {', '.join(LEVELS)}", [REST], (), Table(spread, {}, {"share": "share"})),
        Section("scores", "Scores", [MEAN] if by in ("fleet", "cover") else [], (), Table(scored, {}, COUNTS)),
    ]
    return Paper("Exposure", facts, parts)


def _made(scores: pl.DataFrame, tariffs: Sequence[Tariff]) -> list[Tariff]:
    """The tariffs that the scores were made with; ``ReportError`` if one is not among these."""
    named = scores["tariff_id"].unique().sort().to_list()
    unknown = sorted({*named} - {one.tariff_id for one in tariffs})
    if unknown:
        raise ReportError(f"the scores are of {unknown[0]}, a tariff that the configuration does not name")
    return [one for one in tariffs if one.tariff_id in named]


def told(whole: Paper) -> Paper:
    """Of it what pricing may know where it may know scores and km alone: nothing by road, speed, hour or driver."""
    tables = [(part, part.table) for part in whole.sections if part.table is not None and part.name != "levels"]
    return replace(whole, sections=[replace(part, table=replace(one, frame=_told(one.frame))) for part, one in tables])


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(name for name in frame.columns if name in TOLD)


def scores_by(
    scores: pl.DataFrame,
    exposure: pl.DataFrame,
    tariffs: Sequence[Tariff],
    by: str,
    insured: pl.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pl.DataFrame:
    """Scores of each of ``by``: those of the scores table, or of many vehicles together by km of these ``days``."""
    if by in ("vehicle", "driver"):
        return scores.filter(pl.col("subject") == by).drop("points", "subject", "score_id")
    km = view(exposure, by, insured, days, each=True)
    weights = km.select(*dict.fromkeys((*VEHICLE, *BY[by])), km="km_measured")
    return together(scores, tariffs, BY[by], weights).drop("points")
