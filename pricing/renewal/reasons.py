"""Reasons: from the premium of one term to that of the next, step by step, each with what it is in money."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import NamedTuple

from pricing.exposure import Exposure
from pricing.premium import Risk
from pricing.rating import rate
from pricing.score import Own
from pricing.stated import Stated, scored
from pricing.tariff import Tariff

APART = ("fleet_id", "vehicle_id", "policy_id", "cover", "valid_from", "valid_to", "inception", "previous")
KM, EXPERIENCE = "annual_km", "experience"
NAMES = {
    "held": "what the last indication did not show yet",
    "term": "days of the term",
    "tariff": "another tariff",
    "vehicle": "the vehicle and its cover",
    "km": "km",
    "driving": "own driving",
    "experience": "claims experience",
    "cap": "cap on change, minimum",
}


class Reason(NamedTuple):
    """One reason for a change."""

    name: str
    detail: str
    amount: Decimal  # by which the premium changes for it


@dataclass(frozen=True)
class Case:
    """All that a premium is made from."""

    risk: Risk
    exposure: Exposure
    own: Own | Stated
    tariff: Tariff

    @property
    def amount(self) -> Decimal:
        """What it costs."""
        return rate(self.risk, self.exposure, self.tariff, scored(self.own, self.tariff)).amount

    @property
    def score(self) -> float:
        """Its score."""
        return scored(self.own, self.tariff).score


def reasons(shown: Decimal, old: Case, new: Case) -> list[Reason]:
    """Why ``new`` does not cost the ``shown`` premium of ``old``, the largest amount first; they sum to the difference.

    One thing changes at a time, in the order of ``NAMES``, each on top of those before it.
    """
    before, found = shown, []
    for name, detail, case in _path(old, new):
        amount = case.amount
        if amount != before:
            found.append(Reason(name, detail, amount - before))
        before = amount
    return sorted(found, key=lambda reason: (-abs(reason.amount), list(NAMES).index(reason.name)))


def _path(old: Case, new: Case) -> Iterator[tuple[str, str, Case]]:
    """Cases on the way from the old to the new one, and what was changed last."""
    free = replace(new.risk, previous=None)
    days = {name: getattr(free, name) for name in ("valid_from", "valid_to", "inception", "policy_id")}
    case = replace(old, risk=replace(old.risk, previous=None))
    yield "held", "", case
    case = replace(case, risk=replace(case.risk, **days))
    yield "term", _days(old.risk, free), case
    case = replace(case, tariff=new.tariff)
    yield "tariff", f"{old.tariff.tariff_id} to {new.tariff.tariff_id}", case
    kept = {name: getattr(old.risk, name) for name in (KM, EXPERIENCE)}
    case = replace(case, risk=replace(free, **kept))
    yield "vehicle", ", ".join(_moved(old.risk, free)), case
    case = replace(case, risk=replace(case.risk, annual_km=free.annual_km), exposure=new.exposure)
    yield "km", f"{_km(old)} to {_km(new)} in the term", case
    case = replace(case, own=new.own)
    yield "driving", f"score {old.score:.2f} to {new.score:.2f}", case
    yield (
        "experience",
        f"coefficient {_said(old.risk.experience)} to {_said(free.experience)}",
        replace(case, risk=free),
    )
    yield "cap", f"against {new.risk.previous} before", new


def _days(old: Risk, new: Risk) -> str:
    return f"{(old.valid_to - old.valid_from).days} to {(new.valid_to - new.valid_from).days}"


def _km(case: Case) -> str:
    gap = case.exposure["km_gap"]
    return f"{case.exposure['km_measured'] + gap:,.0f} km{f' ({gap:,.0f} unseen)' if gap else ''}"


def _moved(old: Risk, new: Risk) -> Iterator[str]:
    """What of the risk is not what it was."""
    for name in [each.name for each in fields(Risk) if each.name not in (*APART, KM, EXPERIENCE)]:
        was, now = _said(getattr(old, name)), _said(getattr(new, name))
        if was != now:
            yield f"{name} {was} to {now}"


def _said(value: object) -> str:
    if value is None or value != value:
        return "not known"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
