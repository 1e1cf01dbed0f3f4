"""Once: a request that writes and is sent again with its key is given the first one's answer."""

import threading
from dataclasses import dataclass, field
from typing import Any

from console.endpoint import Ask, Endpoint
from console.gate.problems import Problem
from streams.words import say

KEPT, LONGEST = 2_000, 200  # answers, and characters of a key
UNKEPT = ("people", "session")  # their answers hold passwords and tokens
KEY = "Idempotency-Key"

Name = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass
class Given:
    """What was asked with a key, and the answer once there is one."""

    body: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: list[Any] = field(default_factory=list)


def keyed(one: Endpoint) -> bool:
    """Whether a key makes a repetition harmless."""
    return one.method == "POST" and one.tag not in UNKEPT


def once(one: Endpoint, ask: Ask) -> Any:
    """The answer to ``ask``, the same for the same Idempotency-Key of the same session or token about the same thing.

    Whoever repeats it while the first is at work waits for that one's answer; one that failed is tried again.
    """
    key = ask.headers.get(KEY.lower(), "")
    if not key or not keyed(one):
        return one.answer(ask)
    if len(key) > LONGEST:
        raise Problem(422, "invalid", say("too_long_key", most=LONGEST))
    given = _given(ask, (ask.who.key, key, one.name, tuple(sorted(ask.parts.items()))))
    with given.lock:
        if not given.answers:
            given.answers.append(one.answer(ask))
            given.body = ask.body
        if given.body != ask.body:
            raise Problem(422, "key_used", f"this {KEY} was sent with something else before; take a new one")
        return given.answers[0]


def _given(ask: Ask, name: Name) -> Given:
    kept: dict[Name, Given] = ask.world.shelf.setdefault("answers", {})
    given = kept.setdefault(name, Given())
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)), None)
    return given
