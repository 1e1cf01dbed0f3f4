"""Verdict: what became of everything that devices have sent - lost, double, or as one calm process would have it."""

from collections import Counter
from typing import Any

import polars as pl
from sqlalchemy import select

from evaluation.measure import marked
from evaluation.recordings import spans
from evaluation.simulated import GATES, MEANT
from streams.store import schema
from streams.store.layout import open_readers

from .. import rivers
from ..twin import both
from .feed import Feed

SLACK_S = 5.0
TOLERANCE_KMH = 5  # the sheet's own idea of speeding
SURE = ("crash", "tyre_rapid_loss", "tyre_low", "trip")  # on the sheet: found, every one
Tables = dict[str, pl.DataFrame]


def verdict(feed: Feed, url: str) -> dict[str, Any]:
    """What was found, for a file of results; raises ``AssertionError`` at the first thing that is wrong."""
    stored = kept(url)
    sent = Counter(payload.body for payload in feed.payloads)
    lost, double = sent - stored, stored - sent
    assert (lost.total(), double.total()) == (0, 0), (list(lost)[:5], list(double)[:5])
    judged = rivers.judged(f"detectors.speeding.tolerance_kmh={TOLERANCE_KMH}")
    newest = max(float(piece.t.max()) for piece in feed.pieces)
    recorded = rivers.partitioned(url, judged, newest)
    replayed = rivers.replayed(feed.pieces, judged, feed.source)
    different = rivers.differences(*map(rivers.unpaged, (recorded, replayed)))
    assert different == {}, different
    settings = {"speeding": {"tolerance_kmh": TOLERANCE_KMH}}
    twins = both.twins(feed.pieces, feed.about(), judged, hours="eu", settings=settings)
    disagree = both.differences(told(recorded), twins)
    assert disagree == [], disagree[:10]
    return {
        "payloads": {"sent": sent.total(), "lost": lost.total(), "double": double.total()},
        "rows equal to an offline replay, bit for bit": {name: frame.height for name, frame in recorded.items()},
        "rows equal to the plain twin": {name: len(rows) for name, rows in told(recorded).items()},
        "found of the answer sheet": marks(feed.sheet, recorded),
    }


def kept(url: str) -> Counter[bytes]:
    """Bodies on record."""
    readers = open_readers(url)
    with readers.reading() as connection:
        found = Counter(connection.execute(select(schema.payloads.c.body)).scalars())
    readers.close()
    return found


def told(tables: Tables) -> dict[str, both.Table]:
    """Tables as the twin has them."""
    return both.compared({name: frame.rows(named=True) for name, frame in tables.items()})


def marks(sheet: pl.DataFrame, tables: Tables) -> dict[str, str]:
    """How many truths of each kind are on record; of some each one has to be."""
    found = {}
    for kind, lowest in (MEANT | {"trip": 0}).items():
        meant = (pl.col("level") >= lowest) & (pl.col("speed_kmh") >= GATES.get(kind, 0.0))
        truths = spans(sheet.filter(meant), kind=kind)
        events = spans(tables["trips"]) if kind == "trip" else spans(tables["events"], kind=kind)
        mark = marked("", kind, "", truths, events, SLACK_S)
        assert kind not in SURE or mark.found == mark.truths, (kind, mark)
        if truths:
            found[kind] = f"{mark.found} of {mark.truths}"
    return found
