"""Distance: in three real portfolios those who drive more have more claims, but not in proportion."""

import numpy as np
import polars as pl
import pytest

from pricing.models import model

LIMITS = ["8000 km", "12000 km", "16000 km", "20000 km", "25000-30000 km", "no limit"]
KM = "{ '8000 km' = 8000, '12000 km' = 12000, '16000 km' = 16000, '20000 km' = 20000, '25000-30000 km' = 27500 }"
# classes of the Swedish motor insurance 1977 by their middle (under 1, 1-15, 15-20, 20-25, above 25 thousand km);
# source: Andrews and Herzberg 1985, data set 68
CLASSES = "{ 1 = 500, 2 = 8000, 3 = 17500, 4 = 22500, 5 = 30000 }"


def terms(*columns, more=""):
    return more + "".join(f'\n[[terms]]\ntype = "categorical"\ncolumn = "{column}"' for column in columns)


def relativities(found, term):
    return [np.exp(one.estimate) for one in found.coefficients if one.term == term]


def exponent(found):
    """Exponent of km with its standard error."""
    return next((one.estimate, one.error) for one in found.coefficients if one.term == "km")


@pytest.fixture(scope="module")
def norway(shared_data):
    return pl.read_parquet(shared_data / "pricing" / "norauto" / "policies.parquet")


@pytest.fixture(scope="module")
def sweden(shared_data):
    return pl.read_parquet(shared_data / "pricing" / "sweden" / "third_party_1977_km.parquet").filter(
        pl.col("Insured") > 0
    )


NORWAY = {"response": '"NbClaim"', "exposure": '"Expo"'}
SWEDEN = {"response": '"Claims"', "exposure": '"Insured"'}


def test_norwegian_limits_rise(norway, spec):
    limit = f'\n[[terms]]\ntype = "categorical"\ncolumn = "DistLimit"\nlevels = {LIMITS}\nbase = "8000 km"'
    found = relativities(model.fit(spec(terms("Young", "GeoRegion") + limit, **NORWAY), norway), "DistLimit")
    assert found == sorted(found)
    assert 1.8 < found[-1] < 2.3  # .0955 / .0457 before other factors


def test_norwegian_exponent(norway, spec):
    rows = '[[rows]]\ncolumn = "DistLimit"\nis_not = ["no limit"]\n'
    km = f'\n[[terms]]\ntype = "log"\nname = "km"\ncolumn = "DistLimit"\nvalues = {KM}'
    gamma, error = exponent(model.fit(spec(terms("Young", "GeoRegion", more=rows) + km, **NORWAY), norway))
    assert gamma - 3 * error > 0.0
    assert gamma + 3 * error < 1.0


def test_swedish_classes_rise_and_their_exponent(sweden, spec):
    others = ("Zone", "Bonus", "Make")
    found = relativities(model.fit(spec(terms(*others, "Kilometres"), **SWEDEN), sweden), "Kilometres")
    assert found == sorted(found)
    km = f'\n[[terms]]\ntype = "log"\nname = "km"\ncolumn = "Kilometres"\nvalues = {CLASSES}'
    gamma, error = exponent(model.fit(spec(terms(*others) + km, **SWEDEN), sweden))
    assert gamma - 3 * error > 0.0
    assert gamma + 3 * error < 1.0


def test_french_pay_as_you_drive_has_fewer_claims(shared_data, spec):
    folder = shared_data / "pricing" / "payd_pg17"
    key = ["id_client", "id_vehicle"]
    text = [pl.col(name).cast(pl.String) for name in key]
    claims = pl.read_parquet(folder / "claims.parquet").with_columns(text).group_by(key).agg(pl.col("claim_nb").sum())
    policies = pl.read_parquet(folder / "policies.parquet").with_columns(text).join(claims, on=key, how="left")
    data = policies.with_columns(pl.col("claim_nb").fill_null(0))
    asked = spec(terms("pol_payd", "pol_usage", "pol_coverage"), response='"claim_nb"', exposure="")
    no, yes = relativities(model.fit(asked, data), "pol_payd")
    assert no == 1.0  # the larger part
    assert 0.6 < yes < 0.9  # .1060 / .1440 before other factors
