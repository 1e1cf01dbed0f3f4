"""Endorsement: a vehicle added, removed, substituted or rated anew in mid-term, pro rata by the day.

Premiums are those for the whole term at the rates in force for the vehicle; credits are charges below 0.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricing.billing.term import Term


class Charge(NamedTuple):
    """One line of a bill or credit note."""

    vehicle_id: str
    reason: str
    start: date
    end: date  # excluded
    amount: Decimal


def added(vehicle_id: str, premium: Decimal, on: date, term: Term) -> Charge:
    """The vehicle is insured from ``on`` to the end of the term."""
    return Charge(vehicle_id, "added", on, term.end, term.share(premium, on, term.end))


def removed(vehicle_id: str, premium: Decimal, on: date, term: Term) -> Charge:
    """The vehicle is no longer insured from ``on``; what it has not used is given back."""
    return Charge(vehicle_id, "removed", on, term.end, -term.share(premium, on, term.end))


def substituted(old: tuple[str, Decimal], new: tuple[str, Decimal], on: date, term: Term) -> tuple[Charge, Charge]:
    """One vehicle for another from ``on``; each is its id and its premium. Two lines, so that both can be read."""
    return removed(*old, on, term), added(*new, on, term)


def rerated(vehicle_id: str, was: Decimal, now: Decimal, on: date, term: Term) -> Charge:
    """The same vehicle at another premium from ``on``, such as another use or limit."""
    difference = term.share(now, on, term.end) - term.share(was, on, term.end)
    return Charge(vehicle_id, "rerated", on, term.end, difference)
