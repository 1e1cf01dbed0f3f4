"""Nightly: what is done once a day has closed - made again for pricing, archived and let go, posted to the ledger."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from streams.config import Config
from streams.fleets.fleet import Source
from streams.keeping.keeping import Keeping
from streams.ledger.daily import Daily
from streams.ledger.redetection import Redetection
from streams.objects import Objects
from streams.river import recovery
from streams.river.embedded import Embedded
from streams.river.retention import Retention
from streams.store.store import Store
from streams.tariffs import shelf

Opened = Callable[[], AbstractContextManager[Store]]


def nightly(
    river: Embedded, objects: Objects, config: Config, people: Source, number: int, ledger_of: Opened | None
) -> Retention:
    """The thread that sees to it for a partition. Whoever has partition 0 keeps the ledger of all.

    ``ledger_of`` gives all partitions as one store; None: there are no others.
    """
    store, live = river.store, river.pipeline.in_force
    follow, horizon_s = partial(recovery.followed, people), river.pace.horizon_s
    keeping = Keeping.chosen(config.retention, config.settle.horizon_days)
    ledger = Daily(ledger_of or (lambda: nullcontext(store)), config)
    last = [ledger.work] if config.ledger.post and number == 0 else []
    redetection = Redetection(store, follow, river.intake, live, shelf(config.tariff).tariffs, horizon_s)
    retention = Retention(store, objects, keeping, redetection.work, *last)
    redetection.stopping = lambda: retention.stopping
    return retention
