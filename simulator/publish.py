"""Publish: recordings on their way, each vehicle by its own device, until all of it is acknowledged."""

import asyncio
import heapq
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import polars as pl

from simulator.accounts import Accounts
from simulator.convoy import Feed, Progress, Tell, send
from simulator.device import Device, Disturbance
from simulator.payloads import Cut, Outgoing, payloads


@dataclass(frozen=True)
class Load:
    """What one device has to send."""

    fleet: str
    vehicle: str
    boot: str
    samples: int
    payloads: Iterable[Outgoing]
    disturbances: Sequence[Disturbance] = ()


def boot_id() -> str:
    """A device's new boot: no two starts share one."""
    return secrets.token_hex(4)


def loads(recording: pl.DataFrame, cut: Cut, in_time: bool) -> list[Load]:
    """A load a vehicle; its rows as they stand in the recording, or in the order of time."""
    parts = recording.partition_by("fleet_id", "vehicle_id", maintain_order=True, as_dict=True)
    result = []
    for number, ((fleet, vehicle), rows) in enumerate(parts.items()):
        boot, rows = boot_id(), rows.sort("t", maintain_order=True) if in_time else rows
        result.append(Load(str(fleet), str(vehicle), boot, len(rows), payloads(rows, number, boot, cut)))
    return result


def publish(
    cargo: list[Load], accounts: Accounts, speed: float | None, window: int, progress: Progress, tell: Tell
) -> None:
    """Send every load and return once all of it is committed; raises ``LinkError``."""
    devices = [
        Device(load.fleet, load.vehicle, accounts(load.fleet, load.vehicle), load.boot, window) for load in cargo
    ]
    sources: list[Feed] = [load.payloads for load in cargo]
    sources += [[one._replace(device=k) for one in load.disturbances] for k, load in enumerate(cargo)]
    feed = heapq.merge(*sources, key=attrgetter("at"))
    asyncio.run(send(devices, feed, speed, progress, tell))
