"""Relay: between the loop that hears Kafka and the thread that works."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from streams.distributed.arrived import Frame
from streams.distributed.worker import Worker

T = TypeVar("T")

ROOM = 512  # frames that wait for the worker, before Kafka does
IDLE_S = 0.05  # longest sleep without frames


class Relay:
    """Frames in order, and calls."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.broken_by: BaseException | None = None  # what the worker's thread could not do, if anything
        self._rested_at = time.monotonic()  # when nothing waited
        self._thread = ThreadPoolExecutor(1, "worker")
        self._waiting: list[Frame] = []
        self._arrived, self._room = asyncio.Event(), asyncio.Event()

    @property
    def busy_s(self) -> float:
        """How long frames have always waited here, or a turn has taken, s: who stands still may only wait in line."""
        return time.monotonic() - self._rested_at

    async def put(self, frame: Frame) -> None:
        """Hand over a frame, once there is room."""
        while len(self._waiting) >= ROOM:
            self._room.clear()
            await self._room.wait()
        self._waiting.append(frame)
        self._arrived.set()

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Have the worker's thread do something."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
        except Exception as error:
            self.broken_by = error
            raise

    async def own(self, numbers: set[int]) -> dict[int, int]:
        """Take these partitions over; what waited comes again."""
        self._waiting.clear()
        self._room.set()
        return await self.call(self.worker.own, numbers)

    async def run(self) -> None:
        """Turn with what has come, until cancelled."""
        while True:
            if not self._waiting:
                self._rested_at = time.monotonic()
                self._arrived.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), IDLE_S)
            some = [*self._waiting]
            self._waiting.clear()
            self._room.set()
            await self.call(self.worker.turn, some)
