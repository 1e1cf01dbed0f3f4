"""Worker: the partitions that one process has been given, each a whole Tripmeter; one thread makes every call."""

import logging
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlalchemy.exc import OperationalError

from devices.acks import Acks
from devices.columns import Received
from streams import metrics
from streams.distributed.arrived import Batch, DeadLetter, Frame, batches, letter_row
from streams.river import heap
from streams.river.partition import Partition
from streams.store import schema
from streams.store.store import RETRY_S, Commit, Fenced, Store

logger = logging.getLogger(__name__)


class GivenUpError(RuntimeError):
    """Told to stop while the database took nothing: what is not on record comes again, to whoever takes over."""


@dataclass
class Owned:
    """A partition that this process has taken over."""

    partition: Partition
    next: int  # offset of the frame it waits for


class Begin(Protocol):
    """Opens a partition and restores its state; where its input goes on.

    It takes the store over from whoever had it. With ``store`` it goes on with that, which is still ours, or raises
    ``Fenced``.
    """

    def __call__(self, number: int, store: Store | None = None) -> tuple[Partition, int]: ...


class Worker:
    """``own`` what Kafka assigns, ``turn`` with the frames that have come; ``close`` saves all.

    Who has lost a partition to another process finds out at its next commit, which writes nothing, and lets go of it.
    """

    def __init__(self, begin: Begin, publish: Callable[[str, bytes], object]) -> None:
        self._begin, self._publish = begin, publish
        self._owned: dict[int, Owned] = {}
        self._acks = Acks()
        self.paused = False  # while partitions are dealt out
        self.deals = 0
        self.turned_at = time.monotonic()  # infinite while it takes over, or waits for the database

    @property
    def positions(self) -> dict[int, int]:
        """By partition, the offset it waits for."""
        return {number: owned.next for number, owned in list(self._owned.items())}

    def pause(self) -> None:
        """Kafka deals the partitions out anew: save what another process may have to load in a moment."""
        self.paused = True
        for number in list(self._owned):
            with self._unless_fenced(number):
                self._through(number, lambda owned: owned.partition.river.snapshot())

    def own(self, numbers: Collection[int]) -> dict[int, int]:
        """These partitions are ours from now on, and no others; the offset that each goes on with.

        One that another process takes over meanwhile is not among them.
        """
        self.turned_at = math.inf  # alive, however long it takes
        before = set(self._owned)
        for number in before - set(numbers):
            self._drop(number)
        for number in list(self._owned):
            with self._unless_fenced(number):
                self._through(number, lambda owned: owned.partition.store.commit(Commit()))  # another had it meanwhile?
        for number in sorted(set(numbers) - set(self._owned)):
            with self._unless_fenced(number):
                self._owned[number] = Owned(*self._begin(number))
                logger.info("partition %d is ours, from offset %d on", number, self._owned[number].next)
        self.paused = False
        if before != set(self._owned):
            heap.settle()
        self.deals += 1
        metrics.DEALS.inc()
        metrics.PARTITIONS.positions = self.positions
        self.turned_at = time.monotonic()
        return self.positions

    def turn(self, arrived: Sequence[Frame]) -> None:
        """Commit what has arrived, and let each partition do what is due."""
        self.turned_at = time.monotonic()
        if self.paused:  # what has arrived will come again
            return
        for number in list(self._owned):
            some = [frame for frame in arrived if frame.partition == number]
            with self._unless_fenced(number):
                self._through(number, partial(self._turn, number, some))
            if self._given_up():
                return
        metrics.PARTITIONS.positions = self.positions
        self._acknowledge(time.monotonic())

    def close(self) -> None:
        """Settle what is late, save, tell devices what is on record, and let go of everything.

        Raises ``GivenUpError`` once the database does not take it.
        """
        for number in list(self._owned):
            with self._unless_fenced(number):
                self._owned[number].partition.drain()
                if self._given_up():
                    raise GivenUpError(
                        f"the database takes no commit: partition {number} stays as it is on record, and whoever takes "
                        "it over goes on from there"
                    )
                self._drop(number)
        self._acknowledge(math.inf)

    def _given_up(self) -> bool:
        """Whether a commit was given up: told to stop, nobody waits for the database any longer."""
        return any(owned.partition.river.lost for owned in self._owned.values())

    def _through(self, number: int, work: Callable[[Owned], object]) -> None:
        """Do something with a partition; where the database breaks it off, begin again from what is on record."""
        while True:
            try:
                work(self._owned[number])
            except OperationalError as error:
                partition = self._owned[number].partition
                if partition.river.stopping() or not partition.store.passes(error):
                    raise
                self.turned_at = math.inf
                logger.warning("partition %d: the database broke off, beginning again: %s", number, error.orig)
                time.sleep(RETRY_S)
                self._anew(number)
            else:
                return

    def _turn(self, number: int, some: Sequence[Frame], owned: Owned) -> None:
        self._take(number, owned, some)
        self._on_record(self._owned[number].partition.turn())
        self._renew(number)

    def _take(self, number: int, owned: Owned, some: Sequence[Frame]) -> None:
        """Commit frames of one partition; without any, use the quiet moment."""
        for batch in batches(owned.next, some):
            try:
                self._commit(owned, batch)
            except (Fenced, OperationalError):  # no frame is to blame
                raise
            except Exception:
                logger.exception("partition %d: frames %d to %d failed", number, batch.first, batch.after - 1)
                self._one_by_one(number, batch)
                owned = self._owned[number]
        if not some:
            owned.partition.rest()

    def _one_by_one(self, number: int, batch: Batch) -> None:
        """Begin again from the store, with a frame at a time; one that fails again is of no use."""
        owned = self._anew(number)
        for frame in batch.frames:
            single = Batch(frame.offset)
            single.add(frame)
            try:
                self._commit(owned, single)
            except (Fenced, OperationalError):
                raise
            except Exception as error:
                name = type(error).__name__
                logger.exception("partition %d: frame %d is set aside", number, frame.offset)
                owned = self._anew(number)
                self._commit(owned, Batch(frame.offset, [frame], [], [DeadLetter(frame, name)]))

    def _commit(self, owned: Owned, batch: Batch) -> None:
        commit = Commit(source=(batch.first, batch.after))
        commit.append(schema.outbox, [letter_row(letter) for letter in batch.dead])
        on_record = owned.partition.take(batch.payloads, commit)
        if owned.partition.river.lost:  # told to stop before the database took it
            return
        owned.next = batch.after
        metrics.DEAD.inc(len(batch.dead))
        self._on_record(on_record)

    def _renew(self, number: int) -> None:
        """Begin again from a store that somebody is to be erased from."""
        partition = self._owned[number].partition
        if partition.is_outdated():
            self.turned_at = math.inf  # alive, however long it takes
            partition.drain()
            if not partition.river.lost:
                self._anew(number)

    def _anew(self, number: int) -> Owned:
        """Begin again from what is on record, once the database answers, if the partition is still ours."""
        partition = self._owned.pop(number).partition
        partition.close(save=False)
        while number not in self._owned:
            try:
                self._owned[number] = Owned(*self._begin(number, partition.store))
            except Fenced:
                partition.store.close()
                raise
            except OperationalError as error:
                if partition.river.stopping() or not partition.store.passes(error):
                    raise
                time.sleep(RETRY_S)
        return self._owned[number]

    def _acknowledge(self, now: float) -> None:
        for topic, body in self._acks.due(now):
            self._publish(topic, body)

    def _on_record(self, some: Sequence[Received]) -> None:
        """Tell devices of these payloads."""
        for received in some:
            self._acks.add(received.fleet, received.vehicle, received.reading.boot, received.reading.seq)

    def _drop(self, number: int) -> None:
        partition = self._owned.pop(number).partition
        partition.close(save=False)
        partition.store.close()

    @contextmanager
    def _unless_fenced(self, number: int) -> Iterator[None]:
        """Let go of a partition that turns out to be another's."""
        try:
            yield
        except Fenced:
            logger.warning("partition %d is another's now", number)
            metrics.FENCED.inc()
            if number in self._owned:
                self._drop(number)
