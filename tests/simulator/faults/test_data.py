"""What each fault of data does to a vehicle's rows, on a day one can read."""

import numpy as np
import polars as pl
import pytest

from simulator.faults import (
    SENT,
    TAKEN,
    Spell,
    Struck,
    backlog,
    clock_drift,
    duplicates,
    gps_jumps,
    loss,
    replayed_day,
    restamped,
    rollover,
)
from simulator.faults.unit_error import FACTORS
from simulator.faults.unit_error import strike as unit_error

SPELL = Spell(300.0, 399.5)


def rows() -> pl.DataFrame:
    t = np.arange(0.0, 1_000.0)
    columns = {"t": t, "speed_kmh": np.full(1_000, 60.0), "lat_deg": 45 + t * 1.5e-4, "lon_deg": np.full(1_000, 8.0)}
    return pl.DataFrame({**columns, TAKEN: t, SENT: t})


def arrival(struck: Struck) -> list[float]:
    return struck.rows.sort(SENT, maintain_order=True)["t"].to_list()


def test_loss_leaves_a_hole() -> None:
    struck = loss.strike(rows(), SPELL, np.random.default_rng(1))
    assert struck.peak == 100
    assert struck.rows["t"].to_list() == [*range(300), *range(400, 1_000)]


@pytest.mark.parametrize("seed", range(12))
def test_a_backlog_loses_nothing_and_comes_after_the_dead_zone(seed: int) -> None:
    struck = backlog.strike(rows(), SPELL, np.random.default_rng(seed))
    came = arrival(struck)
    assert sorted(came) == [float(k) for k in range(1_000)]
    kept = struck.rows.filter(SPELL.within())
    assert kept[SENT].min() >= SPELL.end
    where = [came.index(float(t)) for t in range(300, 400)]
    if struck.cause.endswith("in order"):
        assert came == sorted(came)
    elif struck.cause.endswith("newest first"):
        assert came[300:310] == [float(t) for t in range(390, 400)]
    else:
        assert struck.cause.endswith("mixed") and max(where) > 400


def test_every_order_of_a_backlog_occurs() -> None:
    causes = {backlog.strike(rows(), SPELL, np.random.default_rng(seed)).cause for seed in range(30)}
    assert len(causes) == len(backlog.ORDERS)


def test_duplicates_come_twice_and_later() -> None:
    came = arrival(duplicates.strike(rows(), SPELL, np.random.default_rng(1)))
    assert len(came) == 1_100
    assert sorted(t for t in came if came.count(t) == 2)[::2] == [float(t) for t in range(300, 400)]


def test_a_day_comes_again_with_its_stamps() -> None:
    came = arrival(replayed_day.strike(rows(), SPELL, np.random.default_rng(1)))
    assert came[:400] == [float(t) for t in range(400)] and came[400:800] == came[:400]


def test_memory_is_sent_as_new() -> None:
    struck = restamped.strike(rows(), Spell(300.0, 400.0), np.random.default_rng(1))
    told = struck.rows.sort(SENT, maintain_order=True)
    assert told["t"].to_list() == [float(t) for t in range(1_000)]
    assert told["lat_deg"][300:400].equals(told["lat_deg"][200:300])


def test_a_clock_drifts_until_it_is_set() -> None:
    struck = clock_drift.strike(rows(), SPELL, np.random.default_rng(1))
    error = (struck.rows["t"] - struck.rows[TAKEN]).to_numpy()
    assert (error[:300] == 0).all() and (error[400:] == 0).all()
    assert np.abs(error[300:400]).min() >= clock_drift.OFF[0] - 1
    assert np.abs(error).max() == pytest.approx(struck.peak, abs=0.5)


def test_a_rollover_is_1024_weeks() -> None:
    struck = rollover.strike(rows(), SPELL, np.random.default_rng(1))
    assert set(struck.rows["t"] - struck.rows[TAKEN]) == {0.0, -619_315_200.0}


def test_a_wrong_unit_is_a_constant_factor() -> None:
    struck = unit_error(rows(), SPELL, np.random.default_rng(1))
    ratio = struck.rows.filter(SPELL.within())["speed_kmh"] / 60
    assert ratio.max() == pytest.approx(FACTORS[struck.cause], rel=0.01) and ratio.n_unique() == 1


def test_positions_are_thrown_off_and_come_back() -> None:
    struck = gps_jumps.strike(rows(), SPELL, np.random.default_rng(1))
    away = np.abs((struck.rows["lat_deg"] - rows()["lat_deg"]).to_numpy()) * 111_195
    assert 5 <= (away > 100).sum() <= 40
    assert struck.peak <= gps_jumps.FAR[1]
