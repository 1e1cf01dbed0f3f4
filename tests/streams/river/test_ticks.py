"""Ticks: each minute of the clock once, on record with what it brought about."""

import math

from sqlalchemy import select

from streams.river.ticks import Ticks
from streams.store import schema, upkeep


def test_a_minute_is_told_once():
    now = iter([-math.inf, 119.9, 120.0, 179.9, 185.0, 130.0, 600.0])
    ticks = Ticks(lambda: next(now))
    assert [ticks.due() for _ in range(7)] == [None, 60.0, 120.0, None, 180.0, None, 600.0]


def test_a_tick_and_what_it_brought_about_are_one_commit(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    river.embedded.tickers = [
        lambda now, _connection, into: into.upsert(schema.meta, [{"key": "due", "value": str(now)}])
    ]
    assert river.embedded.tick(120.0)
    with river.store.reading() as connection:
        assert connection.execute(select(upkeep.ticks.c.at, upkeep.ticks.c.position)).all() == [(120.0, 0)]
        due = select(schema.meta.c.value).where(schema.meta.c.key == "due")
        assert connection.execute(due).scalar() == "120.0"
