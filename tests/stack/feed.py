"""Feed: what the devices of a house on fire have to say - rough drives by hand, and a simulated day with its sheet."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from devices.samples import Payload, Samples
from devices.signals import wheel_name
from simulator import registry
from simulator.roster import roster
from simulator.traffic import Traffic, Window, combined
from streams.kernels.params import CLASSES
from streams.recordings import recording
from streams.registry import Roster, load

from .. import rivers
from ..twin.twin import About

PARTITIONS = 6
ROUGH = ("south", "delta", "valley", "lake")  # fleets; with the simulator's two each partition has one
DAWN_S = 4 * 3600.0  # after midnight the simulated day begins


class Feed(NamedTuple):
    """Samples in two pieces, the same as payloads, who the vehicles are, and what truly happened to the simulated."""

    pieces: list[Samples]
    payloads: list[Payload]
    registry: Path
    sheet: pl.DataFrame

    @property
    def source(self) -> Roster:
        """Who they are, as the product has it."""
        return Roster(load(self.registry))

    def about(self) -> dict[tuple[str, str], About]:
        """Who they are, as the twin has it."""
        source = self.source
        return {vehicle: _about(source.known(*vehicle)) for piece in self.pieces for vehicle in piece.vehicles}


def feed(folder: Path, seed: int, rough: int, simulated: int, hours: float) -> Feed:
    """``rough`` vehicles in each fleet of theirs, ``simulated`` ones for so many ``hours``."""
    folder.mkdir()
    business = roster(simulated, seed)
    start = rivers.START + DAWN_S
    registry.write(business, start, folder)
    whole, sheet = combined(list(Traffic(business, Window(start, hours)).reports()))
    whole.sort("fleet_id", "vehicle_id", "t").write_parquet(folder / "day.parquet")
    day = rivers.joined(list(recording.read([folder / "day.parquet"])))
    (folder / "day.parquet").unlink()
    drives = rivers.fleets(ROUGH, seed, rough)
    said = [*rivers.payloads(drives, size=1), *rivers.payloads(day)]
    return Feed([drives, day], said, folder, sheet)


def order(payloads: list[Payload], rng: random.Random) -> Iterator[tuple[str, int, bytes]]:
    """Topic, number and body in the order of sending: vehicles in turn, each one's own mostly as they were made."""
    by_topic: dict[str, list[Payload]] = {}
    for payload in payloads:
        by_topic.setdefault(payload.topic, []).append(payload)
    turns = [topic for topic, some in by_topic.items() for _ in some]
    rng.shuffle(turns)
    following = {topic: iter(_disturbed(some, rng)) for topic, some in by_topic.items()}
    for topic in turns:
        payload = next(following[topic])
        yield topic, int(json.loads(payload.body)["seq"]), payload.body


def _disturbed(some: list[Payload], rng: random.Random) -> list[Payload]:
    """One in fifty waits for up to twenty later ones, as after a dead zone."""
    keys = [k + (rng.uniform(1, 20) if rng.random() < 0.02 else 0) for k in range(len(some))]
    return [some[k] for k in sorted(range(len(some)), key=keys.__getitem__)]


def _about(known: Any) -> About:
    by_wheel = [] if known.placard is None else known.placard.tolist()
    placard = {wheel_name(k): kpa for k, kpa in enumerate(by_wheel) if kpa == kpa}
    return About(CLASSES[known.klass], placard, known.zone, tuple(known.assignments), known.passenger)
