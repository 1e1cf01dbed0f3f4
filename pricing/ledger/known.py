"""Known: what held on a day, as it was known at a moment: the two times of the ledger."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from pricing.canonical import moment
from pricing.ledger.coverage import GIVEN_BACK
from pricing.ledger.entry import Entry


def known(entries: Iterable[Entry], known_at: datetime) -> list[Entry]:
    """Entries recorded by then that no entry recorded by then has taken back; reversing entries are not among them."""
    recorded = [entry for entry in entries if entry["recorded_at"] <= moment(known_at)]
    reversed_by_then = {entry["reverses"] for entry in recorded}
    return [entry for entry in recorded if entry["reverses"] is None and entry.hash not in reversed_by_then]


def premium(
    entries: Iterable[Entry], vehicle_id: str, valid_at: date, known_at: datetime, kind: str
) -> dict[str, Entry]:
    """By cover, the last entry that says what the vehicle's premium is on ``valid_at``, as known at ``known_at``.

    None where the last one gives the day back.
    """
    day = valid_at.isoformat()
    last = {
        entry["cover"]: entry  # a later one stands in place of an earlier one
        for entry in known(entries, known_at)
        if entry["vehicle_id"] == vehicle_id and entry["kind"] == kind
        if entry["valid_from"] <= day < entry["valid_to"]
    }
    return {cover: entry for cover, entry in last.items() if entry["reason"] not in GIVEN_BACK}


def balance(entries: Iterable[Entry], known_at: datetime, kinds: Iterable[str]) -> Decimal:
    """Sum of all entries of ``kinds`` recorded by then, reversing ones included: what the policy owes in all."""
    chosen, now = set(kinds), moment(known_at)
    amounts = (entry.amount for entry in entries if entry["kind"] in chosen and entry["recorded_at"] <= now)
    return sum(amounts, Decimal("0.00"))
