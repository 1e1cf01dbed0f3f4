"""A wire that can fail: forwards one port to another, and breaks, falls silent or drags when it is told to."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Listens on ``port``; what becomes of connections under way, and of new ones, is up to the last call."""

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self.cuts = 0
        self._left: int | None = None
        self._refusing, self._delay_s = False, 0.0
        self._lock = threading.Lock()
        self._passable, self._never = threading.Event(), threading.Event()
        self._passable.set()
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int | None) -> None:
        """Break after so many bytes; None: never."""
        with self._lock:
            self._left = count

    def cut(self) -> None:
        """Break every connection, and take none, until it is mended."""
        self._refusing = True
        self._cut()

    def hush(self) -> None:
        """Let nothing through until it is mended, not even the end of a connection: nobody is told of anything."""
        self._passable.clear()

    def drag(self, delay_s: float) -> None:
        """Hold each piece (4 kB at most) up for so long, until it is mended."""
        self._delay_s = delay_s

    def mend(self, lost: bool = False) -> None:
        """All is well again; of what was silent the connections go on, or are ``lost``."""
        if lost:
            self._cut()
        self._refusing, self._delay_s = False, 0.0
        self._passable.set()

    def close(self) -> None:
        """Let nobody in any more."""
        self._refusing = True
        self._door.close()
        self._cut()
        self._passable.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        """Lead a newcomer through, unless it is refused, or nobody listens behind."""
        self._passable.wait()
        with near, suppress(OSError):
            if self._refusing:
                return
            with socket.create_connection(("127.0.0.1", self.target)) as far:
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open |= {near, far}
                back = threading.Thread(target=self._forward, args=(far, near), daemon=True)
                back.start()
                self._forward(near, far)
                back.join()
                with self._lock:
                    self._open -= {near, far}

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(4096):
                self._hold_up()
                kept = self._allowed(len(some))
                target.sendall(some[:kept])
                if kept < len(some):
                    self._cut()
        self._passable.wait()
        _break([source, target])

    def _hold_up(self) -> None:
        self._passable.wait()
        if self._delay_s:
            self._never.wait(self._delay_s)

    def _allowed(self, count: int) -> int:
        with self._lock:
            if self._left is None:
                return count
            kept = min(count, self._left)
            self._left = None if kept < count else self._left - kept
            self.cuts += kept < count
            return kept

    def _cut(self) -> None:
        with self._lock:
            gone = list(self._open)
        _break(gone)


def _break(some: list[socket.socket]) -> None:
    for one in some:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
