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
    return climbed([step._replace(effect=relativity(eta)) if is_of(step, behaviour) else step for step in steps])


def is_of(step: Step, behaviour: str) -> bool:
    """Whether it is the relativity of ``behaviour``."""
    return step.part == TELEMATICS and step.name == behaviour


def climbed(steps: Sequence[Step], linked: bool = True) -> Decimal:
    """The last amount of steps with other effects than they were made with; ``linked``: own driving follows them."""
    ladder = Ladder()
    for step in steps:
        if step.part not in (TELEMATICS, LEVIES):
            effect = driven(step, steps) if linked and is_driving(step) else step.effect
            ladder.add(step.part, step.name, step.op, effect, step.covariate, step.value)
    return ladder.steps[-1].amount


def driven(own: Step, steps: Sequence[Step]) -> Decimal:
    """Effect of the step ``own`` driving: what the behaviours make, within its bounds; of km not seen no credit."""
    driving, allowed = _product(steps), bounds(own.unit)
    if allowed:
        driving = min(max(driving, allowed[0]), allowed[1])
    return max(driving, ONE) if own.part == GAP else driving


def told_by(steps: Sequence[Step], points: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ``points`` of a score, if they are those that the premium of ``steps`` was made with; else none."""
    made = {step.name: step.effect for step in steps if step.part == TELEMATICS}
    known = [point for point in points if point["behaviour"] in made and point["rate"] is not None]
    moved = [point for point in known if point["points"]]
    alike = all(relativity(eta_at(point, point["rate"])) == made[point["behaviour"]] for point in moved)
    return known if alike and any(map(is_driving, steps)) else []


def _product(steps: Sequence[Step]) -> Decimal:
    """Product of the behaviours' relativities; before its cap."""
    ladder = Ladder()
    for step in steps:
        if step.part == TELEMATICS and step.op != CAP:
            ladder.add(step.part, step.name, step.op, step.effect, value=step.value)
    return ladder.steps[-1].amount


def is_driving(step: Step) -> bool:
    """Whether it takes own driving into an amount."""
    return step.part in (RUNNING, GAP) and step.name == telematics.FACTOR.name
