"""Posting: what a policy's chain is to say next - indications as they move, charges as its basis allows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from pricing.billing.basis import DECLARATION, PER_KM
from pricing.billing.cancellation import PRO_RATA, ShortRate
from pricing.billing.declaration import Declaration
from pricing.billing.term import Term
from pricing.ledger import coverage
from pricing.ledger.charged import Account, adjusted, billed, cancelled, part
from pricing.ledger.coverage import Move, Span
from pricing.ledger.entry import Draft, Entry, follow, reversal
from pricing.ledger.known import known
from pricing.ledger.per_km import Billing, agreed, rates
from pricing.premium import ADJUSTMENT, CHARGED, INDICATED
from pricing.tariff import Tariff

WHOLE = ""  # vehicle and cover of a charge that is the policy's


@dataclass(frozen=True)
class Contract:
    """What of a policy decides what may be charged."""

    policy_id: str
    currency: str
    basis: str
    term: Term
    cancelled: date | None = None  # ended early on this day
    rule: ShortRate = PRO_RATA  # by which what it has not used is given back then
    deposit: Decimal | None = None  # declaration: paid at the start; None: what is indicated
    minimum: Decimal = Decimal(0)  # share of the deposit that is kept in any case
    estimate: Decimal | None = None  # km of the term that the deposit is for
    actual: Decimal | None = None  # km that were driven in the end, once they are known


@dataclass(frozen=True)
class Insured:
    """A vehicle and cover for days in which nothing about it changed, and its rating as it would be now."""

    vehicle_id: str
    cover: str
    start: date
    end: date  # excluded
    rating: Callable[[Entry | None], Draft]  # the indication after the last one shown of the same risk
    km: Callable[[date, date], Decimal]  # driven in a period, seen or not


@dataclass
class Pen:
    """Writes a policy's chain on."""

    entries: list[Entry]
    at: datetime
    new: list[Entry] = field(default_factory=list)

    def write(self, draft: Draft) -> Entry:
        """Append the entry of ``draft``."""
        entry = follow(self.entries[-1] if self.entries else None, draft, self.at)
        self.entries.append(entry)
        self.new.append(entry)
        return entry

    def known(self, kind: str) -> list[Entry]:
        """What holds of a kind, as it is known now."""
        return [entry for entry in known(self.entries, self.at) if entry["kind"] == kind]


def post(contract: Contract, insured: Sequence[Insured], pen: Pen, today: date, tariff: Tariff) -> None:
    """Write what is due on ``today``, the first day that is not over; what was posted before is not posted again."""
    shown = [(piece, _indicate(piece, pen)) for piece in insured if piece.start <= today]
    spans: dict[tuple[str, str], list[Span]] = {key: [] for key in _accounts(pen)}
    for piece, indication in shown:
        end = piece.end if contract.cancelled is None else min(piece.end, contract.cancelled)
        if piece.start < end:
            span = Span(piece.start, end, indication, contract.term)
            spans.setdefault((piece.vehicle_id, piece.cover), []).append(span)
    if contract.basis == PER_KM:
        _bill(contract, shown, pen, today, tariff)
    elif contract.deposit is not None:
        _deposit(contract, pen)
    else:
        for (vehicle_id, cover), wanted in sorted(spans.items()):
            account = Account(contract.policy_id, vehicle_id, cover, contract.currency)
            _charge(contract, account, wanted, pen, today)
    if contract.basis == DECLARATION:
        _adjust(contract, pen)


def _accounts(pen: Pen) -> Iterable[tuple[str, str]]:
    return {(entry["vehicle_id"], entry["cover"]) for entry in pen.known(CHARGED) if entry["vehicle_id"] != WHOLE}


def _indicate(piece: Insured, pen: Pen) -> Entry:
    """The indication that holds of a piece: the last one shown, or a new one if it has moved."""
    found = piece.rating(None)
    earlier = [
        entry
        for entry in pen.known(INDICATED)
        if (entry["vehicle_id"], entry["cover"]) == (piece.vehicle_id, piece.cover)
        if entry["made"]["risk"] | {"previous": None} == found.made["risk"] | {"previous": None}
    ]
    if not earlier:
        return pen.write(found)
    last = earlier[-1]
    if last["made"]["tariff"] == found.made["tariff"]:
        found = piece.rating(last)
    period = (found.valid_from.isoformat(), found.valid_to.isoformat())
    if found.amount == last.amount and period == (last["valid_from"], last["valid_to"]):
        return last
    return pen.write(found)


