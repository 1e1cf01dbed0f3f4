"""Pinned: the days on which other rules than the accepted ones were in force."""

import math
from datetime import date, timedelta

import polars as pl
import pytest
from sqlalchemy import insert

from streams.ledger.pinned import EVER, Strange, judged, strange
from streams.store import schema
from streams.store.store import memory_store

DAY_S = 86_400.0


@pytest.fixture
def connection():
    """Rules a, b from the eleventh day on, and a again, now with roads, from the thirteenth."""
    store = memory_store()
    sets = ((-math.inf, "a"), (10 * DAY_S + 5.0, "b"), (12 * DAY_S, "a+roads.1"))
    with store.writing() as found:
        found.execute(insert(schema.rule_sets), [{"since": t, "version": name, "body": "{}"} for t, name in sets])
        yield found
    store.close()


def test_a_day_counts_only_if_accepted_rules_held_all_of_it(connection):
    assert strange(connection, {"a"}) == [Strange("b", 10, 12)]
    assert strange(connection, {"b"}) == [Strange("a", -EVER, 10), Strange("a", 12, EVER)]
    assert strange(connection, {"a", "b"}) == []


def test_days_judged_by_others_are_left_out(connection):
    days = [date(1970, 1, 1) + timedelta(days=n) for n in range(9, 15)]
    exposure = pl.DataFrame({"day": days})
    left = {name: judged(exposure, strange(connection, {name}))["day"].to_list() for name in ("a", "b", "c")}
    assert left == {"a": [days[0], *days[4:]], "b": [days[2]], "c": []}


def test_where_nothing_else_is_on_record_all_days_count():
    exposure = pl.DataFrame({"day": [date(2026, 1, 1)]})
    assert judged(exposure, []).equals(exposure)
