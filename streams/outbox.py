"""Outbox: one thread a sink carries committed messages out, in order, with retry; a failing sink blocks nobody."""

import logging
import threading
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from streams import metrics
from streams.sinks.base import Message, RefusedError, Sink, SinkError
from streams.store import schema
from streams.store.schema import outbox
from streams.store.store import Commit, Store

logger = logging.getLogger(__name__)

AT_ONCE = 200
LOOK_S = 1.0  # others write to the outbox too: people, through the command line
PAUSE_S = (0.5, 30.0)  # after a first failure, at most


class Sender:
    """Drains one sink's rows. ``wake`` after a commit; what is left at ``stop`` goes out after the next start."""

    def __init__(self, store: Store, sink: Sink) -> None:
        self.store, self.sink = store, sink
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sink-{sink.name}", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run has left."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """There may be new rows."""
        self._wake.set()

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def stop(self, timeout: float = 5.0) -> None:
        """Finish the messages under way and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = PAUSE_S[0]
        while not self._stopping.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while self._drain():
                    pause = PAUSE_S[0]
            except (SinkError, OperationalError) as error:
                metrics.FAILED.labels(self.sink.name).inc()
                logger.warning("sink %s failed, trying again in %.1f s: %s", self.sink.name, pause, error)
                self._stopping.wait(pause)
                pause = min(2 * pause, PAUSE_S[1])
                self._wake.set()

    def _drain(self) -> bool:
        """Carry out one handful; False when nothing was waiting."""
        messages = self._waiting()
        if not messages:
            return False
        try:
            self.sink.write(messages)
        except RefusedError as error:
            self._left(messages[: error.taken], messages[error.taken], str(error))
        except SinkError as error:
            self._left(messages[: error.taken])
            raise
        else:
            self._left(messages)
        return not self._stopping.is_set()

    def _left(self, taken: Sequence[Message], refused: Message | None = None, why: str = "") -> None:
        """These have left, and one will never: it is kept apart."""
        done = Commit(sent=[message.id for message in taken])
        if refused is not None:
            logger.warning("sink %s: a message was refused for good and set aside: %s", self.sink.name, why)
            metrics.REFUSED.labels(self.sink.name).inc()
            done.sent.append(refused.id)
            row = {"sink": self.sink.name, "address": refused.address, "body": refused.body, "why": why}
            done.append(schema.undelivered, [row])
        if done.sent:
            self.store.commit(done)
        metrics.SENT.labels(self.sink.name).inc(len(taken))

    def _waiting(self) -> list[Message]:
        query = select(outbox).where(outbox.c.sink == self.sink.name).order_by(outbox.c.id).limit(AT_ONCE)
        with self.store.reading() as connection:
            metrics.OUTBOX.set(connection.execute(select(func.count()).select_from(outbox)).scalar_one())
            rows = connection.execute(query).all()
        return [Message(row.id, row.address, row.body, bool(row.retain)) for row in rows]
