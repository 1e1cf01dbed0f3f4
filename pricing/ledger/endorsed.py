"""Endorsed: charges of one vehicle and cover on the way from the days charged so far to those that are insured."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pricing.billing.cancellation import ShortRate
from pricing.billing.term import Term
from pricing.canonical import plain
from pricing.ledger.charged import Account, cancelled, part
from pricing.ledger.coverage import Move, Span, covered, moves
from pricing.ledger.entry import Draft, Entry, reversal
from pricing.ledger.pen import Pen
from pricing.premium import CHARGED


def endorse(
    pen: Pen, account: Account, wanted: Sequence[Span], today: date, ends: date | None, rule: ShortRate
) -> None:
    """Add, remove, substitute, rate anew: pro rata by the day, credits as charges below 0.

    ``wanted`` are days as if the policy were not ended early. Where it ``ends`` so, what is not used is given back by
    ``rule``; and what was given back is taken back first, if it ends otherwise or something else was insured.
    """
    said = pen.known(CHARGED, account.vehicle_id, account.cover)
    first = next((place for place, entry in enumerate(said) if entry["made"]["by"] == "cancelled"), len(said))
    last = today if ends is None else min(today, ends - timedelta(days=1))  # what begins later never did
    due, ended = moves(covered(said[:first], pen.by_hash), wanted, last), said[first:]
    if ended and not due and all(_ends_so(entry, ends, rule) for entry in ended):
        return
    for entry in ended:
        pen.write(reversal(entry, "ended otherwise"))
    for move in due:
        if move.old is not None:
            pen.write(_given_back(account, move, move.old))
        if move.new is not None:
            pen.write(_charged(account, move, move.new))
    if ends is not None and ends <= today:
        left = covered(pen.known(CHARGED, account.vehicle_id, account.cover), pen.by_hash)
        for draft in list(_ended(account, left, ends, rule)):
            pen.write(draft)


def _charged(account: Account, move: Move, new: Span) -> Draft:
    reason = "rerated" if move.old else "inception" if move.start == new.term.start else "added"
    return part(account, new.indication.amount, move.start, move.end, new.term, reason, new.indication.hash)


def _given_back(account: Account, move: Move, old: Span) -> Draft:
    reason = "rerated back" if move.new else "removed"
    return part(account, -old.indication.amount, move.start, move.end, old.term, reason, old.indication.hash)


def _ended(account: Account, charged: Sequence[Span], ends: date, rule: ShortRate) -> Iterator[Draft]:
    """What is given back of days from ``ends`` on, each at its own premium.

    ``rule`` counts from the first of unbroken days: a vehicle rated anew last week is as far into its term as it was.
    """
    since = done = ends
    for span in charged:
        if span.start != done or span is charged[0]:
            since = span.start
        done = span.end
        if span.end > ends:
            whole = Term(since, span.term.end, span.term.rounding)
            paid = span.term.share(span.indication.amount, since, span.term.end)
            on, days = max(ends, since), (max(ends, span.start), span.end)
            yield cancelled(account, paid, on, whole, rule, span.indication.hash, days)


def _ends_so(entry: Entry, ends: date | None, rule: ShortRate) -> bool:
    """Whether a cancellation on record is the one that holds."""
    made = entry["made"]
    if ends is None or made["by"] != "cancelled":
        return False
    return bool(made["on"] == max(ends.isoformat(), made["term"]["start"]) and made["rule"] == plain(rule))
