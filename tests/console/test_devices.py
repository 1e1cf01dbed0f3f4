"""Devices: how much of a vehicle's driving is seen, and of how much of that it is known who drove."""

import polars as pl
import pytest

from console.reckoning.figures import figures

API = "/api/v1"


def shares(house):
    answer = house.client("manager").get(f"{API}/devices")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["items"]
    assert [row["seen_share"] for row in rows] == sorted(row["seen_share"] for row in rows)  # the least first
    return {row["vehicle_id"]: (row["seen_share"], row["driver_share"]) for row in rows}


def test_km_that_nobody_saw_and_nobody_is_known_to_have_driven_are_told_as_shares(house, monkeypatch):
    tables = figures(house.world).tables()
    gap = pl.when(pl.col("vehicle_id") == "V1").then(pl.col("km_measured") * 0.5).otherwise(0.0)
    driver = pl.when(pl.col("vehicle_id") == "V0").then(pl.lit("D1"))
    exposure = tables["exposure"].with_columns(km_gap=gap, driver_id=driver)
    monkeypatch.setattr(figures(house.world), "tables", lambda: tables | {"exposure": exposure})
    found = shares(house)
    assert found["V1"] == (pytest.approx(2 / 3, abs=1e-3), 0.0)
    assert found["V0"] == (1.0, 1.0)
