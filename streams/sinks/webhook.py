"""Webhook: each message posted to a URL, signed, with a key by which the receiver knows a repeat."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from streams.fleets.contacts import Contacts, key_of, nowhere
from streams.sinks.base import UNREADABLE, Message, RefusedError, SinkError, UnwillingError

TIMEOUT_S = 10.0
AWAY_S = 60.0
HOPELESS = (400, 413, 422)  # it was read, and is of no use: it would be of none later either
AGAIN = (408, 425, 429)  # too slow, too early, too many - nobody's fault
SHOWN = 200  # characters of an answer


class Receiver(NamedTuple):
    """Where a message goes, and the key that signs it; ``own``: a fleet's, not the service's."""

    url: SplitResult
    key: str
    own: bool


class Webhook:
    """Posts to the fleet's own URL or to ``url``; delivered is what was answered 2xx.

    ``clock`` stamps each try (UTC epoch s).
    ``Tripmeter-Signature`` is ``t=TIMESTAMP,v1=HEX``: the HMAC-SHA256, with ``secret`` as its key - of a fleet of its
    own, with ``contacts.key_of`` it - of the timestamp, a full stop and the body. ``Idempotency-Key`` is the alert's id
    and the state the message tells of.
    """

    name = "webhook"

    def __init__(
        self, url: str, secret: str = "", clock: Callable[[], float] = time.time, contact: Contacts = nowhere
    ) -> None:
        self.url, self.secret, self.clock, self.contact = _address(url) if url else None, secret, clock, contact
        self._away: dict[
            str, float
        ] = {}  # receivers of fleets that did not answer, by URL: until when they are left alone

    def write(self, messages: Sequence[Message]) -> None:
        with ExitStack() as leaving:
            connections: dict[tuple[str, str], http.client.HTTPConnection] = {}
            for taken, message in enumerate(messages):
                receiver = self._receiver(message, taken) if message.body else None
                if receiver is None:
                    continue
                place = receiver.url.scheme, receiver.url.netloc
                if place not in connections:
                    connections[place] = leaving.enter_context(closing(_connection(receiver.url)))
                self._post(connections[place], receiver, message, taken)

    def _receiver(self, message: Message, taken: int) -> Receiver | None:
        """Whom a message is for; None: a change that this fleet does not want to hear of."""
        try:
            told = json.loads(message.body)
            fleet_id = told.get("fleet_id", "")
            own = self.contact(fleet_id).webhook
            if own:
                return Receiver(_address(own), key_of(self.secret, fleet_id), own=True)
        except UNREADABLE as error:
            raise RefusedError(f"it cannot be written as a post: {error!r}", taken) from error
        if self.url is None and told.keys() & {"page", "list"}:
            raise RefusedError(f"fleet {fleet_id} has no address to post it to any more", taken)
        return Receiver(self.url, self.secret, own=False) if self.url else None

    def _post(self, connection: http.client.HTTPConnection, receiver: Receiver, message: Message, taken: int) -> None:
        url = receiver.url
        if self._away.get(url.geturl(), 0.0) > self.clock():
            raise UnwillingError(f"{url.hostname} has not answered a moment ago", taken)
        try:
            headers = self._headers(message, receiver.key)
        except UNREADABLE as error:
            raise RefusedError(f"it cannot be written as a post: {error!r}", taken) from error
        try:
            connection.request(
                "POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), message.body, headers
            )
            answer = connection.getresponse()
            said = answer.read()[:SHOWN].decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(receiver, f"{url.hostname}: {error or type(error).__name__}", taken) from error
        if not 200 <= answer.status < 300:
            failure = _failure(answer.status)
            if receiver.own and failure is SinkError:
                failure = UnwillingError
            raise failure(f"{url.hostname} answered {answer.status} {answer.reason}: {said}", taken)

    def _silent(self, receiver: Receiver, why: str, taken: int) -> SinkError:
        """The service's own receiver is waited for; that of one fleet holds up no other's."""
        if not receiver.own:
            return SinkError(why, taken)
        self._away[receiver.url.geturl()] = self.clock() + AWAY_S
        return UnwillingError(why, taken)

    def _headers(self, message: Message, key: str) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tripmeter",
            "Idempotency-Key": idempotency_key(message.body),
        }
        if key:
            stamp = f"{self.clock():.0f}"
            headers["Tripmeter-Signature"] = f"t={stamp},v1={signature(key, stamp, message.body)}"
        return headers


def _address(url: str) -> SplitResult:
    found = urlsplit(url)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise ValueError(f"{url!r} is no address to post to, expected https://host/path")
    return found


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    return kind(url.hostname or "", url.port, timeout=TIMEOUT_S)


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
