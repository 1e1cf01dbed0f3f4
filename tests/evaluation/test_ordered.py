"""What a scenario orders is found of the right wheel, driver and trailer, and of vehicles left alone nothing is."""

import pytest

from evaluation import lines, ordered
from evaluation.faulty import driven


@pytest.fixture(scope="module")
def day() -> ordered.Day:
    return ordered.driven(10, 1, 11.0)


def test_each_order_comes_to_a_truth_and_is_found(day: ordered.Day) -> None:
    found = {one.kind: one for one in (*ordered.tyres(day), *ordered.ways(day), *ordered.silences(day))}
    assert set(found) >= {*ordered.TYRES, "route_deviation", "unplugged"}
    for one in found.values():
        assert one.truths >= 1 and one.events == one.right, one
    assert all(found[kind].recall == 1.0 for kind in (*ordered.TYRES, "route_deviation"))


def test_the_other_driver_is_on_record_from_the_swap_on(day: ordered.Day) -> None:
    swaps, (wheel,) = ordered.swaps(day), ordered.wheel(day)
    assert swaps.truths == swaps.found == swaps.events == 1
    assert 99.0 < wheel.value <= 100.0


def test_what_was_told_of_a_trailer_ends_with_it(day: ordered.Day) -> None:
    (left,) = ordered.left_behind(day)
    assert left.value == 0 and not left.note.startswith("of 0;")


@pytest.mark.slow
def test_over_a_line_that_is_cut_nothing_is_lost(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(lines, "SECONDS", 900.0)
    monkeypatch.setattr(lines, "VEHICLES", 2)
    found = list(lines.facts(driven(2, 2.0, tmp_path).reports))
    assert [one.value for one in found] == [0, 0, 0, 0]
    assert all(" 0 disturbances" not in one.note for one in found)
