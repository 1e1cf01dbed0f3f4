"""Drivers over HTTP: who drives how, what cost the points, how it was week by week; an objection to an event."""

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
import polars as pl

from console import said, seen
from console.access import OWN, SCORED
from console.acting import shown
from console.endpoint import Ask, Body, Endpoint, Query, Shape
from console.figures import figures, rows
from console.pages import Paged, page
from console.problems import Problem
from console.shapes import Alert, Page
from pricing import frames
from streams.desk import actions
from streams.registry.rows import Driver

LEAST_KM = 500.0  # below it there is no rank
WEEKS = 12
Row = dict[str, Any]


class Points(Shape):
    """What one behaviour does to a score; a rate that could not be seen is null."""

    behaviour: str
    unit: str
    rate: float | None
    class_mean: float
    credible_rate: float
    credibility: float
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
    km: float


class DriverScore(DriverRow):
    """A score with what made it."""

    base: float
    points: list[Points]
    weeks: list[Week]


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which drivers."""

    q: Annotated[str, msgspec.Meta(description="part of an id or a name")] = ""
    sort: Annotated[str, msgspec.Meta(description="score, name, km")] = "score"


class Window(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From how many of the last days; 0: from all."""

    window: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0


class Objection(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a driver has to say about an alert."""

    alert_id: str
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


def listed(ask: Ask) -> Page[DriverRow]:
    """Drivers with their scores; those of whom nothing is known yet come last."""
    wanted = ask.query
    found = [row for row in _rows(ask) if wanted.q.lower() in f"{row.driver_id} {row.name}".lower()]
    keys = {
        "score": lambda row: (row.score is None, row.score or 0.0, row.id),
        "name": lambda row: (row.name, row.id),
        "km": lambda row: (-row.km, row.id),
    }
    if wanted.sort not in keys:
        raise Problem(422, "invalid", f"sort is one of {', '.join(keys)}")
    return page(sorted(found, key=keys[wanted.sort]), wanted, lambda row: row.id, lambda row: row)


def score(ask: Ask) -> DriverScore:
    """One driver's score, what cost the points, week by week."""
    fleet_id, driver_id = seen.driver(ask)
    row = next((one for one in _rows(ask) if (one.fleet_id, one.driver_id) == (fleet_id, driver_id)), None)
    if row is None:
        raise Problem(404, "no_driver", f"there is no driver {fleet_id}/{driver_id}")
    world, made = ask.world, figures(ask.world)
    scored = _of(made.tables()["scores"], fleet_id, driver_id)
    driven = _of(made.tables()["exposure"], fleet_id, driver_id)
    days = ask.query.window
    if days and driven.height:
        first = _last(driven) - timedelta(days=days - 1)
        scored = _scored(ask, driven.filter(pl.col("day") >= first))
    base, points = world.rules.tariff.scale.base, rows(scored)[0]["points"] if scored.height else []
    same = msgspec.structs.asdict(row) | (_said(rows(scored)[0]) if scored.height else {})
    return DriverScore(**same, base=base, points=[_points(one) for one in points], weeks=_weeks(ask, driven))


def object_to(ask: Ask) -> Alert:
    """A driver objects to an alert: a note on it, for whoever decides."""
    row = shown(ask, ask.body.alert_id)[0]
    text, now = f"objection: {ask.body.note}", ask.world.clock()
    actions.act(ask.world.store, row["alert_id"], "note", ask.who.login, text, now)
    return said.alert(*shown(ask, ask.body.alert_id))


def _rows(ask: Ask) -> list[DriverRow]:
    """All drivers that are seen: those with a score, then those who have not driven."""
    made, registry = figures(ask.world), ask.world.known.registry
    names = {(row.fleet_id, row.driver_id): row.name for row in registry.of(Driver)}
    scores = made.tables()["scores"].filter(pl.col("subject") == "driver")
    known = {(row["fleet_id"], row["driver_id"]): row for row in rows(scores)}
    ranks, trends, rates = _ranks(scores), _trends(ask), _rates(made.tables()["exposure"])
    found = []
    for key in sorted(known.keys() | names.keys()):
        if not _seen(ask, *key):
            continue
        said_of = _said(known[key]) if key in known else dict(NOTHING)
        status = ask.world.rules.tariff.status
        row: Row = {"id": "/".join(key), "fleet_id": key[0], "driver_id": key[1], "name": names.get(key, "")}
        row |= {"rank": ranks.get(key), "trend": trends.get(key), "events_per_1000_km": rates.get(key)}
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
    driven = _of(figures(ask.world).tables()["exposure"], fleet_id, driver_id)
    return any(ask.scope.sees(fleet_id, one) for one in driven["vehicle_id"].unique().to_list())


def _said(row: Row) -> Row:
    same = ("score", "coaching_score", "low", "high", "credibility", "provisional", "km")
    days = {name: row[name].date().isoformat() for name in ("valid_from", "valid_to")}
    return {name: row[name] for name in same} | days


def _ranks(scores: pl.DataFrame) -> dict[tuple[str, str], int]:
    ranked = scores.filter(pl.col("km") >= LEAST_KM).with_columns(
        place=pl.col("score").rank("min", descending=True).over("fleet_id")
    )
    return {(row["fleet_id"], row["driver_id"]): int(row["place"]) for row in rows(ranked)}


def _rates(exposure: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Harsh events of level 2 and 3 on 1,000 km."""
    counts = [name for name in exposure.columns if name.startswith("harsh_") and name.endswith(("_2", "_3"))]
    known = exposure.filter(pl.col("driver_id").is_not_null()).sort("fleet_id", "driver_id", "day", "vehicle_id")
    lists = known.group_by("fleet_id", "driver_id", maintain_order=True).agg(
        pl.sum_horizontal(counts).sum().alias("n"), pl.col("km_measured")
    )
    sums = lists.with_columns(pl.col("km_measured").list.sum())
    return {(f, d): round(1000 * n / km, 2) for f, d, n, km in sums.iter_rows() if km > 0}


def _trends(ask: Ask) -> dict[tuple[str, str], float]:
    """Points of the last four weeks against the four before."""
    exposure = figures(ask.world).tables()["exposure"].filter(pl.col("driver_id").is_not_null())
    if exposure.is_empty():
        return {}
    last = _last(exposure)
    spans = ((last - timedelta(days=27), last), (last - timedelta(days=55), last - timedelta(days=28)))
    now, before = (_scores(ask, exposure.filter(pl.col("day").is_between(*span))) for span in spans)
    return {key: round(now[key] - before[key], 2) for key in now.keys() & before.keys()}


def _scores(ask: Ask, exposure: pl.DataFrame) -> dict[tuple[str, str], float]:
    return {(row["fleet_id"], row["driver_id"]): row["score"] for row in rows(_scored(ask, exposure))}


def _scored(ask: Ask, exposure: pl.DataFrame) -> pl.DataFrame:
    """Scores made from a part of the exposure."""
    risks = figures(ask.world).risks()
    if risks is None:
        risks = exposure.select("fleet_id", "vehicle_id", pl.lit("car").alias("class")).unique()
    return frames.scores(exposure, risks, ask.world.rules.tariff).filter(pl.col("subject") == "driver")


def _last(exposure: pl.DataFrame) -> date:
    """The last day of some exposure."""
    day = exposure["day"].max()
    return day if isinstance(day, date) else date.min


def _weeks(ask: Ask, driven: pl.DataFrame) -> list[Week]:
    """The last twelve weeks in which something was driven, each by itself."""
    if driven.is_empty():
        return []
    last, found = _last(driven), list[Week]()
    for number in range(WEEKS - 1, -1, -1):
        first = last - timedelta(days=7 * number + 6)
        part = driven.filter(pl.col("day").is_between(first, first + timedelta(days=6)))
        scored = rows(_scored(ask, part)) if part.height else []
        found += [
            Week(from_=first.isoformat(), **{n: row[n] for n in ("score", "low", "high", "km")}) for row in scored
        ]
    return found


def _points(one: Row) -> Points:
    return Points(**{name: one[name] for name in Points.__struct_fields__})


def _of(frame: pl.DataFrame, fleet_id: str, driver_id: str) -> pl.DataFrame:
    return frame.filter(pl.col("fleet_id") == fleet_id, pl.col("driver_id") == driver_id)


LISTS = (
    Endpoint("GET", "/drivers", listed, "drivers", "Drivers with their scores", SCORED, Page[DriverRow], query=Wanted),
)
ENDPOINTS = (
    Endpoint("GET", "/drivers/{driver}", score, "drivers", "One driver", SCORED, DriverScore, query=Window),
    Endpoint("GET", "/drivers/{driver}/score", score, "drivers", "A driver's score", SCORED, DriverScore, query=Window),
    Endpoint("POST", "/objections", object_to, "drivers", "Object to an alert", OWN, Alert, takes=Objection),
)
