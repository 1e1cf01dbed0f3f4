"""Crew: one process of devices, each payload sent when it is due, whatever became of those before: an open loop."""

import asyncio
import math
import secrets
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from devices import topics
from devices.codecs import JSON_V1, MSGPACK_V1, DeviceReport, decode
from simulator.device import Device, Trunk
from simulator.link import Account, Link
from simulator.load import bodies
from simulator.load.herd import Floats, advance, herd
from simulator.load.plan import SOS, Plan

TICK = 0.01  # s between looks at what is due
LOOK = 1.0  # s between looks at what was not acknowledged
AT_ONCE = 50  # devices that wait for their CONNACK together


UNHEARD = """%d of %d first payloads have no acknowledgement after %g s: is the service up, does it know the vehicles
(or runs with --accept-unregistered), and are they too many for it?"""


class LoadError(Exception):
    """A load that cannot be brought: why, and what to do."""


class Times(NamedTuple):
    """s from the instant each payload was due (one from each place), NaN never."""

    sent: Floats  # until it was handed to its connection
    acked: Floats  # until the service said that it is committed


class Crew:
    """The devices of a plan and what became of their payloads; the first payload of each is not timed.

    ``accounts`` are those of the devices, or as many as there are shared connections.
    """

    def __init__(self, plan: Plan, accounts: Sequence[Account]) -> None:
        self.plan, self.begun = plan, time.monotonic()
        self.times = Times(np.full(plan.payloads, np.nan), np.full(plan.payloads, np.nan))
        self._epoch = max(time.time() - time.monotonic() for _ in range(9))  # not while somebody else had the core
        self._tasks: list[asyncio.Task[None]] = []
        boot = secrets.token_hex(4)
        self._layout = bodies.layout(plan.codec, plan.samples, boot)
        self._herd = herd(plan.vehicles, plan.seed, plan.first)
        self._columns = np.empty((len(bodies.FIELDS), plan.vehicles, plan.samples))
        names = [plan.vehicle(k) for k in range(plan.vehicles)]
        acks = [topics.ack(plan.fleet, name) for name in names]
        shared = range(plan.shared)
        self._trunks = [Trunk(accounts[k], tuple(acks[k :: plan.shared])) for k in shared]
        lines = [self._trunks[k % plan.shared] if plan.shared else accounts[k] for k in range(plan.vehicles)]
        self._devices = [Device(plan.fleet, *pair, boot) for pair in zip(names, lines, strict=True)]
        for k, device in enumerate(self._devices):
            device.handed, device.committed = self._watch(k, self.times.sent), self._watch(k, self.times.acked)
        self.planted = plan.planted()
        self._alarms = set(self.planted.tolist()) if plan.kind == SOS else set()
        if not self._alarms:
            self._herd["brake"][self.planted % plan.vehicles] = plan.brakes(self.planted)

    @property
    def lost(self) -> int:
        """Payloads that nobody has acknowledged."""
        return sum(device.unacked for device in self._devices)

    @property
    def resent(self) -> int:
        """Payloads sent again."""
        return sum(device.resent for device in self._devices)

    @property
    def reconnects(self) -> int:
        """Connections that came back."""
        return sum(max(0, link.connects - 1) for link in self._links())

    def _links(self) -> list[Link]:
        return [one.link for one in (self._trunks or self._devices)]

    async def connect(self) -> None:
        """Connect all, spread over the ramp; raises ``LinkError``."""
        begun, links, room = time.monotonic(), self._links(), asyncio.Semaphore(AT_ONCE)

        async def arrive(link: Link) -> None:
            async with room:
                task = asyncio.create_task(link.run())
                self._tasks.append(task)
                while not link.connected and not task.done():
                    await asyncio.sleep(TICK)
                if task.done():
                    await task

        async with asyncio.TaskGroup() as group:
            for k, link in enumerate(links):
                await asyncio.sleep(max(0.0, begun + self.plan.ramp * k / len(links) - time.monotonic()))
                group.create_task(arrive(link))
        self._tasks.append(asyncio.create_task(self._look()))

    async def greet(self) -> None:
        """Each device's first payload, spread over the ramp: a vehicle that is new is more work.

        Raises ``LoadError`` if they are not all acknowledged: a load that is too much already.
        """
        plan, begun = self.plan, time.monotonic()
        for k in range(plan.vehicles):
            await asyncio.sleep(max(0.0, begun + plan.ramp * k / plan.vehicles - time.monotonic()))
            self._offer(k, k + 1, 0, time.monotonic() - self.begun)
        await self.drained()
        if self.lost:
            raise LoadError(UNHEARD % (self.lost, plan.vehicles, plan.drain))

    async def drive(self, begun: float) -> None:
        """Send each payload when it is due after ``begun`` (monotonic s)."""
        plan, number, self.begun = self.plan, 0, begun
        while number < plan.payloads:
            await asyncio.sleep(max(TICK, begun + plan.due(number) - time.monotonic()))
            late = time.monotonic() - begun
            due = min(plan.payloads, int(late * plan.vehicles / plan.batch) + 1)
            while number < due:
                k = number % plan.vehicles
                end = min(plan.vehicles, k + due - number)
                self._offer(k, end, number // plan.vehicles + 1, plan.due(number))
                number += end - k

    def _offer(self, k: int, end: int, turn: int, due: float) -> None:
        """Make the payloads of vehicles ``k`` to ``end`` in round ``turn`` and hand them out.

        The first is due ``due`` s after the beginning; each one's newest sample is from the instant at which it is.
        """
        plan, base = self.plan, (turn - 1) * self.plan.vehicles
        dt = plan.batch / plan.samples
        columns = self._columns[:, k:end]
        advance(self._herd[k:end], (turn - 1) * plan.samples, due, dt, columns)
        at = self._epoch + self.begun + due + plan.due(np.arange(end - k, dtype=np.float64))
        t = np.round(at[:, None] - dt * np.arange(plan.samples - 1, -1, -1), 3).astype(np.float64)
        for number, row in enumerate(self._layout.write(turn + 1, t, columns), base + k):
            body = row.tobytes()
            self._devices[number - base].offer(turn + 1, _alarmed(body) if number in self._alarms else body)

    def _watch(self, k: int, times: Floats) -> Callable[[int], None]:
        """Notes in ``times`` when something befalls each payload of vehicle ``k`` for the first time."""
        plan = self.plan

        def noted(seq: int) -> None:
            number = (seq - 2) * plan.vehicles + k
            if number >= 0 and math.isnan(times[number]):
                times[number] = time.monotonic() - self.begun - plan.due(number)

        return noted

    async def drained(self) -> None:
        """Wait until all is acknowledged, or nothing more is to be expected."""
        end = time.monotonic() + self.plan.drain
        while time.monotonic() < end and self.lost:
            await asyncio.sleep(5 * TICK)

    async def _look(self) -> None:
        """See to what is overdue."""
        while True:
            await asyncio.sleep(LOOK)
            now = asyncio.get_running_loop().time()
            for device in self._devices:
                device.look(now)

    async def leave(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _alarmed(body: bytes) -> bytes:
    """The payload with an alarm of the device's own in it."""
    reading = decode(body)
    alarm = DeviceReport(float(reading.t[-1]), SOS, 3)
    codec = JSON_V1 if body[:1] == b"{" else MSGPACK_V1
    return codec.encode(msgspec.structs.replace(reading, events=[alarm]))
