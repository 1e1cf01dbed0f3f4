"""Billed: bills by the km of a vehicle and cover, from those that hold to those that are due."""

from collections.abc import Set
from datetime import date
from decimal import Decimal

from pricing.ledger.charged import Account, billed, rates_of
from pricing.ledger.coverage import same
from pricing.ledger.entry import Entry, reversal
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import Billing, Driven, rates
from pricing.premium import CHARGED
from pricing.tariff import Tariff

NOTHING = Decimal("0.00")


def unbill(pen: Pen, insured: Set[tuple[str, str, str]]) -> None:
    """Take back the bills of what was not insured after all; ``insured`` are vehicle, cover and first day."""
    for entry in pen.all_known(CHARGED):
        since = entry["made"].get("since")
        if since is not None and (entry["vehicle_id"], entry["cover"], since) not in insured:
            pen.write(reversal(entry, "not insured"))


def bill(
    pen: Pen, account: Account, billing: Billing, indication: Entry, km: Driven, today: date, tariff: Tariff
) -> None:
    """A bill at each month's end, at the rates of the indication that the first one was made with.

    A risk that was put right is billed anew from its start; the last bill, where other days or km are known once all
    days are billed.
    """
    bills = _of_this_risk(pen, account, billing, indication)
    held = rates_of(bills[0]["made"]) if bills else rates(indication, tariff)
    known = indication.hash if indication["made"]["tariff"] == tariff.digest else ""
    name = bills[0]["made"].get("indication", "") if bills else known
    while bills and (done := _done(bills)) >= billing.end:
        if done == billing.end and _sum(bills) == held.earned(billing.reading(billing.end, km)):
            return
        pen.write(reversal(bills.pop(), "other days or km"))
    before = _sum(bills)
    for start, end in billing.due(_done(bills) if bills else billing.start, today):
        draft = billed(account, held, billing.reading(end, km), before, start, end, billing.start, name)
        before += pen.write(draft).amount


def _of_this_risk(pen: Pen, account: Account, billing: Billing, indication: Entry) -> list[Entry]:
    """The bills that hold; those of another risk, which the registry no longer says, are taken back."""
    since = billing.start.isoformat()
    said = pen.known(CHARGED, account.vehicle_id, account.cover)
    bills = [entry for entry in said if entry["made"].get("since") == since]
    first = pen.by_hash.get(bills[0]["made"].get("indication", "")) if bills else None
    if first is None or same(first, indication):
        return bills
    for entry in bills:
        pen.write(reversal(entry, "another risk"))
    return []


def _done(bills: list[Entry]) -> date:
    return max(date.fromisoformat(entry["valid_to"]) for entry in bills)


def _sum(bills: list[Entry]) -> Decimal:
    return sum((entry.amount for entry in bills), NOTHING)