def _charge(contract: Contract, account: Account, wanted: Sequence[Span], pen: Pen, today: date) -> None:
    """Add, remove, substitute, rate anew: pro rata by the day, credits as charges below 0."""
    indications = {entry.hash: entry for entry in pen.entries if entry["kind"] == INDICATED}
    mine = [
        entry
        for entry in pen.known(CHARGED)
        if (entry["vehicle_id"], entry["cover"]) == (account.vehicle_id, account.cover)
    ]
    for move in coverage.moves(coverage.covered(mine, indications), wanted, today):
        if move.old is not None:
            pen.write(_given_back(contract, account, move, move.old))
        if move.new is not None:
            pen.write(_newly_charged(account, move, move.new))


def _newly_charged(account: Account, move: Move, new: Span) -> Draft:
    reason = "rerated" if move.old else "inception" if move.start == new.term.start else "added"
    return part(account, new.indication.amount, move.start, move.end, new.term, reason, new.indication.hash)


def _given_back(contract: Contract, account: Account, move: Move, old: Span) -> Draft:
    premium, name = old.indication.amount, old.indication.hash
    if contract.cancelled is not None and move.new is None and move.start >= contract.cancelled:
        paid = old.term.share(premium, old.start, old.end)
        return cancelled(account, paid, move.start, Term(old.start, old.end, old.term.rounding), contract.rule, name)
    reason = "rerated back" if move.new else "removed"
    return part(account, -premium, move.start, move.end, old.term, reason, name)


def _bill(contract: Contract, shown: Sequence[tuple[Insured, Entry]], pen: Pen, today: date, tariff: Tariff) -> None:
    """A bill at each month's end, at the rates of the indication that the first one was made with."""
    for piece, indication in shown:
        account = Account(contract.policy_id, piece.vehicle_id, piece.cover, contract.currency)
        end = piece.end if contract.cancelled is None else min(piece.end, contract.cancelled)
        billing = Billing(piece.start, end)
        bills = [
            entry
            for entry in pen.known(CHARGED)
            if (entry["vehicle_id"], entry["cover"]) == (piece.vehicle_id, piece.cover)
            if entry["made"]["by"] == "billed"
            and piece.start.isoformat() <= entry["valid_from"] < piece.end.isoformat()
        ]
        held = agreed(bills[0]) if bills else rates(indication, tariff)
        done = date.fromisoformat(bills[-1]["valid_to"]) if bills else piece.start
        before = sum((entry.amount for entry in bills), Decimal("0.00"))
        for start, last in billing.due(done, today):
            reading = billing.reading(last, piece.km)
            draft = billed(account, held, reading, before, start, last)
            before += pen.write(draft).amount


def _deposit(contract: Contract, pen: Pen) -> None:
    """The deposit of the whole policy, once."""
    account, term = Account(contract.policy_id, WHOLE, WHOLE, contract.currency), contract.term
    if contract.deposit is not None and not any(entry["reason"] == "deposit" for entry in pen.known(CHARGED)):
        pen.write(part(account, contract.deposit, term.start, term.end, term, "deposit"))


def _adjust(contract: Contract, pen: Pen) -> None:
    """What is due once the km are known: again, by a reversing entry, if they are put right later."""
    if contract.actual is None or contract.estimate is None:
        return
    paid = sum((entry.amount for entry in pen.known(CHARGED)), Decimal("0.00"))
    account = Account(contract.policy_id, WHOLE, WHOLE, contract.currency)
    deposit = Declaration(paid, contract.estimate, contract.minimum)
    draft = adjusted(account, deposit, contract.actual, contract.term)
    for entry in pen.known(ADJUSTMENT):
        if entry["made"] == draft.made:
            return
        pen.write(reversal(entry, "other km"))
    pen.write(draft)
