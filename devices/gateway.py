"""Gateway: the MQTT client of the service; a payload stays unacknowledged until its taker says it is safe."""

import logging
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self, cast

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from devices import packets
from devices.samples import Payload
from devices.topics import ALL_TELEMETRY
from devices.window import Token, Window

logger = logging.getLogger(__name__)

BACKOFF = (0.05, 5.0)  # s before the second attempt to connect, and at most between later ones
KEEPALIVE = 30  # s
BURST = 256  # messages read before anything else is done
LEAVE = 3.0  # s to send what is still to send, before we go
PUBLISHES = 100  # unanswered at once, like rumqttd's own window

Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # any number of files open, where there is poll


class GatewayError(RuntimeError):
    """The broker cannot be reached, or refused us."""


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


class _Client(Client):
    """paho, but for PUBLISH: those we take off the socket ourselves, 64 kB at a time (5 us a message, not 25)."""

    dry = True  # nothing more to read for now
    _data, _at = b"", 0  # read off the socket, and how much of it is done with
    _fed: bytes | None = b""  # for paho to read; None: the connection is lost

    def begin(self, host: str, port: int) -> None:
        """Connect anew."""
        self._data, self._at, self._fed = b"", 0, b""
        self.connect(host, port, keepalive=KEEPALIVE)
        cast(socket.socket, self.socket()).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self, room: int) -> list[tuple[str, int, bytes]]:
        """Topic, packet id and body of up to ``room`` messages; other packets go the usual way."""
        self.dry = False
        found: list[tuple[str, int, bytes]] = []
        try:
            while len(found) < room and not self.dry:
                packet = packets.split(self._data, self._at)
                if packet is None:
                    self._refill()
                elif packets.is_simple_publish(packet[0]):
                    found.append(packets.publish(self._data, *packet))
                    self._at = packet[2]
                else:
                    self._feed(packet[2])
        except packets.PacketError as error:
            logger.warning("the broker does not speak MQTT: %s", error)
            self._lose()
        return found

    def _feed(self, end: int) -> None:
        """Give paho the packet up to ``end``."""
        self._fed, self._at = self._data[self._at : end], end
        self.loop_read()

    def _refill(self) -> None:
        try:
            more = super()._sock_recv(65_536)
        except BlockingIOError:
            self.dry = True
            return
        except OSError:
            more = b""
        if more:
            self._data, self._at = self._data[self._at :] + more, 0
        else:
            self._lose()

    def _lose(self) -> None:
        """Let paho see the end of the connection."""
        self.dry, self._fed = True, None
        self.loop_read()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._fed is None:
            return b""
        if not self._fed:
            raise BlockingIOError
        part, self._fed = self._fed[:bufsize], self._fed[bufsize:]
        return part

    def acknowledge(self, mids: list[int]) -> None:
        """PUBACK ``mids`` in this order, in one write."""
        if mids:
            self._packet_queue(packets.PUBACK, packets.pubacks(mids), mids[-1], 1)


