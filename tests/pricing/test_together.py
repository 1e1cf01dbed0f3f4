"""Together: the score of a fleet."""

import math
from dataclasses import replace
from itertools import permutations

import polars as pl
import pytest

from pricing.exposure import exposure
from pricing.frames import scores
from pricing.together import together

FLEET = ("fleet_id",)
SEEN = ("observed_m", "observed_corner_m", "limit_known_m")


@pytest.fixture(scope="module")
def scored(segment, event, tariff):
    """Scores of vehicles by (name, km, harsh brakes)."""

    def frame(*vehicles, rated_by=tariff):
        segments = [
            segment(vehicle_id=v, metres=km * 1000, moving_s=km * 60, **dict.fromkeys(SEEN, km * 1000))
            for v, km, _ in vehicles
        ]
        events = [event(vehicle_id=v, second=100.0 * k) for v, _, brakes in vehicles for k in range(brakes)]
        return scores(
            exposure(pl.DataFrame(segments), pl.DataFrame(events or [event(level=1, source="device")])),
            pl.DataFrame([{"fleet_id": "F", "vehicle_id": v, "class": "truck"} for v, _, _ in vehicles]),
            rated_by,
        )

    return frame


def test_a_fleet_of_one_vehicle_has_its_score(scored, tariff):
    one = scored(("V", 900.0, 20))
    fleet, own = together(one, [tariff], FLEET).row(0, named=True), one.filter(subject="vehicle").row(0, named=True)
    for name in ("score", "coaching_score", "low", "high", "provisional", "km"):
        assert fleet[name] == pytest.approx(own[name], abs=0.011)
    assert fleet["unevenness"] == 0


def test_it_is_the_mean_of_expected_claims_by_km_and_no_mean_of_scores(scored, tariff):
    rows = scored(("calm", 3000.0, 0), ("rough", 1000.0, 200))
    fleet = together(rows, [tariff], FLEET).row(0, named=True)
    own = rows.filter(subject="vehicle").sort("vehicle_id")
    r = [math.exp((60 - x) * math.log(10) / 40) for x in own["score"]]
    assert fleet["frequency"] == pytest.approx((3000 * r[0] + 1000 * r[1]) / 4000, rel=1e-3)
    assert fleet["score"] == pytest.approx(60 - 40 * math.log10(fleet["frequency"]), abs=0.01)
    assert fleet["score"] < (3 * own["score"][0] + own["score"][1]) / 4 - 0.2


def test_points_and_unevenness_add_up_to_the_score_exactly(scored, tariff):
    fleet = together(scored(("a", 500.0, 0), ("b", 900.0, 30), ("c", 70.0, 9)), [tariff], FLEET).row(0, named=True)
    points = sum(point["points"] for point in fleet["points"])
    assert round(60 + points + fleet["unevenness"], 2) == fleet["score"]
    assert fleet["unevenness"] < 0


def test_the_order_of_vehicles_changes_no_bit(scored, tariff):
    rows = scored(("a", 500.0, 3), ("b", 900.0, 30), ("c", 70.0, 9)).filter(subject="vehicle")
    found = [together(rows[list(order)], [tariff], FLEET) for order in permutations(range(3))]
    assert all(one.equals(found[0]) for one in found)


def test_fleets_merge_by_their_km(scored, tariff):
    vehicles = [("a", 500.0, 3), ("b", 900.0, 30), ("c", 70.0, 9)]
    whole, first, rest = (together(scored(*some), [tariff], FLEET) for some in (vehicles, vehicles[:1], vehicles[1:]))
    parts = [(one["km"][0], one["frequency"][0]) for one in (first, rest)]
    assert whole["frequency"][0] == pytest.approx(sum(km * r for km, r in parts) / whole["km"][0], abs=1e-6)


def test_no_km_is_the_class(scored, tariff):
    fleet = together(scored(("a", 0.0, 0)), [tariff], FLEET).row(0, named=True)
    assert (fleet["score"], fleet["coaching_score"], fleet["provisional"], fleet["frequency"]) == (
        60.0,
        60.0,
        True,
        1.0,
    )


def test_a_cover_counts_the_km_that_it_insures(scored, tariff):
    rows = scored(("calm", 3000.0, 0), ("rough", 1000.0, 200))
    insured = {"cover": ["own", "tpl", "tpl"], "vehicle_id": ["calm", "calm", "rough"], "km": [3000.0, 10.0, 1000.0]}
    km = pl.DataFrame({"fleet_id": "F"} | insured)
    found = together(rows, [tariff], ("fleet_id", "cover"), km)
    assert found.select("cover", "vehicles", "km").rows() == [("own", 1, 3000.0), ("tpl", 2, 1010.0)]
    assert found["score"][0] > found["score"][1]


def test_many_vehicles_are_known_better_than_one(scored, tariff):
    one, many = (together(scored(*[(f"v{k}", 300.0, 4) for k in range(n)]), [tariff], FLEET) for n in (1, 16))
    width = [(frame["high"] - frame["low"])[0] for frame in (one, many)]
    assert width[1] == pytest.approx(width[0] / 4, abs=0.03)
    assert one["credibility"].equals(many["credibility"])


def test_scores_of_two_tariffs_are_on_two_scales_and_make_no_mean(scored, tariff):
    other = replace(tariff, name="other", scale=replace(tariff.scale, base=70.0, points=20.0))
    mine, theirs = scored(("a", 500.0, 20)), scored(("b", 900.0, 40), rated_by=other)
    both = together(pl.concat([mine, theirs]), [tariff, other], FLEET)
    assert both["tariff_id"].to_list() == sorted([tariff.tariff_id, other.tariff_id])
    alone = [together(rows, [one], FLEET) for rows, one in ((mine, tariff), (theirs, other))]
    assert both.equals(pl.concat(alone).sort("tariff_id"))
