"""Stability: whether the portfolio is still spread over a factor or a score as it was when the tariff was made."""

import numpy as np

from pricing.credibility.panel import Floats, sums

LEAST = 1e-6  # share of an empty bin: it makes the index large, not infinite
WATCH, MOVED = 0.10, 0.25  # conventions of the trade


def index(reference: Floats, now: Floats) -> float:
    """PSI = sum of (q - p) ln(q / p) over bins; ``reference`` and ``now`` are exposures by bin, brought to shares."""
    p, q = (np.maximum(exposure / exposure.sum(), LEAST) for exposure in (reference, now))
    return float(((q - p) * np.log(q / p)).sum())


def binned(x: Floats, exposure: Floats, edges: Floats) -> Floats:
    """Exposure by bin of ``x``; ``edges`` were fixed with the reference and do not move with the portfolio.

    n edges make n + 1 bins, each without its lower edge and with its upper one; what is missing (NaN) is a bin of its
    own, the last.
    """
    bins = np.where(np.isnan(x), edges.size + 1, np.searchsorted(edges, x))
    return sums(bins.astype(np.int64), exposure, edges.size + 2)


def verdict(psi: float) -> str:
    """``stable`` below 0.10, ``watch`` below 0.25, ``moved`` from there."""
    return "stable" if psi < WATCH else "watch" if psi < MOVED else "moved"
