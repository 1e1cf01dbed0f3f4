"""What the tests of the ledger share: a truck's exposure, a chain of a quarter, and what is posted day by day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.term import Term
from pricing.canonical import plain
from pricing.exposure import Exposure
from pricing.ledger.chain import verify
from pricing.ledger.entry import follow, reversal
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import Km
from pricing.ledger.posting import Insured, post
from pricing.ledger.rated import Shown, rated
from pricing.ledger.replay import replay

NONE = Decimal(0)
TERM = Term(date(2026, 1, 1), date(2027, 1, 1))
MOVES = Hysteresis(band=Decimal("0.02"), step=Decimal("0.10"))


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


@pytest.fixture(scope="session")
def insured(risk, tariff):
    """A truck on the policy with so many harsh brakes on 20,000 km, and so many km a day, seen and unseen."""

    def piece(
        vehicle="V",
        start=TERM.start,
        end=TERM.end,
        brakes=160,
        daily=NONE,
        gap=NONE,
        expected=60_000.0,
        by=tariff,
        **changes,
    ):
        whole = risk(vehicle_id=vehicle, valid_from=TERM.start, valid_to=TERM.end, **changes)
        seen = dict.fromkeys(("km_measured", "observed_km", "observed_corner_km"), 20_000.0)
        own = {"truck": Exposure(seen | {"moving_h": 340.0, "harsh_braking_2": brakes})}

        def rating(last):
            shown = None if last is None else Shown(last.amount, MOVES)
            return rated(whole, Exposure({"km_measured": expected}), by, own, period=(start, end), shown=shown)

        def km(first, last):
            return Km(*(daily_km * (last - first).days for daily_km in (daily, gap)))

        return Insured(vehicle, whole.cover, start, end, plain(whole), rating, km)

    return piece


@pytest.fixture(scope="session")
def posted(tariff):
    """The chain after posting on some days, each with what was insured then; it verifies and is made again."""

    def run(*steps, chain=(), by=tariff):
        for day, contract, pieces in steps:
            pen = Pen(chain, datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
            post(contract, pieces, pen, day, by)
            chain = pen.entries
        assert verify(chain) == []
        assert [replay(entry, {by.digest: by}) for entry in chain] == chain
        return chain

    return run
