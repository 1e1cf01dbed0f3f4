"""Endorsed: charges of one vehicle and cover on the way from the days charged so far to those that are insured."""

from collections.abc import Sequence
from datetime import date

from pricing.billing.cancellation import ShortRate
from pricing.billing.term import Term
from pricing.ledger.charged import Account, cancelled, part
from pricing.ledger.coverage import Move, Span, covered, moves
from pricing.ledger.entry import Draft
from pricing.ledger.pen import Pen
from pricing.premium import CHARGED


def endorse(
    pen: Pen, account: Account, wanted: Sequence[Span], today: date, ends: date | None, rule: ShortRate
) -> None:
    """Add, remove, substitute, rate anew: pro rata by the day, credits as charges below 0.

    From ``ends`` on, where the policy was ended early, what is not used is given back by ``rule``.
    """
    charged = covered(pen.known(CHARGED, account.vehicle_id, account.cover), pen.by_hash)
    for move in moves(charged, wanted, today):
        if move.old is not None:
            pen.write(_given_back(account, move, move.old, ends, rule))
        if move.new is not None:
            pen.write(_charged(account, move, move.new))


def _charged(account: Account, move: Move, new: Span) -> Draft:
    reason = "rerated" if move.old else "inception" if move.start == new.term.start else "added"
    return part(account, new.indication.amount, move.start, move.end, new.term, reason, new.indication.hash)


def _given_back(account: Account, move: Move, old: Span, ends: date | None, rule: ShortRate) -> Draft:
    premium, name = old.indication.amount, old.indication.hash
    if ends is not None and move.new is None and move.start >= ends:
        paid = old.term.share(premium, old.start, old.end)
        return cancelled(account, paid, move.start, Term(old.start, old.end, old.term.rounding), rule, name)
    reason = "rerated back" if move.new else "removed"
    return part(account, -premium, move.start, move.end, old.term, reason, name)
