"""Gamma: the incomplete gamma function and its inverse, all that exact Poisson intervals need of a statistics library.

scipy would be 35 MB more to install for this one quantile. Source: Press et al., Numerical Recipes, section 6.2.
"""

import math

TERMS = 100_000
TINY = 1e-300
EXACT = 1e-16


def lower(a: float, x: float) -> float:
    """P(a, x): a gamma variable of shape ``a`` is at most ``x``; so likely are ``a`` or more of Poisson(x) events."""
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    return front * _series(a, x) if x < a + 1 else 1 - front * _fraction(a, x)


def quantile(a: float, p: float) -> float:
    """The x with P(a, x) = p, by bisection: half of a chi-square quantile of 2a degrees of freedom."""
    low, high = 0.0, a + 1.0
    while lower(a, high) < p:
        low, high = high, high * 2
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if lower(a, middle) < p else (low, middle)
    return high


def _series(a: float, x: float) -> float:
    total = term = 1 / a
    for n in range(1, TERMS):
        term *= x / (a + n)
        total += term
        if term < total * EXACT:
            break
    return total


def _fraction(a: float, x: float) -> float:
    """Continued fraction of Q(a, x), by Lentz's method."""
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    found = d
    for n in range(1, TERMS):
        step = -n * (n - a)
        b += 2
        d = 1 / _apart(step * d + b)
        c = _apart(b + step / c)
        found *= c * d
        if abs(c * d - 1) < EXACT * 4:
            break
    return found


def _apart(x: float) -> float:
    """``x``, but never 0."""
    return x if abs(x) > TINY else TINY
