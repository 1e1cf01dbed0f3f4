"""Devices: they keep what is not acknowledged, send it again, and some of it twice for no reason at all."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from simulator.device import Device
from simulator.link import Account

LOOK_S = 0.5
TWICE = 0.03  # share of payloads that is sent twice
DRAINED_S = 180.0


class Devices:
    """One for each topic, connected while the context lasts."""

    def __init__(self, topics: Iterable[str], port: int, rng: random.Random) -> None:
        self.by_topic = {topic: _device(topic, port) for topic in topics}
        self.rng, self.doubled = rng, 0

    @asynccontextmanager
    async def connected(self) -> Any:
        """Their connections come up, and come back."""
        tasks = [asyncio.create_task(one.link.run()) for one in self.by_topic.values()]
        tasks.append(asyncio.create_task(self._look()))
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def offer(self, some: Sequence[tuple[str, int, bytes]], seconds: float) -> None:
        """Hand over topic, number and body of payloads, evenly over so long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for k, (topic, seq, body) in enumerate(some):
            await asyncio.sleep(max(0.0, began + k * seconds / len(some) - loop.time()))
            one = self.by_topic[topic]
            one.offer(seq, body)
            if self.rng.random() < TWICE and one.link.connected and one.link.room() > 0:
                one.link.publish(topic, body)
                self.doubled += 1

    async def drained(self) -> dict[str, int]:
        """Wait until all is acknowledged; by topic what is not, if that takes too long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*[one.drained() for one in self.by_topic.values()]), DRAINED_S)
        return {topic: one.unacked for topic, one in self.by_topic.items() if one.unacked}

    @property
    def resent(self) -> int:
        """Payloads that went out again for want of an acknowledgement."""
        return sum(one.resent for one in self.by_topic.values())

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for one in self.by_topic.values():
                one.look(asyncio.get_running_loop().time())


def _device(topic: str, port: int) -> Device:
    _, _, fleet, vehicle, _ = topic.split("/")
    return Device(fleet, vehicle, Account("127.0.0.1", port, f"{fleet}-{vehicle}"), boot="b")
