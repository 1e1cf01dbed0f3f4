"""Publish: recordings on their way, each vehicle by its own device, until all of it is acknowledged."""

import asyncio
import heapq
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import polars as pl

from simulator.accounts import Accounts
from simulator.answers import SHEET, Whose
from simulator.convoy import Feed, Progress, Tell, send
from simulator.device import Device, Disturbance
from simulator.faults import Spell
from simulator.mishaps import Chosen, visit
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
    sheet: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SHEET))  # what was broken


def boot_id() -> str:
    """A device's new boot: no two starts share one."""
    return secrets.token_hex(4)


def loads(recording: pl.DataFrame, cut: Cut, in_time: bool) -> list[Load]:
    """A load a vehicle; its rows as they stand in the recording, or in the order of time."""
    result = []
    for number, (whose, rows) in enumerate(_vehicles(recording)):
        boot, rows = boot_id(), rows.sort("t", maintain_order=True) if in_time else rows
        result.append(Load(*whose, boot, len(rows), payloads(rows, number, boot, cut)))
    return result


def broken(recording: pl.DataFrame, cut: Cut, faults: Chosen, seed: int) -> list[Load]:
    """A load a vehicle, its data and its line broken; raises ``MishapError``."""
    t = recording["t"].to_numpy()
    window = Spell(float(t.min()), float(t.max()))
    result = []
    for number, (whose, rows) in enumerate(_vehicles(recording)):
        boot, rows = boot_id(), rows.sort("t", maintain_order=True)
        found = visit(rows, Whose(*whose, None), faults, window, seed, number)
        sent = found.recording
        bodies = payloads(sent, number, boot, cut)
        result.append(Load(*whose, boot, len(sent), bodies, found.disturbances, found.sheet))
    return result


def _vehicles(recording: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    parts = recording.partition_by("fleet_id", "vehicle_id", maintain_order=True, as_dict=True)
    for (fleet, vehicle), rows in parts.items():
        yield (str(fleet), str(vehicle)), rows


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
