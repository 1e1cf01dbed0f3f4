"""Drivers over HTTP: who drives how, what cost the points, how it was week by week."""

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import msgspec
import polars as pl

from console.api.pricing import private
from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import SCORED
from console.gate.problems import Problem
from console.lists import seen
from console.lists.sorting import Sorted, by, page
from console.reckoning.driving import distances, last_day, of, ranks, rates, scored, trends, weekly
from console.reckoning.figures import figures, rows
from console.shapes import Page
from streams.registry.rows import Driver

Row = dict[str, Any]


class Points(Shape):
    """What one behaviour does to a score; a rate that could not be seen is null."""

    behaviour: str
    unit: str
    rate: float | None
    class_mean: float
    credible_rate: float
    credibility: float
    heard: float  # credibility on the last day heard of: a silence since has taken the rest
    points: float
    controllable: bool


class DriverRow(Shape):
    """A driver's score, or why there is none."""

    id: str
    fleet_id: str
    driver_id: str
    name: str
    score: float | None
    coaching_score: float | None
    low: float | None
    high: float | None
    credibility: float | None
    provisional: bool
    km: float
    km_left: float  # driven besides, on days that move no score until the insurer has accepted rules or trailers
    rank: int | None  # in the fleet, ties share it; null: less than 500 km
    trend: float | None  # points against the four weeks before
    events_per_1000_km: float | None
    valid_from: str | None
    valid_to: str | None
    status: str  # illustrative, filed


class Week(Shape):
    """A score of seven days."""

    from_: str = msgspec.field(name="from")
    score: float
    low: float
    high: float
    provisional: bool  # too little was driven in them to say
    km: float


class DriverScore(DriverRow):
    """A score with what made it."""

    base: float
    points: list[Points]
    weeks: list[Week]


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which drivers."""

    q: Annotated[str, msgspec.Meta(description="part of an id or a name")] = ""
    fleet: str = ""
    site: Annotated[str, msgspec.Meta(description="those who have driven a vehicle of it")] = ""


class Window(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From how many of the last days; 0: from all."""

    window: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0


def _sure(name: str) -> Callable[[DriverRow], Any]:
    """A number of those of whom enough is known."""
    return lambda row: None if row.provisional else getattr(row, name)


SURE = {name: _sure(name) for name in ("score", "coaching_score", "low", "high")}
COLUMNS = by(DriverRow, "drivers", driver_id=operator.attrgetter("id"), **SURE)


def listed(ask: Ask) -> Page[DriverRow]:
    """Drivers with their scores; those of whom too little is known come after them by id, those without one last."""
    _open_to(ask)
    wanted = ask.query
    named = [row for row in _rows(ask) if wanted.q.lower() in f"{row.driver_id} {row.name}".lower()]
    found = [row for row in named if wanted.fleet in ("", row.fleet_id) and _drove(ask, row, wanted.site)]
    known = sorted(
        found, key=lambda row: (row.score is None, row.provisional, 0.0 if row.provisional else row.score, row.id)
    )
    return page(known, wanted, lambda row: row.id, lambda row: row, COLUMNS)


def score(ask: Ask) -> DriverScore:
    """One driver's score, what cost the points, week by week."""
    _open_to(ask)
    fleet_id, driver_id = seen.driver(ask)
    row = next((one for one in _rows(ask) if (one.fleet_id, one.driver_id) == (fleet_id, driver_id)), None)
    if row is None:
        raise Problem(404, "no_driver", f"there is no driver {fleet_id}/{driver_id}")
    world, made = ask.world, figures(ask.world)
    own = of(made.tables()["scores"], fleet_id, driver_id)
    driven = of(made.tables()["exposure"], fleet_id, driver_id)
    days = ask.query.window
    if days and driven.height:
        first = last_day(driven) - timedelta(days=days - 1)
        own = scored(ask, driven.filter(pl.col("day") >= first))
    base, points = world.rules.tariff.scale.base, rows(own)[0]["points"] if own.height else []
    same = msgspec.structs.asdict(row) | (_said(rows(own)[0]) if own.height else {})
    lately = made.worked(("weekly", fleet_id, driver_id), lambda: weekly(ask, driven))
    weeks = [Week(from_=first.isoformat(), **_of_week(one)) for first, one in lately]
    return DriverScore(**same, base=base, points=[_points(one) for one in points], weeks=weeks)


