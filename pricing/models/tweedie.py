"""Tweedie: the exact density of amounts most of which are 0, a series summed where its terms are.

Source: Dunn and Smyth 2005, Series evaluation of Tweedie exponential dispersion model densities, equations 8 to 12.
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

AT_ONCE = 2_000
REACH = 12.0  # standard deviations of the number of claims on both sides of the largest term; beyond: e^-70 of it
LEAST = 40  # terms on both sides


def log_normaliser(power: float, r: Floats, w: Floats, phi: float) -> Floats:
    """Of amounts ``r`` above 0 with weights ``w``: what the logarithm of their density has that no mean moves.

    The density of an r is exp((w / phi) (r mu^(1-p) / (1-p) - mu^(2-p) / (2-p))) times exp of this; of 0 this is 0.
    """
    top, found = _largest(power, r, w, phi), np.empty(r.size)
    order, wide = np.argsort(top), _wide(top)
    apart = (top - wide)[order][1:] > (top + wide)[order][:-1]  # no term of the one matters to the other
    for alike in np.split(order, np.flatnonzero(apart) + 1):
        for start in range(0, alike.size, AT_ONCE):  # together: they share the terms that matter
            rows = alike[start : start + AT_ONCE]
            found[rows] = _summed(power, r[rows], w[rows], phi) - np.log(r[rows])
    return found


def _largest(power: float, r: Floats, w: Floats, phi: float) -> Floats:
    """Number of claims whose term is the largest."""
    found: Floats = w * r ** (2.0 - power) / (phi * (2.0 - power))
    return found


def _wide(top: Floats) -> Floats:
    """How many terms on either side of the largest matter."""
    found: Floats = REACH * np.sqrt(top + 1.0) + LEAST
    return found


def _summed(power: float, r: Floats, w: Floats, phi: float) -> Floats:
    """Logarithm of the sum of z^j / (j! Gamma(a j)) over j from 1."""
    a, scale = (2.0 - power) / (power - 1.0), phi / w
    z = a * (np.log(r) - np.log(power - 1.0) - np.log(scale)) - np.log((2.0 - power) * scale)
    top = _largest(power, r, w, phi)
    wide = _wide(top.max())
    j = np.arange(max(1.0, np.floor(top.min() - wide)), np.ceil(top.max() + wide) + 1.0)
    known = np.array([math.lgamma(k + 1.0) + math.lgamma(a * k) for k in j.tolist()])
    terms = z[:, None] * j - known
    most = terms.max(axis=1)
    found: Floats = most + np.log(np.exp(terms - most[:, None]).sum(axis=1))
    return found
