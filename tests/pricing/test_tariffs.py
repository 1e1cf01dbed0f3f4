"""Tariffs."""

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import pytest

from pricing.document import TariffError
from pricing.tariff import COVERS
from pricing.tariffs import RACK, complete, parse, standard, standard_text
from pricing.tariffs.changed import with_peers

TEXT = (files("pricing.tariffs") / "standard.toml").read_text("utf-8")


def changed(old, new):
    assert old in TEXT
    return parse(TEXT.replace(old, new, 1), "mine.toml")


def test_the_standard_tariff_says_that_it_is_illustrative(tariff):
    assert tariff.status == "illustrative"
    assert set(tariff.covers) == set(COVERS)
    assert re.fullmatch(r"standard-2026\.1\+[0-9a-f]{8}", tariff.tariff_id)


def test_layout_comments_and_order_do_not_change_its_hash(tariff):
    bare = "\n".join(line.partition(" #")[0] for line in TEXT.splitlines() if not line.startswith("#"))
    assert parse(bare, "bare.toml").digest == tariff.digest
    assert changed("car = 1.2, van = 1.4", "van = 1.40, car = 1.2").digest == tariff.digest
    assert standard().digest == tariff.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("car = 0.46", "car = 0.47"),
        ("beta = 0.14", "beta = 0.141"),
        ("variable = 0.22", "variable = 0.23"),
        ('status = "illustrative"', 'status = "filed"'),
        ("[loads]", "[factors.use.levels]\nown = 1.0\nhire = 1.3\n\n[loads]"),
        ("[loads]", "[factors.deductible]\npoints = [[0, 1.3], [500, 1]]\n\n[loads]"),
    ],
)
def test_any_number_changes_its_hash(old, new):
    alone = with_peers(TEXT, "")  # which would want others with every weight
    assert parse(alone.replace(old, new, 1), "mine.toml").digest != parse(alone, "mine.toml").digest


def test_numbers_are_as_written():
    assert standard().covers["cargo"].per_km["car"] == Decimal("0.0004")


def test_a_tariff_may_replace_the_numbers_of_a_factor():
    tariff = changed("[loads]", "[factors.deductible]\npoints = [[0, 1.5], [500, 1.0]]\n\n[loads]")
    used = {factor.name: factor for factor in tariff.covers["own_damage"].factors}
    assert used["deductible"].relativity([0.0, 250.0, 9000.0]).tolist() == [1.5, 1.25, 1.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "per_day = { car = 0.46",
            "per_dya = 1\nper_day = { car = 0.46",
            "covers.compulsory.per_dya: unknown key; known here: factors, per_day, per_km",
        ),
        ("base = 60\n", "base = 60.005\n", "score.base: 60.005 has more than two places, as points do not"),
        ("car = 0.46, ", "", "covers.compulsory.per_day.car: missing; expected a number"),
        ("car = 0.46", "tram = 1, car = 0.46", "covers.compulsory.per_day.tram: unknown key"),
        ("car = 0.46", 'car = "0.46"', "covers.compulsory.per_day.car: '0.46' is not a number"),
        ("car = 0.46", "car = -1", "covers.compulsory.per_day.car: -1 is outside 0.0 to inf"),
        ("[covers.cargo]", "[covers.hull]", "covers.hull: unknown cover; known: compulsory, "),
        (
            'factors = ["use", "tonnage"]',
            'factors = ["telematics"]',
            "covers.compulsory.factors: the compulsory cover must not depend on telematics",
        ),
        ('factors = ["use", "tonnage"]', 'factors = ["colour"]', "covers.compulsory.factors: 'colour' is not known"),
        ("beta = 0.14", "beta = -0.1", "behaviours[0].beta: -0.1 is outside 0.0 to inf"),
        ("k = 850", "k = 0", "behaviours[0].k: 0 is not allowed"),
        (
            "harsh_braking_1 = 0.25",
            "harsh_braking_1 = 2.0",
            "behaviours[0].counts: must name columns of exposure with weights that never fall",
        ),
        ("controllable = true", "controllable = 1", "behaviours[0].controllable: 1 is not true or false"),
        ("variable = 0.22", "variable = 0.9\nprofit = 0.1", "no valid TOML"),
        ("profit = 0.05", "profit = 0.8", "loads.variable: variable and profit together must stay below 1"),
        (
            "telematics = [0.65, 1.35]",
            "telematics = [1.1, 1.35]",
            "caps.telematics: ['1.1', '1.35'] is no range [low, high] around 1",
        ),
        ("change = [", "chagne = [", "caps.chagne: unknown factor; known: change, "),
        ('rounding = "ROUND_HALF_EVEN"', 'rounding = "up"', "rounding: 'up' is not known; use one of ROUND_HALF_EVEN"),
        ('currency = "EUR"', 'currency = "EUR"\ncolour = 1', "colour: unknown key"),
        ("valid_from = 2026-01-01", "", "valid_from: missing; expected a date"),
        ("[loads]", "[factors.telematics]\npoints = []\n[loads]", "factors.telematics: no factor with numbers"),
        (
            "[loads]",
            "[factors.limit]\npoints = [[1, 1], [1, 2]]\n[loads]",
            "factors.limit.points: covariates must rise and relativities be above 0",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_path(old, new, message):
    with pytest.raises(TariffError, match=r"^mine\.toml: ") as error:
        changed(old, new)
    assert message in str(error.value)


def test_kept_with_all_its_numbers_it_is_the_same_tariff_whatever_later_factors_say(monkeypatch):
    tariff = standard()
    full = complete(standard_text(), tariff)
    assert "[factors.tonnage]" in full and "[factors.use]" in full and "[factors.telematics]" not in full
    other = {name: replace(factor, points=((0.0, 2.0),)) if factor.points else factor for name, factor in RACK.items()}
    monkeypatch.setattr("pricing.tariffs.RACK", other)
    assert parse(standard_text(), "then").digest != tariff.digest
    assert parse(full, "then").digest == tariff.digest
    assert complete(full, tariff) == full
