"""Laws of the tariffs that come with the package."""

from datetime import date
from importlib.resources import files

import pytest

from pricing.exposure import Exposure
from pricing.ladder import climb
from pricing.rating import rate
from pricing.tariff import CLASSES
from pricing.tariffs import complete, parse, shipped, standard, standard_text

NAMES = pytest.mark.parametrize("name", shipped())
DRIVEN = Exposure({"km_measured": 20_000.0, "observed_km": 20_000.0, "harsh_braking_2": 300, "moving_h": 400.0})


def test_there_are_two():
    assert shipped() == ["china", "standard"]
    assert all((files("pricing.tariffs") / f"{name}.toml").is_file() for name in shipped())


@NAMES
def test_it_says_that_it_is_illustrative_and_is_kept_whole(name):
    tariff = standard(name)
    assert tariff.status == "illustrative"
    full = complete(standard_text(name), tariff)
    assert parse(full, "kept").digest == tariff.digest
    assert tariff.profile is None or f"[profiles.{tariff.profile.name}]" in full


@NAMES
@pytest.mark.parametrize("klass", CLASSES)
def test_it_rates_every_class_and_cover_and_the_steps_make_the_amount(name, klass, risk):
    tariff = standard(name)
    year = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1), "use": "own", "mass_t": 3.0, "klass": klass}
    for cover in tariff.covers:
        premium = rate(risk(**year, cover=cover, experience=0.8), DRIVEN, tariff)
        assert premium.amount == climb(premium.factors) > 0


def test_in_china_the_compulsory_cover_alone_has_no_coefficient(risk):
    tariff = standard("china")
    year = {"valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1), "use": "hire", "mass_t": 12.0}
    for cover in tariff.covers:
        names = [step.name for step in rate(risk(**year, cover=cover), DRIVEN, tariff).factors]
        assert ("coefficient" in names) == (cover != "compulsory")
        assert "use_tonnage" in names
