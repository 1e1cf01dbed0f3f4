"""Families: the deviance of a Tweedie with log link, Poisson (power 1) and Gamma (2) included, from sums of cells.

Source: Joergensen 1987; Ohlsson and Johansson 2010, section 2.3. All are convex in the linear predictor, so that a
maximum found is the maximum.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def half_deviance(power: float, w: Floats, s: Floats, eta: Floats) -> float:
    """Half the deviance at linear predictor ``eta``, less what depends on the data alone (sum of ``saturated``).

    ``w`` sums of weights, ``s`` of weighted responses.
    """
    if power == 1.0:
        return float(w @ np.exp(eta) - s @ eta)
    if power == 2.0:
        return float(s @ np.exp(-eta) + w @ eta)
    return float(s @ np.exp((1.0 - power) * eta) / (power - 1.0) + w @ np.exp((2.0 - power) * eta) / (2.0 - power))


def slopes(power: float, w: Floats, s: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Of minus ``half_deviance`` by ``eta``: first derivative, minus the second, and minus the expected second."""
    seen = s * np.exp((1.0 - power) * eta) if power != 1.0 else s
    due = w * np.exp((2.0 - power) * eta) if power != 2.0 else w
    return seen - due, (power - 1.0) * seen + (2.0 - power) * due, due


def pearson(power: float, w: Floats, s: Floats, square: Floats, eta: Floats) -> float:
    """Pearson's chi-squared: the sum of w (r - mu)² / mu^power."""
    mu = np.exp(eta)
    return float(((square - 2.0 * mu * s + mu * mu * w) / mu**power).sum())
