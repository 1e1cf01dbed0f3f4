"""Portfolio: what is watched of a tariff in force, on a small portfolio and on entries drawn by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from pricing.exposure import exposure
from pricing.frames import premiums, scores
from pricing.reports import live, portfolio
from pricing.reports.losses import known, valuations
from pricing.reports.page import page
from pricing.reports.quality import Chance
from pricing.tariffs import standard

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
VEHICLES = [f"v{k:02}" for k in range(20)]
FEW = Chance(draws=20)


def segment(vehicle, day, chance):
    metres = float(chance.integers(100_000, 300_000))
    who = {"fleet_id": "north", "vehicle_id": vehicle, "driver_id": None, "day": day}
    km = dict.fromkeys(("metres", "observed_m", "observed_corner_m", "limit_known_m"), metres)
    return who | km | {"moving_s": metres / 15}


@pytest.fixture(scope="module")
def watched():
    """Twenty trucks through January; v00 is silent, and brakes are the harder the higher the number."""
    chance = np.random.default_rng(7)
    days = [FIRST + timedelta(days=k) for k in range(30)]
    segments = pl.DataFrame([segment(vehicle, day, chance) for vehicle in VEHICLES[1:] for day in days])
    brakes = [
        {"fleet_id": "north", "vehicle_id": vehicle, "driver_id": None, "kind": "harsh_braking", "level": 2,
         "source": "tripmeter",
         "start": datetime(2026, 1, 1 + k, 9, tzinfo=UTC)}
        for number, vehicle in enumerate(VEHICLES[1:]) for k in range(number)
    ]  # fmt: skip
    driven = exposure(segments, pl.DataFrame(brakes), datetime(2026, 2, 20, tzinfo=UTC))
    risks = pl.DataFrame({"vehicle_id": VEHICLES}).join(
        pl.DataFrame({"cover": ["tpl_property", "compulsory"]}), how="cross"
    )
    risks = risks.with_columns(
        fleet_id=pl.lit("north"), policy_id=pl.lit("P"), valid_from=pl.lit(FIRST), valid_to=pl.lit(LAST),
        **{"class": pl.lit("truck")},
    )  # fmt: skip
    losses = [
        {"claim_id": f"C{k}", "fleet_id": "north", "vehicle_id": VEHICLES[k], "cover": "tpl_property",
         "loss_at": datetime(2026, 1, 15, tzinfo=UTC)} for k in (5, 9, 13, 17, 18, 19)
    ]  # fmt: skip
    late = losses[0] | {"claim_id": "late", "loss_at": datetime(2026, 3, 1, tzinfo=UTC)}
    tariff = standard()
    claims = known(valuations(pl.DataFrame([*losses, late]).with_columns(paid=pl.lit(100.0))), date(2026, 4, 1))
    told = premiums(driven, risks, tariff)
    entries = pl.DataFrame(schema=portfolio.ENTRIES)
    return live.Live(scores(driven, risks, tariff), told, driven, claims, risks, entries, FIRST, LAST, tariff)


def test_claims_of_rated_days_are_held_against_pure_premium_by_score(watched):
    rows = portfolio.judged(watched.premiums, watched.scores, watched.claims, watched.insured)
    assert rows["claims"].sum() == 6.0  # not the late one
    assert rows["expected"].sum() == pytest.approx(6.0)
    table = portfolio.by_score(rows)
    assert (table["claims"].sum(), table["vehicles"].sum()) == (6.0, 19)
    assert table["lowest"].is_sorted()
    assert portfolio.by_class(rows).select("class", "ratio").row(0) == ("truck", pytest.approx(1.0))


def test_the_level_is_by_cover_what_claims_cost_of_the_pure_premium(watched):
    rows = portfolio.level(watched.premiums, watched.claims).rows_by_key("cover", named=True, unique=True)
    assert (rows["tpl_property"]["claims"], rows["tpl_property"]["incurred"]) == (6, 600.0)
    assert rows["tpl_property"]["ratio"] == pytest.approx(600.0 / rows["tpl_property"]["technical"])
    assert (rows["compulsory"]["claims"], rows["compulsory"]["ratio"]) == (0, 0.0)


def test_caps_are_counted_by_cover(watched):
    told = watched.premiums.with_columns(
        caps=pl.when(pl.col("vehicle_id") == "v01").then(pl.lit("telematics, change")).otherwise(None)
    )
    table = portfolio.caps(told)
    assert table.filter(pl.col("cover") == "tpl_property").select("cap", "bound", "share").rows() == [
        ("any", 1, 0.05),
        ("change", 1, 0.05),
        ("telematics", 1, 0.05),
    ]


def test_each_vehicle_has_one_credibility(watched):
    table = portfolio.credibility(watched.premiums)
    assert (table["vehicles"].sum(), table["share"].sum()) == (20, pytest.approx(1.0))
    assert table["vehicles"][0] == 1  # the silent one


def test_drift_is_what_own_driving_does_to_the_sum(watched):
    table = portfolio.drift(watched.premiums)
    (row,) = table.filter(pl.col("factor") == "telematics").iter_rows(named=True)
    assert row["cover"] == "tpl_property"
    assert row["off_balance"] * (1 + row["drift"]) == pytest.approx(1.0)
    assert row["drift"] != 0.0


def test_silence_is_counted_in_insured_days(watched):
    (row,) = portfolio.silence(watched.insured, watched.exposure, FIRST, LAST).iter_rows(named=True)
    assert (row["vehicle_days"], row["silent"], row["silent_share"]) == (600, 30, 0.05)
    assert row["unseen_share"] == 0.0


def entries(*said):
    """(amount, tariff, day recorded)"""
    of = {"policy_id": "P", "vehicle_id": "v", "cover": "hull", "kind": "indicated", "valid_from": "2026-01-01"}
    rows = [
        of | {"tariff": tariff, "tariff_id": tariff, "recorded_at": f"2026-{day}T00:00", "seq": k, "amount": amount}
        for k, (amount, tariff, day) in enumerate(said, 1)
    ]
    return pl.DataFrame(rows, schema=portfolio.ENTRIES)


def test_a_move_back_is_a_flip_of_its_month():
    said = entries(
        (100.0, "a", "01-01"), (110.0, "a", "01-09"), (105.0, "a", "02-03"), (90.0, "a", "02-04"), (95.0, "a", "02-05")
    )
    table = portfolio.moves(said)
    assert table.select("month", "vehicles", "moves", "flips", "a_vehicle").rows() == [
        ("2026-01", 1, 1, 0, 0.0),
        ("2026-02", 1, 3, 2, 2.0),
    ]


def test_the_last_change_of_tariff_is_from_one_indication_to_the_next():
    said = entries((100.0, "a", "01-01"), (120.0, "b", "02-01"), (121.0, "b", "02-02"), (110.0, "c", "03-01"))
    assert portfolio.last_change(said).select("old", "new", "tariff_id").rows() == [(121.0, 110.0, "c")]
    assert portfolio.last_change(said.head(1)).is_empty()


def test_all_of_it_on_a_page(watched):
    made = live.paper(watched, FEW)
    assert {"by_score", "caps", "credibility", "drift", "silence", "moves"} <= set(made.frames())
    text = page(made)
    assert text == page(live.paper(watched, FEW))
    assert text.count("<svg") == 7


def test_without_claims_it_says_so(watched):
    told = live.Live(**{**vars(watched), "claims": watched.claims.clear()})
    made = live.paper(told, FEW)
    assert made.sections[1].said == [live.NO_CLAIMS]
    assert made.sections[0].said == [live.UNCLAIMED]
    level = portfolio.level(told.premiums, told.claims)
    assert level["ratio"].to_list() == level["incurred"].to_list() == [None] * level.height


def test_without_a_day_that_is_over_it_names_none(watched):
    told = live.Live(**{**vars(watched), "since": LAST})
    assert dict(live.paper(told, FEW).facts)["days"] == live.NO_DAY
