"""Experienced: what a policy and those it continues have insured so far, and the claims reported of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from pricing.renewal.experience import Key, Known, Seen, coefficients
from pricing.risks import risk_of
from pricing.tariff import Tariff
from streams.ledger import paced
from streams.ledger.book import Book
from streams.registry.contracts import Policy


def reported(claims: pl.DataFrame, today: date) -> pl.DataFrame:
    """Claims as they were last valued by a day, those that cost nothing left out; who drove is none of it."""
    known = claims.filter(pl.col("valued_at").dt.date() <= today).sort("valued_at", "claim_id")
    last = known.unique("claim_id", keep="last", maintain_order=True)
    cost = pl.col("paid") + pl.col("reserve").fill_null(0)
    return last.filter(cost > 0).select("policy_id", "fleet_id", "vehicle_id", "cover", pl.col("loss_at").dt.date())


def experienced(book: Book, policy: Policy, claims: pl.DataFrame, tariff: Tariff) -> Mapping[Key, Known]:
    """Coefficients of a policy's vehicles and covers; none where the tariff has no prior to hold claims against."""
    if tariff.prior is None:
        return {}
    seen = [one for each in _line(book, policy) for one in _seen(book, each, claims)]
    return coefficients(seen, tariff, tariff.prior)


def _line(book: Book, policy: Policy) -> Iterator[Policy]:
    """A policy, the one it renews, and so on."""
    done = set[str]()
    found: Policy | None = policy
    while found is not None and found.policy_id not in done:
        yield found
        done.add(found.policy_id)
        found = book.by_id.get(found.renews)


def _seen(book: Book, policy: Policy, claims: pl.DataFrame) -> Iterator[Seen]:
    for row in book.risks_of(policy.policy_id).to_dicts():
        start, end = row["valid_from"], min(row["valid_to"], policy.cancelled or policy.to, book.today)
        if start < end:
            risk = risk_of({**row, "valid_from": start, "valid_to": end, "inception": policy.from_})
            driven = paced.km(book, (row["fleet_id"], row["vehicle_id"]), start, end, row["annual_km"])
            yield Seen(risk, driven, _claims(claims, row, start, end))


def _claims(claims: pl.DataFrame, row: Mapping[str, Any], start: date, end: date) -> int:
    same = [pl.col(name) == row[name] for name in ("policy_id", "fleet_id", "vehicle_id", "cover")]
    return claims.filter(*same, pl.col("loss_at").is_between(start, end, closed="left")).height
