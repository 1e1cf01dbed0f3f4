"""Silence: who is not heard of keeps a surcharge, and credit only as long as it is believed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.explain import explain_score
from pricing.exposure import SCHEMA, SILENT, Exposure
from pricing.frames import premiums, scores
from pricing.ledger.entry import follow
from pricing.ledger.rated import again, rated
from pricing.ledger.words import explain
from pricing.memory import remembered
from pricing.rating import rate
from pricing.score import score
from pricing.stated import scored, stated

LAST = date(2026, 3, 4)
WEEKS = (0, 1, 13, 52, 2600)
RECORDS = st.fixed_dictionaries(
    {"harsh_braking_2": st.integers(0, 120), "harsh_cornering_2": st.integers(0, 80), "night_km": st.floats(0, 3000)}
    | {"observed_km": st.floats(0, 8000), "observed_corner_km": st.floats(0, 8000), "km_measured": st.floats(1, 8000)}
)


def driven(record, last=LAST):
    who = {"fleet_id": "F", "vehicle_id": "V", "driver_id": "D", "class": "truck", "status": "final"}
    return pl.DataFrame([who | record | {"day": last}])


def silent(record, weeks, tariff, days=0):
    """The score of a truck that has not been heard of for so many weeks and days."""
    until = LAST + timedelta(weeks=weeks, days=1 + days)
    (own,) = remembered(driven(record), tariff.scale.memory, ["fleet_id"], "class", until=until).values()
    return score({"truck": own}, tariff, "vehicle")


@given(RECORDS)
@settings(max_examples=30)
def test_no_silence_lowers_a_behaviours_relativity_and_credit_fades_to_the_class(tariff, record):
    found = [silent(record, weeks, tariff) for weeks in WEEKS]
    etas = list(zip(*[[point.eta for point in one.points] for one in found], strict=True))
    for over_time in etas:
        assert all(after >= before - 1e-12 for before, after in pairwise(over_time))
        assert over_time[-1] == pytest.approx(max(over_time[0], 0.0), abs=1e-12)
    assert [one.credibility for one in found] == sorted([one.credibility for one in found], reverse=True)
    assert {one.heard for one in found} == {found[0].credibility}
    assert {one.km for one in found} == {found[0].km}


@pytest.mark.parametrize("complement", [False, True])
@given(record=RECORDS, factor=st.sampled_from(["0.6", "1", "1.3"]))
@settings(max_examples=30)
def test_no_silence_lowers_a_premium(tariff, risk, complement, record, factor):
    """Nor where the off-balance works on what credibility leaves to the class."""
    loads = replace(tariff.loads, off_balance=Decimal(factor))
    ours, km = replace(tariff, loads=loads, complement=complement or None), Exposure({"km_measured": 5000.0})
    found = [silent(record, weeks, ours) for weeks in WEEKS]
    amounts = [rate(risk(), km, ours, one).amount for one in found]
    assert amounts == sorted(amounts)
    if ours.complement:
        told = [
            scored(stated({"truck": Exposure()}, ours), ours).heard,
            stated({"truck": Exposure(record)}, ours).heard,
        ]
        assert told == [0.0, found[0].heard]


def test_a_year_unheard_leaves_a_quarter_of_what_a_discount_stood_on(tariff, risk):
    calm = dict.fromkeys(("km_measured", "observed_km", "observed_corner_km", "limit_known_km"), 30_000.0)
    before, after = (silent(calm, weeks, tariff) for weeks in (0, 52))
    braking = [one.points[0].credibility for one in (before, after)]
    assert braking == pytest.approx([300 / 308.5, 75 / 83.5], abs=1e-5)
    assert before.score > after.score > tariff.scale.base
    assert [before.points[0].rate, after.points[0].rate] == [0.0, 0.0]


@given(early=RECORDS, late=RECORDS)
@settings(max_examples=20)
def test_nor_does_a_silence_that_is_over(tariff, early, late):
    """Unplugged for a year and plugged in again for a day: a surcharge is what it was, credit is not."""
    found = []
    for weeks in (1, 2, 14, 53):
        frame = pl.concat([driven(early), driven(late, LAST + timedelta(weeks=weeks))], how="diagonal")
        end = LAST + timedelta(weeks=weeks, days=1)
        (own,) = remembered(frame, tariff.scale.memory, ["fleet_id"], "class", until=end).values()
        found.append([point.eta for point in score({"truck": own}, tariff, "vehicle").points])
    for before, after in pairwise(found):
        assert all(b >= a - 1e-12 for a, b in zip(before, after, strict=True))


def test_within_a_week_no_silence_is_held_against_anybody(tariff):
    calm = {"km_measured": 9000.0, "observed_km": 9000.0}
    assert silent(calm, 0, tariff, days=6) == silent(calm, 0, tariff)
    assert silent(calm, 1, tariff) != silent(calm, 0, tariff)


def test_tables_of_scores_and_premiums_fade_alike_and_not_without_a_clock(tariff):
    calm = {"km_measured": 900.0, "observed_km": 900.0}
    exposure = pl.DataFrame(driven(calm).drop("class").to_dicts(), schema=SCHEMA)
    risk = {"fleet_id": "F", "vehicle_id": "V", "policy_id": "P", "cover": "tpl_property", "class": "truck"}
    risks = pl.DataFrame([risk | {"valid_from": LAST, "valid_to": LAST + timedelta(days=365)}])
    later = LAST + timedelta(days=200)
    rows = [
        (scores(exposure, risks, tariff, until=t), premiums(exposure, risks, tariff, until=t)) for t in (None, later)
    ]
    (score_then, premium_then), (score_now, premium_now) = [(a.filter(subject="vehicle"), b) for a, b in rows]
    assert score_now["score"][0] < score_then["score"][0]
    assert premium_now["amount"][0] > premium_then["amount"][0]
    assert premium_now["credibility"][0] == score_now["credibility"][0] < score_then["credibility"][0]


def test_who_was_heard_of_on_days_that_do_not_count_was_not_silent(tariff):
    """A fleet's own thresholds, say, that nobody has accepted yet: neither for nor against it."""
    record, until = driven({"km_measured": 900.0, "observed_km": 900.0}), LAST + timedelta(weeks=30)
    later = pl.concat(
        [record, *[driven({"km_measured": 100.0}, LAST + timedelta(weeks=k)) for k in range(30)]], how="diagonal"
    )
    found = [
        remembered(record, tariff.scale.memory, ["fleet_id"], "class", until=until, heard=heard)["F", "truck"][SILENT]
        for heard in (later, None)
    ]
    assert found[0] == 0.0 < found[1]


