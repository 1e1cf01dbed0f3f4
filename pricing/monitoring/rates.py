"""Rates: events over what was driven, how sure they are, and whether there are more or fewer than before."""

import math
from typing import NamedTuple

from pricing.monitoring.actual_expected import ratio
from pricing.monitoring.bootstrap import Interval

FEWER, MORE, UNCLEAR = "fewer", "more", "unclear"


class Seen(NamedTuple):
    """Events, and in how much driving they would have been seen (km, days: > 0, or nothing can be said)."""

    events: int
    exposure: float


def rate(seen: Seen, level: float = 0.95) -> Interval | None:
    """Events over exposure with Garwood's exact interval; None: nothing would have been seen."""
    return ratio(seen.events, seen.exposure, level) if seen.exposure > 0 else None


def change(before: Seen, now: Seen, level: float = 0.95) -> Interval | None:
    """Rate now less the rate before; None where either is not known.

    Source: Zou and Donner 2008, "Construction of confidence limits about effect measures" (MOVER), for a difference,
    out of the exact limits of each rate: valid for few events and for none.
    """
    old, new = rate(before, level), rate(now, level)
    if old is None or new is None:
        return None
    difference = new.value - old.value
    less = math.hypot(new.value - new.low, old.high - old.value)
    more = math.hypot(new.high - new.value, old.value - old.low)
    return Interval(difference, difference - less, difference + more)


def word(difference: Interval | None) -> str:
    """What a difference says: fewer, more, or nothing that is clear."""
    if difference is None or difference.low <= 0.0 <= difference.high:
        return UNCLEAR
    return MORE if difference.value > 0 else FEWER