class Gateway:
    """Telemetry in, acks and alerts out, over one persistent session with a broker.

    A thread of its own does all that touches the network. It stops reading while ``inbox`` payloads wait to be
    taken, so the broker holds back the rest; nothing is dropped here.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        client_id: str = "tripmeter-gateway",
        username: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        inbox: int = 10_000,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.host, self.port = host, port
        self.received = self.acked = self.reconnects = 0
        self._now, self._room = now, inbox
        self._inbox: deque[Payload] = deque()
        self._arrived = threading.Condition()
        self._window = Window()
        self._safe: deque[Sequence[Payload]] = deque()  # to acknowledge
        self._outgoing: deque[tuple[str, bytes, int, bool, Delivery]] = deque()
        self._unanswered: dict[int, Delivery] = {}  # by mid
        self._thread: threading.Thread | None = None
        self._subscribed, self._stopping = threading.Event(), threading.Event()
        self._refusal, self._was_connected = "", False
        self._paused = self._rung = False
        self._bell, self._ringer = socket.socketpair()  # wakes the thread out of its wait for the network
        self._client = client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages = PUBLISHES
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_publish = self._on_publish
        if username is not None:
            client.username_pw_set(username, password)
        if tls is not None:
            client.tls_set_context(tls)

    # what other threads ask for

    @property
    def connected(self) -> bool:
        """Whether telemetry is flowing: connected and subscribed."""
        return self._subscribed.is_set()

    def start(self, within: float | None = None) -> Self:
        """Connect, and go on trying; with ``within`` raise ``GatewayError`` unless that succeeds in so many s."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
            self._thread.start()
        if within is not None and not self._subscribed.wait(within):
            self.stop()
            why = self._refusal or "no answer; is it up, and are user and password right?"
            raise GatewayError(f"the broker at {self.host}:{self.port} did not let us in within {within:g} s: {why}")
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Send what is still to send, then disconnect; the broker keeps the session."""
        self._stopping.set()
        self._ring()
        if self._thread is not None:
            self._thread.join(timeout)
            if not self._thread.is_alive():
                self._rung = True  # nobody is there to hear it
                self._bell.close()
                self._ringer.close()
        with self._arrived:
            self._arrived.notify_all()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def take(self, limit: int, wait: float, linger: float = 0.0) -> list[Payload]:
        """Up to ``limit`` payloads in the order of arrival; none if none came in ``wait`` s.

        Once there is one, another ``linger`` s are given to fill up to ``limit``.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: self._inbox or self._stopping.is_set(), wait)
            if linger and self._inbox:
                self._arrived.wait_for(lambda: len(self._inbox) >= limit or self._stopping.is_set(), linger)
        if not self._inbox and not self._stopping.is_set() and not (self._thread and self._thread.is_alive()):
            raise GatewayError("the gateway is not running; its last words are in the log")
        payloads = [self._inbox.popleft() for _ in range(min(limit, len(self._inbox)))]
        if self._paused:
            self._ring()
        return payloads

    def acknowledge(self, payloads: Sequence[Payload]) -> None:
        """Tell the broker that ``payloads`` are safe; those of an earlier connection it will deliver again."""
        self._safe.append(payloads)
        self._ring()

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> Delivery:
        """Send ``body`` as soon as there is a connection; an empty retained one clears the topic."""
        delivery = Delivery()
        self._outgoing.append((topic, body, qos, retain, delivery))
        self._ring()
        return delivery

    def _ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._ringer.send(b"\0")

    # the network's own thread

    def _run(self) -> None:
        delay, connection = 0.0, 0
        while not self._stopping.wait(delay):
            delay = min(max(2 * delay, BACKOFF[0]), BACKOFF[1])
            connection += 1
            self._window.renew(connection)
            try:
                self._client.begin(self.host, self.port)
            except OSError as error:
                self._say(f"{error}")
                continue
            self._serve()
            if self._subscribed.is_set():
                delay = BACKOFF[0]
                self._subscribed.clear()
                if not self._stopping.is_set():
                    logger.warning("lost the broker at %s:%d", self.host, self.port)

    def _say(self, refusal: str) -> None:
        if refusal != self._refusal:
            logger.warning("no connection to the broker at %s:%d: %s", self.host, self.port, refusal)
        self._refusal = refusal

    def _serve(self) -> None:
        """One connection, from CONNECT to its end."""
        client, leave_by = self._client, 0.0
        while client.socket() is not None:
            if self._stopping.is_set():
                leave_by = leave_by or time.monotonic() + LEAVE
                if not self._has_work() or time.monotonic() > leave_by:
                    client.disconnect()
                    client.loop_write()
                    return
            self._wait()
            self._work()
            client.loop_misc()

    def _has_work(self) -> bool:
        return bool(self._safe or self._outgoing or self._unanswered or self._client.want_write())

    def _wait(self) -> None:
        """Until there is something to read, to write or to do; then read."""
        client = self._client
        self._paused = True  # before the look at the inbox: whoever takes from it after that look, rings
        self._paused = full = self._full()
        sock = cast(socket.socket, client.socket())
        mask = (0 if full else selectors.EVENT_READ) | (selectors.EVENT_WRITE if client.want_write() else 0)
        with Selector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if mask:
                selector.register(sock, mask)
            ready = {key.fileobj: events for key, events in selector.select(0 if not (full or client.dry) else 1.0)}
        if self._bell in ready:
            self._rung = False
            self._bell.recv(64)
        if not full and (not client.dry or ready.get(sock, 0) & selectors.EVENT_READ):
            self._read()
        if ready.get(sock, 0) & selectors.EVENT_WRITE:
            client.loop_write()

    def _full(self) -> bool:
        return self.connected and len(self._inbox) >= self._room

    def _read(self) -> None:
        """Packets, until there are none, the inbox is full or it is time for something else."""
        room = max(1, min(BURST, self._room - len(self._inbox)))
        arrive = self._window.arrive
        for topic, mid, body in self._client.receive(room):
            self._inbox.append(Payload(topic, body, self._now(), arrive(mid)))
            self.received += 1
        with self._arrived:
            self._arrived.notify_all()

    def _work(self) -> None:
        """Acknowledge what is safe, send what is to go out."""
        while self._safe:
            mids = self._window.settle(cast(Token, payload.token) for payload in self._safe.popleft())
            self.acked += len(mids)
            self._client.acknowledge([mid for mid in mids if mid])
        while self._outgoing and self.connected and len(self._unanswered) < PUBLISHES:
            topic, body, qos, retain, delivery = self._outgoing.popleft()
            sent = self._client.publish(topic, body, qos, retain)
            if qos:
                self._unanswered[sent.mid] = delivery
            else:
                delivery.accept()

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say(str(reason))
        else:
            client.subscribe(ALL_TELEMETRY, qos=1)

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self._say(f"it does not let us subscribe to {ALL_TELEMETRY}")
            return
        logger.info("connected to the broker at %s:%d", self.host, self.port)
        self.reconnects += self._was_connected
        self._was_connected, self._refusal = True, ""
        self._subscribed.set()

    def _on_publish(self, _client: Client, _data: Any, mid: int, _reason: Any, _properties: Any) -> None:
        delivery = self._unanswered.pop(mid, None)
        if delivery is not None:
            delivery.accept()
