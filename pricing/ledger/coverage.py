"""Coverage: which days of a term have been charged at which premium, and what is to be charged or given back now."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from pricing.billing.term import Term
from pricing.ledger.charged import term_of
from pricing.ledger.entry import Entry
from pricing.ledger.rated import alike

GIVEN_BACK = ("removed", "cancelled", "rerated back")


class Span(NamedTuple):
    """Days for which a premium of a whole ``term`` is charged."""

    start: date
    end: date  # excluded
    indication: Entry  # whose amount the premium is
    term: Term


class Move(NamedTuple):
    """What is to happen to the days from ``start`` to ``end``: ``old`` is given back, ``new`` charged."""

    start: date
    end: date
    old: Span | None
    new: Span | None


def covered(entries: Iterable[Entry], indications: dict[str, Entry]) -> list[Span]:
    """The days that the charges of one account cover; ``entries`` as they are known, ``indications`` by their hash."""
    spans: list[Span] = []
    for entry in entries:
        made, said = entry["made"], entry.draft
        if made["by"] not in ("part", "cancelled") or made["indication"] not in indications:
            continue
        spans = list(_without(spans, said.valid_from, said.valid_to))
        if said.reason not in GIVEN_BACK:
            found = indications[made["indication"]]
            spans.append(Span(said.valid_from, said.valid_to, found, term_of(made)))
    return sorted(spans, key=lambda span: span.start)


def moves(charged: Sequence[Span], wanted: Sequence[Span], today: date) -> list[Move]:
    """What leads from the days charged to those wanted, as far as it has begun; the same risk is left as it is."""
    cuts = sorted({day for span in (*charged, *wanted) for day in (span.start, span.end)})
    found: list[Move] = []
    for start, end in pairwise(cuts):
        old, new = _at(charged, start), _at(wanted, start)
        if start > today or (old is None and new is None) or (old and new and same(old.indication, new.indication)):
            continue
        if found and found[-1].end == start and (found[-1].old, found[-1].new) == (old, new):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Move(start, end, old, new))
    return found


def same(one: Entry, other: Entry) -> bool:
    """Whether two indications are of the same risk, whatever it costs."""
    return alike(risk_of(one), risk_of(other))


def risk_of(indication: Entry) -> dict[str, object]:
    """What is insured, without when and what it cost before."""
    apart = ("valid_from", "valid_to", "previous")
    return {name: value for name, value in indication["made"]["risk"].items() if name not in apart}


def _at(spans: Sequence[Span], day: date) -> Span | None:
    return next((span for span in spans if span.start <= day < span.end), None)


def _without(spans: Iterable[Span], start: date, end: date) -> Iterator[Span]:
    """The spans outside ``start`` to ``end``."""
    for span in spans:
        if span.start < min(span.end, start):
            yield span._replace(end=min(span.end, start))
        if max(span.start, end) < span.end:
            yield span._replace(start=max(span.start, end))
