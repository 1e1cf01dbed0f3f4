"""Patience: how long a connection may take to say what it wants, and how many an address may have open."""

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKING_S = 20.0  # ours: a request with its body, of a phone on the road too
OF_ONE = 300  # ours: an office behind one address; a third of all there may be


class Patient(H11Protocol):
    """A connection: closed if it says no whole request in ``asking_s``, or if its address has ``of_one`` already.

    Behind a proxy all connections are the proxy's, which has a patience of its own: only the time is looked at.
    """

    asking_s, of_one = ASKING_S, OF_ONE
    _seen: object = None  # the request that was at work at the last look

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is at the door."""
        super().connection_made(cast("asyncio.Transport", transport))
        same = [one for one in self.connections if _host(one) == _host(self)]
        if len(same) > self.of_one and not self.config.proxy_headers:
            self.transport.abort()
        self._look_later()

    def _look_later(self) -> None:
        self.loop.call_later(self.asking_s, self._look)

    def _look(self) -> None:
        """Close what was waited for at the last look already, and no more has come of it."""
        if self not in self.connections:
            return
        asking = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        if asking and self.cycle is self._seen:
            self.transport.abort()
        self._seen = self.cycle
        self._look_later()


def _host(one: object) -> str:
    """Where a connection comes from."""
    client = getattr(one, "client", None)
    return client[0] if client else ""
