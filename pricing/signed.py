"""Signed: a tariff under a detached signature that anybody can check, and what differs from the one signed."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pricing.canonical import digest, text
from pricing.tariff import Tariff

FORMAT = "tripmeter-signature/1"
MOST = 12  # differences that are named
LINE = re.compile(r"(?m)^# signed by [0-9a-f]{64}: ([0-9a-f]{128})$")
NAMES = ("tariff_id", "digest", "key", "signature")

Sign = Callable[[str], str]
Good = Callable[[str, str], bool]  # whether a text has this signature


class SignatureError(ValueError):
    """A tariff that is not the one that was signed, or a signature that is none."""


@dataclass(frozen=True)
class Signature:
    """What was signed, by which key; the content stands beside it, so that a difference can be named."""

    tariff_id: str
    digest: str
    key: str  # public half
    signature: str  # over the canonical text of the content
    content: dict[str, Any]


def sign(tariff: Tariff, key: str, signs: Sign) -> Signature:
    """The signature of a tariff; ``key`` is the public half of the one that ``signs``."""
    content = tariff.content()
    return Signature(tariff.tariff_id, tariff.digest, key, signs(text(content)), content)


def write(signature: Signature) -> str:
    """The file that stands beside the tariff's."""
    return json.dumps({"format": FORMAT, **vars(signature)}, indent=1, ensure_ascii=False) + "\n"


def read(said: str, where: str) -> Signature:
    """The signature of a file; raises ``SignatureError`` where it is none."""
    try:
        content = json.loads(said, parse_float=str)  # a content has none: it is another one then, and told so
        if content.pop("format") != FORMAT or not all(isinstance(content[name], str) for name in NAMES):
            raise SignatureError(
                f"{where}: not a signature; expected what 'tripmeter tariff sign' has written ({FORMAT})"
            )
        if not isinstance(content["content"], dict):
            raise SignatureError(f"{where}: not a signature; its content is none of a tariff")
        return Signature(**content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SignatureError(f"{where}: not a signature ({error})") from error


def check(tariff: Tariff, signature: Signature, good: Good) -> None:
    """Raise ``SignatureError`` unless the tariff is the one that was signed, to the last number."""
    said = text(signature.content)
    if not good(said, signature.signature):
        raise SignatureError(
            f"{tariff.name}: the signature of {signature.tariff_id} is not good for key {signature.key}"
        )
    if digest(said) == tariff.digest:
        return
    found = [f"{path}: signed {old}, now {new}" for path, old, new in differences(signature.content, tariff.content())]
    more = [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    what = "\n  ".join([*found[:MOST], *more])
    raise SignatureError(f"{tariff.tariff_id} is not {signature.tariff_id} as it was signed:\n  {what}")


def beneath(said: str, signature: Signature) -> str:
    """A tariff's text with its signature in a comment below, so that whoever keeps the one keeps the other."""
    return f"{said.rstrip()}\n\n# signed by {signature.key}: {signature.signature}\n"


def is_signed(said: str, tariff: Tariff, good: Good) -> bool:
    """Whether the text of a ``tariff`` has a signature beneath that is good."""
    return any(good(text(tariff.content()), found[1]) for found in LINE.finditer(said))


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two contents differ: path, what the one says, what the other says; "nothing" where it says nothing."""
    old, new = _named(old), _named(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield path, _said(old), _said(new)


def _named(value: Any) -> Any:
    """Lists by the name or place of what is in them, so that one line more is one difference."""
    if not isinstance(value, list):
        return value
    return {one["name"] if isinstance(one, dict) and "name" in one else str(i): one for i, one in enumerate(value, 1)}


def _said(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else text(value)
