"""Blows: what may befall a house, each drawn from a seed, and how long the house takes to get over it."""

import asyncio
import json
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from .house import House
from .watch import Watch

PAUSE_S = (1.0, 5.0)  # between two blows
DOWN_S = (0.1, 5.0)  # that a server stays away
OFF_S = (0.5, 15.0)  # that a process is frozen, a line silent
DRAG_S = 0.05  # each 4 kB on a slow line
FULL_S = (0.5, 6.0)
WAITED = 0.7  # of all blows are got over before the next one falls
PATIENCE_S = 90.0
COPIED = 20  # frames that come twice


@dataclass
class Blow:
    """What, whom, when (s after the start), for how long; s until every partition moved on, None if not waited for."""

    what: str
    whom: str
    at_s: float
    lasted_s: float
    recovered_s: float | None = None

    def said(self) -> dict[str, Any]:
        """For a file of results."""
        return {key: round(value, 2) if isinstance(value, float) else value for key, value in asdict(self).items()}


Struck = Callable[[random.Random], Awaitable[str]]


class Blows:
    """Strikes a house until it is time: every kind once, in an order of its own, then every kind again."""

    def __init__(self, house: House, watch: Watch, rng: random.Random) -> None:
        self.house, self.watch, self.rng = house, watch, rng
        self.struck: list[Blow] = []

    def kinds(self) -> dict[str, Struck]:
        """By what is said of it."""
        house = self.house
        found: dict[str, Struck] = {
            "a bridge is killed": lambda rng: self._signalled(rng, house.bridges, signal.SIGKILL),
            "a worker is killed": lambda rng: self._signalled(rng, house.at_work, signal.SIGKILL),
            "a bridge is frozen": lambda rng: self._frozen(rng, house.bridges),
            "a worker is frozen": lambda rng: self._frozen(rng, house.at_work),
            "Mosquitto is killed": lambda rng: self._away(rng, house.mosquitto),
            "Kafka is killed": lambda rng: self._away(rng, house.kafka),
            "PostgreSQL is killed": lambda rng: self._away(rng, house.postgres),
            "a line is cut": self._cut,
            "a line is silent": self._silent,
            "a line is slow": self._slow,
            "a process is cut off": self._cut_off,
            "nothing happens": self._nothing,
            "a worker joins": self._joins,
            "a worker leaves": self._leaves,
            "frames come twice": self._twice,
        }
        full = {f"the disk of {name} is full": name for name, disk in house.disks.items() if disk.real}
        return found | {what: self._fuller(name) for what, name in full.items()}

    async def strike(self, until: float) -> None:
        """Blow after blow."""
        began, kinds = time.monotonic(), self.kinds()
        deck: list[str] = []
        while time.monotonic() < until:
            if not deck:
                deck = sorted(kinds)
                self.rng.shuffle(deck)
            what, at = deck.pop(), time.monotonic()
            whom = await kinds[what](self.rng)
            over = time.monotonic()
            self.struck.append(Blow(what, whom, at - began, over - at))
            if self.rng.random() < WAITED:
                self.struck[-1].recovered_s = await self.watch.recovery(
                    over, min(until + PATIENCE_S, over + PATIENCE_S)
                )
            self._note(self.struck[-1])
            await asyncio.sleep(self.rng.uniform(*PAUSE_S))

    def _note(self, blow: Blow) -> None:
        """Among what the processes say, for whoever looks for a reason."""
        with (self.house.folder / "blows.log").open("a") as log:
            log.write(f"{datetime.now():%H:%M:%S} {json.dumps(blow.said())}\n")

    async def _nothing(self, rng: random.Random) -> str:
        """For comparison: how long it takes anyway until every partition has had something to do."""
        return ""

    async def _signalled(self, rng: random.Random, some: list[Any], what: signal.Signals) -> str:
        one = rng.choice(some)
        one.hit(what)
        return str(one.name)

    async def _frozen(self, rng: random.Random, some: list[Any]) -> str:
        one = rng.choice(some)
        one.hit(signal.SIGSTOP)
        await asyncio.sleep(rng.uniform(*OFF_S))
        one.hit(signal.SIGCONT)
        return str(one.name)

    async def _away(self, rng: random.Random, server: Any) -> str:
        server.kill()
        await asyncio.sleep(rng.uniform(*DOWN_S))
        await asyncio.to_thread(server.start)
        return ""

    def _line(self, rng: random.Random) -> tuple[str, Any]:
        one = rng.choice([*self.house.bridges, *self.house.at_work])
        behind = rng.choice(["Mosquitto", "Kafka"] if one in self.house.bridges else sorted(one.lines))
        return f"{one.name} to {behind}", one.lines[behind]

    async def _cut(self, rng: random.Random) -> str:
        name, line = self._line(rng)
        line.cut()
        await asyncio.sleep(rng.uniform(*DOWN_S))
        line.mend()
        return name

    async def _silent(self, rng: random.Random) -> str:
        name, line = self._line(rng)
        line.hush()
        await asyncio.sleep(rng.uniform(*OFF_S))
        line.mend(lost=rng.random() < 0.5)
        return name

    async def _slow(self, rng: random.Random) -> str:
        name, line = self._line(rng)
        line.drag(DRAG_S)
        await asyncio.sleep(rng.uniform(*OFF_S))
        line.mend()
        return name

    async def _cut_off(self, rng: random.Random) -> str:
        one = rng.choice([*self.house.bridges, *self.house.at_work])
        for line in one.lines.values():
            line.hush()
        await asyncio.sleep(rng.uniform(*OFF_S))
        lost = rng.random() < 0.5
        for line in one.lines.values():
            line.mend(lost)
        return one.name

    async def _joins(self, rng: random.Random) -> str:
        """Unless there are as many as there may be: then one leaves."""
        idle = [each for each in self.house.workers if not each.wanted]
        if not idle:
            return await self._leaves(rng)
        one = rng.choice(idle)
        one.wanted = True
        return f"{one.name} joins"

    async def _leaves(self, rng: random.Random) -> str:
        """Unless it is the last one: then another joins."""
        if len(self.house.at_work) == 1:
            return await self._joins(rng)
        one = rng.choice(self.house.at_work)
        await asyncio.to_thread(one.end)
        return f"{one.name} leaves"

    def _fuller(self, name: str) -> Struck:
        async def full(rng: random.Random) -> str:
            disk = self.house.disks[name]
            disk.fill()
            await asyncio.sleep(rng.uniform(*FULL_S))
            disk.free()
            await self.house.revive()
            return ""

        return full

    async def _twice(self, rng: random.Random) -> str:
        """As of a bridge that died before it heard that they had arrived."""
        house, end = self.house, time.monotonic() + PATIENCE_S
        while True:
            try:
                return await asyncio.to_thread(_copy, house.bootstrap, house.topic, house.partitions)
            except KafkaException:  # it has only just come up
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.5)


def _copy(bootstrap: str, topic: str, partitions: int) -> str:
    """Send the last frames of each partition again."""
    settings = {"bootstrap.servers": bootstrap, "log_level": 0}
    consumer = Consumer(settings | {"group.id": "copies", "enable.auto.commit": False})
    producer, copied = Producer(settings | {"acks": "all"}), 0
    for number in range(partitions):
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)
        begin = max(first, end - COPIED)
        consumer.assign([TopicPartition(topic, number, begin)])
        for message in consumer.consume(end - begin, timeout=5) if end > begin else ():
            producer.produce(topic, message.value(), partition=number)
            copied += 1
    producer.flush(30)
    consumer.close()
    return f"{copied} frames"
