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

from devices import packets
from devices.client import Client, Selector
from devices.inbox import Bell, Inbox
from devices.samples import Payload
from devices.topics import ALL_TELEMETRY
from devices.window import Delivery, Message, Published, Token, Window

logger = logging.getLogger(__name__)

BACKOFF = (0.05, 5.0)  # s before the second attempt to connect, and at most between later ones
BURST = 256  # messages read before anything else is done
BRIEF, CUTS = 10.0, 3  # s; so many connections in a row that lasted no longer: somebody ends them
RIVAL = ", again after seconds: is somebody else connected under our client id? Each needs one of its own"
LEAVE = 3.0  # s to send what is still to send, before we go
PUBLISHES = 100  # unanswered at once, like rumqttd's own window


class GatewayError(RuntimeError):
    """The broker cannot be reached, or refused us."""


class Gateway:
    """Telemetry in, acks and alerts out, over one persistent session with a broker.

    A thread of its own does all that touches the network. It stops reading while ``inbox`` payloads wait to be
    taken, so the broker holds back the rest; nothing is dropped here. ``topic`` is what it listens to: all telemetry,
    or a share of it; empty: it only publishes. Whoever takes one that is ``urgent`` does not linger for more.
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
        topic: str = ALL_TELEMETRY,
        urgent: Callable[[Payload], bool] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.host, self.port = host, port
        self.received = self.acked = self.reconnects = 0
        self._now, self._topic = now, topic
        self._bell = Bell()
        self._inbox = Inbox(inbox, self._bell.ring, urgent)
        self._window = Window()
        self._safe: deque[Sequence[Payload]] = deque()  # to acknowledge
        self._outgoing: deque[Message] = deque()
        self._thread: threading.Thread | None = None
        self._subscribed, self._stopping = threading.Event(), threading.Event()
        self._refusal, self._was_connected = "", False
        self._cuts = 0  # connections in a row that were brief
        self._client = client = Client(client_id, clean=not topic)
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        self._published = Published(client.new_mid)
        client.on_answer = self._published.answered
        if username is not None:
            client.username_pw_set(username, password)
        if tls is not None:
            client.tls_set_context(tls)

    # what other threads ask for

    @property
    def connected(self) -> bool:
        """Whether messages flow: connected and subscribed."""
        return self._subscribed.is_set()

    def start(self, within: float | None = None) -> Self:
        """Connect, and go on trying; with ``within`` raise ``GatewayError`` unless that succeeds in so many s."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
            self._thread.start()
        if within is not None and not self._subscribed.wait(within):
            self.stop()
            why = self._refusal or "no answer"
            raise GatewayError(f"the broker at {self.host}:{self.port} did not let us in within {within:g} s: {why}")
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Send what is still to send, then disconnect; the broker keeps the session."""
        self._stopping.set()
        self._bell.ring()
        if self._thread is not None:
            self._thread.join(timeout)
        if not self._alive():
            self._bell.close()
        self._inbox.close()

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def take(self, limit: int, wait: float, linger: float = 0.0) -> list[Payload]:
        """Up to ``limit`` payloads in the order of arrival; none if none came in ``wait`` s.

        Once there is one, another ``linger`` s are given to fill up to ``limit``.
        """
        payloads = self._inbox.take(limit, wait, linger)
        if not payloads and not self._stopping.is_set() and not self._alive():
            raise GatewayError("the gateway is not running; its last words are in the log")
        return payloads

    def acknowledge(self, payloads: Sequence[Payload]) -> None:
        """Tell the broker that ``payloads`` are safe; those of an earlier connection it will deliver again."""
        self._safe.append(payloads)
        self._bell.ring()

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> Delivery:
        """Send ``body`` as soon as there is a connection; an empty retained one clears the topic."""
        delivery = Delivery()
        self._outgoing.append(Message(topic, body, qos, retain, delivery))
        self._bell.ring()
        return delivery

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
            began = time.monotonic()
            self._serve()
            if self._stopping.is_set():
                break
            if self.connected:
                delay = self._lost(time.monotonic() - began)
            else:
                self._say(self._refusal or "it hung up; are user name and password right?")
            self._subscribed.clear()
        self._subscribed.clear()

    def _lost(self, lasted: float) -> float:
        """The connection has ended after so many s: how many to wait before the next."""
        self._cuts = self._cuts + 1 if lasted < BRIEF else 0
        logger.warning("lost the broker at %s:%d%s", self.host, self.port, RIVAL if self._cuts >= CUTS else "")
        return min(BACKOFF[0] * 2.0**self._cuts, BACKOFF[1])

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
                    client.leave(LEAVE)
                    return
            self._wait()
            self._work()
            client.loop_misc()

    def _has_work(self) -> bool:
        return bool(self._safe or self._outgoing or self._published or self._client.want_write())

    def _wait(self) -> None:
        """Until there is something to read, to write or to do; then read."""
        client, sock = self._client, cast(socket.socket, self._client.socket())
        full = self.connected and self._inbox.full()
        mask = (0 if full else selectors.EVENT_READ) | (selectors.EVENT_WRITE if client.want_write() else 0)
        with Selector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if mask:
                selector.register(sock, mask)
            ready = {key.fileobj: events for key, events in selector.select(1.0 if full or client.reader.dry else 0.0)}
        if self._bell in ready:
            self._bell.hush()
        if not full and (not client.reader.dry or ready.get(sock, 0) & selectors.EVENT_READ):
            self._read()
        if ready.get(sock, 0) & selectors.EVENT_WRITE:
            client.loop_write()

    def _read(self) -> None:
        """Packets, until there are none, the inbox is full or it is time for something else."""
        arrive, now = self._window.arrive, self._now
        messages = self._client.messages(max(1, min(BURST, self._inbox.left())))
        self.received += len(messages)
        self._inbox.put([Payload(topic, body, now(), arrive(mid)) for topic, mid, body in messages])

    def _work(self) -> None:
        """Acknowledge what is safe, send what is to go out."""
        while self._safe:
            mids = self._window.settle(cast(Token, payload.token) for payload in self._safe.popleft())
            self.acked += len(mids)
            self._client.write(packets.pubacks([mid for mid in mids if mid]))
        sent = []
        while self._outgoing and self.connected and len(self._published) < PUBLISHES:
            sent.append(self._published.packet(self._outgoing.popleft()))
        self._client.write(b"".join(sent))

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say(str(reason))
        elif self._topic:
            self._client.subscribe(self._topic, qos=1)
        else:
            self._let_in()

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self._say(f"it does not let us subscribe to {self._topic}")
        else:
            self._let_in()

    def _let_in(self) -> None:
        logger.info("connected to the broker at %s:%d", self.host, self.port)
        self.reconnects += self._was_connected
        self._was_connected, self._refusal = True, ""
        self._client.write(self._published.again())
        self._subscribed.set()
