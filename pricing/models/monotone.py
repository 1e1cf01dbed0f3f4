"""Monotone: the best fit whose coefficients never turn back, by pooling neighbours that would (an active set, exact).

Source: Nocedal and Wright 2006, section 16.5. The loss is convex, so the end is the best of all monotone fits.
"""

from itertools import pairwise

import numpy as np

from pricing.models import families, irls
from pricing.models.blocks import Floats
from pricing.models.design import Scales
from pricing.models.problem import Problem
from pricing.models.spec import ModelError, Spec, Term

SLACK = 1e-9  # of a multiplier, in units of the response


def steps(spec: Spec, problem: Problem, fitted: Scales) -> Floats:
    """Rows whose product with the coefficients must not be below 0: steps from each band to the next."""
    places = {name: k for k, name in enumerate(problem.names)}
    rows = [row for term in spec.terms if term.monotone for row in _steps(term, places, fitted)]
    return np.array(rows).reshape(len(rows), len(places)) @ problem.raw


def _steps(term: Term, places: dict[tuple[str, str], int], fitted: Scales) -> list[Floats]:
    sign = 1.0 if term.monotone == "increasing" else -1.0
    unit = np.eye(len(places))
    if term.kind != "categorical":
        return [sign * unit[places[term.name, ""]]]
    scale = fitted[term.name]
    rows = [unit[places[term.name, level]] if level != scale.base else np.zeros(len(places)) for level in scale.levels]
    return [sign * (after - before) for before, after in pairwise(rows)]


def solve(problem: Problem, ask: Floats) -> tuple[irls.Solution, Floats]:
    """The best fit with ``ask @ beta >= 0``, and the directions in which it was free to move."""
    free = irls.solve(problem, problem.start())
    if not len(ask) or (ask @ free.beta).min() >= 0.0:
        return free, np.eye(len(problem.names))
    held = list(range(len(ask)))
    found = irls.solve(problem, problem.start(), _free(ask[held]))
    rounds = free.iterations + found.iterations
    for _ in range(20 * len(ask) + 20):
        leaver = _leaver(problem, ask, held, found)
        if leaver is None:
            return irls.Solution(found.beta, found.eta, rounds), _free(ask[held])
        held.remove(leaver)
        found, used = _settled(problem, ask, held, found)
        rounds += used
    raise ModelError("the monotone terms have not settled; give bands more exposure, or leave monotone out")


def _free(held: Floats) -> Floats:
    """Directions along which nothing held moves."""
    if not len(held):
        return np.eye(held.shape[1])
    q, _ = np.linalg.qr(held.T, mode="complete")
    return np.ascontiguousarray(q[:, len(held) :])


def _leaver(problem: Problem, ask: Floats, held: list[int], found: irls.Solution) -> int | None:
    """The step that most wants to be let go: the fit pushes it up from 0."""
    if not held:
        return None
    slope, _, _ = families.slopes(problem.power, problem.w, problem.s, found.eta)
    gradient = problem.pull(slope) - problem.penalty @ found.beta
    push = np.linalg.lstsq(ask[held].T, gradient, rcond=None)[0]
    k = int(np.argmax(push))
    return held[k] if push[k] > SLACK * problem.s.sum() else None


def _settled(problem: Problem, ask: Floats, held: list[int], found: irls.Solution) -> tuple[irls.Solution, int]:
    """The best fit with ``held`` pooled, after pooling whatever would turn back on the way to it."""
    used = 0
    while True:
        target = irls.solve(problem, found.beta, _free(ask[held]))
        used += target.iterations
        there, here = ask @ target.beta, ask @ found.beta
        turning = [k for k in range(len(ask)) if k not in held and there[k] < -1e-12]
        if not turning:
            return target, used
        shares = [max(here[k], 0.0) / (max(here[k], 0.0) - there[k]) for k in turning]
        k = int(np.argmin(shares))
        beta = found.beta + shares[k] * (target.beta - found.beta)
        found = irls.Solution(beta, problem.eta(beta), 0)
        held.append(turning[k])
