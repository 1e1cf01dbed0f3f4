"""The basis of a policy says when its price may change."""

from decimal import Decimal

import pytest

from pricing.billing.basis import ADJUSTMENT, BASES, BILLING_DATE, ENDORSEMENT, RENEWAL, REPORT, charged

WAS, NOW = Decimal(100), Decimal(90)


@pytest.mark.parametrize("basis", BASES)
def test_a_report_never_changes_what_is_charged(basis):
    assert charged(basis, REPORT, WAS, NOW) == WAS


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("occasion", [RENEWAL, ENDORSEMENT])
def test_renewal_and_endorsement_do(basis, occasion):
    assert charged(basis, occasion, WAS, NOW) == NOW


@pytest.mark.parametrize(
    ("basis", "adjusts", "bills"), [("fixed", False, False), ("declaration", True, False), ("per_km", False, True)]
)
def test_each_basis_has_its_own_occasion(basis, adjusts, bills):
    assert (charged(basis, ADJUSTMENT, WAS, NOW) == NOW) is adjusts
    assert (charged(basis, BILLING_DATE, WAS, NOW) == NOW) is bills
