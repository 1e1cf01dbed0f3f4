"""Link: one device's MQTT 3.1.1 connection, by hand on asyncio; it comes back by itself, with a jittered delay."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import cast

from simulator import packets
from simulator.packets import ProtocolError

logger = logging.getLogger(__name__)

INFLIGHT = 100  # QoS 1 packets without their PUBACK; the embedded broker's own bound
BACKOFF = (0.2, 5.0)  # s, the first delay and the longest
PATIENCE = 10.0  # s until a broker that never answered is given up


class LinkError(Exception):
    """The broker cannot be reached, or does not want us: where, why, what to do."""


@dataclass(frozen=True)
class Account:
    """Where a device connects and as whom."""

    host: str
    port: int
    client_id: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None  # PEM file of who signs the broker's certificate; None: in the clear


class Link:
    """A connection kept up by ``run``. It buffers nothing: what was not acknowledged when it broke is forgotten
    here, and sent again by the device, which knows what the service lacks.
    """

    def __init__(
        self,
        account: Account,
        on_ready: Callable[[], None],
        on_message: Callable[[str, bytes], None],
        topics: tuple[str, ...] = (),
        qos: int = 1,
        clean: bool = False,
        keepalive: int = 30,
    ) -> None:
        """``on_ready`` is called when there is room again to publish, first when connected and subscribed.

        ``qos`` is that at which ``topics`` are heard.
        """
        self.account, self.topics, self.qos, self.clean, self.keepalive = account, topics, qos, clean, keepalive
        self.on_ready, self.on_message = on_ready, on_message
        self.connects = 0
        self._session: _Session | None = None
        self._random = Random(account.client_id)  # noqa: S311 - jitter, not a secret

    @property
    def connected(self) -> bool:
        return self._session is not None

    def room(self) -> int:
        """How many QoS 1 packets may be published now."""
        session = self._session
        return 0 if session is None or session.paused else INFLIGHT - len(session.inflight)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Send; only while ``room()``."""
        if self._session is None:
            raise LinkError(f"{self.account.client_id} is not connected")
        self._session.publish(topic, payload, qos, retain)

    def cut(self) -> None:
        """End the connection as a network does: without a word."""
        if self._session is not None:
            self._session.cut()

    async def run(self) -> None:
        """Keep the connection up until cancelled; raises ``LinkError`` where trying again is in vain."""
        loop, failures = asyncio.get_running_loop(), 0
        begun = loop.time()
        while True:
            connects = self.connects
            try:
                await self._serve()
                reason = "closed by the broker"
            except ConnectionRefusedError:
                reason = "nobody listens there; is `tripmeter run` up?"
            except (OSError, ProtocolError) as error:
                reason = str(error) or type(error).__name__
            if self.connects == 0 and loop.time() - begun > PATIENCE:
                raise LinkError(f"no MQTT at {self.account.host}:{self.account.port}: {reason}")
            failures = 0 if self.connects > connects else failures + 1
            delay = min(BACKOFF[1], BACKOFF[0] * 2.0 ** min(failures, 10)) * self._random.uniform(0.5, 1.0)
            logger.info("%s lost its broker (%s), tries again in %.1f s", self.account.client_id, reason, delay)
            await asyncio.sleep(delay)

    async def _serve(self) -> None:
        """One connection from its beginning to its end."""
        loop, authority = asyncio.get_running_loop(), self.account.authority
        transport, session = await asyncio.wait_for(
            loop.create_connection(
                lambda: _Session(self),
                self.account.host,
                self.account.port,
                ssl=verified(authority) if authority else None,
            ),
            PATIENCE,
        )
        try:
            await asyncio.wait_for(asyncio.shield(session.ready), PATIENCE)
            self.connects += 1
            self._session = session
            self.on_ready()
            await session.closed
        finally:
            self._session = None
            if not transport.is_closing():
                transport.write(packets.DISCONNECT)
            transport.close()


