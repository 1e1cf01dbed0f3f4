"""Compared: what another tariff does to the premiums of a portfolio, whom it hits and by how much."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from pricing.money import cents, micro
from pricing.monitoring.dislocation import bands
from pricing.tariff import Tariff

RISK = ("policy_id", "fleet_id", "vehicle_id", "cover", "valid_from")
VEHICLE = ("policy_id", "fleet_id", "vehicle_id")


def capped(old: pl.DataFrame, new: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """The premiums ``tariff`` asks of who has paid the ``old`` ones: within its cap on change, ``uncapped`` beside.

    Both are premiums tables of the same risks; of a risk that paid nothing, nothing is capped.
    """
    paid = new.join(old.select(*RISK, paid="amount"), on=RISK, how="left", maintain_order="left")["paid"]
    rows = zip(new["cover"], new["days"], new["amount"], paid, new["caps"], strict=True)
    found = [_capped(tariff, *row) for row in rows]
    asked = pl.Series([amount for amount, _ in found], dtype=new.schema["amount"])
    caps = pl.Series([said for _, said in found], dtype=pl.String)
    return new.with_columns(uncapped="amount", amount=asked, caps=caps)


def _capped(
    tariff: Tariff, cover: str, days: int, amount: Decimal, paid: Decimal | None, caps: str | None
) -> tuple[Decimal, str | None]:
    if paid is None or "change" not in tariff.caps:
        return amount, caps
    low, high = (micro(paid * bound) for bound in tariff.caps["change"])
    least = micro(tariff.minimum.get(cover, Decimal(0)) * days)
    found = cents(max(min(max(amount, low), high), least), tariff.rounding)
    return found, caps if found == amount else ", ".join(filter(None, [caps, "change"]))


def changes(old: pl.DataFrame, new: pl.DataFrame, by: Sequence[str] = VEHICLE) -> pl.DataFrame:
    """Both premiums of each policy and vehicle over all covers, and the change; ``new`` as ``capped`` gives it."""
    was, now = _sums(old, by, "amount"), _sums(new, by, "amount", "uncapped")
    found = was.join(now, on=by, suffix="_new", maintain_order="left").rename({"amount": "old", "amount_new": "new"})
    share = found["new"].cast(pl.Float64) / found["old"].cast(pl.Float64) - 1
    return found.with_columns(change=share.round(6)).select(*by, "old", "new", "change", "uncapped", caps="caps_new")


def _sums(frame: pl.DataFrame, by: Sequence[str], *amounts: str) -> pl.DataFrame:
    caps = pl.col("caps").drop_nulls().unique().sort().str.join("; ")
    return frame.group_by(by).agg(pl.col(amounts).sum(), caps=caps).sort(by)  # decimals sum exactly


def disruption(found: pl.DataFrame) -> pl.DataFrame:
    """A row a band of change."""
    return bands(found["old"].to_list(), found["new"].to_list())


def form(old: Tariff, new: Tariff, vehicles: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """What a rate filing is asked about its disruption, item by item, as texts."""
    was, now = vehicles["old"].sum(), vehicles["new"].sum()
    items = {
        "tariff in force": f"{old.tariff_id} ({old.status}), from {old.valid_from}",
        "tariff proposed": f"{new.tariff_id} ({new.status}), from {new.valid_from}",
        "jurisdiction": new.profile.name if new.profile else "none named",
        "currency": new.currency,
        "policies": str(policies.height),
        "vehicles": str(vehicles.height),
        "premium in force": f"{was}",
        "premium proposed": f"{now}",
        "overall change": f"{float(now) / float(was) - 1:+.2%}",
        "overall change without the cap on change": f"{float(vehicles['uncapped'].sum()) / float(was) - 1:+.2%}",
        "largest rise of a policy": f"{_most(policies, 'max'):+.2%}",
        "largest fall of a policy": f"{_most(policies, 'min'):+.2%}",
        "largest rise of a vehicle": f"{_most(vehicles, 'max'):+.2%}",
        "largest fall of a vehicle": f"{_most(vehicles, 'min'):+.2%}",
        "vehicles whose premium rises": str(vehicles.filter(pl.col("change") > 0).height),
        "vehicles whose premium falls": str(vehicles.filter(pl.col("change") < 0).height),
        "vehicles that a cap bound": str(vehicles.filter(pl.col("caps") != "").height),
    }
    return pl.DataFrame({"item": list(items), "value": list(items.values())})


def _most(found: pl.DataFrame, which: str) -> float:
    value = found["change"].max() if which == "max" else found["change"].min()
    return float(value) if isinstance(value, float) else 0.0
