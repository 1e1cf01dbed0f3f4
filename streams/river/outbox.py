"""Outbox: one thread a sink carries committed messages out, in order, with retry; a failing sink blocks nobody."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.exc import OperationalError

from streams import metrics
from streams.sinks.base import Message, RefusedError, Sink, SinkError, UnwillingError
from streams.store import schema
from streams.store.schema import outbox
from streams.store.store import Commit, Fenced, Store

logger = logging.getLogger(__name__)

AT_ONCE = 200
LOOK_S = 1.0  # others write to the outbox too: people, through the command line
PAUSE_S = (0.5, 30.0)  # after a first failure, at most
PATIENCE_S = 6 * 3_600.0  # ours: a receiver that is being moved, or has lost its key, is mended within a shift
IN_A_ROW = 5  # so many not taken one after another: it is the receiver, not the message


class Sender:
    """Drains one sink's rows. ``wake`` after a commit; what is left at ``stop`` goes out after the next start.

    ``clock`` says how old a message is (UTC epoch s).
    """

    def __init__(self, store: Store, sink: Sink, clock: Callable[[], float] = time.time) -> None:
        self.store, self.sink, self.clock = store, sink, clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sink-{sink.name}", daemon=True)
        self._put_off: dict[int, Message] = {}  # not taken; these wait until all others have had their turn
        self._in_a_row = 0  # so many not taken one after another
        self._at_once, self._pause = AT_ONCE, PAUSE_S[0]
        self.waiting = (0, 0.0)  # how many when it last looked, and since when the oldest (UTC epoch s)

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
        while not self._stopping.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while self._drain():
                    pass
            except Fenced:  # whoever has taken over sends what is left
                return
            except (SinkError, OperationalError) as error:
                metrics.FAILED.labels(self.sink.name).inc()
                logger.warning("sink %s failed, trying again in %.1f s: %s", self.sink.name, self._pause, error)
                self._stopping.wait(self._pause)
                self._pause = min(2 * self._pause, PAUSE_S[1])
                self._wake.set()

    def _drain(self) -> bool:
        """Carry out one handful; False when nothing was waiting."""
        messages = self._waiting()
        if not messages:
            return self._all_had_their_turn()
        try:
            self.sink.write(messages)
        except RefusedError as error:
            self._left(messages[: error.taken], messages[error.taken], str(error))
        except UnwillingError as error:
            self._not_taken(messages, error)
        except SinkError as error:
            self._left(messages[: error.taken])
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, this message must not keep the others back
            self._broken(messages, error)
        else:
            self._left(messages)
        return not self._stopping.is_set()

    def _all_had_their_turn(self) -> bool:
        """Nothing else waits: those put off are tried again after a pause."""
        self._at_once, put_off = AT_ONCE, len(self._put_off)
        self._put_off.clear()
        if put_off:
            raise SinkError(f"{put_off} messages were not taken")
        return False

    def _not_taken(self, messages: Sequence[Message], error: UnwillingError) -> None:
        """Put a message off, or aside when it has been tried for hours; go on with the next."""
        self._left(messages[: error.taken])
        message = messages[error.taken]
        if message.at is not None and self.clock() - message.at > PATIENCE_S:
            self._left((), message, f"{error}; tried for {PATIENCE_S / 3600:g} h")
            return
        self._put_off[message.id] = message
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            self._in_a_row = 0
            raise error

    def _broken(self, messages: Sequence[Message], error: Exception) -> None:
        """The sink itself stumbled: over which of these is found one by one. It may be a setting, which people mend."""
        self._at_once = 1 if len(messages) > 1 else AT_ONCE
        if len(messages) == 1:
            logger.error("sink %s stumbled over a message", self.sink.name, exc_info=error)
            self._not_taken(messages, UnwillingError(f"{self.sink.name} stumbled over it: {error!r}"))

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
        if taken:
            self._in_a_row, self._pause = 0, PAUSE_S[0]
        metrics.SENT.labels(self.sink.name).inc(len(taken))

    def _waiting(self) -> list[Message]:
        """The next to go out; what takes the place of a message put off goes after it."""
        behind = {message.address for message in self._put_off.values() if message.retain}
        in_turn = outbox.c.id.not_in(self._put_off), or_(outbox.c.retain == 0, outbox.c.address.not_in(behind))
        query = select(outbox).where(outbox.c.sink == self.sink.name, *in_turn)
        query = query.order_by(outbox.c.id).limit(self._at_once)
        rows = self.store.ask(lambda connection: connection.execute(query).all())
        self.waiting = (len(rows), min((row.at for row in rows if row.at), default=self.clock()))
        if self._put_off or len(rows) == self._at_once:
            of_all = select(func.count(), func.min(outbox.c.at)).where(outbox.c.sink == self.sink.name)
            count, since = self.store.ask(lambda connection: connection.execute(of_all).one())
            self.waiting = (count, since or self.clock())
        return [Message(row.id, row.address, row.body, bool(row.retain), row.at) for row in rows]
