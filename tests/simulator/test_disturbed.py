"""A device whose line is cut, whose payloads are none and whose identity is stolen still delivers all it has."""

import asyncio

import numpy as np
import polars as pl
import pytest

from devices.broker import Broker
from simulator.accounts import from_templates
from simulator.convoy import Progress, send
from simulator.device import Device, Disturbance
from simulator.faults import FAULTS, TAKEN, Fault, Spell
from simulator.payloads import Cut
from simulator.publish import loads

ROWS = 300


def recording() -> pl.DataFrame:
    t = 1_000.0 + np.arange(float(ROWS))
    return pl.DataFrame({"t": t, "vehicle_id": "v", "fleet_id": "f", "lat_deg": 49.0, "lon_deg": 8.0, TAKEN: t})


async def publish(port: int, disturbances: list[Disturbance]) -> Progress:
    (cargo,) = loads(recording().drop(TAKEN), Cut(), in_time=False)
    account = from_templates(None, None, "127.0.0.1", port)("f", "v")
    device = Device("f", "v", account, cargo.boot, window=4)
    feed = sorted([*cargo.payloads, *disturbances], key=lambda item: item.at)
    progress = Progress()
    await send([device], feed, None, progress, lambda _: None)
    assert device.link.connects >= 1
    return progress


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.disturb], ids=lambda fault: fault.name)
def test_everything_arrives_all_the_same(broker: Broker, service, fault: Fault) -> None:  # type: ignore[no-untyped-def]
    assert fault.disturb
    said = fault.disturb(recording(), Spell(1_040.0, 1_240.0), np.random.default_rng(3))

    async def scene() -> None:
        async with service(broker.port).running() as product:
            progress = await publish(broker.port, said.disturbances)
            assert (progress.payloads, progress.unacked) == (ROWS // 10, 0)
            assert progress.disturbances == len(said.disturbances) > 0
            boots = {reading.boot for _, reading in product.readings}
            own = {t for _, reading in product.readings for t in reading.t if not reading.boot.startswith("thief")}
            assert own == set(recording()["t"])
            assert product.unread == (fault.name == "malformed")
            assert len(boots) == 1 + (fault.name == "stolen_identity")

    asyncio.run(asyncio.wait_for(scene(), 60))
