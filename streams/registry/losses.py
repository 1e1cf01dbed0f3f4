"""Losses: the registry's claims as a frame, a row a valuation, times in UTC."""

from datetime import time
from typing import Any

import msgspec
import polars as pl

from streams.registry.book import Registry
from streams.registry.claims import Claim
from streams.registry.periods import EVER, Fleets, instant

MOMENT = pl.Datetime("ms", "UTC")
CLAIMS: dict[str, Any] = {
    **dict.fromkeys(("claim_id", "policy_id", "fleet_id", "vehicle_id", "driver_id", "cover"), pl.String),
    **dict.fromkeys(("loss_at", "reported_at", "valued_at"), MOMENT),
    "by_day": pl.Boolean,  # nobody knows the hour of the loss
    "status": pl.String,
    **dict.fromkeys(("paid", "reserve", "recovery"), pl.Decimal(18, 2)),
    "at_fault": pl.String,
}


def claims(registry: Registry) -> pl.DataFrame:
    """A row of ``CLAIMS`` a valuation; a time without an offset is local time of its fleet."""
    fleets = Fleets(registry)
    return pl.DataFrame([_row(fleets, one) for one in registry.of(Claim)], schema=CLAIMS)


def _row(fleets: Fleets, one: Claim) -> dict[str, Any]:
    zone = fleets.zone(one)
    said = {name: instant(getattr(one, name), zone, EVER) for name in ("loss_at", "valued_at")}
    heard = said["valued_at"] if one.reported_at is None else instant(one.reported_at, zone, EVER)
    return (
        msgspec.structs.asdict(one)
        | said
        | {"fleet_id": fleets.fleet_of(one), "reported_at": heard, "by_day": one.loss_at.time() == time(0)}
    )
