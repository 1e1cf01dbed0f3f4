"""Device: the box in a vehicle - it stores, sends, and lets go only of what the service says is committed."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from devices import topics
from simulator.link import Account, Link, visit

logger = logging.getLogger(__name__)

WINDOW = 256  # payloads sent and not yet acknowledged by the service
ACKS = 0  # QoS of the service's acks: one that is lost is asked for again, and a PUBACK for each is not needed
RETRY = (10.0, 60.0)  # s without any acknowledgement until all is sent again; doubled each time, up to


class Device:
    """A store-and-forward device of one vehicle with its own connection.

    A payload keeps the boot and sequence number it was made with, however often it is sent.
    """

    def __init__(self, fleet: str, vehicle: str, line: "Account | Trunk", boot: str, window: int = WINDOW) -> None:
        """``line`` is its account, for a connection of its own, or a connection that it shares."""
        self.fleet, self.vehicle, self.boot, self.window = fleet, vehicle, boot, window
        self.handed: Callable[[int], None] | None = None  # hears the number of each payload that goes out, each time
        self.committed: Callable[[int], None] | None = None  # hears the number of each payload that is
        self.resent = 0  # payloads
        self.retries = 0  # since the last acknowledgement
        self._topic = topics.telemetry(fleet, vehicle)
        self._stored: dict[int, bytes] = {}  # by sequence number, ascending: not yet acknowledged
        self._queue: deque[int] = deque()  # to be sent, in order
        self._sent: set[int] = set()  # and not yet acknowledged
        self._changed = asyncio.Event()
        self._progress, self._patience = 0.0, RETRY[0]
        ack = topics.ack(fleet, vehicle)
        if isinstance(line, Account):
            self.link = Link(line, self.pump, self.acknowledge, topics=(ack,), qos=ACKS)
        else:
            self.link = line.carry(ack, self)
        self._connects = 0
        self._shouts: deque[bytes] = deque()
        self._impostors: set[asyncio.Task[None]] = set()

    @property
    def unacked(self) -> int:
        """Payloads stored: sent or not, the service has not said that they are committed."""
        return len(self._stored)

    def offer(self, seq: int, payload: bytes) -> None:
        """Store a payload and send it as soon as can be; ``seq`` ascends."""
        self._stored[seq] = payload
        self._queue.append(seq)
        self.pump()

    async def connected(self) -> None:
        """Wait until the connection is up."""
        while not self.link.connected:
            await self._next_change()

    async def room(self) -> None:
        """Wait until fewer payloads than a window are stored."""
        while len(self._stored) >= self.window:
            await self._next_change()

    async def drained(self) -> None:
        """Wait until all that was offered is committed."""
        while self._stored or self._shouts:
            await self._next_change()
        await asyncio.gather(*self._impostors)

    def cut(self) -> None:
        """The network ends the connection."""
        self.link.cut()

    def shout(self, body: bytes) -> None:
        """Send what nobody will acknowledge, once, as soon as can be."""
        self._shouts.append(body)
        self.pump()

    def impersonated(self, body: bytes) -> None:
        """Somebody else logs in with this device's name and password, publishes ``body`` and leaves."""
        task = asyncio.get_running_loop().create_task(visit(self.link.account, self._topic, body))
        self._impostors.add(task)
        task.add_done_callback(self._impostors.discard)

    def look(self, now: float) -> None:
        """Send all again if the service has been silent for too long; call it now and then with the loop's time."""
        if not self.link.connected:
            self._progress = now
        elif self._sent and now - self._progress > self._patience:
            self._patience = min(2 * self._patience, RETRY[1])
            self._progress = now
            self.retries += 1
            logger.info("%s sends %d payloads again", self.vehicle, len(self._sent))
            self._again()

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    @property
    def waiting(self) -> bool:
        """Whether it has something that is not sent."""
        return bool(self._queue or self._shouts)

    def pump(self) -> None:
        """Send what window and connection have room for."""
        link = self.link
        if link.connects != self._connects:
            self._connects = link.connects
            self._changed.set()
            self._again()
            return
        room = min(link.room(), self.window - len(self._sent))
        if not self._sent:
            self._progress = asyncio.get_running_loop().time()  # the wait for an ack begins
        while room > 0 and self._shouts:
            link.publish(self._topic, self._shouts.popleft())
            self._changed.set()
            room -= 1
        while room > 0 and self._queue:
            seq = self._queue.popleft()
            payload = self._stored.get(seq)
            if payload is not None:
                link.publish(self._topic, payload)
                self._sent.add(seq)
                room -= 1
                if self.handed is not None:
                    self.handed(seq)

    def _again(self) -> None:
        """Everything unacknowledged goes out once more, from the oldest."""
        self.resent += len(self._sent)
        self._sent.clear()
        self._queue = deque(self._stored)
        self.pump()

    def acknowledge(self, topic: str, payload: bytes) -> None:
        """Let go of what is committed; an ack of an earlier boot, or one that makes no sense, is none."""
        try:
            ack = json.loads(payload)
            ranges = [(int(a), int(b)) for a, b in ack["seqs"]] if ack["boot"] == self.boot else []
        except (ValueError, KeyError, TypeError):
            logger.warning("%s got an ack it cannot read on %s", self.vehicle, topic)
            return
        for first, last in ranges:
            known = range(first, last + 1) if last - first < len(self._stored) else list(self._stored)
            for seq in known:
                if first <= seq <= last and self._stored.pop(seq, None) is not None:
                    self._sent.discard(seq)
                    if self.committed is not None:
                        self.committed(seq)
        if ranges:
            self._progress, self._patience, self.retries = asyncio.get_running_loop().time(), RETRY[0], 0
            self._changed.set()
            self.pump()


class Trunk:
    """A connection that many devices share, as behind a hub."""

    def __init__(self, account: Account, topics: tuple[str, ...]) -> None:
        """``topics`` are the ack topics of all that will be carried."""
        self._devices: dict[str, Device] = {}
        self._connects = 0
        self.link = Link(account, self._ready, self._take, topics, ACKS)

    def carry(self, ack: str, device: Device) -> Link:
        """Take a device on; its link."""
        self._devices[ack] = device
        return self.link

    def _ready(self) -> None:
        everybody = self.link.connects != self._connects
        self._connects = self.link.connects
        for device in self._devices.values():
            if everybody or device.waiting:
                device.pump()

    def _take(self, topic: str, payload: bytes) -> None:
        if topic in self._devices:
            self._devices[topic].acknowledge(topic, payload)


class Disturbance(NamedTuple):
    """What befalls a device's line at an instant."""

    at: float  # UTC epoch s
    act: Callable[[Device], None]
    device: int = 0  # its number in the convoy

    @property
    def body(self) -> bytes | None:
        """What is said in the device's name, if anything is."""
        return self.act.keywords.get("body") if isinstance(self.act, partial) else None
