"""A score's place among peers that were scored once and for all."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.document import TariffError
from pricing.exposure import exposure
from pricing.frames import scores
from pricing.peers import KNOTS, Peers, gathered, written
from pricing.tariff import CLASSES
from pricing.tariffs import parse, standard_text
from pricing.tariffs.changed import with_peers

MADE = date(2026, 6, 30)


def peers(values, basis="b"):
    return Peers(MADE, 'a "hundred" trucks', basis, {"vehicle": {"truck": tuple(sorted(values))}})


@pytest.fixture(scope="module")
def among(tariff):
    """The standard tariff with a hundred and one trucks at 40, 40.5, ... 90."""
    known = peers([40 + k / 2 for k in range(101)], tariff.scoring)
    return parse(with_peers(standard_text(), written(known)), "ours.toml")


def test_half_of_those_level_with_it_count_as_below():
    found = peers([50.0] * 10 + [60.0] * 80 + [70.0] * 10)
    assert [found.percentile("vehicle", "truck", x) for x in (49.0, 50.0, 60.0, 70.0, 71.0)] == [0, 5, 50, 95, 100]
    assert found.percentile("driver", "truck", 60.0) is None
    assert found.percentile("vehicle", "bus", 60.0) is None
    assert found.percentile("vehicle", None, 60.0) is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.floats(0, 100), st.floats(0, 100))
def test_a_better_score_is_never_further_down(values, one, other):
    low, high = (peers(values).percentile("vehicle", "truck", x) for x in sorted((one, other)))
    assert 0 <= low <= high <= 100


def test_they_are_gathered_by_subject_and_class_without_the_provisional():
    rows = [
        {"subject": s, "class": c, "score": float(k % 50), "provisional": c == "van"}
        for s in ("driver", "vehicle")
        for c in ("truck", "van", None)
        for k in range(200)
    ]
    few = [{"subject": "driver", "class": "bus", "score": 1.0, "provisional": False}] * 29
    found = gathered(pl.DataFrame(rows + few))
    assert {subject: list(classes) for subject, classes in found.items()} == {"driver": ["truck"], "vehicle": ["truck"]}
    knots = found["driver"]["truck"]
    assert (len(knots), knots[0], knots[50], knots[100]) == (101, 0.0, 25.0, 49.0)
    assert gathered(pl.DataFrame(rows + few).reverse()) == found


def test_a_tariff_holds_them_in_its_hash_and_its_scores_tell_the_place(among, tariff, segment):
    assert among.digest != tariff.digest
    assert among.scoring == tariff.scoring
    long, short = (segment(vehicle_id=v, metres=m, moving_s=m / 15) for v, m in (("L", 9e6), ("S", 1e5)))
    seen = dict.fromkeys(("observed_m", "observed_corner_m", "limit_known_m"), 9e6)
    driven = exposure(pl.DataFrame([long | seen, short]), pl.DataFrame())
    risks = pl.DataFrame({"fleet_id": "F", "vehicle_id": ["L", "S"], "class": "truck"})
    rows = {row["vehicle_id"]: row for row in scores(driven, risks, among).filter(subject="vehicle").to_dicts()}
    place = among.peers.percentile("vehicle", "truck", rows["L"]["score"])
    assert (rows["L"]["percentile"], rows["L"]["class"]) == (place, "truck")
    assert rows["S"]["provisional"]
    assert rows["S"]["percentile"] is None
    assert scores(driven, risks, replace(tariff, peers=None))["percentile"].null_count() == 3


def test_those_scored_by_other_weights_are_refused():
    text = with_peers(standard_text(), written(peers([50.0, 60.0], "somebody")))
    with pytest.raises(TariffError, match=r"peers.basis: 'somebody', but scores are made by"):
        parse(text, "ours.toml")
    with pytest.raises(TariffError, match=r"peers.scores.vehicle.truck: expected numbers that never fall"):
        parse(text.replace("50.00, 60.00", "60.00, 50.00"), "ours.toml")


def test_those_that_are_shipped_say_that_they_are_illustrative_and_how_they_were_made(tariff):
    assert tariff.peers.about.startswith("illustrative: 1,500 vehicles as the simulator drove them")
    assert "tripmeter-sim claims" in tariff.peers.about
    for subject in ("driver", "vehicle"):
        assert sorted(tariff.peers.scores[subject]) == sorted(CLASSES)
        assert {len(knots) for knots in tariff.peers.scores[subject].values()} == {KNOTS}
    assert tariff.peers.percentile("vehicle", "truck", 0.0) == 0.0


def test_a_tariff_without_its_peers_is_the_same_text_without_them():
    alone = with_peers(standard_text(), "")
    assert "peers" not in alone
    assert standard_text().startswith(alone.rstrip())
    assert parse(alone, "x").scoring == parse(standard_text(), "x").scoring
