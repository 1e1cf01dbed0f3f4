"""Followed: what the registry said of each vehicle when its record was made, and since when it says otherwise."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from streams.fleet import Known

Span = tuple[float, float, str]  # from, to, driver id


def said(known: Known) -> str:
    """What a registry says of a vehicle, as text to be kept."""
    placard = None if known.placard is None else [None if value != value else value for value in known.placard.tolist()]
    return json.dumps(
        {"class": known.klass, "placard": placard, "zone": known.zone, "assignments": list(known.assignments)}
    )


def differs_since(before: str, after: str) -> float | None:
    """Earliest instant of which two such texts say different things: -inf from the very beginning, None never.

    Drivers are assigned from an instant on; class, tyres and zone hold for all time.
    """
    if before == after:
        return None
    old, new = json.loads(before), json.loads(after)
    if any(old[name] != new[name] for name in ("class", "placard", "zone")):
        return float("-inf")
    return min(_changes(_spans(old), _spans(new)), default=None)


def _spans(told: Mapping[str, Any]) -> set[Span]:
    return {(start, end, driver) for start, end, driver in told["assignments"]}


def _changes(old: set[Span], new: set[Span]) -> Iterator[float]:
    """Where assignments begin to differ: at the start of one that is new or gone, or at the earlier of two ends."""
    ends = _ends(old), _ends(new)
    for start, end, driver in old ^ new:
        others = [told[start, driver] for told in ends if (start, driver) in told]
        yield min(end, *others) if len(others) == 2 else start


def _ends(spans: Iterable[Span]) -> dict[tuple[float, str], float]:
    return {(start, driver): end for start, end, driver in spans}
