"""Start-up: from the command to /readyz, with nothing compiled yet and as every day."""

import statistics
import tempfile
from pathlib import Path

from bench.measure import Result
from bench.running import Running


def run(quick: bool = False) -> Result:
    """Wall and CPU seconds; cold is measured once, with a cache folder of its own, and not when in a hurry."""
    found: Result = {}
    if not quick:
        with tempfile.TemporaryDirectory() as cache, Running(Path(cache)) as service:
            found["cold"] = {"wall_s": service.startup_wall, "cpu_s": service.startup_cpu}
    warm = []
    for _ in range(1 if quick else 3):
        with Running() as service:
            warm.append((service.startup_wall, service.startup_cpu))
    wall, cpu = (statistics.median(part) for part in zip(*warm, strict=True))
    return found | {"warm": {"wall_s": wall, "cpu_s": cpu}}
