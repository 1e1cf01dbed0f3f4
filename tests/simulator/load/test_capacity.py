"""The search for what a service takes ends at the number from which alerts come late."""

import numpy as np
import pytest

from simulator.load.capacity import FINE, HABITS, holds, judged, row, search, text


def result(vehicles: int, p99: float | None, held: bool = True) -> dict[str, object]:
    said = {"vehicles": vehicles, "held": held, "alert_ms": {"p99": p99}, "codec": "json"}
    said |= {"payloads_per_second": 1.0, "samples_per_second": 1.0, "connections": "one for each device"}
    return said | {"alerts_of": "harsh_braking"}


@pytest.mark.parametrize("true", [1, 7, 100, 480, 5_000, 8_999])
def test_it_finds_the_most_that_hold(true: int) -> None:
    tried: list[int] = []

    def trial(vehicles: int) -> dict[str, object]:
        tried.append(vehicles)
        return result(vehicles, 100.0 if vehicles <= true else 300.0)

    found = search(trial, 250, 9_000)
    assert found and true / FINE - 1 <= found["vehicles"] <= true
    assert len(tried) <= 14 and len(set(tried)) == len(tried)


def test_it_says_that_more_were_not_tried() -> None:
    found = search(lambda vehicles: result(vehicles, 10.0), 250, 3_000)
    assert found and (found["vehicles"], found["bound"]) == (3_000, True)


def test_none_may_hold() -> None:
    assert search(lambda vehicles: result(vehicles, 900.0), 250, 9_000) is None


def test_what_is_lost_or_never_comes_does_not_hold() -> None:
    assert holds(result(1, 249.0))
    assert not holds(result(1, 249.0, held=False)) and not holds(result(1, None)) and not holds(result(1, 250.0))


def test_the_table_says_who_shared_and_what_was_not_tried() -> None:
    rows = [row(habit, result(3_000, 12.0) | {"bound": True}) for habit in HABITS[:2]] + [row(HABITS[2], None)]
    lines = text(rows).splitlines()
    assert "3,000+" in lines[1] and "12 ms  harsh_braking" in lines[1] and lines[3].endswith("none")
    assert lines[4].startswith("connections: one") and lines[5].startswith("+")


def test_near_the_limit_two_of_three_decide() -> None:
    script: list[tuple[float, bool]] = []
    rests: list[int] = []

    def told(*said: tuple[float, bool]) -> tuple[bool, float | None, int, int]:
        script[:], rests[:] = said, []
        again = judged(lambda vehicles: result(vehicles, *script.pop(0)), lambda: rests.append(1))(9)
        return holds(again), again["alert_ms"]["p99"], len(said) - len(script), len(rests)

    early, near, late, lost = (60.0, True), (200.0, True), (300.0, True), (10.0, False)
    assert told(early, late, late) == (True, 60.0, 1, 0)
    assert told(late, early, near) == (True, 200.0, 3, 1)
    assert told(near, late, late) == (False, 300.0, 3, 2)
    assert told(near, (240.0, True)) == (True, 240.0, 2, 0)
    assert told(late, late) == (False, 300.0, 2, 2)
    assert told(lost, early) == (False, 10.0, 1, 1)


def test_judging_does_not_flatter() -> None:
    """Of a number that holds every other time, as many are said to hold as not."""
    rng = np.random.default_rng(3)

    def trial(vehicles: int) -> dict[str, object]:
        return result(vehicles, 200.0 if rng.random() < 0.5 else 300.0)

    said = [holds(judged(trial, lambda: None)(9)) for _ in range(2_000)]
    assert np.mean(said) == pytest.approx(0.5, abs=0.05)
