"""Base: what a place for the archive is - named bytes that are there whole or not at all."""

from collections.abc import Iterable
from typing import Protocol


class Objects(Protocol):
    """Names are relative, with slashes. What cannot be read or written raises ``OSError``."""

    where: str  # as people call it

    def put(self, name: str, body: bytes) -> None:
        """Write an object in the place of what has its name; on return it has been read back and is the same."""

    def get(self, name: str) -> bytes:
        """What an object holds."""

    def has(self, name: str) -> bool:
        """Whether there is an object of this name."""

    def names(self) -> list[tuple[str, int]]:
        """All objects with their sizes (bytes), by name."""

    def drop(self, names: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""

    def under(self, place: str) -> "Objects":
        """Those whose names begin with ``place``, by the rest of their names."""


def same(name: str, found: bytes, body: bytes) -> None:
    """Raise ``OSError`` unless what was read back is what was written."""
    if found != body:
        raise OSError(f"{name}: {len(found)} bytes were read back, other than the {len(body)} written")
