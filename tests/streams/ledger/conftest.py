"""Rules and a tariff by which a short time at the wheel has a price."""

from dataclasses import replace

import pytest

from pricing.tariffs import standard


@pytest.fixture(scope="module")
def calm(rivers):
    """Rules by which half an hour at the wheel is long."""
    return rivers.judged(*rivers.HOURS)


@pytest.fixture(scope="module")
def tariff(calm):
    """A tariff that pins them."""
    return replace(standard(), rules=calm.in_force.sets[0].version)
