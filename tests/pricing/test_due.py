"""What is due together is to the cent what the ledger makes of each."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from pricing.due import Due, amounts
from pricing.exposure import SILENT, SUMS, Exposure
from pricing.ledger.rated import rated
from pricing.premium import Risk
from pricing.stated import stated
from pricing.tariff import CLASSES
from pricing.tariffs import parse, standard_text

NAN = float("nan")
CHINA = 'profile = "china"\n' + standard_text().replace("change = [0.75, 1.25]", "")
BOOR = standard_text().replace("off_balance = 1.0 ", 'off_balance_on = "complement"\noff_balance = 1.2345 ')


def drawn(chance, k):
    """A risk of which more or less is known, and its vehicle's record: of one class, of two, none, or a score alone."""

    def some(*values):
        return values[chance.integers(len(values))]

    def seen():
        km = round(float(chance.gamma(2.0, 2000.0)), 6)
        sums = {name: round(float(km * chance.random() * 0.2), 6) for name in SUMS}
        return Exposure(sums | {"km_measured": km, SILENT: some(0.0, 0.25, 0.987654)})

    term = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 1 + int(chance.integers(1, 30)))}
    risk = Risk(
        "F", f"V{k}", "P", some("compulsory", "tpl_property", "own_damage", "cargo"), klass=some(*CLASSES), **term,
        use=some("own", "hire", None), mass_t=some(1.23456789, 18.0, NAN), vehicle_age=some(0.0, 7.0, NAN),
        annual_km=some(4000.0, 33_333.333333333, NAN), sum_insured=some(9999.99, NAN), deductible=some(0.0, 333.0, NAN),
        limit=some(1e6, NAN), experience=some(0.2, 0.9312345678, 2.7, NAN), energy=some("electric", None),
        previous=some(None, Decimal("10.00"), Decimal("380.25")), inception=some(None, date(2026, 1, 1)),
    )  # fmt: skip
    own = some({risk.klass: seen()}, {"car": seen(), "truck": seen()}, {risk.klass: Exposure()}, {None: seen()})
    driven = {"km_measured": round(float(chance.gamma(2.0, 5000.0)), 6), "km_gap": some(0.0, 1234.567891)}
    return Due(risk, Exposure(driven), own)


@pytest.mark.parametrize("text", [standard_text(), CHINA, BOOR], ids=["standard", "china", "complement"])
def test_amounts_are_those_of_the_ledgers_entries(text):
    ours, chance = parse(text, "t.toml"), np.random.default_rng(4)
    due = [drawn(chance, k) for k in range(120)]
    due[::5] = [Due(one.risk, one.exposure, stated(one.own, ours)) for one in due[::5]]
    entries = [rated(one.risk, one.exposure, ours, one.own) for one in due]
    assert amounts(due, ours) == [entry.amount for entry in entries]


def test_nothing_due_is_nothing(tariff):
    assert amounts([], tariff) == []
