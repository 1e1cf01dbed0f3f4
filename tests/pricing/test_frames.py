"""The scores and premiums tables."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.exposure import exposure, totals
from pricing.frames import PREMIUMS, SCORES, premiums, scores
from pricing.past import classed
from pricing.score import score
from pricing.tariff import COVERS

CLASSES = {"V": "truck", "W": "van", "X": "car"}


@pytest.fixture(scope="module")
def driven(segment, event):
    """Three vehicles over three days: V rough by D, W calm by E and by nobody known, X unheard."""
    days = [date(2026, 3, d) for d in (2, 3, 4)]
    rows = [segment(day=day) for day in days]
    rows += [segment(day=day, vehicle_id="W", driver_id="E", gap_m=500.0) for day in days]
    rows += [segment(vehicle_id="W", driver_id=None, metres=7000.0), segment(vehicle_id="W", metres=3000.0)]
    events = [event(second=900.0 * n, level=1 + n % 3) for n in range(200)]
    return exposure(pl.DataFrame(rows), pl.DataFrame(events))


@pytest.fixture(scope="module")
def risks():
    who = {"fleet_id": "F", "policy_id": "P", "valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}
    facts = {"use": "hire", "mass_kg": 12_000.0, "year": 2020, "deductible": None, "previous": None}
    rows = [who | facts | {"vehicle_id": v, "class": k, "cover": cover} for v, k in CLASSES.items() for cover in COVERS]
    return pl.DataFrame(rows, infer_schema_length=None)


MARCH = (date(2026, 3, 1), date(2026, 4, 1))


def test_every_driver_and_heard_vehicle_has_a_score(driven, risks, tariff):
    found = scores(driven, risks, tariff)
    assert dict(found.schema) == SCORES
    assert found.select("subject", "vehicle_id", "driver_id", "km").rows() == [
        ("driver", None, "D", 303.0),
        ("driver", None, "E", 300.0),
        ("vehicle", "V", None, 300.0),
        ("vehicle", "W", None, 310.0),
    ]
    assert set(found["status"]) == {"illustrative"}
    assert found["valid_from"][0] == datetime(2026, 3, 2, tzinfo=UTC)
    assert found["valid_to"][0] == datetime(2026, 3, 5, tzinfo=UTC)


def test_the_rough_driver_scores_less_and_the_rough_vehicle_pays_more(driven, risks, tariff):
    rough, calm = scores(driven, risks, tariff).filter(subject="driver")["score"]
    assert rough < 60 < calm
    both = premiums(driven, risks.with_columns(pl.lit("truck").alias("class")), tariff, *MARCH)
    rough, calm = (both.filter(vehicle_id=v, cover="tpl_property")["amount"][0] for v in "VW")
    assert rough > calm


def test_a_row_a_vehicle_period_and_cover(driven, risks, tariff):
    found = premiums(driven, risks, tariff, *MARCH)
    assert dict(found.schema) == PREMIUMS
    assert found.height == found["premium_id"].n_unique() == len(CLASSES) * len(COVERS)
    assert set(found["days"]) == {31}
    assert found.filter(vehicle_id="W", cover="cargo").select("km_measured", "km_gap").row(0) == (310.0, 1.5)
    assert found.filter(vehicle_id="X", cover="cargo").select("km_measured", "credibility").row(0) == (0.0, 0.0)


def test_only_days_of_the_period_are_charged_but_all_before_its_end_are_scored(driven, risks, tariff):
    later = premiums(driven, risks, tariff, date(2026, 3, 4), date(2026, 3, 5)).filter(vehicle_id="V", cover="cargo")
    first = premiums(driven, risks, tariff, date(2026, 3, 2), date(2026, 3, 3)).filter(vehicle_id="V", cover="cargo")
    assert later["km_measured"].to_list() == first["km_measured"].to_list() == [100.0]
    assert later["credibility"][0] > first["credibility"][0]


def test_a_period_is_cut_to_the_policy(driven, risks, tariff):
    found = premiums(driven, risks, tariff, date(2025, 12, 1), date(2026, 1, 11))
    assert set(found["days"]) == {10}
    assert premiums(driven, risks, tariff, date(2027, 1, 1), date(2027, 2, 1)).is_empty()
    assert set(premiums(driven, risks, tariff)["days"]) == {365}


@given(st.sets(st.sampled_from(sorted(CLASSES)), min_size=1))
def test_a_row_does_not_depend_on_who_else_is_in_the_batch(driven, risks, tariff, chosen):
    some = pl.col("vehicle_id").is_in(sorted(chosen))
    assert premiums(driven.filter(some), risks.filter(some), tariff).equals(
        premiums(driven, risks, tariff).filter(some)
    )
    both = [scores(frame, risks, tariff).filter(some) for frame in (driven, driven.filter(some))]
    assert both[0].equals(both[1])


def test_a_cover_taken_out_later_does_not_change_the_others(driven, risks, tariff):
    later = risks.filter(cover="cargo").with_columns(pl.lit(date(2026, 3, 3)).alias("valid_from"))
    cargo = pl.col("cover") == "cargo"
    both = premiums(driven, pl.concat([risks.filter(~cargo), later]), tariff)
    assert both.filter(~cargo).equals(premiums(driven, risks, tariff).filter(~cargo))
    assert both.filter(cargo, vehicle_id="V").select("km_measured", "credibility").row(0) == (
        200.0,
        both.filter(~cargo, vehicle_id="V")["credibility"].max(),
    )


def test_the_order_of_rows_does_not_matter(driven, risks, tariff):
    assert premiums(driven.reverse(), risks.reverse(), tariff).equals(premiums(driven, risks, tariff))
    assert scores(driven.reverse(), risks.reverse(), tariff).equals(scores(driven, risks, tariff))


def test_a_vehicle_listed_with_two_classes_is_not_counted_twice(driven, risks, tariff):
    twice = pl.concat([risks, risks.with_columns(pl.lit("bus").alias("class"))])
    assert scores(driven, twice, tariff)["km"].to_list() == scores(driven, risks, tariff)["km"].to_list()


def test_each_day_is_measured_against_the_class_of_that_day(driven, risks, tariff):
    day = date(2026, 3, 4)
    changed = pl.concat(
        [
            risks.with_columns(pl.lit("van").alias("class"), pl.lit(day).alias("valid_to")),
            risks.with_columns(pl.lit("bus").alias("class"), pl.lit(day).alias("valid_from")),
        ]
    )
    days = classed(driven, changed).filter(vehicle_id="V").select("day", "class").sort("day").rows()
    assert [klass for _, klass in days] == ["van", "van", "bus"]
    mean = {klass: tariff.behaviours[0].means[klass] for klass in ("van", "bus")}
    mixed = (2 * mean["van"] + mean["bus"]) / 3
    assert scores(driven, changed, tariff).filter(vehicle_id="V")["points"][0][0]["class_mean"] == pytest.approx(mixed)
    late = premiums(driven, changed, tariff).filter(vehicle_id="V", cover="cargo").sort("valid_from")
    assert late["km_measured"].to_list() == [200.0, 100.0]
    both = [score(own, tariff, "vehicle").credibility for own in _own(driven, ("van", "van"), ("van", "bus"))]
    assert late["credibility"].to_list() == both


def _own(driven, *classes):
    """Exposure of V by class, up to two days and then a third, of ``classes``."""
    for n, (before, after) in enumerate(classes):
        some = driven.filter(pl.col("vehicle_id") == "V", pl.col("day") < date(2026, 3, 4 + n))
        named = some.with_columns(
            pl.when(pl.col("day") < date(2026, 3, 4)).then(pl.lit(before)).otherwise(pl.lit(after)).alias("class")
        )
        yield {key[0]: one for key, one in totals(named, "class").items()}


def test_a_vehicle_of_unknown_class_is_scored_against_all(driven, risks, tariff):
    found = scores(driven, risks.filter(pl.col("vehicle_id") == "X"), tariff)
    assert found.height == 4
    assert found.filter(vehicle_id="V")["points"][0][0]["class_mean"] == pytest.approx(1.1)


def test_nobody_heard_and_nobody_insured_give_empty_tables(driven, risks, tariff):
    assert scores(driven.clear(), risks, tariff).is_empty()
    assert premiums(driven, risks.clear(), tariff).is_empty()
    assert premiums(driven.clear(), risks, tariff).height == risks.height


def test_tables_survive_a_file(driven, risks, tariff, tmp_path):
    for name, frame in (("scores", scores(driven, risks, tariff)), ("premiums", premiums(driven, risks, tariff))):
        frame.write_parquet(tmp_path / name)
        assert pl.read_parquet(tmp_path / name).equals(frame)
