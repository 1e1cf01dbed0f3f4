"""Followed: what the registry said of each vehicle when its record was made, and since when it says otherwise."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from devices.samples import Floats
from streams.fleets.fleet import Coupled, Known
from streams.ids import digest

Span = tuple[float, float, str]  # from, to, who or what held
DATED = ("described", "assignments", "zones", "routes", "couplings")
PULLED = "pulled"  # the trailers a record was made with, where they are not those the registry says now


def said(known: Known) -> str:
    """What a registry says of a vehicle, as text to be kept."""
    return json.dumps(
        {
            "zone": known.zone,
            "jurisdiction": known.jurisdiction,
            "described": list(_described(known)),
            "assignments": list(known.assignments),
            "zones": [(one.start, one.end, _mark(one[:3])) for one in known.zones],
            "routes": [(one.start, one.end, _mark(one[:4])) for one in known.routes],
            "couplings": trailers(known.couplings),
        }
    )


def trailers(couplings: Iterable[Coupled]) -> list[Span]:
    """When which trailer was pulled, its axles and pressures as a mark."""
    return [(one.start, one.to, _mark((*one[2:5], _told(one.placard)))) for one in couplings]


def pulled(told: str) -> set[Span]:
    """When which trailer was pulled by the record of a vehicle: settling reaches no further back than it does."""
    kept = json.loads(told)
    return _spans(kept, PULLED if PULLED in kept else "couplings")


def made_with(told: str, before: set[Span], now: set[Span], since: float) -> str:
    """``told``, by whose record trailers are those of ``before`` up to ``since``, and from then on those of ``now``."""
    kept = {name: value for name, value in json.loads(told).items() if name != PULLED}
    spans = set(_spliced(before, now, since))
    return json.dumps(kept if spans == _spans(kept, "couplings") else kept | {PULLED: sorted(spans)})


def _spliced(before: set[Span], now: set[Span], since: float) -> Iterator[Span]:
    """One that goes on at ``since`` stays one."""
    goes_on = {what: end for start, end, what in now if start < since < end}
    begun = {what for start, end, what in before if start < since < end}
    for start, end, what in before:
        if start < since:
            yield start, goes_on.get(what, since) if since < end else end, what
    for start, end, what in now:
        if end > since and not (start < since and what in begun):
            yield max(start, since), end, what


def _described(known: Known) -> Iterator[Span]:
    """The periods of a vehicle's class, tyres and use; the first begins with time."""
    some = known.descriptions()
    starts = [float("-inf"), *(one.since for one in some[1:])]
    for one, start, end in zip(some, starts, [*starts[1:], float("inf")], strict=True):
        yield start, end, _mark((one.klass, _told(one.placard), one.passenger))


def _told(placard: Floats | None) -> list[float | None] | None:
    return None if placard is None else [None if value != value else value for value in placard.tolist()]


def _mark(described: tuple[Any, ...]) -> str:
    """Stands for a zone, route, trailer or description, which may take pages to describe."""
    return digest(repr(described).encode()).hex()[:16]


def differs_since(before: str, after: str) -> float | None:
    """Earliest instant of which two such texts say different things: -inf from the very beginning, None never.

    Drivers, routes and trailers are assigned from an instant on, zones and descriptions of the vehicle have periods;
    the time zone and jurisdiction of its fleet hold for ever.
    """
    if before == after:
        return None
    old, new = json.loads(before), json.loads(after)
    if any(old.get(name) != new[name] for name in new if name not in DATED):
        return float("-inf")
    changes = (since for name in DATED for since in _changes(_spans(old, name), _spans(new, name)))
    return min(changes, default=None)


def _spans(told: Mapping[str, Any], name: str) -> set[Span]:
    return {(start, end, what) for start, end, what in told.get(name, ())}


def _changes(old: set[Span], new: set[Span]) -> Iterator[float]:
    """Where spans begin to differ: at the start of one that is new or gone, or at the earlier of two ends."""
    ends = _ends(old), _ends(new)
    for start, end, what in old ^ new:
        others = [told[start, what] for told in ends if (start, what) in told]
        yield min(end, *others) if len(others) == 2 else start


def _ends(spans: Iterable[Span]) -> dict[tuple[float, str], float]:
    return {(start, what): end for start, end, what in spans}
