"""Ladder: a calculation kept step by step, each amount as it is shown, so that it can be explained and run again."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from pricing.money import cents, micro

PARTS = ("telematics", "standing", "running", "gap", "premium", "levies")
TELEMATICS, STANDING, RUNNING, GAP, PREMIUM, LEVIES = PARTS
PURE = (STANDING, RUNNING, GAP)  # their sum is the pure premium
CAP = "cap"


class Step(NamedTuple):
    """One rung: ``effect`` applied by ``op`` to the amount before it gives ``amount``."""

    part: str  # telematics (a relativity), standing, running, gap (EUR), premium (their sum, what follows), levies
    name: str  # base, a factor, a behaviour, loads, ...
    covariate: str
    value: str  # of the covariate, or its level, or a quantity; "" not known
    unit: str
    credibility: float | None
    op: str  # start: value x effect; times; plus; divide; cap; sum: of parts; round: to effect; levy: of premium
    effect: Decimal
    amount: Decimal  # after this step


class Ladder:
    """Steps so far; every method adds one and returns the amount after it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(
        self,
        part: str,
        name: str,
        op: str,
        effect: Decimal,
        covariate: str = "",
        value: str = "",
        unit: str = "",
        credibility: float | None = None,
    ) -> Decimal:
        """Amount after the step; ``value`` of a ``start`` is the quantity, of a ``round`` the mode."""
        amount = _amount(self.steps, op, effect, value)
        self.steps.append(Step(part, name, covariate, value, unit, credibility, op, effect, amount))
        return amount


def climb(steps: Iterable[Step]) -> Decimal:
    """The last amount before levies, worked out anew from each step; raises if a step shows another amount.

    What a cap leaves is held against the range that it allows.
    """
    done: list[Step] = []
    for step in steps:
        amount = _amount(done, step.op, step.effect, step.value)
        if amount != step.amount or (step.op == CAP and step.effect != amount):
            shown = step.amount if amount != step.amount else step.effect
            raise ValueError(f"step {len(done) + 1} ({step.part} {step.name}) shows {shown} and makes {amount}")
        done.append(step)
    return [step for step in done if step.part != LEVIES][-1].amount


def makes(steps: Iterable[Step], amount: Decimal) -> bool:
    """Whether each step makes what it shows, and the last of them ``amount``; damaged steps make nothing."""
    try:
        return climb(steps) == amount
    except (ValueError, ArithmeticError, LookupError):
        return False


def as_told(steps: Sequence[Step], told: Sequence[Mapping[str, Any]]) -> list[Step]:
    """``steps``, or those that were ``told``, if any were: an older version told of no cap that did not bind."""
    bound = [step for before, step in pairwise((None, *steps)) if step and not _idle(step, before)]
    return bound if [(one["part"], one["name"]) for one in told] == [step[:2] for step in bound] else list(steps)


def _idle(step: Step, before: Step | None) -> bool:
    return step.op == CAP and before is not None and step.amount == before.amount


def bounds(said: str) -> tuple[Decimal, Decimal] | None:
    """What a cap allows, as a step says it: `LOW to HIGH`; None where it says something else."""
    low, to, high = said.partition(" to ")
    return (Decimal(low), Decimal(high)) if to else None


def pure(steps: Iterable[Step]) -> Decimal:
    """The pure premium of a ladder, before off-balance and loads."""
    return sum((amount for part, amount in last_amounts(steps).items() if part in PURE), Decimal(0))


def _amount(steps: list[Step], op: str, effect: Decimal, value: str) -> Decimal:
    before = steps[-1].amount if steps else Decimal(0)
    if op == "start":
        return micro(Decimal(value) * effect)
    if op == "times":
        return micro(before * effect)
    if op == "plus":
        return micro(before + effect)
    if op == "divide":
        return micro(before / effect)
    if op == "sum":
        return pure(steps)
    if op == "round":
        return cents(before, value)
    if op == "levy":
        return cents(last_amounts(steps)[PREMIUM] * effect, value)
    allowed = bounds(value)
    return effect if allowed is None else min(max(before, allowed[0]), allowed[1])  # cap


def last_amounts(steps: Iterable[Step]) -> dict[str, Decimal]:
    """Amount at the end of each part."""
    return {step.part: step.amount for step in steps}
