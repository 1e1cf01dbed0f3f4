"""Experienced: what a policy and those it continues have insured so far, and the claims reported of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from pricing.renewal.experience import Key, Known, Seen, Stepped, coefficients, stepped
from pricing.risks import risk_of
from pricing.tariff import Tariff
from streams.ledger import paced
from streams.ledger.book import Book
from streams.ledger.terms import later
from streams.registry.contracts import Policy

Row = Mapping[str, Any]  # of risks


def reported(claims: pl.DataFrame, today: date) -> pl.DataFrame:
    """Claims as they were last valued by a day, those that cost nothing left out; who drove is none of it."""
    known = claims.filter(pl.col("valued_at").dt.date() <= today).sort("valued_at", "claim_id")
    last = known.unique("claim_id", keep="last", maintain_order=True)
    cost = pl.col("paid") + pl.col("reserve").fill_null(0)
    names = ("policy_id", "fleet_id", "vehicle_id", "cover", "at_fault")
    return last.filter(cost > 0).select(*names, pl.col("loss_at").dt.date())


def experienced(book: Book, policy: Policy, claims: pl.DataFrame, tariff: Tariff) -> Mapping[Key, Known | Stepped]:
    """Coefficients of a policy's vehicles and covers: by the tariff's scale, else against what its prior expects."""
    line, found = list(_line(book, policy)), dict[Key, Known | Stepped]()
    if tariff.prior is not None:
        seen = [one for each in line for one in _seen(book, each, claims)]
        found |= coefficients(seen, tariff, tariff.prior)
    for row in book.risks_of(policy.policy_id).to_dicts():
        scale = tariff.record(row["cover"], row["class"])
        if scale is not None:
            found[_key(row)] = stepped(scale, *_record(book, line, _key(row), claims))
    return found


def _record(
    book: Book, line: Sequence[Policy], key: Key, claims: pl.DataFrame
) -> tuple[float | None, list[tuple[int, int]]]:
    """The last coefficient that the registry says, None if none, and days and claims of each year since it held.

    A claim that nobody calls the driver's fault or not counts as one.
    """
    blamed = claims.filter(pl.col("at_fault").ne_missing("no"))
    since: list[tuple[int, int]] = []
    for policy in line:
        rows = [row for row in book.risks_of(policy.policy_id).to_dicts() if _key(row) == key]
        since[:0] = [year for row in _joined(policy, rows) for year in _years(row, blamed)]
        said = [row["experience"] for row in rows if row["experience"] is not None]
        if said:
            return float(said[0]), since
    return None, since


def _joined(policy: Policy, rows: Sequence[Row]) -> Iterator[Row]:
    """The days of a policy from the first to the last of them, whatever changed in between."""
    if rows:
        last = min(max(row["valid_to"] for row in rows), policy.cancelled or policy.to)
        yield {**rows[0], "valid_from": min(row["valid_from"] for row in rows), "valid_to": last}


def _years(row: Row, claims: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """Days and claims of each year, the last as long as it is."""
    start = row["valid_from"]
    while start < row["valid_to"]:
        end = min(later(start, 12), row["valid_to"])
        yield (end - start).days, _claims(claims, row, start, end)
        start = end


def _key(row: Row) -> Key:
    return row["fleet_id"], row["vehicle_id"], row["cover"]


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


def _claims(claims: pl.DataFrame, row: Row, start: date, end: date) -> int:
    same = [pl.col(name) == row[name] for name in ("policy_id", "fleet_id", "vehicle_id", "cover")]
    return claims.filter(*same, pl.col("loss_at").is_between(start, end, closed="left")).height
