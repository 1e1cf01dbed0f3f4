"""Renewing: offers of the next term from final exposure and experience, and what became of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pricing.exposure import YEAR, Exposure, vehicle_days
from pricing.ledger.entry import Draft, Entry, reversal
from pricing.ledger.offered import LAPSED, WHOLE, answered, offered
from pricing.ledger.pen import Pen
from pricing.premium import ANSWER, OFFER
from pricing.renewal.experience import Stepped
from pricing.risks import risk_of
from pricing.tariff import Tariff
from streams.ledger.book import Book
from streams.ledger.chains import LedgerError
from streams.ledger.experienced import experienced
from streams.ledger.expiring import indication, paid
from streams.ledger.paced import annual_km
from streams.ledger.terms import next_term
from streams.registry.contracts import Policy
from streams.registry.renewed import Accepted

MOVING = ("annual_km", "experience", "previous")  # of a risk


@dataclass(frozen=True)
class Renewing:
    """What offers are made with."""

    book: Book
    tariff: Tariff  # in force at the start of the next term
    tariffs: Mapping[str, Tariff]  # on record, by digest
    claims: pl.DataFrame  # as experienced.reported gives them
    band: Decimal  # an offer stands until its amount has moved by more than this share


def is_due(policy: Policy, today: date, lead: int) -> bool:
    """Whether an offer is to be out: the term is not over, and ends within ``lead`` days."""
    return policy.cancelled is None and policy.from_ <= today < policy.to <= today + timedelta(days=lead)


def is_answered(pen: Pen) -> bool:
    """Whether something became of the offers of a policy."""
    return bool(pen.known(ANSWER, WHOLE, WHOLE))


def offer(pen: Pen, policy: Policy, known: Renewing) -> None:
    """Write the offers of a policy's vehicles and covers; one that still holds is left as it is."""
    if is_answered(pen):
        return
    wanted = {(draft.vehicle_id, draft.cover): draft for draft in _offers(pen, policy, known)}
    for entry in pen.all_known(OFFER):
        key = (entry["vehicle_id"], entry["cover"])
        if key in wanted and _holds(entry, wanted[key], known.band):
            del wanted[key]
        else:
            pen.write(reversal(entry, "offered anew" if key in wanted else "no longer insured"))
    for draft in wanted.values():
        pen.write(draft)


def _holds(entry: Entry, draft: Draft, band: Decimal) -> bool:
    """Whether an offer is still of the same risk by the same tariff, at what it would cost now or nearly so."""
    old, new = entry["made"]["renewed"], draft.made["renewed"]
    low, high = sorted((entry.amount, draft.amount))
    return _said(old) == _said(new) and high <= low * (1 + band)


def _said(made: Mapping[str, Any]) -> tuple[object, ...]:
    """What is offered, without what a day more on record moves: that is judged by what it does to the amount."""
    risk = {name: value for name, value in made["risk"].items() if name not in MOVING}
    return made["tariff"], risk, isinstance(made["own"], dict)


def refuse_stale(pen: Pen, policy: Policy, known: Renewing) -> None:
    """Raise unless the offers on record are those that would be made now."""
    now = Pen(pen.entries, datetime.now(UTC))
    offer(now, policy, known)
    if now.new:
        raise LedgerError(
            f"policy {policy.policy_id}: its offer no longer holds; 'tripmeter renew --policy {policy.policy_id}' "
            "makes it anew"
        )


def refuse_another(pen: Pen, policy: Policy, amount: Decimal) -> None:
    """Raise unless the offers come to just this ``amount``."""
    total = accepted(pen).total
    if amount != total:
        raise LedgerError(f"policy {policy.policy_id} is offered at {total} {policy.currency} in all, not at {amount}")


def answer(pen: Pen, policy: Policy, said: str, today: date) -> None:
    """Write what became of a policy's offers: once, and accepted only before the term begins."""
    offers = pen.all_known(OFFER)
    if not offers:
        raise LedgerError(f"policy {policy.policy_id} has no offer: 'tripmeter renew --policy' makes one")
    if is_answered(pen):
        raise LedgerError(f"policy {policy.policy_id}: its offer was answered before")
    if said != LAPSED and today >= policy.to:
        raise LedgerError(f"policy {policy.policy_id}: its offer was open until {policy.to}")
    pen.write(answered(policy.policy_id, said, offers))


def accepted(pen: Pen) -> Accepted:
    """What the policy that follows is entered with."""
    offers = {(one["vehicle_id"], one["cover"]): one["made"]["renewed"] for one in pen.all_known(OFFER)}
    said = {key: offer["risk"]["annual_km"] for key, offer in offers.items()}
    total = sum((entry.amount for entry in pen.all_known(OFFER)), Decimal("0.00"))
    stepped = {key for key, offer in offers.items() if "scale" in (offer["claims"] or ())}
    return Accepted(total, {key: None if km is None else float(km) for key, km in said.items()}, stepped)


def lapse(pen: Pen, policy: Policy, today: date) -> None:
    """Offers that nobody answered before their term began have lapsed."""
    if pen.all_known(OFFER) and not is_answered(pen) and today >= policy.to:
        answer(pen, policy, LAPSED, today)


def _offers(pen: Pen, policy: Policy, known: Renewing) -> Iterator[Draft]:
    """An offer a vehicle and cover that is insured to the end of the term."""
    start, end = next_term(policy)
    insured = known.book.risks_of(policy.policy_id).to_dicts()
    rows = [row for row in insured if row["valid_to"] == policy.to]
    if not rows:
        raise LedgerError("nothing is insured to the end of its term")
    claimed = experienced(known.book, policy, known.claims, known.tariff)
    for row in sorted(rows, key=lambda row: (row["vehicle_id"], row["cover"])):
        expiring = indication(pen, policy, row)
        vehicle = (row["fleet_id"], row["vehicle_id"])
        mine = [one for one in insured if (one["fleet_id"], one["vehicle_id"]) == vehicle]
        km = annual_km(known.book, mine, vehicle, row["annual_km"])
        days = vehicle_days(start, end)
        exposure = known.book.split(vehicle, (km or 0.0) * days / YEAR)
        previous = paid(pen, policy, rows, row, days, exposure, known.tariff.rounding)
        claims = claimed.get((*vehicle, row["cover"]))
        if row["experience"] is not None and not isinstance(claims, Stepped):
            claims = None  # the underwriter's word
        coefficient = row["experience"] if claims is None else claims.coefficient
        term = {"valid_from": start, "valid_to": end, "inception": start, "annual_km": km, "previous": previous}
        risk = risk_of({**row, **term, "experience": coefficient})
        own = known.book.own.get(vehicle) or {risk.klass: Exposure()}
        yield offered(expiring, risk, exposure, own, known.tariff, known.tariffs, claims)
