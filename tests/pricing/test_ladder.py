"""The ladder."""

from decimal import Decimal

import pytest

from pricing.ladder import Ladder, as_told, climb, makes

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


@pytest.mark.parametrize(
    "said", [{"effect": D("1.1")}, {"amount": D(1)}, {"op": "start", "value": "?"}, {"op": "divide", "effect": D(0)}]
)
def test_damaged_steps_make_nothing(said):
    steps = a_ladder()
    assert makes(steps, D("31.43"))
    assert not makes(steps, D("31.44"))
    assert not makes([], D(0))
    steps[1] = steps[1]._replace(**said)
    assert not makes(steps, D("31.43"))


def capped(value="0.75 to 1.25", effect="1.25", name="change_cap"):
    ladder = Ladder()
    ladder.add("premium", "per_day", "start", D("2"), value="1")
    ladder.add("premium", name, "cap", D(effect), "allowed", value)
    return ladder.steps


def test_what_a_cap_leaves_is_held_against_the_range_it_allows():
    steps = capped()
    assert climb(steps) == D("1.25")
    for said in ({"effect": D("1.2"), "amount": D("1.2")}, {"value": "0.75 to 1.5"}, {"effect": D("1.3")}):
        with pytest.raises(ValueError, match=r"step 2 \(premium change_cap\) shows"):
            climb([steps[0], steps[1]._replace(**said)])
    assert climb(capped("1.10 shown before", "1.10")) == D("1.10")


def test_an_older_text_is_told_apart_by_its_steps_and_not_by_how_many_they_are():
    steps = [*capped("1 to 3", "2", "idle_cap"), *capped()[1:]]
    told = [step._asdict() for step in steps]
    assert as_told(steps, []) == as_told(steps, told) == steps
    assert as_told(steps, [told[0], told[2]]) == [steps[0], steps[2]]  # the first cap did not bind
    for other in ([told[0], told[1]], told[:1], [told[2], told[0]]):
        assert as_told(steps, other) == steps
