"""What a claim costs and how it develops: means as documented, sums to the cent, estimates that do not lean."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.losses import LOSSES, below, cost, development, lag, mean_cost


@pytest.mark.parametrize("cover", LOSSES)
def test_costs_have_the_mean_they_are_said_to_have(cover: str) -> None:
    rng = np.random.default_rng(1)
    euros = np.array([cost(LOSSES[cover], rng) for _ in range(40_000)]) / 100
    error = euros.std() / np.sqrt(len(euros))
    assert abs(euros.mean() - mean_cost(LOSSES[cover])) < 4 * error
    assert euros.max() <= LOSSES[cover].most - LOSSES[cover].deductible
    assert (euros == 0).mean() == pytest.approx(below(LOSSES[cover]), abs=0.01)


def test_a_deductible_is_borne_of_each_claim_and_makes_small_ones_come_to_nothing() -> None:
    loss = LOSSES["own_damage"]
    without = replace(loss, deductible=0)
    pairs = [(cost(loss, np.random.default_rng(k)), cost(without, np.random.default_rng(k))) for k in range(2_000)]
    assert all(net == max(whole - 50_000, 0) for net, whole in pairs)
    assert below(loss) > below(without) + 0.03 and mean_cost(loss) < mean_cost(without)
    assert mean_cost(loss) == pytest.approx(0.92 * (0.99 * 2_400 + 0.01 * 27_000), rel=0.01)


@pytest.mark.parametrize("cover", LOSSES)
def test_every_claim_ends_with_all_of_it_paid_and_nothing_outstanding(cover: str) -> None:
    rng, loss = np.random.default_rng(2), LOSSES[cover]
    for _ in range(500):
        final = cost(loss, rng)
        rows = development(loss, final, rng)
        times, paid, reserve = zip(*rows, strict=True)
        assert times[0] == 0.0 and list(times) == sorted(times)
        assert list(paid) == sorted(paid) and paid[0] == 0 and min(reserve) >= 0
        assert (paid[-1], reserve[-1]) == (final, 0)


@pytest.mark.parametrize("cover", LOSSES)
def test_the_first_estimate_is_right_on_average(cover: str) -> None:
    rng, loss = np.random.default_rng(3), LOSSES[cover]
    ratios = np.array([development(loss, 200_000, rng)[0][2] / 200_000 for _ in range(20_000)])
    assert abs(ratios.mean() - 1) < 4 * ratios.std() / np.sqrt(len(ratios))
    assert ratios.std() > 0.2


def test_estimates_get_better() -> None:
    rng, loss = np.random.default_rng(4), LOSSES["tpl_injury"]
    first, last = [], []
    for _ in range(400):
        rows = development(loss, 1_000_000, rng)
        first.append(abs(rows[0][2] - 1_000_000))
        last.append(abs(rows[-2][1] + rows[-2][2] - 1_000_000))
    assert np.mean(last) < 0.6 * np.mean(first)


def test_injuries_are_heard_of_later_and_settled_later_than_glass_and_dents() -> None:
    rng = np.random.default_rng(5)
    late = {cover: np.mean([lag(LOSSES[cover], rng) for _ in range(2_000)]) for cover in LOSSES}
    assert late["own_damage"] < late["tpl_property"] < late["tpl_injury"]
    life = {c: np.median([development(LOSSES[c], 300_000, rng)[-1][0] for _ in range(400)]) for c in LOSSES}
    assert life["own_damage"] < life["tpl_property"] < life["tpl_injury"]


def test_what_costs_more_takes_longer() -> None:
    rng, loss = np.random.default_rng(6), LOSSES["tpl_property"]
    small, large = (np.median([development(loss, c, rng)[-1][0] for _ in range(500)]) for c in (50_000, 5_000_000))
    assert large > 1.5 * small
