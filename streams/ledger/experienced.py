"""Experienced: what a policy and those it continues have insured so far, and the claims reported of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
Span = tuple[date, date]  # the end excluded


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

    What is said in the course of a year is for all of it. A claim that nobody calls the driver's fault or not counts
    as one.
    """
    blamed = claims.filter(pl.col("at_fault").ne_missing("no"))
    insured, lost = list[Span](), list[date]()
    for policy in line:
        rows = [row for row in _rows(book, policy) if _key(row) == key]
        insured += [(row["valid_from"], row["valid_to"]) for row in rows]
        lost += [day for row in rows for day in _losses(blamed, row)]
        said = [(row["valid_from"], row["experience"]) for row in rows if row["experience"] is not None]
        if said:
            since, coefficient = max(said)
            return float(coefficient), [year[1:] for year in years(insured, lost) if year[0] > since]
    return None, [year[1:] for year in years(insured, lost)]


def years(insured: Iterable[Span], lost: Sequence[date]) -> Iterator[tuple[date, int, int]]:
    """End, days and claims of each year of days insured, the last as long as it is; a gap moves its end."""
    days, claims, at, full = 0, 0, date.min, date.min
    for first, last in sorted(insured):
        if first > at:
            at, full = first, full + (first - at) if days else later(first, 12)
        while at < last:
            end = min(full, last)
            days, claims, at = days + (end - at).days, claims + sum(at <= day < end for day in lost), end
            if end == full:
                yield end, days, claims
                days, claims, full = 0, 0, later(full, 12)
    if days:
        yield at, days, claims


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


def _rows(book: Book, policy: Policy) -> Iterator[dict[str, Any]]:
    """What a policy insures, until it was cancelled, if it was."""
    for row in book.risks_of(policy.policy_id).to_dicts():
        end = min(row["valid_to"], policy.cancelled or policy.to)
        if row["valid_from"] < end:
            yield row | {"valid_to": end, "inception": policy.from_}


def _seen(book: Book, policy: Policy, claims: pl.DataFrame) -> Iterator[Seen]:
    for row in _rows(book, policy):
        start, end = row["valid_from"], min(row["valid_to"], book.today)
        if start < end:
            risk = risk_of(row | {"valid_to": end})
            driven = paced.km(book, (row["fleet_id"], row["vehicle_id"]), start, end, row["annual_km"])
            yield Seen(risk, driven, len(_losses(claims, row | {"valid_to": end})))


def _losses(claims: pl.DataFrame, row: Row) -> list[date]:
    """Days of the claims of a row of risks."""
    same = [pl.col(name) == row[name] for name in ("policy_id", "fleet_id", "vehicle_id", "cover")]
    within = pl.col("loss_at").is_between(row["valid_from"], row["valid_to"], closed="left")
    return claims.filter(*same, within)["loss_at"].to_list()
