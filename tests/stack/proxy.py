"""A wire that can be cut: forwards one port to another, until so many more bytes have gone through."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Listens on ``port``; every connection under way when the bytes are used up breaks, wherever it is."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.cuts = 0
        self._left: int | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int | None) -> None:
        """Break after so many bytes; None: never."""
        with self._lock:
            self._left = count

    def close(self) -> None:
        """Let nobody in any more."""
        self._door.close()
        self._cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(one, other), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(4096):
                kept = self._allowed(len(some))
                target.sendall(some[:kept])
                if kept < len(some):
                    self._cut()
        for one in (source, target):
            one.close()

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
            gone, self._open = self._open, set()
        for one in gone:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
