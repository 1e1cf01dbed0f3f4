"""Cursor: where a page ended, as a word that says nothing to anybody but its list."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from console.gate.problems import Problem
from streams.words import say

Some = TypeVar("Some")


def written(said: bytes) -> str:
    """What a page says of where it ended."""
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def read(cursor: str, parse: Callable[[bytes], Some]) -> Some:
    """What was said, as ``parse`` reads it; whatever it does not read (``ValueError``) is a problem of who asks."""
    try:
        return parse(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Problem(422, "invalid", say("cursor")) from error
