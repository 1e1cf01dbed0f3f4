"""Words: missing values, spans of time and parameters, as docs/detectors.md uses them."""

import math
from types import SimpleNamespace
from typing import Any

from streams.kernels.params import CLASSES
from streams.pipeline.chain import PARAMS

NAN = math.nan
NEVER = None
GRACE = 0.000001  # m/s, so that 60 km/h is exactly 10 above 50
UNITS = {"_kmh": 1 / 3.6, "_g": 9.80665}

missing = math.isnan


def milliseconds(a: float, b: float) -> int:
    return math.floor((b - a) * 1000 + 0.5)


def span(a: float, b: float) -> float:
    """Seconds from ``a`` to ``b``."""
    return milliseconds(a, b) / 1000


def parameters(kind: str, klass: str, settings: dict[str, Any]) -> SimpleNamespace:
    """The parameters of a kind, in m/s and m/s²: ``min_speed_kmh`` is called ``min_speed``, ``level1_g`` ``level1``."""
    found = SimpleNamespace()
    for param in PARAMS[kind]:
        values = param.values if isinstance(param.values, tuple) else (param.values,) * len(CLASSES)
        value = settings.get(kind, {}).get(param.name, values[CLASSES.index(klass)])
        name, scale = param.name, 1.0
        for ending, unit in UNITS.items():
            if name.endswith(ending):
                name, scale = name.removesuffix(ending), unit
        setattr(found, name, value * scale)
    return found
