"""Console: what a second of the live map costs the service: ``python -m bench.console``."""

import base64
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from console.live.positions import Tracker
from streams.pipeline.chain import STATE
from streams.pipeline.fixes import fixes

VEHICLES, ROUNDS = 10_000, 15


def pipeline(count: int) -> Any:
    """Stands in for one whose vehicles all drive."""
    rng, state = np.random.default_rng(1), np.zeros(2 * count, STATE)
    rows = state[:count]
    rows["seen"], rows["watermark"] = 1, 1e9
    memory = rows["condition"]
    memory["seen_t"], memory["v_t"], memory["v"] = 1e12, 1e12, rng.uniform(0, 30, count)
    memory["lat"], memory["lon"] = rng.uniform(47, 54, count), rng.uniform(7, 14, count)
    return SimpleNamespace(fleet=SimpleNamespace(vehicles=[("f", f"V{k}") for k in range(count)]), state=state)


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time of the middle one of some rounds."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return 1000 * sorted(found)[ROUNDS // 2]


def main() -> None:
    """Print a line a part."""
    source, tracker = pipeline(VEHICLES), Tracker(fed=False)
    known, told = source.fleet.vehicles, fixes(source)
    frame = tracker.frame(told, known, {}, 1e9)
    print(f"{VEHICLES:,} vehicles, once a second, ms of CPU")
    print(f"  read off the states          {milliseconds(lambda: fixes(source)):6.2f}")
    print(f"  made a frame                 {milliseconds(lambda: tracker.frame(told, known, {}, 1e9)):6.2f}")
    print(f"  written for all who see it   {milliseconds(lambda: base64.b64encode(frame.rows.tobytes())):6.2f}")


if __name__ == "__main__":
    main()
