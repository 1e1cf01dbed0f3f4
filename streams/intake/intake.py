"""Intake: payloads to samples - who sent it, can it be read, has it been here before; the rest is set aside."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl
from sqlalchemy import Connection, text

from devices import topics
from devices.codecs import DecodeError, Reading, decode
from devices.columns import Received, collect
from devices.limits import THROTTLED
from devices.plausible import AHEAD, YEAR_2000, whole_ms
from devices.rollover import repaired
from devices.samples import Floats, Payload, Rejected, Samples
from streams.ids import digest
from streams.intake.veil import NOBODY, Veil

Stored = tuple[int, float, bytes]  # slot, last, digest

AT_ONCE = 25  # payloads asked for in one query
_ANY = " OR ".join(f"slot = :s{n} AND last = :l{n}" for n in range(AT_ONCE))  # each by index; IN reads the whole table
_STORED = text(f"SELECT slot, last, digest FROM payloads WHERE {_ANY}")  # noqa: S608


@dataclass
class Accepted:
    """What one handful of payloads came to."""

    received: list[Received]  # to be stored and run, in order of arrival
    digests: list[bytes]  # of their bodies
    repeated: list[Received]  # stored before: only to be acknowledged
    rejected: list[Rejected]  # payloads and parts for quarantine

    def keep(self, rows: Sequence[int]) -> None:
        """Only these are to be stored and run."""
        self.received = [self.received[k] for k in rows]
        self.digests = [self.digests[k] for k in rows]


class Intake:
    """The door of the river. ``registered(fleet, vehicle)`` says who may come in.

    ``ahead`` and ``earliest`` bound the times believed, as devices.columns.collect has them. ``veil`` takes the names
    of persons who were erased off what comes late.
    """

    def __init__(
        self,
        registered: Callable[[str, str], bool],
        ahead: float | None = AHEAD,
        earliest: float | None = YEAR_2000,
        veil: Veil = NOBODY,
    ) -> None:
        self.registered, self.veil = registered, veil
        self.ahead, self.earliest = ahead, earliest

    def accept(self, arrived: Sequence[Payload]) -> Accepted:
        """Read ``arrived``; what is in it twice is taken once."""
        accepted = Accepted([], [], [], [])
        fresh: set[tuple[str, str, bytes]] = set()
        for payload in arrived:
            received = self._read(payload)
            if isinstance(received, Rejected):
                accepted.rejected.append(received)
                continue
            mark = digest(received.payload.body)  # as it is kept
            key = (received.fleet, received.vehicle, mark)
            if key in fresh:
                accepted.repeated.append(received)
            else:
                fresh.add(key)
                accepted.received.append(received)
                accepted.digests.append(mark)
        return accepted

    def samples(self, received: Sequence[Received]) -> tuple[Samples, list[Rejected]]:
        """What accepted payloads say, today or when they are run again, and the parts out of range or time."""
        return collect(received, ahead=self.ahead, earliest=self.earliest)

    def stored(self, rows: Iterable[Any], vehicle: Callable[[int], tuple[str, str]]) -> Samples:
        """The samples of rows of the payloads table; ``vehicle(slot)`` says whose they are."""
        return self.samples([self._again(*vehicle(row.slot), row.body, row.received_at) for row in rows])[0]

    def archived(self, payloads: pl.DataFrame) -> tuple[Samples, list[Rejected]]:
        """The samples of archived payloads, and the parts out of range or time."""
        rows = payloads.select("fleet_id", "vehicle_id", "body", "received_at").rows()
        return self.samples([self._again(*row) for row in rows])

    def _again(self, fleet_id: str, vehicle_id: str, body: bytes, received_at: float) -> Received:
        """A payload that was accepted before."""
        payload = Payload(topics.telemetry(fleet_id, vehicle_id), body, received_at)
        return Received(payload, fleet_id, vehicle_id, self._decoded(payload))

    def _decoded(self, payload: Payload) -> Reading:
        """What a payload says, at the times it means."""
        return repaired(decode(payload.body), payload.received_at, self.ahead)

    def _read(self, payload: Payload) -> Received | Rejected:
        if payload.topic.startswith(THROTTLED):
            payload = self.veil.over(msgspec.structs.replace(payload, topic=payload.topic.removeprefix(THROTTLED)))
            return _rejected(payload, "rate_limit", "the device sends more than it may; this is one of many")
        try:
            topic = topics.parse(payload.topic)
        except topics.TopicError as error:
            return _rejected(payload, "wrong_topic", str(error))
        if topic.channel != "telemetry":
            return _rejected(payload, "wrong_topic", f"{topic.channel} is ours to publish, a device sends telemetry")
        payload = self.veil.over(payload)
        if not self.registered(topic.fleet, topic.vehicle):
            return _rejected(payload, "unregistered", "no such vehicle in the registry; see 'tripmeter registry'")
        try:
            return Received(payload, topic.fleet, topic.vehicle, self._decoded(payload))
        except DecodeError as error:
            return _rejected(payload, "undecodable", str(error))


def _rejected(payload: Payload, reason: str, detail: str) -> Rejected:
    return Rejected(reason, detail, payload.topic, payload.body, payload.received_at)


def stored(connection: Connection, asked: Collection[Stored]) -> set[Stored]:
    """Those of the payloads that are in the store, each by its slot, the end of its samples, and its digest."""
    found: set[Stored] = set()
    pairs = sorted({one[:2] for one in asked})
    for k in range(0, len(pairs), AT_ONCE):
        some = pairs[k : k + AT_ONCE]
        some += some[-1:] * (AT_ONCE - len(some))  # always as many: the database knows the question
        values = {f"{name}{n}": value for n, pair in enumerate(some) for name, value in zip("sl", pair, strict=True)}
        found.update((slot, last, bytes(mark)) for slot, last, mark in connection.execute(_STORED, values))
    return found


def extents(received: Sequence[Received]) -> tuple[Floats, Floats]:
    """t of the first and last sample of each payload, on whole milliseconds."""
    times = [one.reading.t for one in received]
    ends = np.array([(t[0], t[-1]) for t in times], np.float64).reshape(-1, 2)
    first, last = whole_ms(ends).T
    return first, last
