"""What the tests of the ledger share: a truck's exposure and a chain of a quarter."""

from datetime import UTC, date, datetime

import pytest

from pricing.exposure import Exposure
from pricing.ledger.entry import follow, reversal
from pricing.ledger.rated import rated


@pytest.fixture(scope="session")
def driven():
    """Exposure of a month with this many harsh brakes."""

    def made(brakes=55, km=6200.0):
        seen = {
            "km_measured": km,
            "km_gap": 150.1 / 3,
            "observed_km": km,
            "observed_corner_km": km,
            "moving_h": km / 59,
        }
        return Exposure(seen | {"harsh_braking_2": brakes})

    return made


@pytest.fixture(scope="session")
def quarter(risk, driven, tariff):
    """March is charged, late data put it right in April, then April is charged."""
    march = rated(risk(use="hire", mass_t=18.0), driven(55), tariff, kind="charged")
    put_right = rated(risk(use="hire", mass_t=18.0), driven(40), tariff, kind="charged")
    spring = risk(valid_from=date(2026, 4, 1), valid_to=date(2026, 5, 1), use="hire", mass_t=18.0)
    april = rated(spring, driven(61), tariff, kind="charged")
    first = follow(None, march, datetime(2026, 4, 1, 1, tzinfo=UTC))
    chain = [first]
    for draft, day in ((reversal(first, "late data"), 5), (put_right, 5), (april, 30)):
        chain.append(follow(chain[-1], draft, datetime(2026, 4, day, 2, tzinfo=UTC)))
    return chain
