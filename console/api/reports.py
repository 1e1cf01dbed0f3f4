"""Reports over HTTP: a fleet's claims experience as the underwriter's own document, to read or to print."""

from datetime import date
from typing import Annotated, Any

import msgspec

from console.access import PRICING
from console.endpoint import Ask, Endpoint, Query, Reply, Shape
from console.figures import rows
from console.problems import Problem
from pricing.reports import page, underwriting
from pricing.reports.experience import Asked, Data, Study, study
from pricing.reports.insured import periods
from pricing.reports.losses import ReportError, valuations
from streams import tables
from streams.ledger import exposed
from streams.registry import losses

POLICY = {"Content-Security-Policy": page.POLICY}
Row = dict[str, Any]


class Table(Shape):
    """A part of a report."""

    name: str
    title: str
    said: list[str]
    rows: list[Row]


class Experience(Shape):
    """A fleet's experience."""

    title: str
    facts: dict[str, str]
    sections: list[Table]


class Years(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many years, valued on a day (empty: today)."""

    years: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5
    at: str = ""


def experience(ask: Ask) -> Experience:
    """The years of a fleet by cover, large losses, credibility, the required premium."""
    paper = underwriting.paper(_study(ask))
    return Experience(
        title=paper.title,
        facts=dict(paper.facts),
        sections=[
            Table(
                name=part.name,
                title=part.title,
                said=list(part.said),
                rows=rows(part.table.frame) if part.table is not None else [],
            )
            for part in paper.sections
        ],
    )


def document(ask: Ask) -> Reply:
    """The same as one page with its charts, for screen and paper."""
    text = page.page(underwriting.paper(_study(ask)))
    return Reply(text.encode(), 200, POLICY, "text/html; charset=utf-8")


def _study(ask: Ask) -> Study:
    world, fleet_id = ask.world, ask.parts["fleet"]
    if not ask.scope.fleet(fleet_id):
        raise Problem(404, "no_fleet", f"there is no fleet {fleet_id!r}")
    registry = world.known.registry
    claims = losses.claims(registry)
    if claims.is_empty():
        raise Problem(404, "no_claims", "the registry has no claims: 'tripmeter registry import' takes claims.csv")
    with world.store.reading() as connection:
        now = tables.moment(world.now(connection))
        driven = exposed.read(connection, world.rules.tariff, now).driven
    try:
        day = date.fromisoformat(ask.query.at) if ask.query.at else now.date()
        known = Data(valuations(claims), periods(world.known.roster.risks()), driven)
        if fleet_id not in known.insured["fleet_id"]:
            raise Problem(404, "no_fleet", f"no fleet {fleet_id!r} was insured")
        return study(known, Asked(fleet_id, day, ask.query.years, world.rules.tariff))
    except ReportError as error:
        raise Problem(422, "refused", str(error)) from error
    except ValueError as error:
        raise Problem(422, "invalid", f"{ask.query.at!r} is no day ({error})") from error


_PATH = "/pricing/fleets/{fleet}/experience"
ENDPOINTS = (
    Endpoint("GET", _PATH, experience, "pricing", "A fleet's experience", PRICING, Experience, query=Years),
    Endpoint("GET", f"{_PATH}.html", document, "pricing", "The same to print", PRICING, bytes, query=Years),
)
