"""Faust each: Faust as its books have it, one sample a record and a state a vehicle, but raw bytes and no table."""

import asyncio
from typing import Any

import faust
import msgspec

from bench.peers.detector import BRAKE, BRAKE_OVER, FAST, FAST_OVER
from bench.peers.meter import Meter


class Sample(msgspec.Struct):
    """One reading."""

    vehicle: str
    t: float
    speed_kmh: float
    accel_long_mps2: float


def detect(bootstrap: str, topic: str, meter: Meter) -> None:
    """An agent that looks at one sample after the other."""
    asyncio.new_event_loop().run_until_complete(_detect(bootstrap, topic, meter))  # Faust would not be cancelled


async def _detect(bootstrap: str, topic: str, meter: Meter) -> None:
    app = faust.App(
        meter.name,
        broker=f"kafka://{bootstrap}",
        consumer_auto_offset_reset="earliest",
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        stream_wait_empty=False,
    )
    decoder, states, done = msgspec.msgpack.Decoder(Sample), {}, asyncio.Event()

    @app.agent(app.topic(topic, value_serializer="raw", key_serializer="raw"))
    async def receive(stream: Any) -> None:
        async for body in stream:
            sample = decoder.decode(body)
            braking, fast = states.get(sample.vehicle, (False, False))
            states[sample.vehicle] = (
                sample.accel_long_mps2 <= (BRAKE_OVER if braking else BRAKE),
                sample.speed_kmh >= (FAST_OVER if fast else FAST),
            )
            meter.seen()
            if meter.done:
                done.set()

    await app.start()
    await done.wait()
