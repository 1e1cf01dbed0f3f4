"""What was seen long ago counts for less."""

from datetime import date, timedelta
from itertools import permutations, product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.credibility.decay import Memory, Week, decayed
from pricing.crossing import km
from pricing.frames import scores
from pricing.memory import remembered, weighed
from pricing.score import score

MONDAY = date(2026, 3, 2)
WHO = {"fleet_id": "F", "vehicle_id": "V", "driver_id": "D", "class": "truck", "status": "final"}
DAYS = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 800_000), st.integers(0, 9)), min_size=1, max_size=12)


def frame(days):
    """(days before Monday, metres, harsh brakes) of a truck."""
    rows = [
        WHO | {"day": MONDAY - timedelta(days=ago), "observed_km": metres / 1000, "harsh_braking_2": brakes}
        for ago, metres, brakes in days
    ]
    return pl.DataFrame(rows)


def own(days, weeks):
    (found,) = remembered(frame(days), weeks, ["fleet_id"], "vehicle_id").values()
    return found


@given(days=DAYS, weeks=st.sampled_from([4.0, 8.0, 26.0]))
def test_it_is_the_decay_of_the_weeks_in_which_it_was_heard_of(days, weeks):
    found = own(days, weeks)
    heard = sorted({-((ago + 6) // 7) for ago, _, _ in days})
    parts = [Week(heard.index(-((ago + 6) // 7)), brakes, metres / 1000) for ago, metres, brakes in days]
    want = decayed(parts, max(part.week for part in parts), Memory(weeks=weeks))
    assert (found["harsh_braking_2"], found["observed_km"]) == pytest.approx(want, rel=1e-5, abs=0.02)


@given(days=DAYS)
def test_without_forgetting_it_is_the_sum(days):
    found = own(days, float("inf"))
    assert found["observed_km"] == sum(metres for _, metres, _ in days) / 1000
    assert found["harsh_braking_2"] == sum(brakes for _, _, brakes in days)


@given(days=st.lists(DAYS.map(lambda some: some[0]), min_size=3, max_size=3))
def test_order_and_splitting_change_not_a_bit(days):
    halves = [
        (ago, part, n) for ago, metres, brakes in days for part, n in ((metres // 2, 0), (metres - metres // 2, brakes))
    ]
    assert len({str(own(some, 26.0).sums) for some in [*map(list, permutations(days)), halves, halves[::-1]]}) == 1


def test_who_is_not_heard_of_keeps_the_record():
    """A bad one is not got rid of by pulling the plug: no time passes until driving is seen again."""
    days = [(7 * k, 300_000, 12) for k in range(1, 9)]
    assert own(days, 8.0) == own([(ago + 700, metres, brakes) for ago, metres, brakes in days], 8.0)


def test_a_gap_in_the_data_lowers_credibility_and_not_the_rate(tariff):
    whole = [(7 * k, 300_000, 3) for k in range(16)]
    gapped = whole[::2]
    a, b = (
        next(p for p in score({"truck": own(days, 26.0)}, tariff, "vehicle").points if p.behaviour == "harsh_braking")
        for days in (whole, gapped)
    )
    assert b.rate == pytest.approx(a.rate)
    assert b.credibility < a.credibility


def test_the_scores_table_counts_recent_weeks_for_more(segment, event, tariff):
    from pricing.exposure import exposure

    risks = pl.DataFrame([{"fleet_id": "F", "vehicle_id": v, "class": "truck"} for v in ("early", "late")])
    weeks = [MONDAY + timedelta(weeks=k) for k in range(53)]
    day = (weeks[0] - date(1970, 1, 1)).days * 86_400.0
    rough = {"early": day, "late": day + 52 * 7 * 86_400.0}
    segments = pl.DataFrame([segment(day=week, vehicle_id=v, driver_id=v) for week in weeks for v in rough])
    events = [
        event(vehicle_id=v, driver_id=v, start=start + 600.0 * n) for v, start in rough.items() for n in range(40)
    ]
    found = scores(exposure(segments, pl.DataFrame(events)), risks, tariff).filter(subject="vehicle")
    early, late = found.sort("vehicle_id").to_dicts()
    assert early["km"] == late["km"] == 5300.0
    assert early["score"] > late["score"] + 1
    assert early["memory"] == tariff.scale.memory


def test_a_vehicle_counts_the_same_bits_alone_as_among_others():
    """Half of an odd mm, ms or event, a week older than the last, among them."""
    rows = [
        {"fleet_id": "F", "vehicle_id": f"v{k}", "day": MONDAY - timedelta(weeks=old)}
        | {"km_measured": (9_336_111 + 2 * k) / 1e6 * old, "moving_h": (701_003 + 18 * k) / 3.6e6 * old}
        | {"harsh_braking_2": (2 * k + 1) * old}
        for k, old in product(range(60), (0, 1))
    ]
    together = weighed(pl.DataFrame(rows), 1.0, ["fleet_id", "vehicle_id"])
    apart = [weighed(pl.DataFrame(rows[k : k + 2]), 1.0, ["fleet_id", "vehicle_id"]) for k in range(0, 120, 2)]
    assert pl.concat(apart).sort("vehicle_id").equals(together)
    days = pl.DataFrame(rows).with_columns(km_gap=pl.col("km_measured"))
    assert pl.concat([km(days[k : k + 1]) for k in range(120)]).sort("vehicle_id", "day").equals(km(days))
