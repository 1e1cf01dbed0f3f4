"""Panel: what was observed of each risk in each period, brought down to the sums that credibility needs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Panel:
    """Sums over the periods of each of n risks; a period of weight 0 was not observed and is no period at all."""

    weight: Floats  # (n,) exposure observed
    mean: Floats  # (n,) weighted mean of the observations; 0 where nothing was observed
    periods: Codes  # (n,) periods with exposure
    scatter: Floats  # (n,) sum of w (x - mean)^2 over the periods

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Risks of which anything was observed."""
        return self.weight > 0


def panel(risk: Codes, x: Floats, w: Floats, risks: int | None = None) -> Panel:
    """The panel of observations ``x`` (rate a unit of exposure) with exposure ``w``; ``risk`` counts from 0.

    ``x`` of a period with ``w`` 0 may be anything, NaN too: what was not seen says nothing.
    """
    known = w > 0
    risk, x, w = risk[known], x[known], w[known]
    n = risks if risks is not None else int(risk.max(initial=-1)) + 1
    weight = sums(risk, w, n)
    mean = over(sums(risk, w * x, n), weight)
    scatter = sums(risk, w * (x - mean[risk]) ** 2, n)
    return Panel(weight, mean, np.bincount(risk, minlength=n), scatter)


def sums(group: Codes, x: Floats, groups: int = 0) -> Floats:
    """Sum of ``x`` by group; groups count from 0."""
    return np.asarray(np.bincount(group, x, groups), np.float64)


def over(above: Floats, below: Floats) -> Floats:
    """The quotient, and 0 for what was not observed at all."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
