"""Tables: what is rated from the tables of a replay is to the cent what the store they came from is rated."""

import numpy as np
import polars as pl
import pytest

from devices.samples import Samples
from pricing.counts import COUNTS
from streams import tables
from streams.ledger import exposed
from streams.replay import Run

from .insured import END, send

HANDED_OVER = 300  # s after which another driver drives
BRAKES = (HANDED_OVER - 20, HANDED_OVER + 20)


@pytest.fixture(scope="module")
def drive(rivers):
    """A vehicle that brakes hard twice within a minute, each time with another driver at the wheel."""
    t = np.arange(600.0)
    speed = 25.0 + np.random.default_rng(1).normal(0.0, 0.2, t.size)
    for at in BRAKES:
        speed[at : at + 5] -= 5.0 * np.arange(5)
        speed[at + 5 : at + 25] -= np.arange(19.0, -1.0, -1.0)
    columns = {"speed": speed, "ignition": np.ones(t.size)}
    driver = (t >= HANDED_OVER).astype(np.int64)
    return Samples([("f", "V0")], np.zeros(t.size, np.int64), rivers.START + 36_000.0 + t, columns, ["A", "B"], driver)


@pytest.fixture(scope="module")
def six(rivers, drive):
    run = Run(rivers.judged(), rivers.Everybody())
    run.take(drive)
    return run.finish()


def braked(frame):
    return frame.select(pl.sum_horizontal(f"harsh_braking_{level}" for level in (1, 2, 3)).sum()).item()


def test_of_two_drivers_brakes_within_a_minute_the_ledger_and_tables_count_one(rivers, six, drive, insured, tmp_path):
    river = insured(tmp_path, rivers.judged())
    send(rivers, river, drive)
    with river.store.reading() as connection:
        driven = exposed.read(connection, river.rules.tariff, tables.moment(END)).driven
    assert (braked(six["exposure"]), braked(tables.whoever(six)), braked(driven)) == (2, 1, 1)
    assert tables.whoever(six).select(COUNTS).equals(driven.select(COUNTS))


def test_rated_anew_tables_say_what_they_said(rivers, six):
    again = tables.rated(six, rivers.judged().tariff, tables.assumed(six["exposure"], "car"))
    assert again["premiums"].equals(six["premiums"])
    assert again["scores"].equals(six["scores"])
