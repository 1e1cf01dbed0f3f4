"""The experience of real fleets: French commercial own damage, 2011 to 2013."""

from datetime import date

import polars as pl
import pytest

from pricing.reports.experience import Asked, Data, study
from pricing.reports.insured import periods
from pricing.reports.losses import valuations

NO_KM = pl.DataFrame(schema={"fleet_id": pl.String, "vehicle_id": pl.String, "day": pl.Date})


@pytest.fixture(scope="module")
def french(shared_data):
    """The fleets of most vehicle-years, 300 of them, and one fleet's own rows."""
    folder = shared_data / "pricing" / "fleet_pg16"
    policies, claims = (pl.read_parquet(folder / f"{name}.parquet") for name in ("exposures", "claims"))
    years = policies.group_by("PolicyID").agg(pl.col("Exposure").sum()).sort("Exposure", "PolicyID", descending=True)
    some = years["PolicyID"].head(300)
    policies, claims = (frame.filter(pl.col("PolicyID").is_in(some.implode())) for frame in (policies, claims))
    days = [pl.col(name).str.to_date().alias(as_) for name, as_ in (("BeginDate", "from"), ("EndDate", "to"))]
    who = [pl.col("PolicyID").alias("fleet_id"), pl.col("LicNb").alias("vehicle_id")]
    told = valuations(claims.select(*who, days[0].alias("loss_at"), paid="ClaimCharge"))
    return Data(told, periods(policies.select(*who, *days)), NO_KM), policies, claims, str(some[0])


def test_years_and_claims_are_those_of_the_insurer(french):
    data, policies, claims, fleet = french
    found = study(data, Asked(fleet, date(2014, 1, 1), years=3))
    mine = pl.col("PolicyID") == int(fleet)
    (result,) = found.results.iter_rows(named=True)
    # their exposure is rounded to hundredths, and counts the last day
    assert result["vehicle_years"] == pytest.approx(
        policies.filter(mine)["Exposure"].sum(), abs=0.01 * policies.filter(mine).height
    )
    assert found.years["paid"].sum() == pytest.approx(claims.filter(mine)["ClaimCharge"].sum(), abs=0.01)
    assert result["claims"] == claims.filter(mine).height
    assert found.effects_from == "portfolio's claims"
    assert 0 < result["weight"] < 0.5  # some twenty vehicle-years


def test_what_is_expected_of_a_vehicle_year_is_the_same_for_each_fleet(french):
    data, _, _, fleet = french
    told = [study(data, Asked(name, date(2014, 1, 1), years=3)).results for name in (fleet, "8740")]
    assert told[0]["expected_cost"][0] == pytest.approx(told[1]["expected_cost"][0])
