"""Changes: what a score or a premium would be, were a behaviour's rate another, by the formulas that made both."""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.factors import telematics
from pricing.ladder import CAP, GAP, LEVIES, RUNNING, TELEMATICS, Ladder, Step, bounds
from pricing.money import PLACES, decimal

ONE = Decimal(1)


class Wish(NamedTuple):
    """A behaviour at another rate."""

    behaviour: str
    unit: str
    rate: float
    wanted: float
    eta: float  # of ``wanted``
    claims: float  # share by which the expected claims change


def wishes(points: Iterable[Mapping[str, Any]]) -> list[Wish]:
    """What can be controlled and was seen, at the class mean if it is above it, else at half; most first."""
    found = [_wish(point) for point in points if point["controllable"] and point["rate"] and point["points"]]
    return sorted((wish for wish in found if wish.claims < 0), key=lambda wish: (wish.claims, wish.behaviour))


def _wish(point: Mapping[str, Any]) -> Wish:
    rate, mean = point["rate"], point["class_mean"]
    wanted = mean if rate > mean else rate / 2
    eta = eta_at(point, wanted)
    return Wish(point["behaviour"], point["unit"], rate, wanted, eta, math.expm1(eta - eta_at(point, rate)))


def eta_at(point: Mapping[str, Any], rate: float) -> float:
    """``beta * ln(credible rate / class mean)`` at another rate over the same exposure."""
    z, mean = point["credibility"], point["class_mean"]
    return float(point["beta"] * math.log((z * rate + (1 - z) * mean) / mean))


def relativity(eta: float) -> Decimal:
    """A behaviour's relativity, to four places."""
    return decimal(telematics.FACTOR.relativity([eta])[0]).quantize(PLACES)


def premium_at(steps: Sequence[Step], behaviour: str, eta: float) -> Decimal:
    """The last amount of a premium's steps, had ``behaviour`` another ``eta``."""
    driving = _driving(steps, behaviour, eta)
    allowed = bounds(next((step.unit for step in steps if _is_driving(step)), ""))
    if allowed:
        driving = min(max(driving, allowed[0]), allowed[1])
    ladder = Ladder()
    for step in steps:
        if step.part in (TELEMATICS, LEVIES):
            continue
        effect = step.effect
        if _is_driving(step):
            effect = max(driving, ONE) if step.part == GAP else driving
        ladder.add(step.part, step.name, step.op, effect, step.covariate, step.value)
    return ladder.steps[-1].amount


def told_by(steps: Sequence[Step], points: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ``points`` of a score, if they are those that the premium of ``steps`` was made with; else none."""
    made = {step.name: step.effect for step in steps if step.part == TELEMATICS}
    known = [point for point in points if point["behaviour"] in made and point["rate"] is not None]
    moved = [point for point in known if point["points"]]
    alike = all(relativity(eta_at(point, point["rate"])) == made[point["behaviour"]] for point in moved)
    return known if alike and any(map(_is_driving, steps)) else []


def _driving(steps: Sequence[Step], behaviour: str, eta: float) -> Decimal:
    """Product of the behaviours' relativities, one of them another; before its cap."""
    ladder = Ladder()
    for step in steps:
        if step.part == TELEMATICS and step.op != CAP:
            effect = relativity(eta) if step.name == behaviour else step.effect
            ladder.add(step.part, step.name, step.op, effect, value=step.value)
    return ladder.steps[-1].amount


def _is_driving(step: Step) -> bool:
    return step.part in (RUNNING, GAP) and step.name == telematics.FACTOR.name
