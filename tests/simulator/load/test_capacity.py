"""The search for what a service takes ends at the number from which alerts come late."""

import pytest

from simulator.load.capacity import FINE, HABITS, holds, row, search, text, twice


def result(vehicles: int, p99: float | None, held: bool = True) -> dict[str, object]:
    said = {"vehicles": vehicles, "held": held, "alert_ms": {"p99": p99}, "codec": "json"}
    return said | {"payloads_per_second": 1.0, "samples_per_second": 1.0, "connections": "one for each device"}


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
    assert "3,000+" in lines[1] and "12 ms" in lines[1] and lines[3].endswith("none")
    assert lines[4].startswith("connections: one") and lines[5].startswith("+")


def test_alerts_that_were_late_once_are_no_end() -> None:
    late, tried, rests = {300}, [], []

    def trial(vehicles: int) -> dict[str, object]:
        tried.append(vehicles)
        once = vehicles in late
        late.discard(vehicles)
        return result(vehicles, 300.0 if once or vehicles > 400 else 10.0, held=vehicles < 900)

    again = twice(trial, lambda: rests.append(len(tried)))
    assert holds(again(300)) and (tried, rests) == ([300, 300], [1])
    assert not holds(again(500)) and (tried[2:], rests[1:]) == ([500, 500], [3, 4])
    assert not holds(again(900)) and (tried[4:], rests[3:]) == ([900], [5])
