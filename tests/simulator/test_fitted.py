"""What a scenario says of a wheel is about one that exists, and nobody is told to do anything while not there."""

import pytest

from simulator.fitted import fitted
from simulator.placed import Placed, PlacingError
from simulator.roster import roster

VEHICLES = roster(10, 7).vehicles
KINDS = [vehicle.kind.name for vehicle in VEHICLES]
VAN, LORRY = KINDS.index("van"), KINDS.index("truck")


def wheel(*events: Placed) -> str:
    return str(fitted(events, VEHICLES, 7)[0].options["wheel"])


def test_a_wheel_that_is_told_is_the_one() -> None:
    assert wheel(Placed("leak", VAN, 0.0, {"wheel": "1R"})) == "1R"


def test_a_wheel_that_there_is_not_is_said_with_those_there_are() -> None:
    said = r"^event 3 \(leak\): no wheel is called '9Z'; \S+ has 1L, 1R, 2L, 2R$"
    with pytest.raises(PlacingError, match=said):
        fitted([Placed("leak", VAN, 0.0, {"wheel": "9Z"}, number=3)], VEHICLES, 7)
    for kind in ("puncture", "brake_drag"):
        with pytest.raises(PlacingError, match="no wheel is called '3L'"):
            fitted([Placed(kind, VAN, 0.0, {"wheel": "3L"})], VEHICLES, 7)


def test_a_trailers_wheel_is_there_where_a_trailer_is() -> None:
    alone = next(k for k in range(10) if KINDS[k] == "truck" and VEHICLES[k].work != "haul")
    with pytest.raises(PlacingError, match="no wheel is called '4L'"):
        fitted([Placed("leak", alone, 60.0, {"wheel": "4L"})], VEHICLES, 7)
    haul = next(k for k in range(10) if VEHICLES[k].work == "haul")
    swap, leaks = Placed("trailer_swap", haul, 60.0), [Placed("leak", haul, at, {"wheel": "4L"}) for at in (60.0, 61.0)]
    found = fitted([swap, *leaks], VEHICLES, 7)
    assert [one.options.get("trailer") for one in found] == [None, "A", "B"]


def test_without_one_it_is_drawn_and_no_other_event_changes_which() -> None:
    chosen = [wheel(Placed("leak", VAN, float(at))) for at in range(40)]
    assert set(chosen) == {"1L", "1R", "2L", "2R"}
    assert chosen == [wheel(Placed("leak", VAN, float(at)), Placed("puncture", VAN, 5.0)) for at in range(40)]


def test_a_pair_apart_is_one_of_those_there_are() -> None:
    chosen = {wheel(Placed("dual_imbalance", LORRY, 0.0, day=day)) for day in range(20)}
    assert chosen == {"2LI", "2RI"}
    with pytest.raises(PlacingError, match=r"no wheel of a pair is called '1L'; .* has 2LO, 2LI, 2RI, 2RO"):
        fitted([Placed("dual_imbalance", LORRY, 0.0, {"wheel": "1L"})], VEHICLES, 7)
    with pytest.raises(PlacingError, match="has no tyres in pairs"):
        fitted([Placed("dual_imbalance", VAN, 0.0)], VEHICLES, 7)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([("leaves", 100.0, 0), ("crash", 200.0, 0)], "crash: .* has left by then; see leaves"),
        ([("leaves", 100.0, 1), ("leaves", 200.0, 2)], "leaves: .* leaves twice"),
        ([("joins", 100.0, 1), ("crash", 200.0, 0)], "crash: .* has not joined by then; see joins"),
        ([("leaves", 100.0, 0), ("joins", 200.0, 0)], "has not joined by then|has left by then"),
    ],
)
def test_who_is_not_there_is_told_nothing(events: list[tuple[str, float, int]], said: str) -> None:
    with pytest.raises(PlacingError, match=said):
        fitted([Placed(kind, VAN, at, day=day) for kind, at, day in events], VEHICLES, 7)


def test_what_is_wrong_when_it_joins_may_have_begun_before() -> None:
    events = [Placed("leak", VAN, 100.0, {"wheel": "1L"}), Placed("joins", VAN, 200.0), Placed("no_break", VAN, 0.0)]
    assert len(fitted(events, VEHICLES, 7)) == 3
    with pytest.raises(PlacingError, match="there is no vehicle 11; the fleet has 10"):
        fitted([Placed("crash", 10, 0.0)], VEHICLES, 7)
