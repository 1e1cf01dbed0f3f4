"""``python -m bench [name ...]``: measure, write bench/results.json and the tables of docs/performance.md."""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench import (
    alerts,
    beside,
    capacity,
    costs,
    distributed,
    gateway,
    glm,
    ingest,
    kernels,
    motion,
    page,
    rating,
    replay,
    scale,
    screen,
    startup,
    vehicles,
    worker,
)
from bench.measure import Result
from bench.running import MissingError
from streams.warm import warm

RESULTS = Path(__file__).with_name("results.json")
BENCHES: dict[str, Callable[[bool], Result]] = {
    "kernels": kernels.run,
    "replay": replay.run,
    "gateway": gateway.run,
    "ingest": ingest.run,
    "alerts": alerts.run,
    "startup": startup.run,
    "vehicles": vehicles.run,
    "capacity": capacity.run,
    "worker": worker.run,
    "peers": beside.run,
    "costs": costs.run,
    "distributed": distributed.run,
    "recovery": distributed.recovery,
    "scale": scale.run,
    "glm": glm.run,
    "rating": rating.run,
    "motion": motion.run,
    "screen": screen.run,
}


def machine() -> Result:
    """Where it was measured, and how busy the machine was with other things."""
    models = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
        "sqlite": __import__("sqlite3").sqlite_version,
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def main() -> None:
    """Run what is asked for, all of it by default; what is not run keeps its last result."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute; prints, writes nothing")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there is {', '.join(BENCHES)}")
    warm()
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    for name in chosen.names or BENCHES:
        where, begun = machine(), time.perf_counter()
        try:
            found = BENCHES[name](chosen.quick)
        except MissingError as error:
            print(f"\n{page.title(name)}: skipped, {error}", flush=True)
            continue
        results[name] = {"machine": where, "seconds": round(time.perf_counter() - begun, 1), "result": found}
        print(f"\n{page.title(name)}  ({results[name]['seconds']} s)\n\n{page.table(name, results[name])}", flush=True)
        if not chosen.quick:
            RESULTS.write_text(json.dumps(page.rounded(results), indent=1) + "\n")
    if not chosen.quick:
        page.write(page.rounded(results))


if __name__ == "__main__":
    main()
