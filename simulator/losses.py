"""Losses: what a claim costs, when it is heard of, and how its estimate, payments and closing follow - by cover."""

from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

import numpy as np

DAY = 86_400.0  # s


@dataclass(frozen=True)
class Loss:
    """A cover's claims once they have happened.

    Numbers are ours: means near those of freMTPL2, own damage and cargo before the deductible so that what is paid is
    2,400 and 3,000 € of an ordinary one; injuries rarer, dearer, later and longer than damage.
    """

    mean: float  # € of damage of an ordinary one
    sigma: float  # of its logarithm
    large: float  # share of large ones
    threshold: float  # € from which a large one begins
    tail: float  # exponent of its Pareto
    most: float  # € that is ever paid: the limit
    lag: float  # days until reported, scale of a Weibull
    settled: float  # days from the report to the end, median of a lognormal
    payments: float  # on average
    error: float  # sigma of the first estimate
    deductible: int = 0  # € of each that the insured bears


LOSSES = {
    "compulsory": Loss(1_500, 0.9, 0.02, 10_000, 2.0, 200_000, 5, 90, 1.5, 0.4),
    "tpl_injury": Loss(7_000, 1.1, 0.06, 60_000, 1.8, 7_500_000, 20, 420, 4.0, 0.8),
    "tpl_property": Loss(2_000, 0.9, 0.01, 15_000, 2.2, 1_300_000, 5, 70, 1.4, 0.3),
    "own_damage": Loss(2_890, 0.9, 0.01, 15_000, 2.2, 300_000, 3, 40, 1.2, 0.25, deductible=500),
    "cargo": Loss(3_250, 1.0, 0.02, 20_000, 2.2, 60_000, 7, 80, 1.3, 0.4, deductible=250),
    "occupants": Loss(5_000, 1.0, 0.02, 40_000, 1.8, 1_000_000, 15, 240, 2.5, 0.6),
}
STRETCH = 0.7  # shape of the Weibull: most hear soon, some late; ours
SPREAD = 0.6  # sigma of the time to settle; what costs more takes longer; ours
SLOWER = 0.15  # exponent of cost in the time to settle; ours
REVISED = 0.5  # share of the error that each look at a claim takes away; ours
CLOSED_EMPTY = 0.08  # share of claims that come to nothing; ours
LEAST = 50.0  # € that any damage costs; ours


def cost(loss: Loss, rng: np.random.Generator) -> int:
    """Cents that one claim will have cost the insurer in the end; 0 where it comes to nothing.

    Ordinary ones are lognormal, large ones Pareto (ours: with exponents near 2 its mean exists and its spread hardly
    does). What the deductible covers nobody pays: the claim is heard of and closed. Inflation: none.
    """
    if rng.random() < CLOSED_EMPTY:
        return 0
    if rng.random() < loss.large:
        found = loss.threshold * (1 - rng.random()) ** (-1 / loss.tail)
    else:
        found = loss.mean * exp(loss.sigma * rng.normal() - loss.sigma**2 / 2)
    return round(100 * max(float(min(max(found, LEAST), loss.most)) - loss.deductible, 0.0))


def mean_cost(loss: Loss) -> float:
    """€ that a claim costs the insurer on average, those that come to nothing counted; the floor of 50 € apart."""
    low, a = loss.threshold, loss.tail
    tail: float = low * (a - (low / loss.most) ** (a - 1)) / (a - 1) - loss.deductible
    return (1 - CLOSED_EMPTY) * (loss.large * tail + (1 - loss.large) * _beyond(loss))


def _beyond(loss: Loss) -> float:
    """€ of an ordinary claim that are beyond the deductible, on average over all: the partial mean of a lognormal."""
    if not loss.deductible:
        return loss.mean
    far = log(loss.mean / loss.deductible) / loss.sigma + loss.sigma / 2
    share = NormalDist().cdf
    return loss.mean * share(far) - loss.deductible * share(far - loss.sigma)


def below(loss: Loss) -> float:
    """Chance that a claim comes to nothing, because it does or because the deductible covers it."""
    small = (
        NormalDist(log(loss.mean) - loss.sigma**2 / 2, loss.sigma).cdf(log(loss.deductible)) if loss.deductible else 0.0
    )
    return CLOSED_EMPTY + (1 - CLOSED_EMPTY) * (1 - loss.large) * small


def lag(loss: Loss, rng: np.random.Generator) -> float:
    """s from occurrence to report: Weibull; ours."""
    return float(loss.lag * rng.weibull(STRETCH) * DAY)


def development(loss: Loss, final: int, rng: np.random.Generator) -> list[tuple[float, int, int]]:
    """(s after the report, cents paid so far, cents outstanding) at the report and at each change; at the end nothing.

    The first estimate errs by a lognormal of mean 1; each look halves the error's logarithm. Payments are parts of the
    final cost at times spread over the claim's life, the last of them closes it.
    """
    life = loss.settled * DAY * exp(SPREAD * rng.normal()) * (max(final, 10_000) / 100 / loss.mean) ** SLOWER
    parts = 1 + int(rng.poisson(loss.payments - 1))
    looks = int(rng.poisson(life / DAY / 60))  # every other month somebody looks
    paid_at = np.append(np.sort(rng.uniform(0.1, 0.95, parts - 1)), 1.0)
    shares = np.cumsum(rng.dirichlet(np.full(parts, 1.5)))
    paid = [round(final * float(share)) for share in shares[:-1]] + [final]
    off = loss.error * rng.normal() - loss.error**2 / 2
    estimate = _estimate(loss, final, off)
    rows, done = [(0.0, 0, estimate)], 0
    steps = sorted([*((float(at), k) for k, at in enumerate(paid_at)), *((float(u), -1) for u in rng.random(looks))])
    for at, part in steps:
        if part < 0:
            off *= 1 - REVISED
            estimate = max(_estimate(loss, final, off), done)
        else:
            done = paid[part]
            estimate = max(estimate, done) if at < 1.0 else done
        rows.append((at * life, done, estimate - done))
    return rows


def _estimate(loss: Loss, final: int, off: float) -> int:
    """Cents thought to be the cost in the end; what will come to nothing is thought ordinary until somebody knows."""
    return round((final or 100 * loss.mean) * exp(off))
