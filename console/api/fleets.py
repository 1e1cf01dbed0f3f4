"""Fleets over HTTP: the report of some weeks of a fleet, to read and to print."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated

import msgspec

from console.endpoint import Ask, Body, Endpoint, Query, Reply, Shape
from console.files.fleet_report import Made, gathered, paper, zone_of
from console.gate.access import ACTING, SEEING
from console.gate.problems import Problem
from console.reckoning.figures import figures
from pricing.monitoring.bootstrap import Interval
from pricing.reports import page
from streams import tables, words
from streams.desk import made as reports
from streams.desk import report as said
from streams.desk import tasks
from streams.desk.report import MOST, Rated, Report, Span, report
from streams.messages import iso

POLICY = {"Content-Security-Policy": page.POLICY}
DAYS, MOST_DAYS = 28, 366
EARLIEST = date(1970, 1, 1)


class Between(Shape):
    """A figure and the interval that holds it in 95 of 100."""

    value: float
    low: float
    high: float


class Change(Shape):
    """How often something was a 1,000 km, against as many days before."""

    name: str  # harsh, speeding, urgent
    events: int
    events_before: int
    rate: Between | None
    before: Between | None
    difference: Between | None
    word: str  # fewer, more, unclear


class Worst(Shape):
    """A site, vehicle or driver with harsh events, a 1,000 km in which they would have been seen."""

    name: str
    events: int
    km: float
    rate: Between | None
    above: bool  # surely more than the whole fleet
    urgent: int  # critical and major alerts
    overdue: int  # tasks
    score: float | None  # of a driver; null: none, or too little was driven to say


class Unseen(Shape):
    """What could not be seen of a vehicle."""

    vehicle_id: str
    heard: bool
    silent_h: float
    gap_km: float
    seen: float | None


class FleetReport(Shape):
    """Some weeks of a fleet."""

    fleet_id: str
    sites: list[str]  # empty: all of it
    first: str
    end: str  # the day after the last
    before_first: str  # of the days it is held against
    before_end: str
    before_at: str | None  # when the report of those days was made; null: there is none, they are as many days before
    before_by: str | None
    vehicles: int
    heard: int
    km: float
    gap_km: float
    silent_h: float
    changes: list[Change]
    worst_sites: list[Worst]
    worst_vehicles: list[Worst]
    worst_drivers: list[Worst]
    blind: list[Unseen]
    tasks_made: int
    tasks_done: int
    tasks_overdue: int
    status: str  # of the tariff that the scores are made by: illustrative, filed


class Weeks(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days (UTC): up to ``to``, which is not among them; empty: with today so far. Without ``from``: 28."""

    from_: str = msgspec.field(name="from", default="")
    to: str = ""


class Given(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same of a report that was given out."""

    from_: str = msgspec.field(name="from", default="")
    to: str = ""


class Printed(Weeks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same in a language."""

    language: Annotated[str, msgspec.Meta(description=", ".join(words.LANGUAGES))] = words.ENGLISH


def summary(ask: Ask) -> FleetReport:
    """What changed, the worst, what could not be seen, tasks."""
    return _said(*_report(ask, ask.query))


def _said(found: Report, made: Made) -> FleetReport:
    same = ("vehicles", "heard", "km", "gap_km", "silent_h")
    return FleetReport(
        fleet_id=made.fleet,
        sites=list(made.sites),
        first=found.span.first.isoformat(),
        end=found.span.end.isoformat(),
        before_first=found.before.first.isoformat(),
        before_end=found.before.end.isoformat(),
        before_at=iso(made.last.at) if made.last else None,
        before_by=made.last.by if made.last else None,
        changes=[_change(one) for one in found.changes],
        worst_sites=[_worst(one) for one in found.sites],
        worst_vehicles=[_worst(one) for one in found.worst],
        worst_drivers=[_worst(one) for one in found.drivers],
        blind=[Unseen(**one._asdict()) for one in found.blind[: 10 * MOST]],
        tasks_made=found.made,
        tasks_done=len(found.done),
        tasks_overdue=len(found.overdue),
        status=found.status,
        **{name: getattr(found, name) for name in same},
    )


def document(ask: Ask) -> Reply:
    """The same as a page for paper: A4, without scripts."""
    language = ask.query.language
    if language not in words.LANGUAGES:
        raise Problem(422, "invalid", words.say("one_of", name="language", known=", ".join(words.LANGUAGES)))
    found, made = _report(ask, ask.query)
    return Reply(page.page(paper(found, made, language)).encode(), 200, POLICY, "text/html; charset=utf-8")


def make(ask: Ask) -> FleetReport:
    """Put on record that the report of these days was given out: the next of the same vehicles is held against it."""
    found, made = _report(ask, ask.body)
    with ask.world.store.writing() as connection:
        reports.record(connection, made.fleet, made.sites, found.span, ask.who.login)
    return _said(found, made)


def _report(ask: Ask, days: Weeks | Given) -> tuple[Report, Made]:
    world, fleet_id, scope = ask.world, ask.parts["fleet"], ask.scope
    figured = figures(world)
    six, now = figured.tables(), figured.now
    span = _span(days, now)
    sites = [] if scope.fleet(fleet_id) else sorted({one.site for one in scope.grants if one.fleet == fleet_id})
    with world.store.reading() as connection:
        work, last = tasks.tasks(connection), reports.last(connection, fleet_id, sites, span)
    known = gathered(fleet_id, six, work, world.known.roster, now, partial(scope.sees, fleet_id))
    if not known.sites:
        raise Problem(404, "no_fleet", f"there is no fleet {fleet_id!r} with a vehicle that you may see")
    made = Made(fleet_id, sites, ask.who.login, world.clock(), now, zone_of(world.known.registry, fleet_id), last)
    return report(known, span, last.span if last else span.before), made


def _span(days: Weeks | Given, now: float) -> Span:
    """The days asked for."""
    try:
        end = date.fromisoformat(days.to) if days.to else tables.moment(now).date() + timedelta(days=1)
        first = date.fromisoformat(days.from_) if days.from_ else end - timedelta(days=DAYS)
    except (ValueError, OverflowError) as error:
        raise Problem(422, "invalid", words.say("from_to_days")) from error
    if first < EARLIEST or not 0 < (end - first).days <= MOST_DAYS:
        raise Problem(422, "invalid", words.say("too_many_days", first=first, end=end, most=MOST_DAYS))
    return Span(first, end)


def _between(found: Interval | None) -> Between | None:
    return None if found is None else Between(**found._asdict())


def _change(one: said.Change) -> Change:
    return Change(
        name=one.name,
        events=one.now.events,
        events_before=one.before.events,
        rate=_between(one.new),
        before=_between(one.old),
        difference=_between(one.difference),
        word=one.word,
    )


def _worst(one: Rated) -> Worst:
    return Worst(**(one._asdict() | {"rate": _between(one.rate)}))


_PATH = "/fleets/{fleet}/report"
ENDPOINTS = (
    Endpoint("GET", _PATH, summary, "reports", "Some weeks of a fleet", SEEING, FleetReport, query=Weeks),
    Endpoint(
        "POST", _PATH, make, "reports", "It was given out: the next is held against it", ACTING, FleetReport, Given
    ),
    Endpoint("GET", f"{_PATH}.html", document, "reports", "The same to print", SEEING, bytes, query=Printed),
)
