"""Policies made up for the models' tests, and a way to write a spec."""

import numpy as np
import polars as pl
import pytest

from pricing.models.reading import parse


@pytest.fixture(scope="session")
def policies():
    """4,000 policies: claims that rise with km and fall with age, amounts, an area of which Z is the largest."""
    chance = np.random.default_rng(3)
    n = 4_000
    age, km, area = chance.integers(18, 80, n), chance.integers(1, 60, n) * 1000.0, chance.choice(["X", "Y", "Z"], n)
    years = np.round(chance.uniform(0.1, 1.0, n), 3)
    rate = 0.4 * (km / 20_000) ** 0.6 * np.where(age < 25, 2.0, 1.0) * np.where(area == "X", 0.7, 1.0)
    claims = chance.poisson(rate * years)
    mean = chance.gamma(np.maximum(claims, 1) * 2.0, 900.0 / np.maximum(claims, 1) / 2.0) * (1.0 + km / 1e5)
    amount = np.round(np.where(claims > 0, mean * claims, 0.0), 2)
    return pl.DataFrame({"age": age, "km": km, "area": area, "years": years, "claims": claims, "amount": amount})


@pytest.fixture(scope="session")
def spec():
    """A spec: the usual head, changed by keywords, and terms as TOML."""

    def made(terms="", **changes):
        values = {"name": '"test"', "family": '"poisson"', "response": '"claims"', "exposure": '"years"'} | changes
        head = "\n".join(f"{key} = {value}" for key, value in values.items() if value)
        return parse(f"{head}\n{terms}", "test.toml")

    return made
