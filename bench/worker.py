"""Worker: what the stage behind Kafka costs a sample, from frame to commit, beside unpacking and decoding alone."""

import tempfile
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import telemetry
from bench.measure import Result, Stages, interleaved, spent
from bench.telemetry import VEHICLES
from devices import frames
from devices.codecs import decode
from streams import config, rules
from streams.alert_rules import RULES
from streams.distributed.arrived import Frame
from streams.distributed.worker import Worker
from streams.intake.intake import Intake
from streams.objects import Folder
from streams.pipeline import chain, pipeline
from streams.pipeline.chain import PARAMS
from streams.records.record import Record
from streams.river import embedded
from streams.river.embedded import Embedded
from streams.river.partition import Partition
from streams.river.writer import Writer
from streams.store.store import open_store

SIZES = (10, 50, 500)  # samples in a payload
TURN = 64  # frames
STAGES: tuple[tuple[Any, str, str], ...] = (
    (frames, "unpack", "unpack frames"),
    (Intake, "accept", "decode, check the topic"),
    (embedded, "sort_out", "recognise repeats"),
    (Intake, "samples", "to one table, plausibility"),
    (pipeline, "assemble", "group by vehicle"),
    (chain, "_run", "kernels"),
    (Record, "take", "findings to rows"),
    (Record, "flush", "open trips to rows"),
    (Embedded, "_save", "states, squeezed"),
    (Writer, "write", "commit"),
)


def run(quick: bool = False) -> Result:
    """All detectors, SQLite on this disk; CPU of the process, all its threads."""
    return {f"samples_payload_{size}": _measured(size, 1 if quick else 3) for size in SIZES}


def _measured(size: int, repeats: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        house = _House(Path(folder), size)
        for _ in range(VEHICLES // house.payloads + 1):  # all vehicles are known from here on
            house.make()
            house.turn()
        works = {"unpack": house.unpack, "decode": house.decode, "worker": house.turn}
        found = interleaved(works, repeats, before=house.make)
        count = house.payloads * size
        stages = _stages(house, count, repeats)
        house.close()
        return {
            "payloads_frame": house.payloads // TURN,
            "bytes_frame": house.bytes // TURN,
            "cpu_ns_sample": {name: 1e9 * took.cpu / count for name, took in found.items()},
            "samples_s_core": count / found["worker"].cpu,
            "frames_s_core": TURN / found["worker"].cpu,
            "stages_ns_sample": stages,
        }


def _stages(house: "_House", count: int, repeats: int) -> dict[str, float]:
    """CPU ns a sample by stage of a turn; stages do not nest, what lies between them is ``other``."""
    stages, cpu = Stages(), 0.0
    with ExitStack() as stack:
        for where, name, stage in STAGES:
            stack.enter_context(patch.object(where, name, stages.timed(stage, getattr(where, name))))
        for _ in range(repeats):
            house.make()
            cpu += spent(house.turn).cpu
    found = {stage: stages.cpu.get(stage, 0.0) for _, _, stage in STAGES}
    found["other"] = cpu - sum(found.values())
    return {stage: 1e9 * seconds / count / repeats for stage, seconds in found.items()}


class _House:
    """A worker with one partition, and the frames of one turn after the other."""

    def __init__(self, folder: Path, size: int) -> None:
        self.payloads = TURN * telemetry.a_frame(size)
        self._settings = config.load(None, {}, ("gateway.accept_unregistered=true", "sinks.mqtt=false"), PARAMS, RULES)
        self._folder, self._offset, self._telemetry = folder, 0, telemetry.packed(size)
        self._next: list[bytes] = []
        self._worker = Worker(self._begin, lambda _topic, _body: None)
        self._worker.own([0])
        self.make()
        self.bytes = sum(len(body) for body in self._next)

    def unpack(self) -> None:
        for body in self._next:
            frames.unpack(body)

    def decode(self) -> None:
        for body in self._next:
            for payload in frames.unpack(body):
                decode(payload.body)

    def turn(self) -> None:
        self._worker.turn([Frame(0, self._offset + k, body) for k, body in enumerate(self._next)])
        self._offset += TURN

    def close(self) -> None:
        self._worker.close()

    def _begin(self, _number: int) -> tuple[Partition, int]:
        store = open_store(self._folder)
        judged = rules.gather(self._settings, None)
        partition = Partition(
            self._settings, judged, store, Folder(self._folder), lambda *_: _Sent(), lambda: False, feed_clock=True
        )
        partition.restore()
        partition.start()
        return partition, store.take_over()

    def make(self) -> None:
        """The next payload of as many vehicles as a turn has payloads, some more than once if it has more."""
        self._next = list(islice(self._telemetry, TURN))


class _Sent:
    def done(self) -> bool:
        return True
