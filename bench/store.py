"""Store: how long a commit takes on SQLite, and on a PostgreSQL server if its URL is given: `python -m bench.store`."""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streams.store import schema, upkeep
from streams.store.store import Commit, Store, open_store

PAYLOADS, SIZE, EVENTS, STATE = 100, 560, 20, 2_000  # of a commit, bytes of each
REPEATS = 300


def work(number: int, states: int = 0) -> Commit:
    """A commit as busy devices make it: new payloads, events that begin and go on, how far trips have come."""
    found = Commit()
    for k in range(PAYLOADS):
        body = os.urandom(SIZE)
        found.payloads.append((k, 1.0e9 + k, 1.0e9 + k, 1.0e9 + k + 1, body[:16], body))
    found.upsert(schema.events, [_row(schema.events, f"{number % 50}-{k}") for k in range(EVENTS)])
    found.upsert(schema.trips, [_row(schema.trips, f"trip-{k}") for k in range(EVENTS)])
    found.append(schema.outbox, [{"sink": "mqtt", "address": "a" * 60, "body": b"x" * 300, "retain": 1}] * 3)
    if states:
        found.upsert(upkeep.states, [{"slot": k, "position": k, "body": os.urandom(STATE)} for k in range(states)])
    return found


def _row(table: Any, name: str) -> dict[str, Any]:
    values = {"VARCHAR": name, "TEXT": "note", "INTEGER": 2, "FLOAT": 1_750_000_000.123}
    return {column.name: values[str(column.type)] for column in table.columns}


def measured(store: Store, states: int = 0, repeats: int = REPEATS) -> tuple[float, float]:
    """Median and 99th percentile of a commit, ms."""
    took = []
    for number in range(repeats):
        commit = work(number, states)
        since = time.perf_counter()
        store.commit(commit)
        took.append(1e3 * (time.perf_counter() - since))
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def main(urls: Sequence[str]) -> None:
    """Print a line a store."""
    with tempfile.TemporaryDirectory() as folder:
        stores = {"SQLite": open_store(Path(folder))}
        for url in urls:
            from streams.store.layout import open_partition

            stores["PostgreSQL"] = opened = open_partition(url, 999)
            opened.take_over()
        for name, store in stores.items():
            small, large = measured(store), measured(store, states=1_000, repeats=30)
            print(f"{name}: {PAYLOADS} payloads of {SIZE} B, {2 * EVENTS} rows: {small[0]:.1f} ms, p99 {small[1]:.1f}")
            print(f"{name}: and 1,000 states of {STATE} B: {large[0]:.1f} ms, p99 {large[1]:.1f}")
            store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
