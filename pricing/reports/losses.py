"""Losses: claims as they were known on a day, a row a claim, in whole cents so that sums depend on no order."""

from datetime import date

import polars as pl

COVER = "all"  # of data that tells no covers apart
CLAIM = ["fleet_id", "claim_id"]  # names a claim: two fleets may count theirs alike
TEXTS = ("fleet_id", "vehicle_id", "cover", "status")
MONEY = ("paid", "reserve", "recovery")
MOMENT = pl.Datetime("ms", "UTC")
PLACE = {"lat_deg": "place_lat", "lon_deg": "place_lon"}


class ReportError(ValueError):
    """Data that a report cannot be made of: what was found, and what to do."""


def valuations(frame: pl.DataFrame) -> pl.DataFrame:
    """Valuations of claims as reports read them: a row a claim and moment at which it was looked at.

    Needed are ``vehicle_id loss_at paid``; ``reserve`` and ``recovery`` are 0 and ``valued_at`` is ``reported_at`` or
    ``loss_at`` where they are not there, and each row is a claim of its own where none is named.
    """
    if "claim_id" not in frame.columns and "valued_at" not in frame.columns:
        frame = frame.with_row_index("claim_id", 1)
    missing = [name for name in ("claim_id", "vehicle_id", "loss_at", "paid") if name not in frame.columns]
    if missing:
        raise ReportError(f"claims: no column {missing[0]!r}; there is {', '.join(frame.columns[:20])}")
    said = next((name for name in ("valued_at", "reported_at", "loss_at") if name in frame.columns), "loss_at")
    absent = {"fleet_id": "", "cover": COVER, "status": "", "reserve": 0.0, "recovery": 0.0}
    full = frame.with_columns(pl.lit(value).alias(name) for name, value in absent.items() if name not in frame.columns)
    return full.select(
        pl.col("claim_id").cast(pl.String),
        *[pl.col(name).cast(pl.String) for name in TEXTS],
        *[_moment(full, name).alias(to) for name, to in (("loss_at", "loss_at"), (said, "valued_at"))],
        *[_cents(name) for name in MONEY],
    ).sort(*CLAIM, "valued_at")


def happened(frame: pl.DataFrame) -> pl.DataFrame:
    """Losses, a row a claim: ``claim_id fleet_id vehicle_id cover loss_at``, and what else is told of them.

    That is ``reported_at``, ``by_day`` (nobody knows the hour) and the place, ``place_lat place_lon``.
    """
    full = frame if "paid" in frame.columns else frame.with_columns(paid=pl.lit(0.0))
    full = full if "claim_id" in full.columns else full.with_row_index("claim_id", 1)
    valued = valuations(full).unique(CLAIM, keep="last", maintain_order=True)
    return valued.join(_told(full), on=CLAIM, how="left", nulls_equal=True, maintain_order="left")


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """What is told of a claim beside its amounts, first as it was first told."""
    said = [pl.col("claim_id").cast(pl.String)]
    said.append(pl.col("fleet_id").cast(pl.String) if "fleet_id" in frame.columns else pl.lit("").alias("fleet_id"))
    if "by_day" in frame.columns or frame.schema["loss_at"] == pl.Date:
        said.append(pl.col("by_day") if "by_day" in frame.columns else pl.lit(True).alias("by_day"))
    if "reported_at" in frame.columns:
        said.append(_moment(frame, "reported_at").alias("reported_at"))
    said += [pl.col(a).cast(pl.Float64).alias(b) for a, b in PLACE.items() if a in frame.columns]
    return frame.select(said).unique(CLAIM, keep="first", maintain_order=True)


def _moment(frame: pl.DataFrame, name: str) -> pl.Expr:
    kind = frame.schema[name]
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        return pl.col(name).dt.convert_time_zone("UTC").cast(MOMENT)
    if isinstance(kind, pl.Datetime) or kind == pl.Date:
        return pl.col(name).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    raise ReportError(f"claims: column {name!r} is {kind}, expected days or moments")


def _cents(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Float64).fill_null(0.0) * 100).round().cast(pl.Int64)


def known(valued: pl.DataFrame, at: date) -> pl.DataFrame:
    """Each claim as its latest valuation before the day ``at`` has it, with ``incurred`` in cents."""
    seen = valued.filter(pl.col("valued_at") < pl.lit(at).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"))
    latest = seen.unique(CLAIM, keep="last", maintain_order=True)
    return latest.with_columns(incurred=pl.col("paid") + pl.col("reserve") - pl.col("recovery"))
