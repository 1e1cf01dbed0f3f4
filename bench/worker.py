"""Worker: what the stage behind Kafka costs a sample, from frame to commit, beside unpacking and decoding alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.measure import Result, interleaved
from devices import frames, topics
from devices.codecs import MSGPACK_V1, Reading, decode
from devices.samples import Payload
from streams import config, rules
from streams.alert_rules import RULES
from streams.chain import PARAMS
from streams.objects import Folder
from streams.partition import Partition
from streams.store.store import open_store
from streams.worker import Frame, Worker

SIZES = (10, 50, 500)  # samples in a payload
FRAME, TURN = 500, 64  # samples in a frame, at least a payload; frames in a turn
VEHICLES = 640
COLUMNS = {"speed_kmh": 60.0, "accel_long_mps2": 0.3, "accel_lat_mps2": 0.3}
PLACE = {"lat_deg": 48.0, "lon_deg": 11.0}


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
        house.close()
        count = house.payloads * size
        return {
            "payloads_frame": house.payloads // TURN,
            "bytes_frame": house.bytes // TURN,
            "cpu_ns_sample": {name: 1e9 * spent.cpu / count for name, spent in found.items()},
            "samples_s_core": count / found["worker"].cpu,
            "frames_s_core": TURN / found["worker"].cpu,
        }


class _House:
    """A worker with one partition, and the frames of one turn after the other."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size, self.payloads = size, TURN * max(1, FRAME // size)
        self._settings = config.load(None, {}, ("gateway.accept_unregistered=true", "sinks.mqtt=false"), PARAMS, RULES)
        self._folder, self._round, self._offset = folder, 0, 0
        self._next: Sequence[bytes] = ()
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
        rng = np.random.default_rng(self._round)
        made = [self._payload(rng) for _ in range(self.payloads)]
        a_frame = self.payloads // TURN
        self._next = [frames.pack(made[k : k + a_frame]) for k in range(0, self.payloads, a_frame)]

    def _payload(self, rng: np.random.Generator) -> Payload:
        vehicle, hour = self._round % VEHICLES, self._round // VEHICLES
        self._round += 1
        t = 1.7e9 + hour * self.size / 10 + np.arange(self.size) / 10
        reading = Reading("b", hour, t.tolist())
        wobble = rng.normal(0, 0.1, self.size)
        reading.columns = {name: np.float32(value + wobble).tolist() for name, value in COLUMNS.items()}
        reading.columns |= {name: [value] * self.size for name, value in PLACE.items()}
        return Payload(topics.telemetry("fleet", f"V{vehicle}"), MSGPACK_V1.encode(reading), 1.7e9)


class _Sent:
    def done(self) -> bool:
        return True
