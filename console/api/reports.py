"""Reports over HTTP: a fleet's claims experience, and whether the tariff in force still fits; to read, print, keep."""

from datetime import date
from typing import Annotated, Any

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Query, Reply, Shape
from console.files.exports import noted
from console.files.papers import Report, calculated, printed, sheet, told
from console.files.spoken import asked, book, paper
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.lists.pages import Paged, page
from console.reckoning import earned
from console.reckoning.books import worst
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing.exposure import first_open
from pricing.reports import live, underwriting, workbook
from pricing.reports.experience import Asked, Data, Study, study
from pricing.reports.insured import periods
from pricing.reports.losses import ReportError, valuations
from pricing.reports.paper import Paper
from pricing.tariff import Tariff
from streams import tables
from streams.ledger import exposed, watched
from streams.registry import losses
from streams.words import say

Row = dict[str, Any]
YEARS = Annotated[int, msgspec.Meta(ge=1, le=10)]


class YearRow(Shape):
    """A cover's year: what was insured, what its losses cost."""

    cover: str
    from_: str = msgspec.field(name="from")
    to: str
    vehicle_years: float
    km: float
    claims: int
    paid: float
    reserve: float
    recovery: float
    incurred: float
    ultimate: float  # capped, developed, at the coming year's level
    expected: float
    currency: str
    status: str  # of the tariff that expects it: illustrative, filed


