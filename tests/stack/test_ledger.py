"""Ledger of many partitions: whoever has the first one posts for all, once each of them has seen to the day."""

from contextlib import closing
from functools import partial

import pytest

from streams import config
from streams.ledger.pinned import DAY_S
from streams.objects import Folder
from streams.river.nightly import nightly
from streams.store import accounts
from streams.store.layout import open_partition, open_readers
from streams.store.store import rows_of

from ..streams.insured import river_of

pytestmark = pytest.mark.stack


@pytest.fixture
def url(postgres):
    return postgres.fresh()


@pytest.fixture
def two(rivers, url, tmp_path, monkeypatch):
    """Two partitions: an insured fleet drives in the first, another in the second."""

    def opened(folder):
        store = open_partition(url, int(folder.parent.name))
        store.take_over()
        return store

    monkeypatch.setattr(rivers, "opened", opened)
    first = river_of(rivers, tmp_path / "0", rivers.judged())
    second = rivers.River(tmp_path / "1" / "data", rivers.judged())
    first.embedded.take(rivers.payloads(rivers.days(3)))
    second.embedded.take(rivers.payloads(rivers.fleets(["g"], 4)))
    for river in (first, second):
        river.drain()
    return first, second


def posted(url):
    with closing(open_readers(url)) as store, store.reading() as connection:
        return rows_of(connection, accounts.entries.select())


def test_the_owner_of_the_first_partition_posts_once_all_have_seen_to_the_day(two, url, tmp_path):
    said, everywhere = config.load(None, {}), partial(lambda: closing(open_readers(url)))
    keepers = [
        nightly(river.embedded, Folder(tmp_path), said, river.source, number, everywhere)
        for number, river in enumerate(two)
    ]
    now = (max(river.embedded.newest for river in two) // DAY_S + 1) * DAY_S + 3_600.0
    keepers[0].work(now)
    keepers[0]._last(now)
    assert posted(url) == []
    keepers[1].work(now)
    keepers[1]._last(now)
    assert posted(url) == []
    keepers[0]._last(now + 60.0)
    entries = posted(url)
    assert {row["policy_id"] for row in entries} == {"P"}
    other = nightly(two[0].embedded, Folder(tmp_path), said, two[0].source, 0, everywhere)
    other._last(now + 120.0)
    assert posted(url) == entries
