"""Chaos: bridges, workers, brokers and the database die at random moments; nothing is lost, and nothing counts twice.

CHAOS_S is how long it lasts, CHAOS_SEED which moments; ``make chaos`` lets it last half an hour.
"""

import asyncio
import os
import random
import signal
import sys
import time
from functools import partial

import pytest

from simulator.device import Device
from simulator.link import Account
from streams.registry import Roster
from streams.registry.book import Registry

from .group import Group

SECONDS = float(os.environ.get("CHAOS_S", "60"))
SEED = int(os.environ.get("CHAOS_SEED", "7"))
CALM_S = 180.0  # for everything to come to rest afterwards
PAUSE_S = (1.0, 5.0)  # between two blows
DOWN_S = (0.1, 3.0)  # that a server stays away
FROZEN_S = (1.0, 15.0)
FLEETS = ("north", "south", "east", "west", "harbour")

pytestmark = [pytest.mark.stack, pytest.mark.timeout(SECONDS + 2 * CALM_S + 120)]


class Kept:
    """A command that somebody starts again whenever it ends."""

    def __init__(self, begin):
        self._begin, self.starts, self._ending = begin, 0, False
        self.look()

    def look(self):
        if not self._ending and (self.starts == 0 or self.process.poll() is not None):
            self.starts += 1
            self.process = self._begin()

    def hit(self, what):
        self.process.send_signal(what)

    def end(self):
        self._ending = True
        self.process.terminate()
        return self.process.wait(CALM_S)


class House(Group):
    """Two bridges, two workers, and the servers between and behind them."""

    def __init__(self, folder, mosquitto, kafka, postgres):
        self.mosquitto, self.kafka, self.postgres = mosquitto, kafka, postgres
        super().__init__(kafka.bootstrap, postgres.create(folder.name), folder, mosquitto.port)
        self.environ["TRIPMETER_BRIDGE__SHARE"] = "bridges"
        self.bridges = [Kept(partial(self.bridge, f"bridge{k}")) for k in range(2)]
        self.workers = [Kept(partial(self.worker, f"worker{k}")) for k in range(2)]
        self.blows = []

    def bridge(self, name):
        return self.spawn(name, "bridge", TRIPMETER_BRIDGE__CLIENT_ID=name)

    @property
    def commands(self):
        return [*self.bridges, *self.workers]

    async def suffer(self, rng, until):
        """Blow after blow until it is time."""
        what = {
            "a bridge dies": self._bridge_dies,
            "a worker dies": self._worker_dies,
            "a worker freezes": self._worker_freezes,
            "the vehicles' broker dies": lambda rng: self._away(rng, self.mosquitto),
            "Kafka dies": lambda rng: self._away(rng, self.kafka),
            "the database dies": lambda rng: self._away(rng, self.postgres),
        }
        while time.monotonic() < until:
            name = rng.choice(list(what))
            self.blows.append(name)
            await what[name](rng)
            await asyncio.sleep(rng.uniform(*PAUSE_S))

    async def _bridge_dies(self, rng):
        rng.choice(self.bridges).hit(signal.SIGKILL)

    async def _worker_dies(self, rng):
        rng.choice(self.workers).hit(signal.SIGKILL)

    async def _worker_freezes(self, rng):
        frozen = rng.choice(self.workers)
        frozen.hit(signal.SIGSTOP)
        await asyncio.sleep(rng.uniform(*FROZEN_S))
        frozen.hit(signal.SIGCONT)

    async def _away(self, rng, server):
        server.kill()
        await asyncio.sleep(rng.uniform(*DOWN_S))
        await asyncio.to_thread(server.start)

    async def supervise(self):
        while True:
            for each in self.commands:
                each.look()
            await asyncio.sleep(0.1)


@pytest.fixture
def house(tmp_path, mosquitto, kafka, postgres):
    made = House(tmp_path, mosquitto, kafka, postgres)
    yield made
    for each in made.commands:
        each.hit(signal.SIGKILL)


def test_whatever_dies_the_record_is_that_of_one_calm_process(house, rivers, capsys):
    samples = rivers.fleets(FLEETS, seed=60)
    asyncio.run(drive(house, rivers.payloads(samples, size=5), random.Random(SEED)))  # noqa: S311
    assert [each.end() for each in house.workers] == [0, 0]
    house.finish()
    replayed = rivers.replayed([samples], rivers.judged(), Roster(Registry()))
    recorded = rivers.partitioned(house.url, rivers.judged(), float(samples.t.max()))
    different = rivers.differences(*map(rivers.unpaged, (recorded, replayed)))
    assert different == {}, different
    restarts = [each.starts - 1 for each in house.commands]
    said = f"chaos, seed {SEED}: {len(house.blows)} blows in {SECONDS:g} s, restarts {restarts}, the record is whole"
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")


async def drive(house, payloads, rng):
    """Devices send what they have over the time of chaos, and keep it until it is acknowledged."""
    waiting = {}
    for payload in payloads:
        waiting.setdefault(payload.topic, []).append(payload.body)
    devices = {topic: device(topic, house.mosquitto.port) for topic in waiting}
    tasks = [asyncio.create_task(one.link.run()) for one in devices.values()]
    tasks += [asyncio.create_task(house.supervise()), asyncio.create_task(impatient(devices.values()))]
    suffering = asyncio.create_task(house.suffer(rng, time.monotonic() + SECONDS))
    sent = dict.fromkeys(waiting, 0)
    for _ in payloads:
        topic = rng.choice(list(waiting))
        devices[topic].offer(sent[topic], waiting[topic][sent[topic]])
        sent[topic] += 1
        if sent[topic] == len(waiting[topic]):
            del waiting[topic]
        await asyncio.sleep(SECONDS / len(payloads))
    await suffering
    await asyncio.wait_for(asyncio.gather(*[one.drained() for one in devices.values()]), CALM_S)
    for task in tasks:
        task.cancel()


def device(topic, port):
    _, _, fleet, vehicle, _ = topic.split("/")
    return Device(fleet, vehicle, Account("127.0.0.1", port, f"{fleet}-{vehicle}"), boot="b")


async def impatient(devices):
    """What nobody acknowledges is sent again."""
    while True:
        await asyncio.sleep(1.0)
        for one in devices:
            one.look(asyncio.get_running_loop().time())
