"""Spans: seconds between two instants on whole milliseconds, so that 2 s is 2 s whatever the date."""

from math import floor

from compiled.kernels import inner


@inner
def span(then: float, t: float) -> float:
    """Seconds from ``then`` to ``t``, the float nearest to whole milliseconds; epoch floats alone are 0.2 us off."""
    return floor((t - then) * 1000.0 + 0.5) / 1000.0