async def visit(account: Account, topic: str, payload: bytes) -> None:
    """Connect as ``account``, publish once and leave; the device that is logged in under that name is thrown off."""
    left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    said = False

    def ready() -> None:
        nonlocal said
        if not said:
            link.publish(topic, payload)
            said = True
        elif link.room() == INFLIGHT and not left.done():
            left.set_result(None)

    link = Link(account, ready, lambda *_: None)
    serving = asyncio.ensure_future(link.run())
    await asyncio.wait({serving, left}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        logger.warning("nobody let in under the name %s: %s", account.client_id, serving.exception())
    serving.cancel()


@cache
def verified(authority: Path) -> ssl.SSLContext:
    """TLS with whoever has a certificate that ``authority`` has signed. Raises ``OSError`` if it is no PEM file."""
    return ssl.create_default_context(cafile=authority)


class _Session(asyncio.Protocol):
    """What lives as long as one TCP connection."""

    def __init__(self, link: Link) -> None:
        self.link, loop = link, asyncio.get_running_loop()
        self.inflight: set[int] = set()
        self.paused = False
        self.ready: asyncio.Future[None] = loop.create_future()  # connected and subscribed
        self.closed: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._number = 0
        self._connacked = False
        self._awaited = len(link.topics)  # SUBACKs to come
        self._heard = loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        account = self.link.account
        self._send(
            packets.connect(account.client_id, account.user, account.password, self.link.clean, self.link.keepalive)
        )
        self._timer = self._loop.call_later(self.link.keepalive / 2, self._ping)

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        unheard = "the broker closed the connection without a word; does it know this user name and password?"
        end = error or ConnectionResetError("the broker closed the connection" if self._connacked else unheard)
        self._ended(end)

    def cut(self) -> None:
        self._transport.abort()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.link.on_ready()

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        number = 0
        if qos:
            number = self._next_number()
            self.inflight.add(number)
        self._send(packets.publish(topic, payload, qos, number, retain))

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self._buffer += data
        acknowledged = False
        try:
            for packet in packets.split(self._buffer):
                acknowledged |= packet.kind == packets.PUBACK
                self._take(packet)
        except (ProtocolError, LinkError) as error:
            self._fail(error)
            return
        if acknowledged and self.ready.done():
            self.link.on_ready()

    def _take(self, packet: packets.Packet) -> None:
        if packet.kind == packets.PUBACK:
            self.inflight.discard(int.from_bytes(packet.body[:2], "big"))
        elif packet.kind == packets.PUBLISH:
            topic, payload, number = packets.message(packet)
            self.link.on_message(topic, payload)
            if number:
                self._send(packets.puback(number))
        elif packet.kind == packets.CONNACK:
            self._connected(packet.body[1])
        elif packet.kind == packets.SUBACK:
            self._subscribed(packet.body[2])

    def _connected(self, code: int) -> None:
        account = self.link.account
        if code:
            why = packets.REFUSED.get(code, f"code {code}")
            where = f"{account.host}:{account.port}"
            raise (ProtocolError if code == 3 else LinkError)(f"{where} refused {account.client_id}: {why}")
        self._connacked = True
        for topic in self.link.topics:
            self._send(packets.subscribe(self._next_number(), topic, self.link.qos))
        self._settle()

    def _subscribed(self, code: int) -> None:
        if code == 0x80:
            raise LinkError(f"the broker refused {self.link.account.client_id} its topics {self.link.topics}")
        self._awaited -= 1
        self._settle()

    def _settle(self) -> None:
        if self._awaited <= 0 and not self.ready.done():
            self.ready.set_result(None)

    def _next_number(self) -> int:
        self._number = self._number % 65_535 + 1
        return self._number

    def _send(self, packet: bytes) -> None:
        """Written at the end of this turn of the loop, together with what else comes: one system call for many."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(packet)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def _ping(self) -> None:
        if self._loop.time() - self._heard > 1.5 * self.link.keepalive:
            self._fail(ProtocolError("the broker fell silent"))
            return
        self._send(packets.PING)
        self._timer = self._loop.call_later(self.link.keepalive / 2, self._ping)

    def _fail(self, error: Exception) -> None:
        self._ended(error)
        self._transport.abort()

    def _ended(self, error: Exception) -> None:
        for future in (self.ready, self.closed):
            if not future.done():
                future.set_exception(error)
                future.exception()  # seen: nobody need wait for it
