"""Basis: on which occasions a policy's charged premium may change; between them an indication is only shown."""

from decimal import Decimal

FIXED, DECLARATION, PER_KM = BASES = ("fixed", "declaration", "per_km")
RENEWAL, ENDORSEMENT, CANCELLATION = TURNS = ("renewal", "endorsement", "cancellation")
ADJUSTMENT, BILLING_DATE, REPORT = "adjustment", "billing_date", "report"  # a report only re-rates the indication

OCCASIONS = {
    FIXED: frozenset(TURNS),
    DECLARATION: frozenset({*TURNS, ADJUSTMENT}),
    PER_KM: frozenset({*TURNS, BILLING_DATE}),
}


def charged(basis: str, occasion: str, before: Decimal, indicated: Decimal) -> Decimal:
    """The charged premium after ``occasion``: what is ``indicated`` where the basis allows it, else as ``before``."""
    return indicated if occasion in OCCASIONS[basis] else before
