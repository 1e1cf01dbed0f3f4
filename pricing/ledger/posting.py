"""Posting: what a policy's chain is to say next - indications as they move, charges as its basis allows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.billing.basis import DECLARATION, PER_KM
from pricing.billing.cancellation import PRO_RATA, ShortRate
from pricing.billing.declaration import KM, Declaration
from pricing.billing.term import Term
from pricing.ledger.billed import bill, unbill
from pricing.ledger.charged import Account, adjusted, cancelled, part
from pricing.ledger.coverage import Span
from pricing.ledger.endorsed import endorse
from pricing.ledger.entry import Draft, Entry, reversal
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import Billing, Driven
from pricing.ledger.rated import alike
from pricing.money import micro
from pricing.premium import ADJUSTMENT, CHARGED, INDICATED
from pricing.tariff import Tariff

WHOLE = ""  # vehicle and cover of a charge that is the policy's
BILL, DEPOSIT, PREMIUM = "bill", "deposit", "premium"  # what is charged: by the km, of the whole policy, of a vehicle
NOTHING = Decimal("0.00")


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
    estimate: Decimal | None = None  # km or vehicle-days of the term that the deposit is for
    actual: Decimal | None = None  # those in the end, once they are known
    unit: str = KM  # of both
    silent: Decimal = Decimal(0)  # of the actual ones those of days of which nothing is known, as declared

    @property
    def end(self) -> date:
        """The first day without cover."""
        return self.term.end if self.cancelled is None else min(self.term.end, self.cancelled)

    def account(self, vehicle_id: str = WHOLE, cover: str = WHOLE) -> Account:
        """Whose charge it is; the policy's, if no vehicle is named."""
        return Account(self.policy_id, vehicle_id, cover, self.currency)


def _unknown(_shown: Entry) -> bool:
    """Not known before the indication is made."""
    return False


@dataclass(frozen=True)
class Insured:
    """A vehicle and cover for days in which nothing about it changed, and its rating as it would be now."""

    vehicle_id: str
    cover: str
    start: date
    end: date  # excluded
    risk: Mapping[str, Any]  # as an entry has it: what is insured, for the whole term
    rating: Callable[[Entry | None], Draft]  # the indication after the last one shown of the same risk
    km: Driven
    still: Callable[[Entry], bool] = _unknown  # whether the last one shown, of the same tariff, would be shown now


def post(contract: Contract, insured: Sequence[Insured], pen: Pen, today: date, tariff: Tariff) -> None:
    """Write what is due on ``today``, the first day that is not over; what was posted before is not posted again."""
    begun = [piece for piece in insured if piece.start <= today]
    shown = [(piece, _indicate(contract, piece, pen, today, tariff)) for piece in begun]
    _retire(pen, [indication for _, indication in shown])
    _another_basis(contract, pen)
    if contract.basis == PER_KM:
        unbill(pen, {(piece.vehicle_id, piece.cover, piece.start.isoformat()) for piece in begun})
        for piece, indication in shown:
            billing = Billing(piece.start, max(piece.start, min(piece.end, contract.end)))
            account = contract.account(piece.vehicle_id, piece.cover)
            bill(pen, account, billing, indication, piece.km, today, tariff)
    elif contract.deposit is not None:
        _deposit(contract, contract.deposit, pen, today)
    else:
        for account, wanted in _wanted(contract, shown, pen):
            endorse(pen, account, wanted, today, contract.cancelled, contract.rule)
    _adjust(contract, pen, today)


def _another_basis(contract: Contract, pen: Pen) -> None:
    """Take back what was charged on a basis that the registry no longer says."""
    mine = BILL if contract.basis == PER_KM else DEPOSIT if contract.deposit is not None else PREMIUM
    for entry in pen.all_known(CHARGED):
        if mine != (BILL if entry["made"]["by"] == "billed" else DEPOSIT if entry["vehicle_id"] == WHOLE else PREMIUM):
            pen.write(reversal(entry, "another basis"))


