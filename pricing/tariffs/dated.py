"""Dated: tariffs in force one after another, in each currency, and by which a term is rated: the one at its start."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from pricing.document import TariffError
from pricing.tariff import Tariff


def dated(tariffs: Iterable[Tariff]) -> tuple[Tariff, ...]:
    """The tariffs in order of time; each holds until its end, or until the next of its currency begins."""
    found = tuple(sorted(tariffs, key=lambda tariff: (tariff.valid_from, tariff.currency)))
    for one, other in pairwise(sorted(found, key=lambda tariff: (tariff.currency, tariff.valid_from))):
        if one.currency != other.currency:
            continue
        if one.valid_from == other.valid_from:
            raise TariffError(f"{one.tariff_id} and {other.tariff_id} both begin on {one.valid_from}")
        if one.valid_to is not None and one.valid_to > other.valid_from:
            raise TariffError(f"{one.tariff_id} ends on {one.valid_to}, after {other.tariff_id} begins")
    return found


def in_force(tariffs: Sequence[Tariff], day: date, currency: str = "") -> Tariff:
    """The tariff in force on a day, of those that ``dated`` has put in order, in a ``currency`` if any is in it.

    Else in that of the first. On a day on which none is, an illustrative one stands in, the last before it or else the
    first, to try things out.
    """
    named = {tariff.currency for tariff in tariffs} & {currency} or {tariffs[0].currency}
    tariffs = [tariff for tariff in tariffs if tariff.currency in named]
    begun = [tariff for tariff in tariffs if tariff.valid_from <= day]
    found = begun[-1] if begun else tariffs[0]
    if holds(found, day) or found.status == "illustrative":
        return found
    said = "; ".join(f"{tariff.tariff_id} from {tariff.valid_from} to {tariff.valid_to or '...'}" for tariff in tariffs)
    raise TariffError(f"no tariff is in force on {day}: {said}")


def holds(tariff: Tariff, day: date) -> bool:
    """Whether a day is one of a tariff's own."""
    return tariff.valid_from <= day and (tariff.valid_to is None or day < tariff.valid_to)
