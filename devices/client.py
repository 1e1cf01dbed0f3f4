"""Client: paho as the gateway needs it, at the speed it needs."""

import logging
import selectors
import socket
import time
from collections.abc import Callable
from typing import cast

from paho.mqtt.client import Client as Paho
from paho.mqtt.enums import CallbackAPIVersion

from devices import packets

logger = logging.getLogger(__name__)

KEEPALIVE = 30  # s

Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # any number of files open, where there is poll


class Client(Paho):
    """paho, but for PUBLISH and its PUBACK: these go past it, in (5 us a message, not 25) and out (8, not 40)."""

    _fed: bytes | None = b""  # for paho to read; None: the connection is over

    on_answer: Callable[[int], None]  # the broker has the message of this packet id

    def __init__(self, client_id: str, *, clean: bool) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=clean,
            manual_ack=True,
            reconnect_on_failure=False,
        )

    def begin(self, host: str, port: int) -> None:
        """Connect anew."""
        self._fed = b""
        self.reader = packets.Reader(super()._sock_recv, self._feed)
        self.connect(host, port, keepalive=KEEPALIVE)
        sock = self.socket()
        if sock is None:
            raise ConnectionResetError(
                "it hung up at once; has it a reason to take our certificate, or its lack, amiss?"
            )
        cast(socket.socket, sock).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def messages(self, room: int) -> list[packets.Message]:
        """Up to ``room`` messages; other packets go the usual way."""
        try:
            return self.reader.messages(room)
        except packets.PacketError as error:
            logger.warning("the broker does not speak MQTT: %s", error)
            self._feed(None)
            return []

    def _feed(self, packet: bytes | None) -> None:
        if packet and packet[0] == packets.PUBACK:
            self.on_answer(int.from_bytes(packet[2:4], "big"))
            return
        self._fed = packet
        self.loop_read()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._fed is None:
            return b""
        if not self._fed:
            raise BlockingIOError
        part, self._fed = self._fed[:bufsize], self._fed[bufsize:]
        return part

    def write(self, data: bytes) -> None:
        """Send packets, in one write; paho takes them for one PUBACK, of which it keeps no book."""
        if data:
            self._packet_queue(packets.PUBACK, data, 0, 1)

    def leave(self, within: float) -> None:
        """Say goodbye, and hear the broker out until it hangs up: hanging up on it would take our last words back."""
        self.write(packets.DISCONNECT)
        end, sock = time.monotonic() + within, self.socket()
        while sock is not None and time.monotonic() < end:
            with Selector() as selector:
                selector.register(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if self.want_write() else 0))
                selector.select(end - time.monotonic())
            self.loop_write()
            try:
                if not super()._sock_recv(65_536):
                    break
            except BlockingIOError:
                continue
            except OSError:
                break
        self.disconnect()
        self.loop_write()

    def new_mid(self) -> int:
        """A packet id, from those that paho gives its own packets."""
        return self._mid_generate()
