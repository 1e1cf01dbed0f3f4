"""Chaos: processes, servers, lines and disks fail at random moments; nothing is lost, and nothing counts twice.

CHAOS_S is how long it lasts, CHAOS_SEED which moments; ``make chaos`` lets it last half an hour and keeps the result,
in CHAOS_RESULT.
"""

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from pathlib import Path

import pytest

from . import results
from .blows import Blows
from .devices import Devices
from .disk import Disk
from .feed import feed, order
from .house import BRIDGES, MOST_WORKERS, House
from .kafka import Kafka
from .postgres import Server
from .verdict import TOLERANCE_KMH, verdict
from .watch import Watch

SECONDS = float(os.environ.get("CHAOS_S", "300"))
SEED = int(os.environ.get("CHAOS_SEED", "7"))
RESULT = os.environ.get("CHAOS_RESULT")
VEHICLES, HOUR_S, ROUGH_S = 8, 300.0, 150.0  # simulated; s of chaos for an hour of theirs, for a rough vehicle a fleet
DISK_MB = {"PostgreSQL": 1000, "Kafka": 600}

pytestmark = [pytest.mark.stack, pytest.mark.timeout(SECONDS + 900)]


@pytest.fixture
def house(tmp_path, mosquitto):
    with Disk(DISK_MB["PostgreSQL"]) as one, Disk(DISK_MB["Kafka"]) as other, Server(one.folder) as postgres:
        (folder := other.folder / "kafka").mkdir()
        kafka = Kafka(folder, wires=BRIDGES + MOST_WORKERS).start()
        made = House(tmp_path, mosquitto, kafka, postgres, {"PostgreSQL": one, "Kafka": other})
        made.environ["TRIPMETER_DETECTORS__SPEEDING__TOLERANCE_KMH"] = str(TOLERANCE_KMH)
        yield made
        made.close()
        kafka.kill()


@pytest.fixture
def said(tmp_path):
    """What devices say; as much as the time allows."""
    return feed(tmp_path / "fleet", SEED, max(2, round(SECONDS / ROUGH_S)), VEHICLES, max(1.0, SECONDS / HOUR_S))


def test_whatever_fails_the_record_is_that_of_one_calm_process(house, said, capsys):
    assert house.spawn("registry", "registry", "import", str(said.registry)).wait(60) == 0, house.logs()
    house.open()
    house.until(lambda: all(owner.epoch for owner in house.owners().values()))
    rng = random.Random(SEED)  # noqa: S311
    devices = Devices({payload.topic for payload in said.payloads}, house.mosquitto.port, rng)
    struck = asyncio.run(drive(house, devices, list(order(said.payloads, rng)), rng))
    assert {each.end() for each in house.at_work} == {0}, house.logs()
    house.finish()
    found = result(house, devices, struck) | verdict(said, house.url)
    if RESULT:
        results.write(Path(RESULT), found)
    with capsys.disabled():
        results.tell(f"chaos, seed {SEED}", found)


async def drive(house, devices, some, rng):
    """Devices send what they have over the time of chaos, and keep it until it is acknowledged; the blows."""
    watch = Watch(house.url, house.partitions)
    tasks = [asyncio.create_task(one) for one in (house.supervise(), watch.run())]
    blows = Blows(house, watch, rng)
    async with devices.connected():
        striking = asyncio.create_task(blows.strike(time.monotonic() + SECONDS))
        await devices.offer(some, SECONDS)
        await striking
        tasks.append(asyncio.create_task(house.keep()))  # Kafka may take a while to end for the disk that was full
        left = await devices.drained()
        assert left == {}, (left, [blow.said() for blow in blows.struck], house.owners(), house.logs())
    for task in tasks:
        task.cancel()
    return blows.struck


def result(house, devices, struck):
    """What happened."""
    waited = [blow for blow in struck if blow.recovered_s is not None]
    by_kind = {}
    for blow in waited:
        by_kind.setdefault(blow.what, []).append(blow.recovered_s)
    return {
        "seed": SEED,
        "seconds": SECONDS,
        "blows": len(struck),
        "by kind": dict(sorted(Counter(blow.what for blow in struck).items())),
        "starts": {each.name: each.starts for each in house.commands},
        "sent again": devices.resent,
        "sent twice for no reason": devices.doubled,
        "recovery, s": spread([blow.recovered_s for blow in waited]),
        "recovery by kind, s": {what: spread(some) for what, some in sorted(by_kind.items())},
        "every blow": [blow.said() for blow in struck],
    }


def spread(some):
    """How many, the middle, the longest."""
    return {"n": len(some), "p50": round(statistics.median(some), 1), "max": round(max(some), 1)} if some else {"n": 0}
