"""Factor: what a plug of this rack is, a relativity of the premium that depends on one covariate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Factor:
    """One plug: a curve by points, a table by level, or code; ``covariate`` names a field of ``Risk``.

    The numbers are the standard ones; a tariff that names the factor may replace ``points`` or ``levels``, and
    its hash covers the numbers in force.
    """

    name: str
    covariate: str
    meaning: str  # one sentence for the underwriter
    base: float | str  # where the relativity is 1
    source: str  # who published the numbers, or "illustrative"
    unit: str = ""
    km_only: bool = False  # works on the premium per km, not on the standing one
    monotone: int = 0  # +1 never falls with the covariate, -1 never rises, 0 not declared
    points: tuple[tuple[float, float], ...] = ()  # (covariate, relativity), ascending; straight between, flat outside
    levels: tuple[tuple[str, float], ...] = ()
    code: Callable[[Floats], Floats] | None = None

    def relativity(self, x: Sequence[Any] | npt.NDArray[Any]) -> Floats:
        """Relativity of each ``x``; a missing one (NaN or None) is rated 1.

        ``x`` (n,) in the covariate's unit, or level names -> (n,) dimensionless, > 0. Raises ``ValueError`` for
        a level the table does not have: an unknown use must not be rated as the base one.
        """
        if self.levels:
            table = dict(self.levels)
            return np.array([1.0 if value is None else table[self.level_of(value)] for value in x], np.float64)
        value = np.asarray(x, np.float64)
        known = np.nan_to_num(value, nan=float(self.base))
        found = self.code(known) if self.code else np.interp(known, *np.transpose(self.points))
        return np.where(np.isnan(value), 1.0, found)

    def level_of(self, value: str) -> str:
        """The level that a value is on; ``ValueError`` if it is on none."""
        if value not in dict(self.levels):
            raise ValueError(f"factor {self.name}: no level {value!r}; known: {', '.join(dict(self.levels))}")
        return value