def _open_to(ask: Ask) -> None:
    """Pricing may be told no driver's name."""
    if private(ask):
        raise Problem(403, "private", "pricing is told of vehicles' scores and km alone: pricing.privacy")


def _rows(ask: Ask) -> list[DriverRow]:
    """All drivers that are seen: those with a score, then those who have not driven."""
    made, registry = figures(ask.world), ask.world.known.registry
    names = {(row.fleet_id, row.driver_id): row.name for row in registry.of(Driver)}
    scores = made.tables()["scores"].filter(pl.col("subject") == "driver")
    known = {(row["fleet_id"], row["driver_id"]): row for row in rows(scores)}
    places, changes = made.worked("ranks", lambda: ranks(scores)), trends(ask)
    events = made.worked("rates", lambda: rates(made.tables()["exposure"]))
    driven = made.worked("distances", lambda: distances(made.tables()["exposure"]))
    found = []
    for key in sorted(known.keys() | names.keys()):
        if not _seen(ask, *key):
            continue
        said_of = _said(known[key]) if key in known else dict(NOTHING)
        status = ask.world.rules.tariff.status
        row: Row = {"id": "/".join(key), "fleet_id": key[0], "driver_id": key[1], "name": names.get(key, "")}
        row |= {"rank": places.get(key), "trend": changes.get(key), "events_per_1000_km": events.get(key)}
        row["km_left"] = max(0.0, round(driven.get(key, 0.0) - said_of["km"], 3))
        found.append(DriverRow(**row, **said_of, status=status))
    return found


NOTHING: Row = dict.fromkeys(("score", "coaching_score", "low", "high", "credibility", "valid_from", "valid_to"))
NOTHING |= {"provisional": True, "km": 0.0}


def _seen(ask: Ask, fleet_id: str, driver_id: str) -> bool:
    """By the fleet, or by having driven a vehicle of a site that is seen."""
    if ask.scope.driver_id:
        return ask.scope.driver_id == driver_id and ask.scope.touches(fleet_id)
    if ask.scope.fleet(fleet_id):
        return True
    return any(ask.scope.sees(fleet_id, one) for one in _vehicles(ask, fleet_id, driver_id))


def _drove(ask: Ask, row: DriverRow, site: str) -> bool:
    """Whether somebody has driven a vehicle of a site; of no site in particular everybody has."""
    driven = _vehicles(ask, row.fleet_id, row.driver_id) if site else []
    return not site or any(ask.world.known.site(row.fleet_id, one) == site for one in driven)


def _vehicles(ask: Ask, fleet_id: str, driver_id: str) -> list[str]:
    return of(figures(ask.world).tables()["exposure"], fleet_id, driver_id)["vehicle_id"].unique().to_list()


def _said(row: Row) -> Row:
    same = ("score", "coaching_score", "low", "high", "credibility", "provisional", "km")
    days = {name: row[name].date().isoformat() for name in ("valid_from", "valid_to")}
    return {name: row[name] for name in same} | days


def _of_week(row: Row) -> Row:
    return {name: row[name] for name in ("score", "low", "high", "provisional", "km")}


def _points(one: Row) -> Points:
    return Points(**{name: one[name] for name in Points.__struct_fields__})


LISTS = (
    Endpoint("GET", "/drivers", listed, "drivers", "Drivers with their scores", SCORED, Page[DriverRow], query=Wanted),
)
ENDPOINTS = (
    Endpoint("GET", "/drivers/{driver}", score, "drivers", "One driver", SCORED, DriverScore, query=Window),
    Endpoint("GET", "/drivers/{driver}/score", score, "drivers", "A driver's score", SCORED, DriverScore, query=Window),
)
