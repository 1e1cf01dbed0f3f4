"""Fixed: amounts of many vehicles at once as whole millionths, rounded to the digit as decimals are."""

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from compiled.kernels import shared

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ONE = 1_000_000  # millionths
CENT = 10_000
FOUR = 100  # millionths in the last of four places
SPLIT = 134_217_729.0  # 2^27 + 1: a float in two halves, whose products with such a power are exact
# by mode, what must be left of a cent for one more; 0: more than half, or half to even
LEAST = {ROUND_HALF_EVEN: 0, ROUND_HALF_UP: CENT // 2, ROUND_HALF_DOWN: CENT // 2 + 1, ROUND_UP: 1, ROUND_DOWN: CENT}


@shared
def millionths(x: Any) -> Any:
    """What ``decimal`` makes of each float below 4e9."""
    return parts(x, 1e6)


@shared
def parts(x: Any, scale: float) -> Any:
    """Each float in parts of a power of ten up to a million, to the nearest, half to even, as ``round`` does.

    Source: Dekker 1971, the product with its error: where it seems to lie in the middle between two, the error decides.
    """
    scaled = x * scale
    head = x * SPLIT - (x * SPLIT - x)
    error = (head * scale - scaled) + (x - head) * scale
    below = np.floor(scaled)
    rest = scaled - below - 0.5
    odd = below - 2.0 * np.floor(below / 2.0)
    more = (rest > 0.0) | ((rest == 0.0) & ((error > 0.0) | ((error == 0.0) & (odd == 1.0))))
    return np.int64(below) + np.int64(more)


def whole(x: Decimal) -> int:
    """A decimal of six places or fewer in millionths."""
    scaled = x * ONE
    if scaled != int(scaled):
        raise ValueError(f"{x} has more than six places")
    return int(scaled)


def fraction(x: Decimal) -> tuple[int, int]:
    """A decimal as numerator and power of ten."""
    _, _, exponent = x.as_tuple()
    places = max(-int(exponent), 0)
    return int(x.scaleb(places)), 10**places


@shared
def times(a: Any, numerator: Any, scale: Any) -> Any:
    """``a * numerator / scale`` to the nearest, half to even; ``a`` is split, so that no product is too large."""
    head = a // scale  # by one number numpy divides fast; divmod takes five times as long
    product = (a - head * scale) * numerator
    more = product // scale
    return nearest(head * numerator + more, product - more * scale, scale)


@shared
def divide(a: Any, numerator: Any, scale: Any) -> Any:
    """``a * scale / numerator`` to the nearest, half to even."""
    head = a // numerator
    product = (a - head * numerator) * scale
    more = product // numerator
    return nearest(head * scale + more, product - more * numerator, numerator)


@shared
def cents(a: Any, least: int) -> Any:
    """Millionths as whole cents, in the mode of which ``LEAST`` says what must be left for one more."""
    size = np.abs(a)
    found = size // CENT
    rest = size - found * CENT
    made = nearest(found, rest, CENT) if least == 0 else found + (rest >= least) * 1
    return made * np.sign(a)


@shared
def nearest(found: Any, rest: Any, unit: Any) -> Any:
    """``found`` and the ``rest`` of a ``unit`` to the nearest, half to even."""
    twice = 2 * rest
    return found + ((twice > unit) | ((twice == unit) & (found % 2 == 1))) * 1


def series(name: str, cents: Ints) -> pl.Series:
    """Whole cents as a column of decimals of two places."""
    hundreds = pl.Series(name, cents).cast(pl.Decimal(38, 2))
    return (hundreds / pl.Series([Decimal(100)], dtype=pl.Decimal(5, 2))).cast(pl.Decimal(18, 2))


def decimals(cents: Ints) -> list[Decimal]:
    """Whole cents as decimals of two places."""
    return series("", cents).to_list()
