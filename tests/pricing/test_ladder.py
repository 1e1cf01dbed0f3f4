"""The ladder."""

from decimal import Decimal

import pytest

from pricing.ladder import Ladder, climb

D = Decimal


def a_ladder():
    ladder = Ladder()
    ladder.add("standing", "per_day", "start", D("0.5"), value="31")
    ladder.add("standing", "use", "times", D("1.2"))
    ladder.add("running", "per_km", "start", D("0.01"), value="333.333333")
    ladder.add("premium", "technical", "sum", D(1))
    ladder.add("premium", "fixed", "plus", D("0.07"))
    ladder.add("premium", "loads", "divide", D("0.7"))
    ladder.add("premium", "rounding", "round", D("0.01"), value="ROUND_HALF_EVEN")
    return ladder.steps


def test_each_amount_follows_from_the_one_before():
    assert [str(step.amount) for step in a_ladder()] == [
        "15.500000",
        "18.600000",
        "3.333333",
        "21.933333",
        "22.003333",
        "31.433333",
        "31.43",
    ]


def test_climbing_again_gives_the_last_amount():
    assert climb(a_ladder()) == D("31.43")


def test_an_altered_step_is_found():
    steps = a_ladder()
    steps[1] = steps[1]._replace(effect=D("1.1"))
    with pytest.raises(ValueError, match=r"step 2 \(standing use\) shows 18.600000 and makes 17.05"):
        climb(steps)
