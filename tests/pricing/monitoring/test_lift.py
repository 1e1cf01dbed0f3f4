"""Double lift and dislocation."""

from decimal import Decimal

import numpy as np
import pytest

from pricing.monitoring.dislocation import bands
from pricing.monitoring.lift import double, errors


def test_claims_take_the_side_of_the_truth(portfolio):
    p = portfolio
    mean = np.full_like(p.exposure, 0.2)
    table = double(p.claims, mean * p.exposure, p.truth * p.exposure, p.exposure)
    assert table.height == 10
    assert table["actual_to_old"][9] > 2 > 0.6 > table["actual_to_old"][0]
    assert table["actual_to_new"].to_numpy() == pytest.approx(1, abs=0.15)
    old, new = errors(table)
    assert new < old / 5
    swapped = errors(double(p.claims, p.truth * p.exposure, mean * p.exposure, p.exposure))
    assert swapped == pytest.approx((new, old), rel=0.05)


def test_the_level_of_a_model_is_not_what_is_compared(portfolio):
    p = portfolio
    one, two = (double(p.claims, p.noise * p.exposure, k * p.truth * p.exposure, p.exposure) for k in (1, 7))
    assert one["actual_to_new"].to_numpy() == pytest.approx(two["actual_to_new"].to_numpy())


def test_whose_premium_changes_by_how_much():
    old = [Decimal(100)] * 8
    new = [Decimal(x) for x in ("60", "98", "100", "100", "105", "105.01", "110", "140")]
    table = bands(old, new)
    assert dict(table.select("band", "vehicles").iter_rows()) == {
        "up to -25%": 1,
        "-5% to 0%": 1,
        "unchanged": 2,
        "0% to +5%": 1,
        "+5% to +10%": 2,
        "above +25%": 1,
    }
    assert table["share"].sum() == pytest.approx(1)
    most = table.to_dicts()[4]
    assert (most["least"], most["most"], most["change"]) == pytest.approx((0.0501, 0.10, 0.07505))
