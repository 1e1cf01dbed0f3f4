"""Redetection: whatever thresholds a fleet chose, its premiums are those of a fleet that chose none, to the bit."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import numpy as np
import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.tariffs import standard
from streams import tables
from streams.ledger import posting
from streams.ledger.book import gathered
from streams.ledger.redetection import Redetection
from streams.pipeline.pipeline import only
from streams.pipeline.rule_set import InForce
from streams.river import recovery
from streams.store import accounts

DAY_S = 86_400.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_MOVE = Hysteresis(band=Decimal(0), step=Decimal(10))
OWN = (  # what a manager might set: deaf, blind, short of km, and with hours of its own
    "detectors.harsh_braking.level1_g=0.9",
    "detectors.harsh_braking.level2_g=0.9",
    "detectors.speeding.tolerance_kmh=60",
    "detectors.exposure.gap_min_m=1000000",
    "detectors.activity.stop_s=10",
    "hours.rule=custom",
    "hours.drive_h=1000",
    "hours.break_min=1",
)
CHANGED = 0.9  # day on which they are


@pytest.fixture(scope="module")
def rules(rivers):
    """The rules the tariff pins, and those of a manager from some hour on, for two days."""
    calm, own = rivers.judged(), rivers.judged(*OWN).in_force.sets[-1]
    edges = [rivers.START + (CHANGED + days) * DAY_S for days in (0.0, 2.0)]
    (pinned,) = calm.in_force.sets
    sets = [pinned, own._replace(since=edges[0]), pinned._replace(since=edges[1])]
    return calm, replace(calm, in_force=InForce(sets))


@pytest.fixture
def two(rules, tmp_path, insured):
    """Two rivers of the same fleet: nobody touched the thresholds of the first."""
    return [insured(tmp_path / str(k), one) for k, one in enumerate(rules)]


def send(rivers, river, samples):
    river.embedded.take(rivers.payloads(samples, boot=str(river.store.position)))
    river.drain()


def close(river, t):
    """Let a day close: what is to be made again is."""
    follow, intake = partial(recovery.followed, river.source), river.embedded.intake
    return Redetection(river.store, follow, intake, river.pipeline.in_force, [standard()], 7 * DAY_S).work(t)


def post(river, t):
    """Texts of the entries that a moment brings, and the days that move no score."""
    with river.store.reading() as connection:
        book = gathered(connection, standard(), tables.moment(t))
        new, refused = posting.posted(connection, book, standard(), EVERY_MOVE, NOW)
    assert refused == []
    return [entry.text for entry in new["P"]], book.left


def daily(rivers, river, samples, order=1):
    """Everything sent as it happens, each day closed an hour after its midnight."""
    rng = np.random.default_rng(order)
    day = ((samples.t - rivers.START) // DAY_S).astype(int)
    late = (rng.random(samples.t.size) < 0.1) & (day < day.max())
    day = np.where(late, day + 1, day)
    for number in range(day.max() + 1):
        send(rivers, river, only(samples, day == number))
        close(river, rivers.START + (number + 1) * DAY_S + 4000.0)


@pytest.mark.parametrize("seed", [3, 9])
def test_own_thresholds_leave_every_indication_equal_to_the_bit(rivers, two, seed):
    samples = rivers.days(seed)
    for river in two:
        daily(rivers, river, samples)
    untouched, touched = two
    end = rivers.START + 6 * DAY_S
    for river in two:
        close(river, end)
    assert untouched.tables()["exposure"].rows() != touched.tables()["exposure"].rows()
    assert post(touched, end) == post(untouched, end)
    assert untouched.rows(accounts.remade) == []
    assert len(touched.rows(accounts.remade)) > 10
