"""Levels: where a premium lies on a factor, what is insured there, what claims ask for - on a portfolio by hand."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pricing.exposure import exposure
from pricing.factors import FACTORS
from pricing.factors.use_tonnage import FACTOR as BANDED
from pricing.frames import premiums
from pricing.monitoring.actual_expected import ratio
from pricing.reports import levels, lifted, portfolio
from pricing.reports.losses import known, valuations
from pricing.reports.quality import Chance
from pricing.tariffs import shipped, standard

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
USES = {"v1": "own", "v2": "own", "v3": "hire", "v4": "hire"}


@pytest.fixture(scope="module")
def found():
    """Four trucks of two uses, all driven alike; of those for hire one had two claims."""
    rows = [
        {"fleet_id": "n", "vehicle_id": vehicle, "driver_id": None, "day": FIRST, "moving_s": 1e4}
        | dict.fromkeys(("metres", "observed_m", "observed_corner_m", "limit_known_m"), 2e5)
        for vehicle in USES
    ]
    events = pl.DataFrame(
        [
            {"fleet_id": "n", "vehicle_id": "v4", "driver_id": None, "kind": "harsh_braking", "level": 2,
             "source": "tripmeter", "start": datetime(2026, 1, 1, 9, tzinfo=UTC)}
        ] * 30
    )  # fmt: skip
    driven = exposure(pl.DataFrame(rows), events, datetime(2026, 2, 20, tzinfo=UTC))
    risks = pl.DataFrame(
        [
            {"fleet_id": "n", "vehicle_id": vehicle, "policy_id": "P", "cover": "own_damage", "class": "truck",
             "use": use, "valid_from": FIRST, "valid_to": LAST}
            for vehicle, use in USES.items()
        ]
    )  # fmt: skip
    lost = [
        {"claim_id": name, "fleet_id": "n", "vehicle_id": "v4", "cover": "own_damage", "paid": 100.0,
         "loss_at": datetime(2026, 1, 15, tzinfo=UTC)} for name in "ab"
    ]  # fmt: skip
    claims = known(valuations(pl.DataFrame(lost)), date(2026, 4, 1))
    return premiums(driven, risks, standard()), claims


def test_exposure_and_claims_lie_on_the_level_that_applied(found):
    told, claims = found
    table = levels.levels(told, claims, standard()).filter(factor="use", cover="own_damage")
    rows = table.rows_by_key("level", named=True, unique=True)
    assert (rows["own"]["vehicles"], rows["hire"]["vehicles"], rows["hazmat"]["vehicles"]) == (2, 2, 0)
    assert (rows["own"]["days"], rows["own"]["claims"], rows["hire"]["claims"]) == (60, 0, 2)
    assert rows["own"]["base"]
    assert rows["own"]["expected"] + rows["hire"]["expected"] == pytest.approx(2.0)
    exact = ratio(2, rows["hire"]["expected"])
    assert (rows["hire"]["ratio"], rows["hire"]["low"], rows["hire"]["high"]) == exact
    assert rows["hire"]["observed"] == pytest.approx(rows["hire"]["relativity"] * exact.value)
    assert rows["hazmat"]["ratio"] is None


def test_without_claims_exposure_is_shown_and_nothing_is_asked_for(found):
    table = levels.levels(found[0], found[1].clear(), standard())
    assert table["vehicles"].sum() > 0
    assert table["observed"].null_count() == table["expected"].null_count() == table.height


@pytest.mark.parametrize("factor", FACTORS, ids=lambda one: one.name)
def test_the_base_of_every_factor_lies_somewhere(factor):
    at = levels.place(factor, str(factor.base), 1.0)
    assert at.level != levels.MISSING
    assert levels.place(factor, "", 1.0).level == (at.level if factor.code else levels.MISSING)


def test_a_mass_inside_a_band_is_on_it():
    names = [name for name, _ in BANDED.levels]
    band = next(name for name in names if "-" in name)
    word, _, ends = band.partition(" ")
    inside = sum(map(float, ends.split("-"))) / 2
    assert levels.place(BANDED, f"{word} {inside}", 1.0) == (names.index(band), band)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_tariff_has_its_levels_without_a_premium(found, name):
    table = levels.levels(found[0].clear(), found[1].clear(), standard(name))
    assert table.height > 0
    assert table["days"].sum() == 0


def test_own_driving_taken_out_leaves_the_class(found):
    told, _ = found
    plain = lifted.undriven(told).rows_by_key("vehicle_id", named=True, unique=True)
    full = portfolio.technical(told).rows_by_key("vehicle_id", named=True, unique=True)
    assert plain["v3"]["plain"] == pytest.approx(plain["v4"]["plain"])
    assert full["v4"]["technical"] > full["v3"]["technical"]
    assert plain["v4"]["years"] == 30 / 365
    rows = pl.DataFrame({"fleet_id": ["n"] * 4, "vehicle_id": list(USES), "claims": [0.0, 0.0, 0.0, 2.0]})
    judged = rows.with_columns(technical=pl.Series([full[one]["technical"] for one in USES]))
    own, plainly = lifted.held(judged, told)
    assert plainly.rate[2] == pytest.approx(plainly.rate[3])
    assert own.expected.sum() == pytest.approx(2.0)
    assert own.rate.argmax() == 3
    parts = {part.name: part for part in lifted.sections(judged, told, Chance(draws=20))}
    assert set(parts) == {"calibration", "order", "lorenz_curve", "double_lift", "value"}
    assert parts["lorenz_curve"].table.frame.row(-1) == (1.0, 1.0, 1.0)
    assert lifted.held(judged.with_columns(claims=0.0), told) is None
