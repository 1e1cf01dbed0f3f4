"""Veil: at the door, late data of somebody who was erased becomes the token's before it is on record."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple, Self

import msgspec
from sqlalchemy import Connection, select

from devices import topics
from devices.codecs import DecodeError, decode
from devices.renaming import renamed
from devices.samples import Payload
from streams.store.upkeep import erasures


class Known(NamedTuple):
    """Somebody who is still recognised."""

    token: str
    salt: str
    mark: str
    before: float  # t of samples that are theirs; who has their id from then on is another person


class Veil:
    """Those recognised by fleet; without any it costs nothing."""

    def __init__(self, known: Mapping[str, list[Known]]) -> None:
        self._known = known

    @classmethod
    def load(cls, connection: Connection) -> Self:
        """Those on record who are not forgotten yet."""
        known: dict[str, list[Known]] = {}
        query = select(erasures).where(erasures.c.mark != "", erasures.c.before.is_not(None))
        for row in connection.execute(query.order_by(erasures.c.token)):
            known.setdefault(row.fleet_id, []).append(Known(row.token, row.salt, row.mark, row.before))
        return cls(known)

    def over(self, payload: Payload) -> Payload:
        """The payload as it may be kept."""
        if not self._known:
            return payload
        try:
            some = self._known[topics.parse(payload.topic).fleet]
            reading = decode(payload.body)
        except (KeyError, topics.TopicError, DecodeError):
            return payload
        driver = reading.driver or ""
        for one in some:
            if reading.t[0] < one.before and mark_of(one.salt, driver) == one.mark:
                return msgspec.structs.replace(payload, body=renamed(payload.body, driver, one.token))
        return payload


def mark_of(salt: str, driver_id: str) -> str:
    """By which an id is recognised while ``salt`` is kept."""
    return blake2b(driver_id.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()


NOBODY = Veil({})