def _indicate(contract: Contract, piece: Insured, pen: Pen, today: date, tariff: Tariff) -> Entry:
    """The indication that holds of a piece: the last one shown, or a new one if it has moved; none once it is over."""
    start, end = piece.start.isoformat(), piece.end.isoformat()
    earlier = [
        entry
        for entry in pen.known(INDICATED, piece.vehicle_id, piece.cover)
        if entry["valid_from"] == start and alike(entry["made"]["risk"], piece.risk)
    ]
    if not earlier:
        return pen.write(piece.rating(None))
    last = earlier[-1]
    same_days, over = last["valid_to"] == end, min(piece.end, contract.end) <= today
    if same_days and over:
        return last
    same_tariff = last["made"]["tariff"] == tariff.digest
    if same_days and same_tariff and piece.still(last):
        return last
    found = piece.rating(last if same_tariff else None)
    return last if same_days and found.amount == last.amount else pen.write(found)


def _retire(pen: Pen, hold: Iterable[Entry]) -> None:
    """Take back the indications of what is no longer insured so: of other days, or of another risk."""
    insured: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for entry in hold:
        insured.setdefault(_piece(entry), []).append(entry["made"]["risk"])
    for entry in pen.all_known(INDICATED):
        if not any(alike(entry["made"]["risk"], risk) for risk in insured.get(_piece(entry), [])):
            pen.write(reversal(entry, "other days"))


def _piece(indication: Entry) -> tuple[str, ...]:
    return tuple(indication[name] for name in ("vehicle_id", "cover", "valid_from", "valid_to"))


def _wanted(
    contract: Contract, shown: Sequence[tuple[Insured, Entry]], pen: Pen
) -> list[tuple[Account, Sequence[Span]]]:
    """By account the days to be charged, if the policy is not ended early; of one that is no longer insured, none."""
    spans: dict[tuple[str, str], list[Span]] = {key: [] for key in pen.accounts(CHARGED) if key != (WHOLE, WHOLE)}
    for piece, indication in shown:
        end = min(piece.end, contract.term.end)
        mine = spans.setdefault((piece.vehicle_id, piece.cover), [])
        if piece.start < end:
            mine.append(Span(piece.start, end, indication, contract.term))
    return [(contract.account(*key), wanted) for key, wanted in sorted(spans.items())]


def _deposit(contract: Contract, deposit: Decimal, pen: Pen, today: date) -> None:
    """The deposit of the whole policy, less what is given back of it once that is ended early; another is put right."""
    term, account = contract.term, contract.account()
    wanted = [part(account, deposit, term.start, term.end, term, "deposit")]
    if contract.end < term.end and contract.end <= today:
        wanted.append(cancelled(account, deposit, max(contract.end, term.start), term, contract.rule))
    _instead(pen, CHARGED, wanted, "another deposit or end")


def _adjust(contract: Contract, pen: Pen, today: date) -> None:
    """What is due once it is over and the km are known: again, by a reversing entry, if either is put right later."""
    wanted, is_over = [], contract.term.start < contract.end <= today
    if contract.basis == DECLARATION and is_over and contract.actual is not None and contract.estimate is not None:
        paid = sum((entry.amount for entry in pen.all_known(CHARGED)), NOTHING)
        deposit = Declaration(paid, _estimate(contract, contract.estimate), contract.minimum)
        known = contract.actual, contract.term, contract.unit, contract.silent
        wanted = [adjusted(contract.account(), deposit, *known)]
    _instead(pen, ADJUSTMENT, wanted, "other km")


def _estimate(contract: Contract, whole: Decimal) -> Decimal:
    """What was paid for: the estimate of the term, or of its days until it was ended early."""
    term = contract.term
    return whole if contract.end == term.end else micro(whole * term.elapsed(contract.end) / term.days)


def _instead(pen: Pen, kind: str, wanted: Sequence[Draft], reason: str) -> None:
    """Write what of ``wanted`` does not hold yet, and take back what else holds of the whole policy."""
    held = pen.known(kind, WHOLE, WHOLE)
    for entry in held:
        if not any(entry["made"] == draft.made for draft in wanted):
            pen.write(reversal(entry, reason))
    for draft in wanted:
        if not any(entry["made"] == draft.made for entry in held):
            pen.write(draft)
