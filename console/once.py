"""Once: a request that writes and is sent again with its key is given the first one's answer."""

from typing import Any

from console.endpoint import Ask, Endpoint

KEPT = 2_000  # answers
UNKEPT = ("people", "session")  # their answers hold passwords and tokens

Name = tuple[str, str, str, tuple[tuple[str, str], ...]]


def once(one: Endpoint, ask: Ask) -> Any:
    """The answer to ``ask``, the same for the same Idempotency-Key of the same person about the same thing."""
    key = ask.headers.get("idempotency-key", "")
    if not key or one.method != "POST" or one.tag in UNKEPT:
        return one.answer(ask)
    kept: dict[Name, Any] = ask.world.shelf.setdefault("answers", {})
    name = (ask.who.login, key, one.name, tuple(sorted(ask.parts.items())))
    if name not in kept:
        kept[name] = one.answer(ask)
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))
    return kept[name]
