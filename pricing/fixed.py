"""Fixed: amounts of many vehicles at once as whole millionths, rounded to the digit as decimals are."""

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.money import decimal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ONE = 1_000_000  # millionths
CENT = 10_000
LARGE = 4e9  # beyond it a float has no six places


def millionths(x: Floats) -> Ints:
    """What ``decimal`` makes of each float."""
    scaled = x * ONE
    found = np.rint(scaled)
    # the product is rounded too: too near the middle between two, the digits decide
    doubt = (np.abs(np.abs(scaled - np.trunc(scaled)) - 0.5) < 1e-15 * np.abs(scaled) + 1e-9) | (np.abs(x) > LARGE)
    for k in np.flatnonzero(doubt):
        found[k] = whole(decimal(x[k]))
    return found.astype(np.int64)


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


def times(a: Ints, numerator: Ints | int, scale: int) -> Ints:
    """``a * numerator / scale`` to the nearest, half to even; ``a`` is split, so that no product is too large."""
    head = a // scale  # by one number numpy divides fast; divmod takes five times as long
    product = (a - head * scale) * numerator
    more = product // scale
    return _up(head * numerator + more, product - more * scale, scale)


def divide(a: Ints, share: Decimal) -> Ints:
    """``a / share`` to the nearest, half to even."""
    numerator, scale = fraction(share)
    head = a // numerator
    product = (a - head * numerator) * scale
    more = product // numerator
    return _up(head * scale + more, product - more * numerator, numerator)


def cents(a: Ints, rounding: str) -> Ints:
    """Millionths as whole cents in the mode the tariff states."""
    found = np.abs(a) // CENT
    rest = np.abs(a) - found * CENT
    made = _up(found, rest, CENT) if rounding == ROUND_HALF_EVEN else found + _more(rest, rounding).astype(np.int64)
    return np.where(a < 0, -made, made)


def _more(rest: Ints, rounding: str) -> npt.NDArray[np.bool_]:
    """Whether what is left makes a cent more; away from 0 in every other mode, ``ROUND_UP``."""
    if rounding == ROUND_DOWN:
        return np.zeros(rest.shape, bool)
    least = {ROUND_HALF_UP: CENT // 2, ROUND_HALF_DOWN: CENT // 2 + 1}.get(rounding, 1)
    more: npt.NDArray[np.bool_] = rest >= least
    return more


def _up(found: Ints, rest: Ints, unit: int) -> Ints:
    """``found`` and the ``rest`` of a ``unit`` to the nearest, half to even."""
    twice = 2 * rest
    more: npt.NDArray[np.bool_] = (twice > unit) | ((twice == unit) & (found & 1 == 1))
    return found + more.astype(np.int64)


def series(name: str, cents: Ints) -> pl.Series:
    """Whole cents as a column of decimals of two places."""
    hundreds = pl.Series(name, cents).cast(pl.Decimal(38, 2))
    return (hundreds / pl.Series([Decimal(100)], dtype=pl.Decimal(5, 2))).cast(pl.Decimal(18, 2))


def decimals(cents: Ints) -> list[Decimal]:
    """Whole cents as decimals of two places."""
    return series("", cents).to_list()
