"""Window: what is on its way, in either direction: delivered and not acknowledged, published and not accepted."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from devices import packets

Token = tuple[int, int]
"""Which connection a payload came over, and its arrival number there."""


class Delivery:
    """Something on its way to the broker."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done = False

    def done(self) -> bool:
        """Whether the broker has accepted it."""
        return self._done

    def accept(self) -> None:
        """The broker has it."""
        self._done = True


class Message(NamedTuple):
    """Something to publish."""

    topic: str
    body: bytes
    qos: int
    retain: bool
    delivery: Delivery


class Published:
    """Messages sent at QoS 1 that the broker has not answered yet, in the order of sending."""

    def __init__(self, new_mid: Callable[[], int]) -> None:
        self._new_mid = new_mid
        self._waiting: dict[int, Message] = {}  # by mid

    def __len__(self) -> int:
        return len(self._waiting)

    def packet(self, message: Message) -> bytes:
        """The packet to send; at QoS 0 that is all there will be."""
        if not message.qos:
            message.delivery.accept()
            return packets.publication(message.topic, message.body, 0, retain=message.retain)
        mid = self._new_mid()
        while mid in self._waiting:
            mid = self._new_mid()
        self._waiting[mid] = message
        return packets.publication(message.topic, message.body, mid, retain=message.retain)

    def answered(self, mid: int) -> None:
        """The broker has the message of this packet id."""
        message = self._waiting.pop(mid, None)
        if message is not None:
            message.delivery.accept()

    def again(self) -> bytes:
        """The packets to send over a new connection: nobody knows whether they came through the last."""
        return b"".join(
            packets.publication(message.topic, message.body, mid, retain=message.retain, again=True)
            for mid, message in self._waiting.items()
        )


class Window:
    """Arrivals of the present connection that are not acknowledged yet.

    A broker wants its acknowledgements in the order of arrival (rumqttd drops the connection otherwise) and knows
    nothing of those it delivered over an earlier connection: it delivers them again.
    """

    def __init__(self) -> None:
        self.renew(0)

    def renew(self, connection: int) -> None:
        """Forget everything; a new connection begins."""
        self.connection = connection
        self._mids: deque[int] = deque()
        self._first = 0  # arrival number of the first in _mids
        self._safe: set[int] = set()

    def arrive(self, mid: int) -> Token:
        """Token of a new arrival; ``mid`` 0 wants no PUBACK (QoS 0)."""
        self._mids.append(mid)
        return self.connection, self._first + len(self._mids) - 1

    def settle(self, tokens: Iterable[Token]) -> list[int]:
        """Mids that may be acknowledged now that ``tokens`` are safe, in order of arrival."""
        self._safe.update(number for connection, number in tokens if connection == self.connection)
        mids = []
        while self._first in self._safe and self._mids:
            self._safe.remove(self._first)
            self._first += 1
            mids.append(self._mids.popleft())
        return mids
