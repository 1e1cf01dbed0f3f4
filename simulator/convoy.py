"""Convoy: many devices sending at once, fed in the order of event time, so that the feed's clock moves evenly."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator.device import RETRY, Device, Disturbance
from simulator.link import LinkError
from simulator.payloads import Outgoing

logger = logging.getLogger(__name__)

UNHEARD = """%d of %d devices have no acknowledgement after %.0f s and keep sending: is the service up, and are they
registered? `tripmeter quarantine list` says what it set aside"""

TURN = 16  # payloads offered before the sockets get their turn
LOOK = 0.25  # s between looks at what is overdue


@dataclass
class Progress:
    """How far it is."""

    at: float = 0.0  # event time offered, UTC epoch s
    payloads: int = 0
    samples: int = 0
    unacked: int = 0
    resent: int = 0
    disturbances: int = 0  # of lines
    connected: int = 0  # devices


Tell = Callable[[Progress], None]
Feed = Iterable[Outgoing | Disturbance]


async def send(devices: Sequence[Device], feed: Feed, speed: float | None, progress: Progress, tell: Tell) -> None:
    """Send all of ``feed`` and return once all of it is committed; ``tell`` hears of ``progress`` now and then.

    ``speed`` is event seconds a second; None goes as fast as acknowledgements come. Raises ``LinkError``.
    """
    try:
        async with asyncio.TaskGroup() as group:
            background = [group.create_task(device.link.run()) for device in devices]
            background.append(group.create_task(_look(devices, progress, tell)))
            for device in devices:
                await device.connected()
            await _offer(devices, feed, speed, progress)
            for device in devices:
                await device.drained()
            for task in background:
                task.cancel()
    except* LinkError as errors:
        raise errors.exceptions[0] from None
    finally:
        _sum(devices, progress)
        tell(progress)


async def _offer(devices: Sequence[Device], feed: Feed, speed: float | None, progress: Progress) -> None:
    """Hand each payload to its device when its time has come."""
    loop = asyncio.get_running_loop()
    begun, first = loop.time(), None
    for count, item in enumerate(feed):
        device = devices[item.device]
        first = item.at if first is None else first
        if speed is None:
            await device.room()
        elif (early := begun + (item.at - first) / speed - loop.time()) > 0:
            await asyncio.sleep(early)
        if count % TURN == 0:
            await asyncio.sleep(0)
        progress.at = item.at
        if isinstance(item, Disturbance):
            item.act(device)
            progress.disturbances += 1
            continue
        device.offer(item.seq, item.body)
        progress.payloads += 1
        progress.samples += item.samples


async def _look(devices: Sequence[Device], progress: Progress, tell: Tell) -> None:
    """See to what is overdue, and tell how far it is."""
    loop, warned = asyncio.get_running_loop(), False
    while True:
        await asyncio.sleep(LOOK)
        for device in devices:
            device.look(loop.time())
        unheard = sum(device.retries > 0 for device in devices)
        if unheard and not warned:
            logger.warning(UNHEARD, unheard, len(devices), RETRY[0])
            warned = True
        _sum(devices, progress)
        tell(progress)


def _sum(devices: Sequence[Device], progress: Progress) -> None:
    progress.unacked = sum(device.unacked for device in devices)
    progress.resent = sum(device.resent for device in devices)
    progress.connected = sum(device.link.connected for device in devices)
