"""Peers: Tripmeter's worker beside other stream processors, in one run, on the same frames in the same Kafka."""

import json
import subprocess
import sys
import time
from itertools import islice
from statistics import median
from typing import NamedTuple

import msgspec

from bench import telemetry
from bench.measure import Result, cpu_of
from bench.peers.detector import decoded
from bench.running import PATIENCE_S, POLL_S, BenchError
from bench.stack import HERE, Partitions, Stack
from devices.broker import Broker
from streams.store.layout import prepare

SIZES = (10, 50, 500)  # samples in a payload
PARTITIONS = 4
FRAMES = 400  # a partition
WORKED_S = 5.0  # our worker is looked at for so long
REPEATS = 1
PEER_S = 120.0  # longest that one may take


class Peer(NamedTuple):
    """Whom we measure."""

    meaning: str
    needs: str = "confluent_kafka"  # to be installed
    each: int = 0  # records of a sample each instead of frames: so many


PEERS = {
    "plain.floor": Peer("confluent-kafka, looks at nothing (the floor)"),
    "plain.detect": Peer("confluent-kafka in a loop, two detectors"),
    "flow.detect": Peer("Bytewax, two detectors", "bytewax"),
    "quix.detect": Peer("Quix Streams, two detectors", "quixstreams"),
    "shell.detect": Peer("Tripmeter's Faust and thread, the same two detectors", "faust"),
    "faust_each.detect": Peer("Faust, a record a sample, two detectors", "faust", each=20_000),
}
OURS = "worker"


def run(quick: bool = False) -> Result:
    """Every size; ``skipped`` says whom we could not measure and why."""
    skipped = {name: f"{peer.needs} is not installed" for name, peer in PEERS.items() if not _there(peer.needs)}
    if quick:
        return {"skipped": skipped}
    with Stack() as stack:
        found = {f"samples_payload_{size}": _measured(stack, size, skipped) for size in SIZES}
    return {"skipped": skipped, **found}


def _python() -> str:
    """Where peers run: in an environment of their own, if there is one; Quix Streams wants an older confluent-kafka."""
    own = HERE / ".stack" / "peers" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _there(module: str) -> bool:
    look = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return not subprocess.run([_python(), "-c", look]).returncode


def _measured(stack: Stack, size: int, skipped: dict[str, str]) -> Result:
    topic, singles = stack.topic(PARTITIONS), stack.topic(PARTITIONS)
    made = [
        list(islice(telemetry.packed(size, f"P{k}V", telemetry.VEHICLES // PARTITIONS), FRAMES))
        for k in range(PARTITIONS)
    ]
    stack.fill(topic, made)
    each = max(peer.each for peer in PEERS.values())
    stack.fill(singles, [_singles(records, each // PARTITIONS) for records in made])
    samples = telemetry.a_frame(size) * size
    spent: dict[str, list[Result]] = {name: [] for name in PEERS if name not in skipped}
    for _ in range(REPEATS):  # in turn, so that whatever else runs hits all alike
        for name, found in spent.items():
            peer = PEERS[name]
            there = peer.each or FRAMES * PARTITIONS
            found.append(_peer(name, stack, singles if peer.each else topic, there * 9 // 10))  # Faust drops some
    result = {name: _rates(found, 1 if PEERS[name].each else samples) for name, found in spent.items()}
    result[OURS] = _rates([_ours(stack, topic)], samples)
    for one in result.values():
        one["ours_to_this"] = result[OURS]["samples_s_core"] / one["samples_s_core"]
    return result | {"bytes_frame": {"frame": len(made[0][-1])}}


def _singles(records: list[bytes], count: int) -> list[bytes]:
    """The same samples, a record each."""
    found = []
    for record in records:
        for said in decoded(record):
            for t, speed, accel in zip(said.t.tolist(), said.speed.tolist(), said.accel.tolist(), strict=True):
                row = {"vehicle": said.vehicle, "t": t, "speed_kmh": speed, "accel_long_mps2": accel}
                found.append(msgspec.msgpack.encode(row))
                if len(found) == count:
                    return found
    return found


def _peer(name: str, stack: Stack, topic: str, count: int) -> Result:
    command = [_python(), "-m", "bench.peers", name, stack.kafka.bootstrap, topic, str(count)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PEER_S)
    if ended.returncode:
        raise BenchError(f"{name}: {ended.stderr[-2000:]}")
    result: Result = json.loads(ended.stdout.splitlines()[-1])
    return result


def _ours(stack: Stack, topic: str) -> Result:
    """``tripmeter worker`` as it is started, all detectors, every frame on record in PostgreSQL."""
    with Broker(port=0) as broker:
        environ = stack.environ(topic, PARTITIONS, mqtt__port=broker.port)
        url = environ["TRIPMETER_STORE__URL"]
        for number in range(PARTITIONS):
            prepare(url, number)
        look = Partitions(url, PARTITIONS)
        with (stack.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "streams", "worker", "--clock", "feed"]
            worker = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            return _watched(worker, look)
        finally:
            worker.kill()
            worker.wait()
            look.close()


def _watched(worker: "subprocess.Popen[bytes]", look: Partitions) -> Result:
    """From the moment all vehicles are known."""
    known, end, patience = PARTITIONS * FRAMES // 20, PARTITIONS * FRAMES, time.monotonic() + PATIENCE_S
    first: tuple[int, float, float] | None = None
    while True:
        taken, cpu, now = look.taken(), cpu_of(worker.pid), time.perf_counter()
        if first is None and taken >= known:
            first = taken, cpu, now
        if first is not None and (taken >= end or now > first[2] + WORKED_S) and taken > first[0]:
            return {"records": taken - first[0], "cpu_s": cpu - first[1], "wall_s": now - first[2]}
        if worker.poll() is not None or time.monotonic() > patience:
            raise BenchError(f"the worker stands at {taken} of {end} frames")
        time.sleep(POLL_S)


def _rates(found: list[Result], samples: int) -> Result:
    """The median of what was found; ``samples`` in a record."""
    cpu = median(one["cpu_s"] / one["records"] for one in found)
    wall = median(one["wall_s"] / one["records"] for one in found)
    return {
        "cpu_us_record": 1e6 * cpu,
        "records_s_core": 1 / cpu,
        "records_s_wall": 1 / wall,
        "samples_s_core": samples / cpu,
    }
