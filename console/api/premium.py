"""Premium over HTTP: why it is what it is, step by step to the cent; what would change it, and what has."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import polars as pl

from console.api.pricing import SHOWN, Rate, Row, described, laddered, premiums, private
from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import RATED
from console.gate.problems import Problem
from console.lists import seen
from console.reckoning.figures import figures, rows
from pricing.changes import premium_at, told_by, wishes
from pricing.compared import Move, moves
from pricing.ladder import TELEMATICS, Step, makes

ALIKE = ("fleet_id", "vehicle_id", "cover", "currency")


class Rung(Shape):
    """One step: ``effect`` applied by ``op`` to the amount before it gives ``amount``."""

    part: str  # telematics, standing, running, gap, premium, levies
    name: str
    covariate: str
    value: str
    unit: str
    credibility: float | None
    op: str  # start, times, plus, divide, cap, sum, round, levy
    effect: Decimal | None
    amount: Decimal | None


class Otherwise(Shape):
    """What the premium would be with a behaviour at another rate, all else as it is: what rating that driving gives."""

    behaviour: str
    unit: str
    rate: float
    wanted: float  # the mean of the class where the rate is above it, else half the rate
    amount: Decimal


class Trace(Rate):
    """A premium with every step that made it; without expense and profit loads where they may not be seen."""

    factors: list[Rung]
    otherwise: list[Otherwise]  # what would lower it, most first
    silent: float  # share of what credit stands on that weeks of silence have taken; of a surcharge none
    sums: bool  # the steps, worked out anew, make the amount to the cent
    whole: bool  # false: for a fleet; amounts are null and the steps that show loads left out, so they climb to nothing


class Moved(Shape):
    """A step that is another in two premiums, and what that makes of the difference."""

    part: str
    name: str
    before: Rung | None  # null: a step that it has not
    after: Rung | None
    money: Decimal


class Comparison(Shape):
    """Two premiums of a vehicle's cover: what each step that changed makes of the difference."""

    before: Rate
    after: Rate
    difference: Decimal
    moves: list[Moved]
    others: Decimal  # of the steps that a fleet is not shown: rates, days and km, loads and caps; else 0
    sums: bool  # false: steps of one do not make its amount, and nothing is told apart


class Of(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which cover; empty: all."""

    cover: str = ""


class Since(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Against which premium of the same cover of the same vehicle."""

    before: Annotated[str, msgspec.Meta(description="its id")]


def premium(ask: Ask) -> list[Trace]:
    """Why a vehicle's premium is what it is, cover by cover."""
    fleet_id, vehicle_id = seen.vehicle(ask)
    mine = (pl.col("fleet_id") == fleet_id) & (pl.col("vehicle_id") == vehicle_id)
    rows = laddered(ask, premiums(ask), mine)
    found = [_trace(ask, row) for row in rows if ask.query.cover in ("", row["cover"])]
    if not found:
        raise Problem(404, "no_premium", f"{fleet_id}/{vehicle_id} is not insured for that")
    return found


def one(ask: Ask) -> Trace:
    """Why a premium is what it is."""
    return _trace(ask, _found(ask, ask.parts["id"]))


def compared(ask: Ask) -> Comparison:
    """What makes a premium another than one before of the same cover of the same vehicle."""
    before, after = _found(ask, ask.query.before), _found(ask, ask.parts["id"])
    if any(before[name] != after[name] for name in ALIKE):
        raise Problem(404, "no_premium", "compare two premiums of the same vehicle, cover and currency")
    ladders = [_steps(row) for row in (before, after)]
    good = all(makes(steps, row["amount"]) for steps, row in zip(ladders, (before, after), strict=True))
    found = moves(*ladders) if good else []
    shown = [move for move in found if ask.scope.loads or _shown(move)]
    return Comparison(
        before=Rate(**described(ask, before)),
        after=Rate(**described(ask, after)),
        difference=after["amount"] - before["amount"],
        moves=[_moved(move, ask.scope.loads) for move in shown],
        others=sum((move.money for move in found), Decimal(0)) - sum((move.money for move in shown), Decimal(0)),
        sums=good,
    )


def _found(ask: Ask, name: str) -> Row:
    found = laddered(ask, premiums(ask), pl.col("premium_id") == name)
    if not found:
        raise Problem(404, "no_premium", f"there is no premium {name!r}")
    return found[0]


def _trace(ask: Ask, row: Row) -> Trace:
    steps = _steps(row)
    whole, hidden = ask.scope.loads, private(ask)
    shown = [step for step in steps if (whole or _fleets(step)) and not (hidden and step.part == TELEMATICS)]
    sums, score = makes(steps, row["amount"]), {} if hidden else _score(ask, row)
    return Trace(
        **described(ask, row),
        factors=[_rung(step, whole) for step in shown],
        otherwise=_otherwise(steps, score) if sums else [],
        silent=score.get("silent") or 0.0 if row["credibility"] is not None else 0.0,
        sums=sums,
        whole=whole,
    )


def _otherwise(steps: Sequence[Step], score: Mapping[str, Any]) -> list[Otherwise]:
    """As ``tripmeter explain`` says it; of a score that the premium was not made with, nothing."""
    wanted = wishes(told_by(steps, score.get("points") or ()))
    found = [(wish, premium_at(steps, wish.behaviour, wish.eta)) for wish in wanted]
    names = ("behaviour", "unit", "rate", "wanted")
    return [Otherwise(amount=amount, **{name: getattr(wish, name) for name in names}) for wish, amount in found]


def _score(ask: Ask, row: Row) -> Row:
    """The vehicle's."""
    same = [pl.col(name) == row[name] for name in ("fleet_id", "vehicle_id", "tariff_id")]
    found = rows(figures(ask.world).tables()["scores"].filter(*same, pl.col("subject") == "vehicle"))
    return max(found, key=lambda score: score["silent"] or 0.0, default={})


def _steps(row: Row) -> list[Step]:
    return [Step(**{name: step[name] for name in Step._fields}) for step in row["factors"]]


def _fleets(step: Step) -> bool:
    """Whether a fleet is shown it, without amounts."""
    return step.part in SHOWN and step.op == "times"


def _shown(move: Move) -> bool:
    return all(step is None or _fleets(step) for step in (move.before, move.after))


def _rung(step: Step, whole: bool) -> Rung:
    said = step._asdict()
    return Rung(**said if whole else said | {"amount": None})


def _moved(move: Move, whole: bool) -> Moved:
    before, after = (step and _rung(step, whole) for step in (move.before, move.after))
    return Moved(part=move.part, name=move.name, before=before, after=after, money=move.money)


ENDPOINTS = (
    Endpoint("GET", "/pricing/premiums/{id}", one, "pricing", "Why this premium", RATED, Trace),
    Endpoint(
        "GET",
        "/pricing/premiums/{id}/since",
        compared,
        "pricing",
        "Why another premium than before",
        RATED,
        Comparison,
        query=Since,
    ),
    Endpoint(
        "GET",
        "/pricing/vehicles/{vehicle}/premium",
        premium,
        "pricing",
        "Why this premium",
        RATED,
        list[Trace],
        query=Of,
    ),
)
