"""Earned: days, km and claims behind the portfolio's figures, of the vehicles that whoever asks may see."""

from datetime import timedelta
from typing import Any

import polars as pl

from console.endpoint import Ask
from console.gate.problems import Problem
from console.reckoning.figures import figures, rows
from pricing.reports.losses import known, valuations
from pricing.tariff import Tariff
from streams import tables
from streams.registry import losses
from streams.registry.contracts import Policy

CAR = "car"  # the class of a vehicle that is not insured
KM = ("km_measured", "km_gap")
Row = dict[str, Any]


def currency(ask: Ask, asked: str) -> str:
    """The currency that is asked for; none in particular: the tariff's."""
    return asked or ask.world.rules.tariff.currency


def tariff(ask: Ask, asked: str) -> Tariff:
    """The tariff in force in a currency; none in particular: the first."""
    rules = ask.world.rules
    found = [one for one in (rules.tariff, *rules.others) if asked in ("", one.currency)]
    if not found:
        raise Problem(404, "no_tariff", f"no tariff in force is in {asked!r}")
    return found[0]


def nearest(ask: Ask, wanted: str) -> Tariff:
    """The tariff in force in a currency, or the first where none is in it."""
    rules = ask.world.rules
    return next((one for one in (rules.tariff, *rules.others) if one.currency == wanted), rules.tariff)


def of_currency(ask: Ask, wanted: str) -> pl.Expr:
    """Premiums in a currency, of policies that are in no other."""
    said = {one.policy_id: one.currency for one in ask.world.known.registry.of(Policy) if one.currency}
    own = pl.col("policy_id").replace_strict(said, default=wanted, return_dtype=pl.String)
    return (pl.col("currency") == wanted) & (own == wanted)


def exposure(ask: Ask) -> pl.DataFrame:
    """The days on record of the fleets that are seen."""
    whole = figures(ask.world).tables()["exposure"]
    if ask.scope.everything:
        return whole
    return whole.filter(pl.col("fleet_id").is_in([grant.fleet for grant in ask.scope.grants]))


def classes(ask: Ask) -> dict[tuple[str, str], str]:
    """The class of each insured vehicle."""
    risks = figures(ask.world).risks()
    return {} if risks is None else {(row["fleet_id"], row["vehicle_id"]): row["class"] for row in rows(risks)}


def days(driven: pl.DataFrame) -> pl.DataFrame:
    """A row a vehicle and day, whoever drove, the newest first."""
    ordered = driven.sort("fleet_id", "vehicle_id", "day", "driver_id")
    lists = ordered.group_by("fleet_id", "vehicle_id", "day", maintain_order=True).agg(*KM)
    sums = lists.with_columns(pl.col(name).fill_null([]).list.sum() for name in KM)
    return sums.sort("day", "fleet_id", "vehicle_id", descending=[True, False, False])


def claims(ask: Ask, driven: pl.DataFrame, in_currency: str) -> list[Row]:
    """Claims as they are known now, of losses since the first day on record, of vehicles that are seen."""
    registry = ask.world.known.registry
    same = [one.policy_id for one in registry.of(Policy) if currency(ask, one.currency) == in_currency]
    found = losses.claims(registry).filter(pl.col("policy_id").is_in(same))
    if found.is_empty() or driven.is_empty():
        return []
    now = tables.moment(figures(ask.world).now).date() + timedelta(days=1)
    since = pl.col("loss_at").cast(pl.Date) >= driven["day"].min()
    latest = rows(known(valuations(found), now).filter(since))
    return [row for row in latest if ask.scope.sees(row["fleet_id"], row["vehicle_id"])]
