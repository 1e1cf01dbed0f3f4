"""tariff credibility."""

import json
import tomllib
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from pricing.exposure import SCHEMA
from streams.cli import source, tripmeter


@pytest.fixture
def asked(monkeypatch):
    """What the command says of 80 trucks over 10 weeks, of which nobody saw the tyres, and one car."""
    chance, weeks, trucks = np.random.default_rng(4), 10, 80
    rows = [
        {"fleet_id": "F", "vehicle_id": f"V{v}", "day": date(2026, 3, 2) + timedelta(weeks=week), "km_measured": 400.0}
        | {"observed_km": 400.0, "harsh_braking_2": int(chance.poisson(8 if v % 2 else 2))}
        for v in range(trucks)
        for week in range(weeks)
    ]
    exposure = pl.DataFrame(rows, schema=SCHEMA).fill_null(0)
    scores = pl.DataFrame({"fleet_id": "F", "vehicle_id": [f"V{v}" for v in range(trucks)], "class": "truck"})
    six = {"exposure": exposure, "scores": scores.with_columns(subject=pl.lit("vehicle"))}
    monkeypatch.setattr(source, "read", lambda _data, _folder: six)
    return lambda *options: CliRunner().invoke(tripmeter, ["tariff", "credibility", *options])


def test_what_it_prints_are_a_tariffs_lines(asked):
    done = asked()
    assert done.exit_code == 0
    braking = done.output.partition('# name = "harsh_braking"')[2].partition("# ")[0]
    found = tomllib.loads(braking)
    assert found["means"] == {"truck": pytest.approx(5 / 4, rel=0.1)}  # harsh brakes per 100 km
    assert 0 < found["k"] < 2000
    assert found["spread"] == pytest.approx(0.6, abs=0.1)


def test_what_nobody_saw_has_no_numbers_but_a_reason(asked):
    told = json.loads(asked("--json").output)
    assert set(told["harsh_braking"]) == {"k", "spread", "means"}
    assert "no risk has any exposure" in told["soft_tyres"]["none"]
    assert "no event in class 'truck'" in told["night"]["none"]
