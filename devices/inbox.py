"""Inbox: payloads between the network's thread and whoever takes them, bounded so that the broker waits."""

import socket
import threading
from collections import deque
from collections.abc import Callable, Collection

from devices.samples import Payload


class Bell:
    """Wakes a thread that waits for the network; a selector can wait for it."""

    def __init__(self) -> None:
        self._ear, self._rope = socket.socketpair()
        self._rung = False

    def fileno(self) -> int:
        """For the selector."""
        return self._ear.fileno()

    def ring(self) -> None:
        """Wake whoever waits; ringing twice is ringing once."""
        if not self._rung:
            self._rung = True
            self._rope.send(b"\0")

    def hush(self) -> None:
        """Heard: look for work only after this, and none is missed."""
        self._ear.recv(64)
        self._rung = False  # only now: a ring in between would be eaten with the others, and no later one be sent

    def close(self) -> None:
        """Nobody waits any more."""
        self._rung = True
        self._ear.close()
        self._rope.close()


class Inbox:
    """Payloads in the order of arrival, for one taker; ``on_room`` is called when it makes room in a full one.

    Behind one that is ``urgent`` the taker does not linger.
    """

    def __init__(self, room: int, on_room: Callable[[], None], urgent: Callable[[Payload], bool] | None = None) -> None:
        self.room, self._on_room, self._urgent = room, on_room, urgent
        self._payloads: deque[Payload] = deque()
        self._arrived = threading.Condition()
        self._wanted = 1  # how many the taker waits for: waking it for less costs a switch of threads each time
        self._held = self._closed = self._hurry = False

    def full(self) -> bool:
        """Whether nothing more fits; if so ``on_room`` will say when it does."""
        self._held = True  # before the look: whoever takes after the look, sees this
        self._held = len(self._payloads) >= self.room
        return self._held

    def left(self) -> int:
        """How many more fit."""
        return self.room - len(self._payloads)

    def put(self, payloads: Collection[Payload]) -> None:
        """Append, and wake who waits."""
        self._payloads.extend(payloads)
        hurry = self._urgent is not None and any(map(self._urgent, payloads))
        if hurry or self._closed or len(self._payloads) >= self._wanted:
            with self._arrived:
                self._hurry = self._hurry or hurry
                self._arrived.notify_all()

    def close(self) -> None:
        """Nothing more comes: nobody need wait."""
        self._closed = True
        self.put(())

    def take(self, limit: int, wait: float, linger: float) -> list[Payload]:
        """Up to ``limit`` payloads, waiting ``wait`` s for the first and ``linger`` s more for the rest."""
        payloads = self._payloads
        with self._arrived:
            self._wanted = 1
            self._arrived.wait_for(lambda: payloads or self._closed, wait)
            if linger and payloads:
                self._wanted = limit
                self._arrived.wait_for(lambda: len(payloads) >= limit or self._closed or self._hurry, linger)
            self._hurry = False
        taken = [payloads.popleft() for _ in range(min(limit, len(payloads)))]
        if self._held:
            self._on_room()
        return taken
