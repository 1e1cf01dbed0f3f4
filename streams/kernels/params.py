"""Params: thresholds by class of vehicle, as kernels read them; the words in which kernels say what they find."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.void]

CLASSES = ("car", "van", "truck", "bus")  # UNECE M1, N1, N2 and N3, M2 and M3
OPEN, RAISE, CLOSE = 0, 1, 2


@dataclass(frozen=True)
class Param:
    """One threshold of a detector: a value per vehicle class, in the unit that config files use.

    ``scale`` turns it into the kernel's unit (``tolerance_kmh`` -> m/s). ``source`` says who published it.
    """

    name: str  # with unit where it has one, as in config: tolerance_kmh
    values: tuple[float, float, float, float] | float  # CLASSES in order, or one for all
    source: str
    scale: float = 1.0

    def by_class(self) -> tuple[float, ...]:
        """Value per class, in the kernel's unit."""
        values = self.values if isinstance(self.values, tuple) else (self.values,) * len(CLASSES)
        return tuple(value * self.scale for value in values)


def thresholds(params: tuple[Param, ...]) -> Records:
    """(len(CLASSES),) a structured array of ``params``, a field each and a row per vehicle class."""
    rows = np.zeros(len(CLASSES), [(param.name, "f8") for param in params])
    for param in params:
        rows[param.name] = param.by_class()
    return rows
