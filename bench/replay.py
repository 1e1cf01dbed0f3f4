"""Replay: samples a second and core from Parquet, and which stage the time goes to."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import drives
from bench.measure import Result, Stages
from devices.samples import Samples
from streams import config, replay, rules, tables
from streams.pipeline import chain, pipeline
from streams.pipeline.pipeline import Pipeline
from streams.recordings import mapping, recording
from streams.records.record import Record
from streams.replay import Assumed, Run

HERE = Path(__file__).parents[1]
KIT = HERE.parent / "shared" / "data" / "driving" / "kit_obd2_seat_leon" / "signals.parquet"
BOUND = {
    "read": "decoding Parquet, then text to numbers and wire units to SI; a check of the speed's unit",
    "clean": "passes over every column there is: rounding, range, (0, 0)",
    "ahead": "a gather and a comparison a row",
    "assemble": "seeing that rows ascend; sorting only where they do not",
    "chain": "arithmetic and branches of the kernels, see above",
    "rows": "Python: a dict a row of what was found, not a sample",
    "store": "SQLite in memory, a row of what was found",
    "tables": "scores and premiums in Decimal, a millisecond a vehicle, once at the end",
}


def _instrumented(stages: Stages) -> ExitStack:
    """Every stage of ``replay.replay`` with a stopwatch; stages do not nest."""
    read = recording.read

    def timed_read(*args: Any, **kwargs: Any) -> Iterator[Samples]:
        pieces = iter(read(*args, **kwargs))
        following = stages.timed("read", lambda: next(pieces, None))
        while (piece := following()) is not None:
            yield piece

    stack = ExitStack()
    for where, name, stage in (
        (replay, "clean", "clean"),
        (Pipeline, "ahead", "ahead"),
        (pipeline, "assemble", "assemble"),
        (chain, "_run", "chain"),
        (Record, "take", "rows"),
        (Record, "flush", "rows"),
        (Run, "_write", "store"),
        (tables, "read", "tables"),
    ):
        stack.enter_context(patch.object(where, name, stages.timed(stage, getattr(where, name))))
    stack.enter_context(patch.object(recording, "read", timed_read))
    return stack


def measure(path: Path, mapped: Path | None, repeats: int) -> Result:
    """The fastest of ``repeats`` replays of a file: ns a sample by stage."""
    judged, chosen = rules.gather(config.load(environ={})), mapping.read(mapped) if mapped else None
    found = []
    for _ in range(repeats):
        stages = Stages()
        with _instrumented(stages):
            wall, cpu = time.perf_counter(), time.process_time()
            done = replay.replay([path], judged, Assumed(), mapping=chosen)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        stages.cpu["other"] = cpu - sum(stages.cpu.values())
        found.append((cpu, wall, stages.cpu, done))
    cpu, wall, by_stage, done = min(found, key=lambda one: one[0])
    return {
        "rows": done.read.rows,
        "samples": done.samples,
        "samples_s_core": done.samples / cpu,
        "samples_s_wall": done.samples / wall,
        "ns_sample": {stage: seconds / done.samples * 1e9 for stage, seconds in by_stage.items()},
        "written": {name: frame.height for name, frame in done.tables.items()},
    }


def run(quick: bool = False) -> Result:
    """A made-up recording of 3 M rows, and the KIT one where it is."""
    vehicles, each = (20, 10_000) if quick else (100, 30_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.parquet"
        drives.write(path, vehicles, each)
        found = {"made_up": measure(path, None, 2 if quick else 5)}
    kit = HERE / "tests" / "mappings" / "kit.toml"
    if KIT.is_file() and not quick:
        found["kit"] = measure(KIT, kit, 3)
    return found | {"bound": BOUND}
