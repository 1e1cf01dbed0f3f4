"""Frames: the scores and premiums tables, made from exposure, what is known of the vehicles, and a tariff."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pricing.exposure import SILENT, UNITS, Exposure, totals
from pricing.ids import identify
from pricing.memory import exposures, remembered, silent_weeks
from pricing.past import VEHICLE, by_class, classed, history
from pricing.premium import INDICATED, Premium
from pricing.rating import rate
from pricing.risks import permitted, risk_of, within
from pricing.score import Own, Score, score
from pricing.tariff import Tariff

Columns = dict[str, pl.DataType | type[pl.DataType]]

MOMENT = pl.Datetime("ms", "UTC")
POINTS: Columns = {
    "behaviour": pl.String,
    "unit": pl.String,
    "rate": pl.Float64,
    "class_mean": pl.Float64,
    "credibility": pl.Float64,
    "heard": pl.Float64,  # credibility on the last day heard of: what is missing, a silence since has taken
    "credible_rate": pl.Float64,
    "beta": pl.Float64,
    "points": pl.Float64,
    "controllable": pl.Boolean,
    "one_sided": pl.Boolean,  # never gives points: none seen is not known to be none
}
SCORES: Columns = {
    "score_id": pl.String,
    "fleet_id": pl.String,
    "vehicle_id": pl.String,  # null on a driver's row
    "driver_id": pl.String,  # null on a vehicle's row
    "subject": pl.String,  # driver, vehicle
    "valid_from": MOMENT,  # days the score is made from, whole weeks of silence since among them, the end excluded
    "valid_to": MOMENT,
    "score": pl.Float64,
    "coaching_score": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "credibility": pl.Float64,
    "provisional": pl.Boolean,
    "class": pl.String,  # of the vehicles, that in which most km were driven
    "percentile": pl.Float64,  # among the tariff's peers of that class; null: provisional, or there are none
    "km": pl.Float64,
    "base": pl.Float64,  # score = base + sum of points, kept between 0 and 100
    "points_per_eta": pl.Float64,  # points = -this * beta * ln(credible rate / class mean)
    "memory": pl.Float64,  # weeks after which what was seen counts half; infinite: it never does
    "silent": pl.Float64,  # share of what credit stood on that weeks of silence have taken; of a surcharge none
    "points": pl.List(pl.Struct(POINTS)),
    "tariff_id": pl.String,
    "status": pl.String,
}
EFFECT = pl.Decimal(18, 6)
STEP: Columns = {
    "part": pl.String,
    "name": pl.String,
    "covariate": pl.String,
    "value": pl.String,
    "unit": pl.String,
    "credibility": pl.Float64,
    "op": pl.String,
    "effect": EFFECT,
    "amount": EFFECT,
}
PREMIUMS: Columns = {
    "premium_id": pl.String,
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "policy_id": pl.String,
    "cover": pl.String,
    "valid_from": MOMENT,
    "valid_to": MOMENT,
    "kind": pl.String,  # indicated, charged, adjustment
    "amount": pl.Decimal(18, 2),
    "currency": pl.String,
    "tariff_id": pl.String,
    "status": pl.String,  # illustrative, filed
    "days": pl.Int64,
    "km_measured": pl.Float64,
    "km_gap": pl.Float64,
    "credibility": pl.Float64,  # of the telematics relativity; null: the cover has none
    "caps": pl.String,  # null: none bound
    "factors": pl.List(pl.Struct(STEP)),
}


def scores(
    exposure: pl.DataFrame,
    vehicles: pl.DataFrame,
    tariff: Tariff,
    whoever: pl.DataFrame | None = None,
    until: date | None = None,
    heard: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """A row a driver and a row a vehicle that has exposure, as it counts on the last day it was heard of.

    ``vehicles`` as ``classed`` has it. Km of unknown drivers count for their vehicle and no driver. ``whoever`` is the
    exposure of vehicles where it was counted apart, whoever drove. ``until`` is the first day of which nothing can be
    known yet: of who was silent until then less credit is given. None: no silence is held against anybody. ``heard`` is
    the exposure of vehicles with the days that count for nothing too.
    """
    known = classed(exposure.filter(pl.col("driver_id").is_not_null()), vehicles)
    whole = classed(exposure if whoever is None else whoever, vehicles)
    rows = _scores(known, "driver", tariff, until) + _scores(whole, "vehicle", tariff, until, heard)
    return pl.DataFrame(rows, schema=SCORES)


def _scores(
    classed: pl.DataFrame, subject: str, tariff: Tariff, until: date | None, heard: pl.DataFrame | None = None
) -> list[dict[str, Any]]:
    who = ("fleet_id", f"{subject}_id")
    own = by_class(remembered(classed, tariff.scale.memory, who, "class", until=until, heard=heard))
    lasting = until if math.isfinite(tariff.scale.memory) else None
    return [
        _row((fleet_id, name), span, own[fleet_id, name], tariff, subject)
        for fleet_id, name, *span in _spans(classed, who, lasting, heard).iter_rows()
    ]


def _spans(classed: pl.DataFrame, who: Sequence[str], until: date | None, heard: pl.DataFrame | None) -> pl.DataFrame:
    """First day of each, the day after the last, whole weeks of silence since included, and km."""
    day, km = pl.col("day"), (pl.col("km_measured") * UNITS["km_measured"]).round().cast(pl.Int64)
    spans = classed.group_by(who).agg(_from=day.min(), _to=day.max(), km=(km.sum() / UNITS["km_measured"]).round(6))
    known = (classed if heard is None else heard).group_by(who).agg(_last=day.max())
    weeks = pl.lit(0, pl.Int64) if until is None else silent_weeks(pl.lit(until), pl.col("_last"))
    end = pl.col("_to") + pl.duration(days=1 + 7 * weeks)
    return spans.join(known, on=who, how="left").select(*who, "_from", end, "km").sort(who)


def _row(who: tuple[str, str], span: Sequence[Any], own: Own, tariff: Tariff, subject: str) -> dict[str, Any]:
    (fleet_id, name), (first, end, driven), found = who, span, score(own, tariff, subject)
    row = _score_row(found) | {"km": driven} | _among_peers(found, own, tariff, subject)
    row["score_id"] = identify(fleet_id, subject, name, first.isoformat(), end.isoformat(), tariff.digest)
    named = {"fleet_id": fleet_id, "vehicle_id": None, "driver_id": None, "subject": subject} | {f"{subject}_id": name}
    row |= named | {"valid_from": _moment(first), "valid_to": _moment(end)}
    row |= {"silent": max(one[SILENT] for one in own.values())}
    row |= {"base": tariff.scale.base, "points_per_eta": tariff.scale.per_eta, "memory": tariff.scale.memory}
    return row | {"tariff_id": tariff.tariff_id, "status": tariff.status}


def _among_peers(found: Score, own: Own, tariff: Tariff, subject: str) -> dict[str, Any]:
    klass = max(sorted(own, key=str), key=lambda one: own[one]["km_measured"])
    known = None if found.provisional else tariff.peers
    place = None if known is None else known.percentile(subject, klass, found.score)
    return {"class": klass, "percentile": place}


def _score_row(found: Score) -> dict[str, Any]:
    points = [{name: getattr(point, name) for name in POINTS} for point in found.points]
    return {**vars(found), "points": points}


def premiums(
    exposure: pl.DataFrame,
    risks: pl.DataFrame,
    tariff: Tariff,
    valid_from: date | None = None,
    valid_to: date | None = None,
    kind: str = INDICATED,
    judged: pl.DataFrame | None = None,
    until: date | None = None,
) -> pl.DataFrame:
    """A row a risk, for the part of its period within ``valid_from`` to ``valid_to`` (the end excluded).

    ``risks`` has a row a vehicle and cover: ``fleet_id vehicle_id policy_id cover valid_from valid_to class`` and,
    where known, ``use mass_kg year annual_km sum_insured deductible limit experience previous``. Km are those of
    the period; driving is scored on everything up to its end (of the days ``judged``, where some move no score), each
    day by the class the vehicle had then, as it counts on the last day on which the vehicle was heard of; ``until`` as
    for ``scores``.
    """
    insured = within(risks, valid_from, valid_to)
    permitted(risks, tariff)
    driven = _driven(insured, exposure)
    judged = exposure if judged is None else judged
    known = by_class(exposures(history(insured, classed(judged, risks), tariff, until, exposure), 4))
    own: dict[tuple[str, str, date, str], Score] = {}  # one score serves all covers
    rated = []
    for risk in map(risk_of, insured.iter_rows(named=True)):
        vehicle = (risk.fleet_id, risk.vehicle_id)
        key = (*vehicle, risk.valid_to, risk.klass)
        if key not in own:
            own[key] = score(known.get(key[:3]) or {risk.klass: Exposure()}, tariff, "vehicle")
        exposed = driven.get((*vehicle, risk.valid_from, risk.valid_to), Exposure())
        rated.append(rate(risk, exposed, tariff, own[key], kind))
    return premium_frame(rated)


def _driven(insured: pl.DataFrame, exposure: pl.DataFrame) -> dict[tuple[Any, ...], Exposure]:
    """Exposure of each vehicle in each of its periods, whatever the number of covers that share them."""
    period = (*VEHICLE, "valid_from", "valid_to")
    rows = insured.select(period).unique().join(exposure, on=VEHICLE)
    return totals(rows.filter(pl.col("day").is_between("valid_from", "valid_to", closed="left")), *period)


def premium_frame(rated: Iterable[Premium]) -> pl.DataFrame:
    """The premiums table of ``rated``."""
    premiums = list(rated)
    row = pl.Series("row", [i for i, premium in enumerate(premiums) for _ in premium.factors], pl.UInt32)
    steps = [step for premium in premiums for step in premium.factors]
    laddered = pl.DataFrame(steps, STEP, orient="row").select(row, pl.struct(*STEP).alias("factors"))
    factors = laddered.group_by("row", maintain_order=True).agg("factors")["factors"]
    flat = {name: [getattr(premium, name) for premium in premiums] for name in PREMIUMS if name != "factors"}
    moments = {name: [_moment(day) for day in flat[name]] for name in ("valid_from", "valid_to")}
    # steps as one long table first: 90 against 200 us a premium for nested rows
    return pl.DataFrame(flat | moments | {"factors": factors}, PREMIUMS)


def _moment(day: date) -> datetime:
    """Midnight UTC at which ``day`` begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