class Years(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many years, valued on a day (empty: today), in a currency (empty: the first that its policies are in)."""

    years: YEARS = 5
    at: str = ""
    currency: str = ""


class InCurrency(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which currency: amounts of two are never added up."""

    currency: Annotated[str, msgspec.Meta(description="like EUR; empty: the tariff's")] = ""


class YearPage(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, page by page."""

    years: YEARS = 5
    at: str = ""
    currency: str = ""


class Quality(Report):
    """The report of the portfolio; ``status`` illustrative where any premium it holds against claims is."""

    status: str


def experience(ask: Ask) -> Report:
    """The years of a fleet by cover, large losses, credibility, the required premium."""
    return told(underwriting.paper(_study(ask)))


def document(ask: Ask) -> Reply:
    """The same as one page with its charts, for screen and paper."""
    return printed(paper(underwriting.paper(_study(ask)), ask.query.language))


def assumed(ask: Ask) -> Reply:
    """The same as a workbook whose formulas work it out anew when an assumption is changed."""
    return noted(ask, f"{_PATH}.xlsx", calculated(book(workbook.book(_study(ask)), ask.query.language), "experience"))


def by_year(ask: Ask) -> Page[YearRow]:
    """Each cover and year."""
    study = _study(ask)
    said: Row = {"currency": study.currency, "status": study.asked.tariff.status if study.asked.tariff else ""}
    return page(rows(study.years), ask.query, lambda row: f"{row['cover']} {row['age']}", lambda row: _year(row, said))


def _year(row: Row, said: Row) -> YearRow:
    same = ("cover", "vehicle_years", "km", "claims", "paid", "reserve", "recovery", "incurred", "ultimate", "expected")
    found = {name: row[name] for name in same}
    return YearRow(from_=row["start"].isoformat(), to=row["end"].isoformat(), **said, **found)


def _study(ask: Ask) -> Study:
    fleet_id = ask.parts["fleet"]
    if not ask.scope.fleet(fleet_id):
        raise Problem(404, "no_fleet", f"there is no fleet {fleet_id!r}")
    key = ("study", fleet_id, ask.query.at, ask.query.years, ask.query.currency)
    return figures(ask.world).worked(key, lambda: _studied(ask, fleet_id))


def _studied(ask: Ask, fleet_id: str) -> Study:
    world, risks = ask.world, figures(ask.world).risks()
    claims = losses.claims(world.known.registry)
    if claims.is_empty() or risks is None:
        raise Problem(404, "no_claims", "the registry has no claims: 'tripmeter registry import' takes claims.csv")
    if fleet_id not in risks["fleet_id"]:
        raise Problem(404, "no_fleet", f"no fleet {fleet_id!r} was insured")
    own = watched.tariffs_of(risks, fleet_id, (world.rules.tariff, *world.rules.others))
    tariff = earned.tariff(ask, ask.query.currency or own[0].currency)
    with world.store.reading() as connection:
        now = tables.moment(world.now(connection))
        driven = exposed.read(connection, tariff, now).driven
    try:
        day = date.fromisoformat(ask.query.at) if ask.query.at else now.date()
        risks, claims = watched.registered_in((risks, claims), tariff)
        known = Data(valuations(claims), periods(risks), driven)
        apart = tuple(one.currency for one in own if one != tariff)
        return study(known, Asked(fleet_id, day, ask.query.years, tariff, apart=apart))
    except ReportError as error:
        raise Problem(422, "refused", str(error)) from error
    except ValueError as error:
        raise Problem(422, "invalid", say("no_day", value=repr(ask.query.at))) from error


def quality(ask: Ask) -> Quality:
    """Lift, A/E with exact intervals, double lift and order, drift, silence: as `tripmeter report portfolio` has it."""
    found, premiums = told(_quality(ask)), figures(ask.world).tables()["premiums"]
    seen = [one for one in premiums["fleet_id"].unique().to_list() if ask.scope.fleet(one)]
    tariff = earned.tariff(ask, ask.query.currency)
    rated = premiums.filter(pl.col("fleet_id").is_in(seen), pl.col("currency") == tariff.currency)
    return Quality(**msgspec.structs.asdict(found), status=worst(rated["status"], tariff.status))


def quality_page(ask: Ask) -> Reply:
    """The same as one page with its charts."""
    return printed(paper(_quality(ask), ask.query.language))


def quality_book(ask: Ask) -> Reply:
    """Its tables as a workbook."""
    return noted(ask, f"{_QUALITY}.xlsx", sheet(paper(_quality(ask), ask.query.language), "portfolio"))


def _quality(ask: Ask) -> Paper:
    tariff = earned.tariff(ask, ask.query.currency)
    key = ("quality", ask.scope.key, tariff.currency)
    return figures(ask.world).worked(key, lambda: live.paper(watch(ask, tariff)))


def watch(ask: Ask, tariff: Tariff) -> live.Live:
    """What the report of the portfolio is made of, of the fleets that are seen."""
    world, made = ask.world, figures(ask.world)
    six = made.tables()
    fleets = [one for one in six["exposure"]["fleet_id"].unique().to_list() if ask.scope.fleet(one)]
    registered = world.known.roster.insured(), losses.claims(world.known.registry)
    today = first_open(tables.moment(made.now))
    try:
        with world.store.reading() as connection:
            of = pl.col("fleet_id").is_in(fleets)
            return watched.live(connection, six, registered, tariff, today, of)
    except ReportError as error:
        raise Problem(404, "nothing", str(error)) from error


_PATH, _QUALITY = "/pricing/fleets/{fleet}/experience", "/pricing/quality"
_FITS = "Whether the tariff in force still fits"
LISTS = (
    Endpoint(
        "GET", "/pricing/fleets/{fleet}/years", by_year, "pricing", "A fleet's years", PRICING, Page[YearRow],
        query=YearPage,
    ),
)  # fmt: skip
ENDPOINTS = (
    Endpoint("GET", _PATH, experience, "pricing", "A fleet's experience", PRICING, Report, query=Years),
    Endpoint("GET", f"{_PATH}.html", document, "pricing", "The same to print", PRICING, bytes, query=asked(Years)),
    Endpoint(
        "GET", f"{_PATH}.xlsx", assumed, "pricing", "The same with its formulas", PRICING, bytes, query=asked(Years)
    ),
    Endpoint("GET", _QUALITY, quality, "pricing", _FITS, PRICING, Quality, query=InCurrency),
    Endpoint(
        "GET",
        f"{_QUALITY}.html",
        quality_page,
        "pricing",
        f"{_FITS}, to print",
        PRICING,
        bytes,
        query=asked(InCurrency),
    ),
    Endpoint(
        "GET",
        f"{_QUALITY}.xlsx",
        quality_book,
        "pricing",
        f"{_FITS}, as a workbook",
        PRICING,
        bytes,
        query=asked(InCurrency),
    ),
)
