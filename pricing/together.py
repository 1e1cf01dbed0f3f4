"""Together: one score of a fleet, or of what a cover insures, from the claims to be expected of all its vehicles."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pricing.past import VEHICLE
from pricing.tariff import Tariff

PART = {"behaviour": pl.String, "points": pl.Float64}
COLUMNS: dict[str, Any] = {
    "vehicles": pl.Int64,
    "km": pl.Float64,
    "frequency": pl.Float64,  # expected claims against as many km of the class
    "score": pl.Float64,
    "coaching_score": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "credibility": pl.Float64,
    "provisional": pl.Boolean,
    "unevenness": pl.Float64,  # points that vehicles which differ cost, beside their mean points
    "points": pl.List(pl.Struct(PART)),
    "tariff_id": pl.String,
    "status": pl.String,
}


def together(
    scores: pl.DataFrame, tariffs: Iterable[Tariff], by: Sequence[str], km: pl.DataFrame | None = None
) -> pl.DataFrame:
    """A row of ``COLUMNS`` each of ``by`` and tariff, of the vehicles' rows of the scores table.

    The mean of the vehicles' expected claim frequencies by km, put on the scale once: no mean of scores, in which one
    vehicle with four times the claims and one with a quarter would be as good as two of the class. Scores of two
    ``tariffs`` are on two scales, and make no mean. ``km`` has ``by``, ``fleet_id vehicle_id km`` where others than
    those scored are to count. The sums are the same in any order.
    """
    own, known = scores.filter(pl.col("subject") == "vehicle"), {one.tariff_id: one for one in tariffs}
    weighed = own if km is None else own.drop("km").join(km, on=VEHICLE)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in weighed.iter_rows(named=True):
        groups.setdefault((*(row[name] for name in by), row["tariff_id"]), []).append(row)
    rows = [dict(zip(by, key, strict=False)) | _together(groups[key], known[key[-1]]) for key in sorted(groups)]
    return pl.DataFrame(rows, {**dict.fromkeys(by, pl.String), **COLUMNS})


def _together(rows: Sequence[Mapping[str, Any]], tariff: Tariff) -> dict[str, Any]:
    scale, km = tariff.scale, [row["km"] for row in rows]
    driven = math.fsum(km)
    share = [one / driven for one in km] if driven > 0 else [0.0] * len(km)
    own = [_sum(row["points"]) for row in rows]
    frequency, raw = _mean(own, share, scale.per_eta)
    _, coached = _mean([_sum(row["points"], controllable=True) for row in rows], share, scale.per_eta)
    part = [w * math.exp(-points / scale.per_eta) / frequency for w, points in zip(share, own, strict=True)]
    half = math.hypot(*(p * _half(row, scale.base) for p, row in zip(part, rows, strict=True)))
    credibility = math.fsum(w * row["credibility"] for w, row in zip(share, rows, strict=True))
    points = _points(rows, share)
    return {
        "vehicles": len(rows),
        "km": round(driven, 6),
        "frequency": round(frequency, 6),
        "score": _clip(scale.base + raw),
        "coaching_score": _clip(scale.base + coached),
        "low": _clip(scale.base + raw - half),
        "high": _clip(scale.base + raw + half),
        "credibility": round(credibility, 4),
        "provisional": credibility < scale.provisional,
        "unevenness": round(raw - math.fsum(each["points"] for each in points), 2) + 0.0,
        "points": points,
        "tariff_id": tariff.tariff_id,
        "status": tariff.status,
    }


def _mean(points: Iterable[float], share: Sequence[float], per_eta: float) -> tuple[float, float]:
    """Mean relativity of vehicles of such points, and the points that it is worth; of no km, those of the class."""
    mean = math.fsum(w * math.exp(-one / per_eta) for w, one in zip(share, points, strict=True)) or 1.0
    return mean, round(-per_eta * math.log(mean), 2) + 0.0


def _half(row: Mapping[str, Any], base: float) -> float:
    """Half a vehicle's interval in points; where it ends at 0 or 100, the half that does not."""
    raw = base + _sum(row["points"])
    return float(max(raw - row["low"], row["high"] - raw))


def _points(rows: Sequence[Mapping[str, Any]], share: Sequence[float]) -> list[dict[str, Any]]:
    """Mean points of each behaviour by km."""
    found: dict[str, list[float]] = {}
    for row, w in zip(rows, share, strict=True):
        for point in row["points"]:
            found.setdefault(point["behaviour"], []).append(w * point["points"])
    return [{"behaviour": name, "points": round(math.fsum(each), 2) + 0.0} for name, each in found.items()]


def _sum(points: Iterable[Mapping[str, Any]], controllable: bool = False) -> float:
    return round(math.fsum(point["points"] for point in points if point["controllable"] or not controllable), 2)


def _clip(x: float) -> float:
    return round(min(max(x, 0.0), 100.0), 2)
