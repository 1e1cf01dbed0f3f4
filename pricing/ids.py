"""Ids: a row's name is a hash of what it is about, so making it again overwrites and never doubles."""

from hashlib import sha256


def identify(*parts: object) -> str:
    """16 hex digits of the sha256 over the parts as text."""
    return sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:16]