PARKED = {"km_measured": 0.0, "harsh_braking_2": 0}


@given(record=RECORDS)
@settings(max_examples=20)
def test_nor_does_a_box_that_goes_on_on_a_bench(tariff, record):
    """Heard of every week, and never driven: by the clock of exposure no time passes, by the wall's credit fades."""
    found = []
    for weeks in (0, 13, 52):
        rows = [driven(record), *(driven(PARKED, LAST + timedelta(weeks=k + 1)) for k in range(weeks))]
        frame, end = pl.concat(rows, how="diagonal"), LAST + timedelta(weeks=weeks, days=1)
        (own,) = remembered(frame, tariff.scale.memory, ["fleet_id"], "class", until=end).values()
        found.append(score({"truck": own}, tariff, "vehicle"))
    for before, after in pairwise(found):
        etas = [[point.eta for point in one.points] for one in (before, after)]
        assert all(b >= a - 1e-12 for a, b in zip(*etas, strict=True))
    assert found[-1].credibility <= found[0].credibility


def test_weeks_pass_by_tenths_of_a_hundred_km(tariff):
    rough = {"km_measured": 900.0, "observed_km": 900.0, "harsh_braking_2": 40}

    def left(km):
        later = driven(PARKED | {"km_measured": km}, LAST + timedelta(weeks=1))
        frame = pl.concat([driven(rough), later], how="diagonal")
        return remembered(frame, 1.0, ["fleet_id"], "class")["F", "truck"]["harsh_braking_2"]

    assert [left(km) for km in (0.0, 9.9, 50.0, 100.0, 5000.0)] == [
        40,
        40,
        pytest.approx(40 * 0.5**0.5, rel=1e-5),
        20,
        20,
    ]


def test_with_each_whole_week_of_silence_a_score_is_another_and_says_what_that_took(tariff):
    calm = {"km_measured": 900.0, "observed_km": 900.0}
    exposure = pl.DataFrame(driven(calm).drop("class").to_dicts(), schema=SCHEMA)
    risks = pl.DataFrame([{"fleet_id": "F", "vehicle_id": "V", "class": "truck"}])

    def at(days):
        found = scores(exposure, risks, tariff, until=LAST + timedelta(days=1 + days)).filter(subject="vehicle")
        return found.row(0, named=True)

    rows = {days: at(days) for days in (0, 6, 7, 13, 14)}
    assert [row["valid_to"].date() for row in rows.values()] == [
        LAST + timedelta(days=1 + 7 * weeks) for weeks in (0, 0, 1, 1, 2)
    ]
    assert [days for days in rows if rows[days] != rows[days - days % 7]] == []
    assert len({row["score_id"] for row in rows.values()}) == len({row["credibility"] for row in rows.values()}) == 3
    assert (rows[0]["silent"], rows[14]["silent"]) == (0.0, pytest.approx(1 - 0.5 ** (2 / 26), abs=1e-5))
    told = {line.label: line.detail for line in explain_score(rows[14])}
    assert (
        told["silence"]
        == "weeks of little or no driving have taken 5.2% of what credit stands on, and of a surcharge nothing"
    )
    before, now = (rows[days]["points"][0]["credibility"] for days in (0, 14))
    assert told["  harsh_braking"].endswith(f"credibility {now:.2f}, {before:.2f} before a silence")
    assert "silence" not in {line.label for line in explain_score(rows[6])}


@pytest.mark.parametrize("private", [False, True])
def test_an_entry_of_the_ledger_says_it_too_and_is_made_again(tariff, risk, private):
    until = LAST + timedelta(weeks=26, days=1)
    seen = driven({"km_measured": 9000.0, "observed_km": 9000.0})
    own = {"truck": remembered(seen, tariff.scale.memory, ["fleet_id"], "class", until=until)["F", "truck"]}
    draft = rated(risk(), Exposure({"km_measured": 5000.0}), tariff, stated(own, tariff) if private else own)
    entry = follow(None, draft, datetime(2026, 12, 1, tzinfo=UTC))
    said = "on the last day heard of" if private else "have taken 50.0% of what credit stands on"
    assert said in explain(entry)
    assert again(entry.draft, tariff) == entry.draft
