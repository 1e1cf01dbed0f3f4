"""Experience over HTTP: frequency, severity, pure premium, loss ratio and A/E of the portfolio, of any months."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from console.api.pricing import premiums
from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import PRICING
from console.reckoning import earned
from console.reckoning.experience import Piece, Sums, pieces, summed
from console.reckoning.figures import figures
from pricing.exposure import YEAR
from pricing.money import cents
from pricing.monitoring.actual_expected import ratio
from streams.registry import losses

Month = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2})?$", description="like 2025-11; empty: no end")]


class Part(Shape):
    """A part of the portfolio: what was earned, and what its claims were; null: nothing can be said of it."""

    name: str
    years: float  # insured, of each cover by itself
    earned: Decimal  # premium
    technical: float  # pure premium by the tariff
    claims: int | None  # of rated vehicles, covers and days; null: none are loaded
    incurred: Decimal | None
    frequency: float | None  # claims a year, with the exact 95 % interval
    frequency_low: float | None
    frequency_high: float | None
    severity: Decimal | None  # incurred a claim
    pure: Decimal | None  # incurred a year
    loss_ratio: float | None  # incurred over earned
    expected: float | None  # claims: each cover's in proportion to the pure premium
    ratio: float | None  # A/E, with the exact 95 % interval
    low: float | None
    high: float | None


class Experience(Shape):
    """The portfolio's claims experience."""

    currency: str
    status: str  # of the tariff by which it is expected
    first: str  # months on record
    last: str
    covers: list[str]
    whole: Part
    parts: list[Part]


class Wanted(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which months, cover and currency, by what."""

    by: Literal["cover", "class", "fleet", "month"] = "cover"
    from_: Month = msgspec.field(name="from", default="")
    to: Month = ""
    cover: str = ""
    currency: Annotated[str, msgspec.Meta(description="like EUR; empty: the tariff's")] = ""


def experience(ask: Ask) -> Experience:
    """Frequency, severity, pure premium, loss ratio and A/E."""
    wanted, currency = ask.query, earned.currency(ask, ask.query.currency)
    key = ("experience", ask.scope.key, currency)
    every = figures(ask.world).worked(key, lambda: _pieces(ask, currency))
    kept = [one for one in every if _within(one, wanted) and wanted.cover in ("", one.cover)]
    loaded = not losses.claims(ask.world.known.registry).is_empty()
    months = [one.month for one in every]
    whole = summed(kept, lambda _: "").get("", Sums())
    return Experience(
        currency=currency,
        status=earned.nearest(ask, currency).status,
        first=min(months, default=""),
        last=max(months, default=""),
        covers=sorted({one.cover for one in every}),
        whole=_part("", whole, loaded),
        parts=[_part(name, sums, loaded) for name, sums in summed(kept, _namer(ask)).items()],
    )


def _pieces(ask: Ask, currency: str) -> list[Piece]:
    claims = earned.claims(ask, earned.exposure(ask), currency)
    return pieces(premiums(ask).filter(earned.of_currency(ask, currency)), claims)


def _within(one: Piece, wanted: Any) -> bool:
    return wanted.from_ <= one.month and (not wanted.to or one.month <= wanted.to)


def _namer(ask: Ask) -> Callable[[Piece], str]:
    classes = earned.classes(ask)
    return {
        "cover": lambda one: one.cover,
        "class": lambda one: classes.get((one.fleet, one.vehicle), earned.CAR),
        "fleet": lambda one: one.fleet,
        "month": lambda one: one.month,
    }[ask.query.by]


def _part(name: str, sums: Sums, loaded: bool) -> Part:
    years, counted = sums.days / YEAR, loaded and sums.days > 0
    often = ratio(sums.claims, years) if counted else (None, None, None)
    judged = ratio(sums.claims, sums.expected) if loaded and sums.expected > 0 else (None, None, None)
    return Part(
        name=name,
        years=years,
        earned=sums.earned,
        technical=sums.technical,
        claims=sums.claims if loaded else None,
        incurred=sums.incurred if loaded else None,
        frequency=often[0],
        frequency_low=often[1],
        frequency_high=often[2],
        severity=cents(sums.incurred / sums.claims) if loaded and sums.claims else None,
        pure=cents(sums.incurred * YEAR / sums.days) if counted else None,
        loss_ratio=float(sums.incurred / sums.earned) if loaded and sums.earned else None,
        expected=sums.expected if loaded else None,
        ratio=judged[0],
        low=judged[1],
        high=judged[2],
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/pricing/experience",
        experience,
        "pricing",
        "Frequency, severity, pure premium, loss ratio and A/E",
        PRICING,
        Experience,
        query=Wanted,
    ),
)
