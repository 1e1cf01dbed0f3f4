"""Money: exact decimals, the one door by which floats may enter, rounding to the cent and accrual."""

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
PLACES = Decimal("0.0001")  # of a relativity
ROUNDING = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_DOWN, ROUND_UP)  # modes a tariff may state


def decimal(x: float) -> Decimal:
    """``x`` to 6 places as a Decimal: the only way a float becomes money or a relativity.

    exp and log differ in the last bit between C libraries; six places are the same everywhere.
    """
    return Decimal(repr(round(float(x), 6)))


def micro(amount: Decimal) -> Decimal:
    """``amount`` to 6 places, half to even: each step of a calculation is kept as it is shown."""
    return amount.quantize(MICRO, ROUND_HALF_EVEN)


def cents(amount: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """``amount`` to the cent in the mode the tariff states."""
    return amount.quantize(CENT, rounding)


def accrued(amount: Decimal, day: int, days: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """What is earned of ``amount`` after ``day`` of ``days``, to the cent."""
    return cents(amount * day / days, rounding)


def accrual(amount: Decimal, day: int, days: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """What ``day`` (1 to ``days``) earns: a difference of cumulative amounts, so the days sum to ``amount``.

    Rounding each day's share by itself loses 0.86 of 1234.56 over 365 days.
    """
    return accrued(amount, day, days, rounding) - accrued(amount, day - 1, days, rounding)
