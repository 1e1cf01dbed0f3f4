"""Shell: Tripmeter's own Faust application and its thread, with the peers' detector in the place of the worker."""

import asyncio
from collections.abc import Collection, Sequence
from typing import cast

from bench.peers.detector import Detector
from bench.peers.meter import Meter
from streams.app import create_app, serve
from streams.distributed.arrived import Frame
from streams.distributed.worker import Worker
from streams.settings import Kafka


class Stub:
    """Stands where the worker stands: begins with the first frame of what it is given, and keeps nothing."""

    def __init__(self, meter: Meter, done: asyncio.Event) -> None:
        self.positions: dict[int, int] = {}
        self._detector, self._meter, self._done = Detector(), meter, done
        self._loop = asyncio.get_running_loop()

    def own(self, numbers: Collection[int]) -> dict[int, int]:
        self.positions = dict.fromkeys(numbers, 0)
        return self.positions

    def turn(self, arrived: Sequence[Frame]) -> None:
        for frame in arrived:
            self._detector.frame(frame.body)
            self._meter.seen()
            self.positions[frame.partition] = frame.offset + 1
        if self._meter.done:
            self._loop.call_soon_threadsafe(self._done.set)

    def pause(self) -> None:
        return

    def close(self) -> None:
        return


def detect(bootstrap: str, topic: str, meter: Meter) -> None:
    """Until enough has been seen."""
    asyncio.new_event_loop().run_until_complete(_detect(bootstrap, topic, meter))


async def _detect(bootstrap: str, topic: str, meter: Meter) -> None:
    done = asyncio.Event()
    kafka = Kafka(bootstrap=bootstrap, topic=topic, group=meter.name)
    await serve(create_app(kafka, cast(Worker, Stub(meter, done))), done)
