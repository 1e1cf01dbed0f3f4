"""Terms: the same day some months later, and the term after a policy's."""

from calendar import monthrange
from datetime import date, timedelta

from streams.registry.contracts import Policy


def next_term(policy: Policy) -> tuple[date, date]:
    """The term after a policy's: as many calendar months, or as many days where it is not of whole months."""
    first, start = policy.from_, policy.to
    months = (start.year - first.year) * 12 + start.month - first.month
    if later(first, months) == start:
        return start, later(first, 2 * months)
    short = later(first, months - 1)  # a month may lack the first day: a year from 29 February can end on 1 March
    if short.day < first.day and short + timedelta(days=1) == start:
        return start, later(start, months - 1)
    return start, start + (start - first)


def later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
