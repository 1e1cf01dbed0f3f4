"""Explanations."""

import json
import math
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pricing.changes import wishes
from pricing.explain import Line, explain_premium, explain_score, text
from pricing.exposure import Exposure, exposure
from pricing.frames import premiums, scores
from pricing.rating import rate
from pricing.score import score


@pytest.fixture(scope="module")
def rows(segment, event, tariff):
    """One premium row and the score row of its vehicle."""
    drives = pl.DataFrame([segment(gap_m=4000.0, limit_known_m=0.0)])
    driven = exposure(drives, pl.DataFrame([event(second=600.0 * n) for n in range(9)]))
    risk = {"fleet_id": "F", "vehicle_id": "V", "policy_id": "P", "cover": "own_damage", "class": "van"}
    risks = pl.DataFrame(
        [risk | {"valid_from": date(2026, 3, 2), "valid_to": date(2026, 3, 3), "sum_insured": 45_000.0}]
    )
    made = premiums(driven, risks, tariff), scores(driven, risks, tariff).filter(subject="vehicle")
    return tuple(frame.to_dicts()[0] for frame in made)


def test_a_premium_is_told_step_by_step(rows):
    lines = explain_premium(rows[0])
    told = {(line.label.strip(), line.detail) for line in lines}
    assert lines[0].label == f"{rows[0]['amount']} EUR indicated (illustrative)"
    assert ("per_km", "100.0 km of a van") in told
    assert ("sum_insured", "45000.0 EUR") in told or ("sum_insured", "45000 EUR") in told
    assert ("use", "not known") in told
    assert ("speeding", "not observed, credibility 0.00") in told
    assert ("caps that bound", "none") in told
    assert lines[-2].amount == str(rows[0]["amount"])


def test_a_row_from_json_is_told_the_same(rows):
    stored = json.loads(json.dumps(rows[0], default=str))
    assert explain_premium(stored) == explain_premium(rows[0])


def test_a_row_whose_amount_was_altered_is_not_explained_away(rows):
    with pytest.raises(ValueError, match=r"the steps make .* the row says 1\.00"):
        explain_premium({**rows[0], "amount": Decimal("1.00")})


def test_the_points_of_a_score_add_up_as_printed(rows):
    lines = explain_score(rows[1])
    first = next(i for i, line in enumerate(lines) if line.label == "  class")
    last = next(i for i, line in enumerate(lines) if line.label == "  score")
    amounts = [Decimal(line.amount) for line in lines[first : last + 1]]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal(f"{rows[1]['score']:.2f}")
    assert any("provisional" in line.detail for line in lines)


def test_a_score_beyond_its_ends_says_so(rows):
    points = [{**rows[1]["points"][0], "points": 45.0}]
    told = explain_score({**rows[1], "points": points, "score": 100.0})
    assert next(line for line in told if line.label == "  score").detail == "105.00 kept between 0 and 100"


def test_the_text_is_in_columns(rows):
    lines = text(explain_premium(rows[0])).splitlines()
    assert len({len(line) for line in lines if line.startswith("  ")}) == 1


def test_what_would_change_a_score_is_what_it_then_is(tariff):
    """Harsh brakes at the class mean: the points and the claims that are promised come, to a hundredth."""
    seen = {"km_measured": 4000.0, "observed_km": 4000.0, "harsh_braking_2": 120}
    then = seen | {"harsh_braking_2": 40.0 * 0.8}
    now, other = (score({"truck": Exposure(own)}, tariff, "vehicle") for own in (seen, then))
    row = {"points": [vars(point) for point in now.points], "points_per_eta": tariff.scale.per_eta}
    (wish,) = [wish for wish in wishes(row["points"]) if wish.behaviour == "harsh_braking"]
    assert (wish.rate, wish.wanted) == (3.0, 0.8)
    assert other.score - now.score == pytest.approx(-tariff.scale.per_eta * math.log1p(wish.claims), abs=0.011)


@pytest.mark.parametrize("capped", [False, True])
def test_what_would_change_a_premium_is_what_it_then_is(tariff, risk, capped):
    rough = 40_000 if capped else 120
    seen = {"km_measured": 4000.0, "km_gap": 900.0, "observed_km": 4000.0, "harsh_braking_2": rough}
    then = Exposure(seen | {"harsh_braking_2": 40.0 * 0.8})
    premium, own = rate(risk(), Exposure(seen), tariff), score({"truck": Exposure(seen)}, tariff, "vehicle")
    points = [vars(point) for point in own.points]
    assert (premium.caps == "telematics") == capped
    lines = explain_premium(premium.row(), points)
    (told,) = [line for line in lines[lines.index(Line("What would change it")) :] if "harsh_braking" in line.label]
    assert told.detail == f"{rough / 40:g} -> 0.8 per 100 km"
    assert told.amount == str(rate(risk(), then, tariff).amount)
    assert told.effect == f"{float(Decimal(told.amount) / premium.amount - 1):+.1%}"


def test_of_another_score_nothing_is_promised(tariff, risk):
    calm, rough = ({"km_measured": 4000.0, "observed_km": 4000.0, "harsh_braking_2": n} for n in (2, 200))
    own = score({"truck": Exposure(calm)}, tariff, "vehicle")
    lines = explain_premium(rate(risk(), Exposure(rough), tariff).row(), [vars(point) for point in own.points])
    assert Line("What would change it") not in lines
