"""Measure: CPU time of this process or another, medians of interleaved repeats, quantiles; the machine is shared."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Result = dict[str, Any]
TICK = 1 / os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Seconds one piece of work took."""

    cpu: float  # of this process, all its threads
    wall: float


def spent(work: Callable[[], object]) -> Spent:
    """What one call of ``work`` costs."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def interleaved(
    works: Mapping[str, Callable[[], object]], repeats: int, before: Callable[[], object] = lambda: None
) -> dict[str, Spent]:
    """The median cost of each of ``works``, run one after the other ``repeats`` times, so that noise hits all alike.

    ``before`` each call something may be done that does not count.
    """
    np.empty(4_000_000)  # once freed, the C library reuses blocks up to its size instead of asking the system anew
    found: dict[str, list[Spent]] = {name: [] for name in works}
    for again in range(repeats + 1):
        for name, work in works.items():
            before()
            cost = spent(work)
            if again:  # the first call pays for memory and caches
                found[name].append(cost)
    return {name: Spent(*map(statistics.median, zip(*costs, strict=True))) for name, costs in found.items()}


def cpu_of(pid: int) -> float:
    """CPU seconds another process has used so far, user and system, all its threads; from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def quantiles(values: Any) -> dict[str, float]:
    """p50 and p99, each a value that was seen; infinite where that many never came."""
    p50, p99 = np.quantile(values, (0.5, 0.99), method="inverted_cdf")
    return {"p50": float(p50), "p99": float(p99)}


class Stages:
    """CPU seconds by stage, added up over wrapped calls that do not nest."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """``work``, its CPU time added to ``name``."""

        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - began

        return call
