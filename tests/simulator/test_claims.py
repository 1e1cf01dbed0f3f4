"""Claims are a Poisson process of the truth: as many as it says, in proportion to driving, however that is cut."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from simulator.claims import Driven, Occurred, occurred, tables
from simulator.perils import PERILS, covers, expected
from simulator.roster import roster

BEGIN, DAYS = 1_735_686_000.0, 365
BUSINESS = roster(400, seed=31)


def driven(k: int, days: int = DAYS, km: float = 160.0) -> Driven:
    """Nine hours on each day."""
    start = BEGIN + 86_400.0 * np.arange(days) + 7 * 3_600
    last = BEGIN + 86_400.0 * days
    return Driven(BUSINESS.vehicles[k], BUSINESS.drivers[k], BEGIN, last, start, start + 9 * 3_600, np.full(days, km))


def inside(count: int, mean: float, share: float = 0.99) -> bool:
    """Whether a count lies within the exact interval: neither tail is less likely than (1 - share) / 2."""
    terms = [exp(k * log(mean) - mean - sum(map(log, range(1, k + 1)))) for k in range(count + 1)]
    below, above = sum(terms), 1 - sum(terms[:-1])
    return min(below, above) > (1 - share) / 2


def every(km: float = 160.0) -> list[tuple[int, Occurred]]:
    return [(k, one) for k in range(400) for one in occurred(driven(k, km=km), [9, k])]


@pytest.mark.parametrize("cover", PERILS)
def test_there_are_as_many_claims_as_the_truth_says(cover: str) -> None:
    count = sum(one.cover == cover for _, one in every())
    mean = sum(
        expected(BUSINESS.drivers[k], vehicle.kind.name, cover, DAYS, 160.0 * DAYS)
        for k, vehicle in enumerate(BUSINESS.vehicles)
        if cover in covers(vehicle.kind.name)
    )
    assert inside(count, mean), (count, mean)


def test_a_driver_without_luck_has_more_claims() -> None:
    counts = []
    for frailty in (0.3, 1.0, 3.0):
        fleets = (driven(k) for k in range(200))
        worse = (one._replace(driver=replace(one.driver, frailty=frailty)) for one in fleets)
        counts.append(sum(1 for k, one in enumerate(worse) for claim in occurred(one, [4, k]) if claim.driven))
    assert counts[0] < counts[1] < counts[2]


def test_who_drives_twice_as_far_has_twice_the_driving_claims() -> None:
    once, twice = (sum(one.driven for _, one in every(km=km)) for km in (80.0, 160.0))
    assert inside(twice, 2 * once, 0.999)


def test_driving_claims_happen_while_driving_and_as_often_on_every_day() -> None:
    claims = [one for _, one in every() if one.driven]
    into = np.array([(one.at - BEGIN) % 86_400 / 3_600 for one in claims])
    assert into.min() >= 7 and into.max() <= 16
    days = np.sort([(one.at - BEGIN) / 86_400 / DAYS for one in claims])
    away = np.abs(days - (np.arange(len(days)) + 0.5) / len(days)).max()
    assert away < 1.63 / np.sqrt(len(days))  # Kolmogorov-Smirnov, 1 %


def test_cutting_the_driving_elsewhere_changes_nothing() -> None:
    for k in range(60):
        whole = driven(k)
        at = np.sort(np.concatenate([whole.start, whole.start + 3_600.0]))
        cut = whole._replace(start=at, end=np.ravel([at[::2] + 3_600.0, whole.end], "F"))
        cut = cut._replace(km=np.ravel([whole.km / 9, 8 * whole.km / 9], "F"))
        for one, other in zip(occurred(whole, [7, k]), occurred(cut, [7, k]), strict=True):
            assert (one.cover, one.number, one.driven) == (other.cover, other.number, other.driven)
            assert one.at == pytest.approx(other.at, abs=1e-3)


def test_going_on_for_longer_leaves_earlier_claims_as_they_are() -> None:
    for k in range(100):
        half, whole = (tables(driven(k, days), [8, k]) for days in (180, DAYS))
        until = half[0]
        assert [claim for claim in whole[0] if claim in until] == until
        assert {row["claim_id"] for row in half[1]} <= {row["claim_id"] for row in whole[1]}
        assert [row for row in whole[1] if row in half[1]] == half[1]


def test_the_same_seed_gives_the_same_claims_and_another_seed_others() -> None:
    one, again, other = ([tables(driven(k), [s, k]) for k in range(100)] for s in (1, 1, 2))
    assert one == again and one != other


def test_rows_are_whole_and_in_order() -> None:
    for k in range(400):
        claims, lives = tables(driven(k), [3, k])
        for claim in claims:
            own = [row for row in lives if row["claim_id"] == claim["claim_id"]]
            assert claim["loss_at"] <= claim["reported_at"] == own[0]["valued_at"]
            assert [row["status"] for row in own] == ["open"] * (len(own) - 1) + ["closed"]
            assert claim["at_fault"] or claim["cover"] in ("own_damage", "cargo", "occupants")
            assert claim["driver_id"] in (None, BUSINESS.drivers[k].driver_id)
