"""Roads fill by the hour and the kind of day, by chance from a seed, more in the wet, and slow everybody as they do."""

import numpy as np
import pytest

from simulator.demand import CAPACITY, DAYS, HOURS, WEEKEND, WORKDAY, crowds, pace

DRY = ["dry"] * (DAYS * HOURS)


def test_an_empty_road_is_free_and_a_full_one_slow_as_the_function_has_it() -> None:
    assert pace(np.zeros(1))[0] == 1.0
    assert pace(np.ones(1))[0] == pytest.approx(1 / 1.15)
    assert (np.diff(pace(np.linspace(0, 2, 50))) < 0).all()


def test_the_same_seed_fills_roads_alike_and_another_otherwise() -> None:
    assert (crowds(1, 0, DRY) == crowds(1, 0, DRY)).all()
    assert (crowds(1, 0, DRY) != crowds(2, 0, DRY)).any()


@pytest.mark.parametrize(
    ("weekday", "shapes"), [(0, (WORKDAY, WORKDAY)), (4, (WORKDAY, WEEKEND)), (6, (WEEKEND, WORKDAY))]
)
def test_days_are_on_average_those_of_the_week(weekday: int, shapes: tuple[tuple[float, ...], ...]) -> None:
    mean = np.mean([np.log(crowds(seed, weekday, DRY)) for seed in range(400)], axis=0)
    assert np.exp(mean) == pytest.approx(np.concatenate(shapes), rel=0.05)


def test_a_bad_day_is_bad_all_day() -> None:
    days = np.array([np.log(crowds(seed, 0, DRY))[:HOURS] - np.log(WORKDAY) for seed in range(300)])
    assert np.corrcoef(days[:, :12].mean(axis=1), days[:, 12:].mean(axis=1))[0, 1] > 0.7


@pytest.mark.parametrize("kind", CAPACITY)
def test_weather_takes_of_the_roads_capacity(kind: str) -> None:
    assert crowds(3, 0, [kind] * len(DRY)) == pytest.approx(crowds(3, 0, DRY) / CAPACITY[kind])
