"""Sink: what a plug of this rack is - a way out for messages that a commit has put into the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)  # what a body that is none of ours leads to


@dataclass(frozen=True)
class Message:
    """One row of the outbox."""

    id: int
    address: str  # the sink's own: a topic, a mailbox
    body: bytes
    retain: bool = False
    at: float | None = None  # when it was put into the outbox, UTC epoch s


class SinkError(Exception):
    """The sink could not deliver now; the outbox keeps the messages and tries again.

    ``taken`` is how many of them, from the first on, it had delivered before.
    """

    def __init__(self, why: str, taken: int = 0) -> None:
        super().__init__(why)
        self.taken = taken


class RefusedError(SinkError):
    """The other side will never take the message after those ``taken``: it is set aside, and the rest goes on."""


class UnwillingError(SinkError):
    """The other side does not take the message after those ``taken``, and it may be its own fault, which people mend.

    The rest goes on; this one is tried again for hours, then set aside.
    """


class Sink(Protocol):
    """A way out. ``write`` returns when all of ``messages`` have been taken, in order, or raises ``SinkError``."""

    @property
    def name(self) -> str: ...

    def write(self, messages: Sequence[Message]) -> None: ...
