"""Report: some weeks of a fleet - where most goes wrong, what could not be seen, what was done, what has changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import polars as pl

from pricing.exposure import Exposure, totals
from pricing.monitoring.bootstrap import Interval
from pricing.monitoring.rates import Seen, change, rate, word
from streams.desk.tasks import DONE, OPEN, VERIFIED

Row = dict[str, Any]

HARSH = ("harsh_braking", "harsh_acceleration", "harsh_cornering", "harsh_manoeuvre", "lane_change")
LEVELS = (2, 3)  # harsh and severe
URGENT = ("critical", "major")
SILENT = "device_silent"
KM = 1000.0  # rates are of so many
MOST = 10  # of the worst, and of what lists show


class Span(NamedTuple):
    """UTC days, the end excluded."""

    first: date
    end: date

    @property
    def before(self) -> "Span":
        """As many days just before."""
        return Span(self.first - (self.end - self.first), self.first)

    @property
    def seconds(self) -> tuple[float, float]:
        """The same in UTC epoch seconds."""
        first, end = (datetime.combine(day, time(), UTC).timestamp() for day in self)
        return first, end


@dataclass(frozen=True)
class Record:
    """What is known of the vehicles that the reader may see; frames as streams.tables has them."""

    sites: Mapping[str, str]  # by vehicle, of those that are registered
    exposure: pl.DataFrame
    events: pl.DataFrame
    alerts: pl.DataFrame
    scores: pl.DataFrame
    tasks: Sequence[Row]  # as tasks.fold
    now: float  # UTC epoch s


class Change(NamedTuple):
    """How often something was, against the period before; rates a 1,000 km."""

    name: str  # harsh, speeding, urgent
    before: Seen
    now: Seen
    old: Interval | None
    new: Interval | None
    difference: Interval | None
    word: str  # fewer, more, unclear


class Rated(NamedTuple):
    """A site, vehicle or driver: harsh events a 1,000 km in which they would have been seen."""

    name: str
    events: int
    km: float
    rate: Interval | None
    above: bool  # surely more than the fleet's own
    urgent: int  # critical and major alerts of the period
    overdue: int  # tasks
    score: float | None  # of a driver; None: none, or too little was driven to say


class Blind(NamedTuple):
    """What could not be seen of a vehicle."""

    vehicle_id: str
    heard: bool  # at all, in this period
    silent_h: float
    gap_km: float  # driven by the odometer, and not seen
    seen: float | None  # share of its km


class Report(NamedTuple):
    """All of it."""

    span: Span
    before: Span  # that it is held against
    vehicles: int
    heard: int
    km: float
    gap_km: float
    silent_h: float
    changes: tuple[Change, ...]
    sites: tuple[Rated, ...]
    worst: tuple[Rated, ...]  # vehicles
    drivers: tuple[Rated, ...]
    blind: tuple[Blind, ...]
    made: int  # tasks
    done: tuple[Row, ...]
    overdue: tuple[Row, ...]
    status: str  # of the tariff that the scores are made by: illustrative, filed


def report(known: Record, span: Span, before: Span) -> Report:
    """The report of ``span`` against what was ``before``."""
    driven = _within(known.exposure, span).with_columns(_site(known.sites))
    whole = next(iter(totals(driven, "fleet_id").values()), Exposure())
    late = [task for task in known.tasks if task["state"] == OPEN and _due(task, span, known.now)]
    blind = _blind(known, driven, span)
    first, end = span.seconds
    done = [t for t in known.tasks if t["state"] in (DONE, VERIFIED) and first <= (t["done_at"] or 0.0) < end]
    return Report(
        span,
        before,
        vehicles=len(blind),
        heard=sum(one.heard for one in blind),
        km=whole["km_measured"],
        gap_km=whole["km_gap"],
        silent_h=sum(one.silent_h for one in blind),
        changes=_changes(known, before, span),
        sites=_worst(known, span, driven, late, "site"),
        worst=_worst(known, span, driven, late, "vehicle_id"),
        drivers=_worst(known, span, driven, late, "driver_id"),
        blind=tuple(sorted((one for one in blind if _lacks(one)), key=_blindest)),
        made=sum(first <= task["created"] < end for task in known.tasks),
        done=tuple(sorted(done, key=lambda task: (-task["done_at"], task["task_id"]))),
        overdue=tuple(sorted(late, key=lambda task: (task["due"], task["task_id"]))),
        status="filed" if set(known.scores["status"]) == {"filed"} else "illustrative",
    )


def _due(task: Row, span: Span, now: float) -> bool:
    return task["due"] is not None and task["due"] < min(now, span.seconds[1])


def _within(frame: pl.DataFrame, span: Span) -> pl.DataFrame:
    return frame.filter(pl.col("day").is_between(*span, closed="left"))


def _site(sites: Mapping[str, str]) -> pl.Expr:
    return pl.col("vehicle_id").replace_strict(dict(sites), default="", return_dtype=pl.String).alias("site")


def harsh(sums: Exposure) -> Seen:
    """Harsh and severe events, and the km in which they would have been seen."""
    return Seen(int(sum(sums[f"{kind}_{level}"] for kind in HARSH for level in LEVELS)), sums["observed_km"] / KM)


def _speeding(sums: Exposure) -> Seen:
    return Seen(int(sum(sums[f"speeding_{level}"] for level in LEVELS)), sums["limit_known_km"] / KM)


def _changes(known: Record, before: Span, span: Span) -> tuple[Change, ...]:
    found: dict[str, list[Seen]] = {"harsh": [], "speeding": [], "urgent": []}
    for days in (before, span):
        sums = next(iter(totals(_within(known.exposure, days), "fleet_id").values()), Exposure())
        found["harsh"].append(harsh(sums))
        found["speeding"].append(_speeding(sums))
        found["urgent"].append(Seen(_urgent(known, days).height, sums["km_measured"] / KM))
    return tuple(_change(name, *pair) for name, pair in found.items())


def _change(name: str, before: Seen, now: Seen) -> Change:
    difference = change(before, now)
    return Change(name, before, now, rate(before), rate(now), difference, word(difference))


def _urgent(known: Record, span: Span) -> pl.DataFrame:
    first, end = (datetime.fromtimestamp(t, UTC) for t in span.seconds)
    seen = pl.col("first_seen").is_between(first, end, closed="left")
    return known.alerts.filter(seen, pl.col("priority").is_in(URGENT)).with_columns(_site(known.sites))


def _worst(known: Record, span: Span, driven: pl.DataFrame, late: Iterable[Row], by: str) -> tuple[Rated, ...]:
    """Those with harsh events, by the least rate that their events allow: little driving convicts nobody.

    Whoever had urgent alerts is never left out, with harsh events or without.
    """
    own = rate(harsh(next(iter(totals(driven, "fleet_id").values()), Exposure())))
    urgent = Counter(_urgent(known, span)[by].drop_nulls().to_list())
    tasks = Counter(known.sites.get(task["vehicle_id"], "") if by == "site" else task.get(by) for task in late)
    people = known.scores.filter(pl.col("subject") == "driver", ~pl.col("provisional")).select("driver_id", "score")
    scores = dict(people.iter_rows()) if by == "driver_id" else {}
    found = []
    known_sums = {name: sums for (name,), sums in totals(driven.filter(pl.col(by).is_not_null()), by).items()}
    for name in known_sums.keys() | urgent.keys():
        seen = harsh(known_sums.get(name, Exposure()))
        if seen.events or urgent[name]:
            sure = rate(seen)
            above = sure is not None and own is not None and sure.low > own.value
            more = (urgent[name], tasks[name], scores.get(name))
            found.append(Rated(name, seen.events, seen.exposure * KM, sure, above, *more))
    found.sort(key=lambda one: (-(one.rate.low if one.rate and one.events else 0.0), -one.urgent, one.name))
    return (*found[:MOST], *[one for one in found[MOST:] if one.urgent][:MOST])


def _blind(known: Record, driven: pl.DataFrame, span: Span) -> list[Blind]:
    sums = {name: one for (name,), one in totals(driven, "vehicle_id").items()}
    silent = _silent(known, span)
    return [_sight(name, sums.get(name), silent[name]) for name in sorted(known.sites.keys() | sums.keys())]


def _sight(name: str, sums: Exposure | None, silent_s: float) -> Blind:
    km, gap = (sums["km_measured"], sums["km_gap"]) if sums else (0.0, 0.0)
    return Blind(name, sums is not None, silent_s / 3600, gap, km / (km + gap) if km + gap > 0 else None)


def _silent(known: Record, span: Span) -> Counter[str]:
    """Seconds of the period in which the device of each vehicle said nothing."""
    first, end = span.seconds
    found: Counter[str] = Counter()
    kind = known.events.filter(pl.col("kind") == SILENT)
    for name, began, over in kind.select("vehicle_id", "start", "end").iter_rows():
        last = min(over.timestamp() if over else known.now, end)
        found[name] += round(max(last - max(began.timestamp(), first), 0.0))
    return found


def _lacks(one: Blind) -> bool:
    return not one.heard or one.silent_h > 0 or one.gap_km > 0


def _blindest(one: Blind) -> tuple[bool, float, float, str]:
    return one.heard, -one.silent_h, -one.gap_km, one.vehicle_id
