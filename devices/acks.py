"""Acks: which payloads are committed, told to each device in ranges, at most once a second and rarer when many wait."""

from collections.abc import Iterator
from heapq import heappop, heappush

import msgspec

from devices import topics

EVERY = 1.0  # s between two acks to one vehicle
LONGEST = 5.0  # s, when many wait: a device that hears nothing for long sends all again
MOST = 2_000  # acks a second from which on they are told more at a time; each costs broker and device a packet
RANGES = 1_000  # in one message

Vehicle = tuple[str, str]  # fleet id, vehicle id


class Acks:
    """Collects what is committed and says it; a payload told once is forgotten."""

    def __init__(self, every: float = EVERY) -> None:
        self.every = every
        self._pending: dict[Vehicle, dict[str, set[int]]] = {}  # seqs by boot, oldest boot first
        self._new: list[Vehicle] = []  # pending, not yet in line
        self._line: list[tuple[float, Vehicle]] = []  # heap: when each may be told
        self._free: dict[Vehicle, float] = {}  # when each told one may be told again

    def add(self, fleet: str, vehicle: str, boot: str, seq: int) -> None:
        """A payload is committed."""
        key = fleet, vehicle
        boots = self._pending.get(key)
        if boots is None:
            boots = self._pending[key] = {}
            self._new.append(key)
        boots.setdefault(boot, set()).add(seq)

    def due(self, now: float) -> Iterator[tuple[str, bytes]]:
        """Topic and body of the acks to publish at ``now`` (s, any clock that does not go back)."""
        for key in self._new:
            heappush(self._line, (self._free.get(key, now), key))
        self._new.clear()
        every = min(max(self.every, len(self._line) / MOST), max(self.every, LONGEST))
        while self._line and self._line[0][0] <= now:
            _, key = heappop(self._line)
            yield topics.ack(*key), self._tell(key)
            if key in self._pending:
                heappush(self._line, (now + every, key))
            self._free[key] = now + every

    def _tell(self, key: Vehicle) -> bytes:
        boots = self._pending[key]
        boot, seqs = next(iter(boots.items()))
        told = ranges(seqs)
        if len(told) > RANGES:
            boots[boot] = {seq for seq in seqs if seq >= told[RANGES][0]}
        else:
            del boots[boot]
        if not boots:
            del self._pending[key]
        return msgspec.json.encode({"boot": boot, "seqs": told[:RANGES]})


def ranges(seqs: set[int]) -> list[tuple[int, int]]:
    """The fewest [first, last] ranges that hold exactly ``seqs``, ascending."""
    found: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if found and seq == found[-1][1] + 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found
