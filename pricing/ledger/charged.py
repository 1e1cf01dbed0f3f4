"""Charged: a charge with the arithmetic that made it - part of a term, a deposit adjusted, a bill by the km."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.billing.cancellation import ShortRate
from pricing.billing.declaration import KM, Declaration
from pricing.billing.per_km import PerKm, Reading
from pricing.billing.term import Term
from pricing.canonical import plain
from pricing.ledger.entry import Draft
from pricing.premium import ADJUSTMENT, CHARGED

Made = Mapping[str, Any]
NONE = Decimal(0)


@dataclass(frozen=True)
class Account:
    """Whose charge it is."""

    policy_id: str
    vehicle_id: str  # "" where it is the policy's
    cover: str
    currency: str


def part(
    account: Account, premium: Decimal, start: date, end: date, term: Term, reason: str, indication: str = ""
) -> Draft:
    """Pro rata from ``start`` to ``end`` of a ``premium`` for the whole term; below 0 for what is given back.

    ``indication`` is the hash of the entry that the premium was taken from.
    """
    made = {"by": "part", "premium": premium, "term": term, "from": start, "indication": indication}
    return _draft(account, CHARGED, start, end, reason, made)


def cancelled(
    account: Account,
    paid: Decimal,
    on: date,
    term: Term,
    rule: ShortRate,
    indication: str = "",
    days: tuple[date, date] | None = None,
) -> Draft:
    """What is given back of what was ``paid`` for the ``term`` of an account, ended early by the policyholder.

    ``days`` are those that it is given back for, if not all that are left.
    """
    start, end = days or (on, term.end)
    made = {"by": "cancelled", "paid": paid, "term": term, "on": on, "rule": rule, "indication": indication}
    return _draft(account, CHARGED, start, end, "cancelled", {**made, "from": start})


def adjusted(
    account: Account, deposit: Declaration, actual: Decimal, term: Term, unit: str = KM, silent: Decimal = NONE
) -> Draft:
    """What is due on a deposit once the ``actual`` km or vehicle-days are known; ``silent`` of them as declared."""
    made = {"by": "adjusted", "deposit": deposit, "actual": actual, "rounding": term.rounding}
    said = made if unit == KM else made | {"unit": unit}  # entries written before there was another do not say it
    said = said | {"silent": silent} if silent else said
    return _draft(account, ADJUSTMENT, term.start, term.end, "adjusted", said)


def billed(
    account: Account,
    rates: PerKm,
    reading: Reading,
    before: Decimal,
    start: date,
    end: date,
    since: date | None = None,
    indication: str = "",
) -> Draft:
    """What is due at a billing date; ``before`` was billed of the days from ``since`` on.

    ``indication`` is the hash of the entry whose rates these are.
    """
    said = {"before": before, "since": since or start, "indication": indication}
    made = {"by": "billed", "rates": rates, "reading": reading, **said}
    return _draft(account, CHARGED, start, end, "billed", made)


def again(draft: Draft) -> Draft:
    """The draft made again from what it says it was made from."""
    account = Account(draft.policy_id, draft.vehicle_id, draft.cover, draft.currency)
    return _draft(account, draft.kind, draft.valid_from, draft.valid_to, draft.reason, draft.made)


def _draft(account: Account, kind: str, start: date, end: date, reason: str, made: Made) -> Draft:
    """Made from what is written down, not from what was handed in."""
    said = plain(made)
    amount = AMOUNTS[said["by"]](said, end)
    return Draft(
        account.policy_id, account.vehicle_id, account.cover, kind, start, end, amount, account.currency, said, reason
    )


def term_of(made: Made) -> Term:
    """The term that a charge says it is part of."""
    said = made["term"]
    return Term(date.fromisoformat(said["start"]), date.fromisoformat(said["end"]), said["rounding"])


def rule_of(made: Made) -> ShortRate:
    """The rule by which a policy was ended early."""
    said = made["rule"]
    kept = tuple((day, Decimal(share)) for day, share in said["kept"])
    return ShortRate(said["name"], said["source"], Decimal(said["returned"]), said["year"], kept)


def deposit_of(made: Made) -> Declaration:
    """The deposit that was adjusted."""
    return Declaration(**{name: Decimal(x) for name, x in made["deposit"].items()})


def rates_of(made: Made) -> PerKm:
    """The rates of a bill."""
    said = made["rates"]
    least = Decimal(said.get("least", 0))  # bills written before it was kept have none
    unseen = said.get("per_gap_km")  # nor this
    gap = None if unseen is None else Decimal(unseen)
    return PerKm(Decimal(said["per_day"]), Decimal(said["per_km"]), said["rounding"], least, gap)


def reading_of(made: Made) -> Reading:
    """What had been insured and driven by a bill."""
    said = made["reading"]
    return Reading(said["days"], Decimal(said["km"]), Decimal(said.get("gap", 0)))


def _part(made: Made, end: date) -> Decimal:
    return term_of(made).share(Decimal(made["premium"]), date.fromisoformat(made["from"]), end)


def refund_of(made: Made) -> Decimal:
    """What is given back for all days left when a policy was ended early."""
    return rule_of(made).refund(Decimal(made["paid"]), date.fromisoformat(made["on"]), term_of(made))


def _cancelled(made: Made, end: date) -> Decimal:
    term = term_of(made)
    left = Term(date.fromisoformat(made["on"]), term.end, term.rounding)
    start = made.get("from", made["on"])  # entries written before it was kept are of all days left
    return -left.share(refund_of(made), date.fromisoformat(start), end)


def _adjusted(made: Made, _: date) -> Decimal:
    return deposit_of(made).adjusted(Decimal(made["actual"]), made["rounding"]).due


def _billed(made: Made, _: date) -> Decimal:
    return rates_of(made).bill(reading_of(made), Decimal(made["before"])).due


AMOUNTS: dict[str, Callable[[Made, date], Decimal]] = {
    "part": _part,
    "cancelled": _cancelled,
    "adjusted": _adjusted,
    "billed": _billed,
}
