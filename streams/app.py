"""App: Faust, which hands whole records of Kafka to the worker's one thread; the store says where to go on.

Faust's own offsets are for whoever looks at them. It asks where to go on only in ``seek_to_committed``, after it has
told everybody of an assignment, so that is where partitions are taken over.
"""

import asyncio
import logging
import math
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import faust
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams import metrics
from streams.distributed.arrived import Frame
from streams.distributed.progress import Progress
from streams.distributed.relay import Relay
from streams.distributed.worker import Worker
from streams.settings import Kafka

logger = logging.getLogger(__name__)

STUCK_S = 30.0  # for a partition to stand still, though Kafka has frames for it
DEAL_S = 120.0  # the same while partitions are dealt out: others may take a minute to let go
LOOK_S = 5.0
MISSED_S = 10.0  # without a heartbeat: dead, and others take over
LEAVE_S = 20.0  # for Faust to leave the group


class WorkerError(RuntimeError):
    """The worker cannot go on: what was found, and what to do."""


class App(faust.App):
    """Faust's application, with the worker behind it."""

    relay: Relay
    kafka: Kafka

    def _new_transport(self) -> "_Transport":
        return _Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """None: there are no tables of Faust's, and where a worker was started may be read only."""


class _Consumer(driver.Consumer):
    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go on where the store is, which is not where Faust's own offsets are."""
        app = cast(App, self.app)
        mine = {tp for tp in self.assignment() if tp.topic == app.kafka.topic}
        positions = await app.relay.own({tp.partition for tp in mine})
        there = {tp: positions[tp.partition] for tp in mine if tp.partition in positions}
        await _held_by_kafka(self, there)
        await self.seek_wait(there)
        return there


class _Transport(driver.Transport):
    Consumer = _Consumer


async def _held_by_kafka(consumer: driver.Consumer, there: Mapping[TP, int]) -> None:
    """Raise ``WorkerError`` if Kafka no longer has what a partition waits for, or never had what it has seen."""
    first, last = await consumer.earliest_offsets(*there), await consumer.highwaters(*there)
    for tp, offset in there.items():
        if offset and offset < first[tp]:
            raise WorkerError(
                f"partition {tp.partition}: frames {offset} to {first[tp] - 1} are gone from Kafka before they were on "
                "record; give the topic a longer retention, and see docs/scaling.md on how to accept the loss"
            )
        if offset > last[tp]:
            raise WorkerError(
                f"partition {tp.partition}: the store has seen {offset} frames, the topic has {last[tp]}: was it made "
                "anew? A new topic needs a new name, or a new store"
            )


