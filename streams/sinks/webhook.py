"""Webhook: each message posted to a URL, signed, with a key by which the receiver knows a repeat."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

from streams.sinks.base import UNREADABLE, Message, RefusedError, SinkError, UnwillingError

TIMEOUT_S = 10.0
HOPELESS = (400, 413, 422)  # it was read, and is of no use: it would be of none later either
AGAIN = (408, 425, 429)  # too slow, too early, too many - nobody's fault
SHOWN = 200  # characters of an answer


class Webhook:
    """Posts to ``url``; delivered is what was answered 2xx. ``clock`` stamps each try (UTC epoch s).

    ``Tripmeter-Signature`` is ``t=TIMESTAMP,v1=HEX``: the HMAC-SHA256, with ``secret`` as its key, of the timestamp, a
    full stop and the body. ``Idempotency-Key`` is the alert's id and the state the message tells of.
    """

    name = "webhook"

    def __init__(self, url: str, secret: str = "", clock: Callable[[], float] = time.time) -> None:
        self.url, self.secret, self.clock = urlsplit(url), secret, clock
        if self.url.scheme not in ("http", "https") or not self.url.hostname:
            raise ValueError(f"{url!r} is no address to post to, expected https://host/path")

    def write(self, messages: Sequence[Message]) -> None:
        connection = self._connection()
        try:
            for taken, message in enumerate(messages):
                if message.body:
                    self._post(connection, message, taken)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
        return kind(self.url.hostname or "", self.url.port, timeout=TIMEOUT_S)

    def _post(self, connection: http.client.HTTPConnection, message: Message, taken: int) -> None:
        path = (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")
        try:
            headers = self._headers(message)
        except UNREADABLE as error:
            raise RefusedError(f"it cannot be written as a post: {error!r}", taken) from error
        try:
            connection.request("POST", path, message.body, headers)
            answer = connection.getresponse()
            said = answer.read()[:SHOWN].decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise SinkError(f"{self.url.hostname}: {error or type(error).__name__}", taken) from error
        if not 200 <= answer.status < 300:
            why = f"{self.url.hostname} answered {answer.status} {answer.reason}: {said}"
            raise _failure(answer.status)(why, taken)

    def _headers(self, message: Message) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tripmeter",
            "Idempotency-Key": idempotency_key(message.body),
        }
        if self.secret:
            stamp = f"{self.clock():.0f}"
            headers["Tripmeter-Signature"] = f"t={stamp},v1={signature(self.secret, stamp, message.body)}"
        return headers


def _failure(status: int) -> type[SinkError]:
    """What an answer other than 2xx is: a receiver that is being put in its place answers 404, 401 or 403 meanwhile."""
    if status in HOPELESS:
        return RefusedError
    return UnwillingError if 400 <= status < 500 and status not in AGAIN else SinkError


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What a receiver computes again to know that the body is ours and of when."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def idempotency_key(body: bytes) -> str:
    """The alert's id and its state: of a page its step, of a change what has changed."""
    told = json.loads(body)
    state = told["page"]["step"] if "page" in told else hashlib.sha256(body).hexdigest()[:16]
    return quote(f"{told.get('alert_id') or told.get('list', '')}:{state}", safe=" :+")  # a fleet may have any name
