"""Two premiums compared: every step that is another has its money, and all of it is the difference to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import numpy as np
import pytest

from pricing.compared import moves
from pricing.exposure import Exposure
from pricing.ladder import Ladder
from pricing.rating import rate

D = Decimal
SEEN = {"km_measured": 4000.0, "observed_km": 4000.0, "harsh_braking_2": 40}


@pytest.fixture
def rated(tariff, risk):
    def one(seen=(), **said):
        return rate(replace(risk(), **said), Exposure({**SEEN, **dict(seen)}), tariff)

    return one


def told(before, after):
    found = moves(before.factors, after.factors)
    assert sum(move.money for move in found) == after.amount - before.amount
    return {(move.part, move.name): move.money for move in found}


def by_hand(days=31, factor="1.2", km="1000", share="0.7", cap=None):
    ladder = Ladder()
    ladder.add("standing", "per_day", "start", D("0.5"), "days", str(days))
    ladder.add("standing", "use", "times", D(factor))
    ladder.add("running", "per_km", "start", D("0.01"), "km", km)
    ladder.add("premium", "technical", "sum", D(1))
    amount = ladder.add("premium", "loads", "divide", D(share))
    if cap:
        ladder.add("premium", "change_cap", "cap", min(amount, D(cap)), "allowed", f"0 to {cap}")
    ladder.add("premium", "rounding", "round", D("0.01"), "mode", "ROUND_HALF_EVEN")
    return ladder.steps


def test_steps_are_changed_one_after_another():
    """28.6 / 0.7 is 40.857; with 1.4, 31.7 / 0.7: 45.286; with 1,200 km 48.143; over 0.75 44.933; to the cent."""
    found = moves(by_hand(), by_hand(factor="1.4", km="1200", share="0.75"))
    told_of = {move.name: str(move.money) for move in found}
    assert told_of == {"use": "4.43", "per_km": "2.86", "loads": "-3.21", "rounding": "-0.01"}


def test_a_cap_that_binds_hides_nothing_below_it():
    """Without the cap 40.86 and 45.29; it takes 0.86, then 5.29."""
    found = moves(by_hand(cap="40"), by_hand(factor="1.4", cap="40"))
    assert [(move.name, str(move.money)) for move in found] == [("use", "4.43"), ("change_cap", "-4.43")]
    (gone,) = [move for move in moves(by_hand(cap="40"), by_hand()) if move.after is None]
    assert (gone.name, gone.money) == ("change_cap", D("0.86"))


def test_what_changed_alone_makes_all_of_the_difference(rated):
    assert set(told(rated(), rated(use="hazmat"))) >= {("standing", "use"), ("running", "use")}
    braked = told(rated(), rated({"harsh_braking_2": 400}))
    assert set(braked) - {("running", "telematics"), ("premium", "rounding")} == {("telematics", "harsh_braking")}
    assert braked["telematics", "harsh_braking"] > 0  # the step of own driving only takes it over
    assert braked.get(("running", "telematics"), 0) == 0


def test_the_same_premium_has_nothing_to_tell(rated):
    assert moves(rated().factors, rated().factors) == []


def test_km_that_are_unseen_no_more_take_their_steps_with_them(rated):
    found = told(rated({"km_gap": 900.0}), rated())
    gap = {name: money for (part, name), money in found.items() if part == "gap"}
    assert gap["per_km"] < 0
    assert sum(gap.values()) == rated().amount - rated({"km_gap": 900.0}).amount


def test_without_the_behaviours_own_driving_is_one_step(rated):
    told_of = [
        [step for step in one.factors if step.part != "telematics"]
        for one in (rated(), rated({"harsh_braking_2": 400}))
    ]
    (own,) = [move for move in moves(*told_of) if move.name != "rounding"]
    assert (own.part, own.name) == ("running", "telematics")


def test_any_two_premiums_are_told_apart_to_the_cent(rated):
    draw = np.random.default_rng(5)
    some = [
        rated(
            {"km_gap": float(draw.choice([0, 500])), "harsh_braking_2": int(draw.integers(0, 4000))},
            use=str(draw.choice(["own", "hire", "hazmat"])),
            annual_km=float(draw.choice([20_000, 90_000])),
            previous=draw.choice([None, D("40"), D("90")]),
            valid_to=date(2026, 4, int(draw.integers(1, 28))),
        )
        for _ in range(12)
    ]
    assert len({one.amount for one in some}) > 6
    for before, after in permutations(some, 2):
        told(before, after)