def create_app(kafka: Kafka, worker: Worker) -> App:
    """The application of one worker process; it serves once started."""
    app = App(
        kafka.group,
        broker=[f"kafka://{address.strip()}" for address in kafka.bootstrap.split(",")],
        broker_credentials=credentials(kafka),
        broker_session_timeout=MISSED_S,
        broker_heartbeat_interval=MISSED_S / 4,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 << 20,
        stream_buffer_maxsize=64,  # frames
        stream_wait_empty=False,  # what has begun is thrown away and comes again
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    app.kafka, app.relay = kafka, Relay(worker)
    _agents(app)
    return app


def _agents(app: App) -> None:
    topic = app.topic(app.kafka.topic, value_serializer="raw", key_serializer="raw")

    @app.agent(topic, name="frames")
    async def receive(stream: Any) -> None:
        async for event in stream.events():
            await app.relay.put(Frame(event.message.partition, event.message.offset, event.value))

    @app.on_partitions_revoked.connect
    async def revoked(*_revoked: Any, **_: Any) -> None:
        await app.relay.call(app.relay.worker.pause)


async def serve(app: App, stopping: asyncio.Event) -> None:
    """Work until ``stopping``, then save and leave the group; raises ``WorkerError`` if it cannot go on.

    Whoever calls ends the process after it, however that went: Faust may keep threads.
    """
    work = [asyncio.create_task(one) for one in (app.relay.run(), _join_and_watch(app), app.wait_until_stopped())]
    stop = asyncio.create_task(stopping.wait())
    try:
        done, _ = await asyncio.wait([*work, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stop}:
            task.result()  # raises what it died of
            raise _why(app)
    finally:
        for task in (*work, stop):
            task.cancel()
    await app.relay.call(app.relay.worker.close)
    try:
        await asyncio.wait_for(app.stop(), LEAVE_S)
    except TimeoutError:
        logger.warning("left without a word to Kafka, which deals our partitions out once it misses us")


def _why(app: App) -> BaseException:
    """What has made Faust stop: what the worker could not do, if that is it."""
    if app.relay.broken_by is not None:
        return app.relay.broken_by
    if isinstance(app.crash_reason, WorkerError):
        return app.crash_reason
    return WorkerError(f"Kafka's consumer has stopped: {app.crash_reason!r}")


async def _join_and_watch(app: App) -> None:
    """Raise ``WorkerError`` if Kafka does not let us in, or as ``_watch`` does."""
    starting = asyncio.create_task(app.start())  # until partitions are dealt, which may be never
    try:
        while not (await asyncio.wait([starting], timeout=LOOK_S))[0]:
            _refused(app)
        starting.result()
    except KafkaError as error:
        raise WorkerError(
            f"Kafka at {app.kafka.bootstrap} does not let us into group {app.conf.id}: {error}"
        ) from error
    finally:
        starting.cancel()
    await _watch(app)


def _refused(app: App) -> None:
    """Raise what Kafka has said for good to our joining the group: Faust goes on waiting for an answer."""
    client = cast(Any, app.consumer)._thread._consumer
    if client is not None and client._coordinator is not None:
        client._coordinator.check_errors()


async def _watch(app: App) -> None:
    """Raise ``WorkerError`` once a partition stands still though Kafka has more of it: consumers do stall.

    While partitions are taken over, the database is away or frames wait in line here, nothing is wrong with Kafka.
    """
    ends, progress, worker = _Ends(app.consumer), Progress(), app.relay.worker
    while True:
        await asyncio.sleep(LOOK_S)
        found, positions = await ends.look(), worker.positions
        lag = {number: max(end - positions.get(number, 0), 0) for number, end in found.items()}
        metrics.PARTITIONS.lag = lag
        if worker.turned_at == math.inf or app.relay.busy_s > LOOK_S:
            progress.forget()
        standing = progress.standing(worker.deals, positions, lag, time.monotonic())
        stuck = [number for number, s in standing.items() if s > (DEAL_S if worker.paused else STUCK_S)]
        if stuck:
            raise WorkerError(_stuck(app, {number: lag[number] for number in stuck}, positions))


class _Ends:
    """Where our partitions end: as Kafka says when asked, or while it does not answer, as the last fetch has seen."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._asked: asyncio.Task[Mapping[TP, int]] | None = None  # one at a time: Faust's thread has two hands

    async def look(self) -> dict[int, int]:
        """By partition, offset after its last frame."""
        ours = self._consumer.assignment()
        ends = {tp.partition: self._consumer.highwater(tp) or 0 for tp in ours}
        if ours and self._asked is None:
            self._asked = asyncio.create_task(self._consumer.highwaters(*ours))
        if self._asked and (await asyncio.wait([self._asked], timeout=LOOK_S))[0]:
            asked, self._asked = self._asked, None
            with suppress(KafkaError, ConsumerStoppedError):
                ends |= {tp.partition: end for tp, end in asked.result().items() if tp in ours}
        return ends


def _stuck(app: App, lag: Mapping[int, int], positions: Mapping[int, int]) -> str:
    """What to say of partitions that stand still."""
    said = [
        f"partition {number} has stood at {positions.get(number, 0)}, and {behind} frames wait in Kafka"
        for number, behind in sorted(lag.items())
    ]
    others = sorted(set(lag) - set(positions))
    if others:
        said.append(
            f"partitions {', '.join(map(str, others))} are ours by Kafka, and another's by the database: is there a "
            f"second group at work on it, besides {app.kafka.group} (kafka.group)?"
        )
    return "; ".join(said)


def credentials(kafka: Kafka) -> faust.auth.Credentials | None:
    """How Faust logs in."""
    tls = None
    if "ssl" in kafka.security:
        tls = ssl.create_default_context(cafile=kafka.ca_file or None)
        if kafka.cert_file:
            tls.load_cert_chain(kafka.cert_file, kafka.key_file or None)
    if not kafka.security.startswith("sasl"):
        return faust.SSLCredentials(tls) if tls else None
    return faust.SASLCredentials(
        username=kafka.username, password=kafka.password, mechanism=kafka.mechanism, ssl_context=tls
    )
