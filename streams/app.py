"""App: Faust, which hands whole records of Kafka to the worker's one thread; the store says where to go on.

Faust's own offsets are for whoever looks at them. It asks where to go on only in ``seek_to_committed``, after it has
told everybody of an assignment, so that is where partitions are taken over.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import Any, cast

import faust
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams import metrics
from streams.arrived import Frame
from streams.relay import Relay
from streams.settings import Kafka
from streams.worker import Worker

logger = logging.getLogger(__name__)

STUCK_S = 30.0  # without a frame, though Kafka has some
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
    """Raise ``WorkerError`` once Kafka has frames for us and Faust brings none: consumers have been seen to stall."""
    while True:
        await asyncio.sleep(LOOK_S)
        positions = app.relay.worker.positions
        ends = {tp.partition: app.consumer.highwater(tp) or 0 for tp in app.consumer.assignment()}
        metrics.PARTITIONS.lag = {one: max(end - positions.get(one, 0), 0) for one, end in ends.items()}
        behind = sum(metrics.PARTITIONS.lag.values())
        if behind and app.relay.idle_s > STUCK_S:
            raise WorkerError(_stuck(app, behind, sorted(set(ends) - set(positions))))


def _stuck(app: App, behind: int, others: list[int]) -> str:
    said = f"{behind} frames wait in Kafka, and none has come for {STUCK_S:g} s"
    if others:
        said += (
            f"; partitions {', '.join(map(str, others))} are ours by Kafka, and another's by the database: is there a "
            f"second group at work on it, besides {app.kafka.group} (kafka.group)?"
        )
    return said


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
